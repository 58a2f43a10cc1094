import os

from aisprint.segments import load_segment

import argparse

import numpy as np
from aisprint.annotations import component_name, exec_time, partitionable_model
from aisprint.onnx_inference import load_and_inference


@component_name(name='camera')
@exec_time(local_time_thr=20)
@partitionable_model(onnx_file='net.onnx')
def main(args):
    data = load_segment(args['input'])
    data, result = load_and_inference(args['onnx_file'], data)
    np.save(args['output'], result[0])


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True, help='data of the segment before')
    parser.add_argument('-o', '--output', required=True, help='file in the output folder')
    parser.add_argument('-y', '--onnx_file', default='onnx/partition1_2.onnx', help='model to run')
    args = vars(parser.parse_args())
    args['output'] = os.path.join(os.path.dirname(args['output']), os.path.basename(args['input']))
    main(args)
