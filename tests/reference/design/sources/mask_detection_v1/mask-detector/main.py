import argparse
import shutil

from aisprint.annotations import component_name, exec_time


@component_name(name='mask-detector')
@exec_time(local_time_thr=10)
def main(args):
    shutil.copy(args['input'], args['output'])


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    main(vars(parser.parse_args()))
