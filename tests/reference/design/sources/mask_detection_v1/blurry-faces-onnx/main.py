import argparse

import cv2
import numpy as np

from aisprint.annotations import annotation
from aisprint.onnx_inference import load_and_inference


@annotation({
    'component_name': {'name': 'blurry-faces-onnx'},
    'exec_time': {'local_time_thr': 20},
    'partitionable_model': {'onnx_file': 'version-RFB-640.onnx'},
})
def main(args):
    picture = cv2.imread(args['input'])
    resized = cv2.resize(picture, (640, 480)).astype(np.float32)
    blob = ((resized - 127) / 128).transpose(2, 0, 1)[None]
    input_dict = {'input': blob, 'picture': picture, 'keep': False}
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)
    picture = return_dict['picture']
    height, width = picture.shape[:2]
    for score, box in zip(result[0][0][:, 1], result[1][0]):
        if score > 0.7:
            left, top, right, bottom = (box * [width, height, width, height]).astype(int)
            picture[top:bottom, left:right] = cv2.blur(picture[top:bottom, left:right], (31, 31))
    cv2.imwrite(args['output'], picture)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True, help='picture to work on')
    parser.add_argument('-o', '--output', help='picture to write')
    parser.add_argument('-y', '--onnx_file', default='onnx/version-RFB-640.onnx', help='model')
    main(vars(parser.parse_args()))
