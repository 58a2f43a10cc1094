import argparse
import aisprint.annotations as ann
import aisprint.onnx_inference as oi

MODEL = 'net.onnx'
DEFAULT = 'onnx/' + MODEL


@ann.component_name(name='blur')
@ann.partitionable_model(onnx_file=MODEL)
def main(
    params: dict,  # the options
    verbose=False,
):
    number = int(open(params['input']).read())
    inputs = {'x': number}
    inputs['tag'] = 'img'
    inputs['suffix'] = params['suffix']
    ret, res = oi.load_and_inference(params['onnx_file'], inputs)
    inputs = None
    write(params['output'], line_of(ret['tag'], res[0]) + ret['suffix'])


def line_of(tag, number):
    return '{} {}'.format(tag, number)


def write(path, text):
    with open(path, 'w') as stream:
        stream.write(text)


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    parser.add_argument('-y', '--onnx_file', default=DEFAULT)
    parser.add_argument('--suffix', default='\n')
    return vars(parser.parse_args())


if __name__ == '__main__':
    main(read_options())
