# SPDX-License-Identifier: Apache-2.0
"""Tells what a face wears: nothing, a mask, sunglasses or both (smaller model)."""

import argparse
import json

from aisprint.annotations import component_name, exec_time
from aisprint.onnx_inference import load_and_inference

from utils import read_window

CLASSES = ['plain', 'mask', 'sunglasses', 'both']


@component_name(name='classifier_small')
@exec_time(local_time_thr=10)
def main(args):
    _, result = load_and_inference(args['onnx_file'], {'window': read_window(args['input'])})
    probabilities = {name: round(float(p), 3) for name, p in zip(CLASSES, result[0][0])}
    found = max(probabilities, key=probabilities.get)
    with open(args['output'], 'w') as file:
        json.dump({'class': found, 'probabilities': probabilities}, file)
    print(f"{found} {probabilities}")


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-i', '--input', required=True, help='picture of a face')
    parser.add_argument('-o', '--output', required=True, help='JSON file to write')
    parser.add_argument('-y', '--onnx_file', default='onnx/classifier_small.onnx', help='model')
    args = vars(parser.parse_args())
    main(args)
