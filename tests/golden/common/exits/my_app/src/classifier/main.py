import argparse

import numpy as np
from aisprint.annotations import component_name, early_exits_model
from aisprint.onnx_inference import load_and_inference


def is_sure(outputs):
    return outputs[0].max() > 0.9


@component_name(name='classifier')
@early_exits_model(onnx_file='net.onnx', condition_function='is_sure',
                   transition_probabilities=[0.5, 0.3])
def main(args):
    data = {'input': np.load(args['input'])}
    data, result = load_and_inference(args['onnx_file'], data)
    np.save(args['output'], result[0])


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output', required=True)
    parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx')
    main(vars(parser.parse_args()))
