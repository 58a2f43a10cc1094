# SPDX-License-Identifier: Apache-2.0
"""Lets a picture through if it shows a face, and drops it otherwise (smaller model)."""

import argparse
import shutil

from aisprint.annotations import annotation
from aisprint.onnx_inference import load_and_inference

from utils import read_window

CLASSES = ['background', 'face']


@annotation({'component_name': {'name': 'filter_small'},
             'exec_time': {'local_time_thr': 20},
             'expected_throughput': {'rate': 1}})
def main(args):
    _, result = load_and_inference(args['onnx_file'], {'window': read_window(args['input'])})
    probability = float(result[0][0, 1])
    found = CLASSES[int(probability > 0.5)]
    if found == 'face':
        shutil.copyfile(args['input'], args['output'])
    print(f"{found} (probability of a face {probability:.3f})")


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-i', '--input', required=True, help='picture to read')
    parser.add_argument('-o', '--output', required=True, help='copy of a picture of a face')
    parser.add_argument('-y', '--onnx_file', default='onnx/filter_small.onnx', help='model')
    args = vars(parser.parse_args())
    main(args)
