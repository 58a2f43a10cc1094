import argparse
from aisprint.annotations import component_name, early_exits_model
from aisprint.onnx_inference import load_and_inference


def leave(outputs):
    return outputs[0] % 2 == 0


@component_name(name='blur')
@early_exits_model(onnx_file='net.onnx', condition_function='leave',
                   transition_probabilities=[0.5])
def main(args):
    input_dict = {'x': int(open(args['input']).read()), 'tag': 'img'}
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)

    # Post-processing
    text = '''%s
  %s
''' % (return_dict['tag'],
       result[0])

    # written below
    with open(args['output'], 'w') as stream:
        stream.write(text)  # here


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx')
    main(vars(parser.parse_args()))
