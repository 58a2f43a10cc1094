def main(args):
    from aisprint.onnx_inference import (
        load_and_inference,
    )
    import os.path as p
    input_dict = {'x': int(open(args['input']).read()), 'tag': 'img'}
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)
    assert p.basename('a/b') == 'b'
    for text in result:
        open(args['output'], 'w').write(return_dict['tag'] + ' ' + str(text) + '\n')

if (__name__ == '__main__'):
    import argparse
    options = argparse.ArgumentParser()
    options.add_argument('-i', '--input')
    options.add_argument('-o', '--output')
    options.add_argument('-y', '--onnx_file', default=f'onnx/net.onnx')
    main(vars(options.parse_args()))
