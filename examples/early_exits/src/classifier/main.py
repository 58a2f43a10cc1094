# SPDX-License-Identifier: Apache-2.0
"""Tells what a face wears; the network has two exits before its end, for the clear cases."""

import argparse
import json

from aisprint.annotations import component_name, early_exits_model, exec_time
from aisprint.onnx_inference import load_and_inference

from utils import read_window

CLASSES = ['plain', 'mask', 'sunglasses', 'both']


def early_exit_condition(result):
    """Whether the exit is sure enough; `result` holds its class probabilities."""
    return float(result[0].max()) >= 0.9


@component_name(name='classifier')
@exec_time(local_time_thr=10)
@early_exits_model(onnx_file='classifier.onnx', condition_function='early_exit_condition',
                   transition_probabilities=[0.614, 0.554])
def main(args):
    input_dict = {'window': read_window(args['input']), 'keep': False}

    return_dict, result = load_and_inference(args['onnx_file'], input_dict)

    # The whole model gives both exits and the end, a segment its exit only: the last one counts.
    probabilities = {name: round(float(p), 3) for name, p in zip(CLASSES, result[-1][0])}
    found = max(probabilities, key=probabilities.get)
    with open(args['output'], 'w') as file:
        json.dump({'class': found, 'probabilities': probabilities}, file)
    print(f"{found} {probabilities}")


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-i', '--input', required=True, help='picture of a face')
    parser.add_argument('-o', '--output', required=True, help='JSON file to write')
    parser.add_argument('-y', '--onnx_file', default='onnx/classifier.onnx', help='model to run')
    args = vars(parser.parse_args())
    main(args)
