import argparse
import shutil

from aisprint.annotations import *


@component_name(name='c')
@detect_metric_drift(metric='masks', field='ratio', statistical_test='kolmogorov-smirnov',
                     test_threshold=0.05, detection_interval=0.5, monitoring_period=2,
                     data_collection_period=1)
def main(args):
    shutil.copy(args['input'], args['output'])


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    main(vars(parser.parse_args()))
