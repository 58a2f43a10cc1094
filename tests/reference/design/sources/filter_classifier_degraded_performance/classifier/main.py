import argparse
import shutil

from aisprint.annotations import *


@component_name(name='classifier')
@exec_time(local_time_thr=10)
@model_performance(metric='average_f1', metric_thr=0.5)
def main(args):
    shutil.copy(args['input'], args['output'])


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    main(vars(parser.parse_args()))
