def main(args):
    print('café')
