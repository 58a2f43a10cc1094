from aisprint.onnx_inference import load_and_inference
import argparse
import asyncio

def save_segment(text): return text

async def main(args):
    model = args['onnx_file']
    x = int(open(args['input']).read())
    input_dict = dict(x=x, tag='img')
    return_dict, result = load_and_inference(model, input_dict)
    await asyncio.sleep(0)
    with open(args['output'], 'w') as f: f.write(save_segment('%s %d\n' % (return_dict['tag'], result[0])))

if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input')
    parser.add_argument('-o', '--output')
    parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx')
    asyncio.run(main(vars(parser.parse_args())))
