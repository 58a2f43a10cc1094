from aisprint.segments import save_segment

import argparse

import numpy as np
from aisprint.annotations import component_name, exec_time, partitionable_model
from aisprint.onnx_inference import load_and_inference


@component_name(name='camera')
@exec_time(local_time_thr=20)
@partitionable_model(onnx_file='net.onnx')
def main(args):
    data = {'input': np.load(args['input'])}
    data, result = load_and_inference(args['onnx_file'], data)
    save_segment(args['output'], data)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output', required=True)
    parser.add_argument('-y', '--onnx_file', default='onnx/partition1_1.onnx')
    main(vars(parser.parse_args()))
