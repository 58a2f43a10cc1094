import argparse

import numpy as np

from aisprint.annotations import component_name, early_exits_model, exec_time
from aisprint.onnx_inference import load_and_inference


def early_exit_condition(outputs):
    return float(np.max(outputs)) > 0.9


@component_name(name='classifier')
@exec_time(local_time_thr=10)
@early_exits_model(onnx_file='ee_classifier.onnx', condition_function='early_exit_condition',
                   transition_probabilities=[0.75])
def main(args):
    picture = np.load(args['input'])
    input_dict = {'input': picture}
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)
    np.save(args['output'], result[0])


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    parser.add_argument('-y', '--onnx_file', default='onnx/ee_classifier.onnx')
    main(vars(parser.parse_args()))
