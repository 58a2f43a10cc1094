print('grab')
