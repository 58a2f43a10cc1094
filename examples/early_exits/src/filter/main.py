# SPDX-License-Identifier: Apache-2.0
"""Cuts the best face out of a picture; pictures without a face are dropped."""

import argparse

import cv2
import numpy as np
from aisprint.annotations import annotation
from aisprint.onnx_inference import load_and_inference

from utils import decode_picture, find_faces, pack_pyramid

SIDE = 100


def cut_out(image, face):
    """The face with a little margin, as a square of SIDE pixels."""
    x, y, side = face
    margin = side // 12
    part = image[max(0, y - margin):y + side + margin, max(0, x - margin):x + side + margin]
    return cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


@annotation({'component_name': {'name': 'filter'},
             'exec_time': {'local_time_thr': 20},
             'expected_throughput': {'rate': 1},
             'partitionable_model': {'onnx_file': 'face_detector.onnx'}})
def main(args):
    picture_file = np.fromfile(args['input'], dtype=np.uint8)
    canvas, levels = pack_pyramid(decode_picture(picture_file))
    input_dict = {'canvas': canvas, 'picture_file': picture_file, 'levels': levels, 'keep': False}

    return_dict, result = load_and_inference(args['onnx_file'], input_dict)

    faces = find_faces(result[0][0, 0], return_dict['levels'])
    if faces:
        face = cut_out(decode_picture(return_dict['picture_file']), faces[0])
        cv2.imencode('.png', face)[1].tofile(args['output'])
        print(f"face at {faces[0]}")
    else:
        print("no face")


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-i', '--input', required=True, help='picture to read')
    parser.add_argument('-o', '--output', required=True, help='PNG file of the face to write')
    parser.add_argument('-y', '--onnx_file', default='onnx/face_detector.onnx', help='model to run')
    args = vars(parser.parse_args())
    main(args)
