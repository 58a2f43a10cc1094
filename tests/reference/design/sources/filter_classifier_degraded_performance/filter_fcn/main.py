import argparse
import shutil

from aisprint.annotations import *


@annotation({
    'component_name': {'name': 'filter_fcn'},
    'exec_time': {'local_time_thr': 20},
    'expected_throughput': {'rate': 1},
    'model_performance': {'filtered_class': 'object'},
})
def main(args):
    shutil.copy(args['input'], args['output'])


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    main(vars(parser.parse_args()))
