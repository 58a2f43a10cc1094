import argparse

from aisprint.annotations import annotation


@annotation({'component_name': {'name': 'counter'},
             'exec_time': {'local_time_thr': 5}})
def main(args):
    with open(args['input'], 'rb') as file:
        size = len(file.read())
    with open(args['output'], 'w') as file:
        file.write(str(size))


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output', required=True)
    main(vars(parser.parse_args()))
