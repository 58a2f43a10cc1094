import argparse
from aisprint.onnx_inference import load_and_inference as infer
def main(args):
    x = int(open(args['input']).read()); d = {'x': x, 'tag': 'img'}; a, b = infer(args['onnx_file'], d); y = b[0]
    open(args['output'], 'w').write(a['tag'] + ' ' + str(y) + '\n')
if __name__ == '__main__':
    parser = argparse.ArgumentParser(); parser.add_argument('-i', '--input'); parser.add_argument('-o', '--output'); parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx')
    main(vars(parser.parse_args()))
