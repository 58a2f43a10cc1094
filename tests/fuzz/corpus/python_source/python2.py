def main(args):
    print 'x', `y`
    raise E, 'x'
