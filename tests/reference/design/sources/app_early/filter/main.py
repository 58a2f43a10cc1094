import argparse

import numpy as np

from aisprint.annotations import annotation
from aisprint.onnx_inference import load_and_inference


@annotation({
    'component_name': {'name': 'filter'},
    'exec_time': {'local_time_thr': 20},
    'expected_throughput': {'rate': 1},
    'partitionable_model': {'onnx_file': 'filter.onnx'},
})
def main(args):
    picture = np.load(args['input'])
    input_dict = {'input': picture}
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)
    np.save(args['output'], result[0])


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    parser.add_argument('-y', '--onnx_file', default='onnx/filter.onnx')
    main(vars(parser.parse_args()))
