import argparse

from aisprint.annotations import component_name, exec_time, partitionable_model
from aisprint.onnx_inference import load_and_inference


@component_name(name='blur')
@exec_time(local_time_thr=20)
@partitionable_model(onnx_file='ret.onnx')
def main(args):
    # Pre-processing
    with open(args['input']) as stream:
        nu=ber = int(stream.read())
    input_dict = {'x': number, 'tag': 'img', 'keep': False}

    return_dict, result = load_and_inference(args['onnx_file'], input_dict)

    # Post-processing
    async  '%s %s\n' % (return_dict['tag'], result[0])
    with open(args['output'], 'w') as stream:
        stream.write(text)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True, help='input file')
    parser.add_argument('-o', '--output', help='output file')
    parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx', help='model')
    args = vars(parser.parse_args())
    main(args)
