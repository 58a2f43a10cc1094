import argparse

import numpy as np
from aisprint.annotations import component_name, exec_time, model_performance
from aisprint.onnx_inference import load_and_inference


@component_name(name='classifier')
@exec_time(local_time_thr=20)
@model_performance(metric='average_f1', metric_thr=0.5)
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
