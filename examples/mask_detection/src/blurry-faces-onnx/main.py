# SPDX-License-Identifier: Apache-2.0
"""Finds the faces of a picture and blurs them."""

import argparse

import numpy as np
from aisprint.annotations import annotation
from aisprint.onnx_inference import load_and_inference

from utils import blur_faces, decode_picture, find_faces, pack_pyramid, write_picture


@annotation({'component_name': {'name': 'blurry-faces-onnx'},
             'exec_time': {'local_time_thr': 20},
             'expected_throughput': {'rate': 1.5},
             'partitionable_model': {'onnx_file': 'face_detector.onnx'}})
def main(args):
    # Pre-processing. All that is used after the inference goes through `input_dict`: when the
    # model is partitioned, the code below it runs in another container.
    picture_file = np.fromfile(args['input'], dtype=np.uint8)
    canvas, levels = pack_pyramid(decode_picture(picture_file))
    input_dict = {'canvas': canvas, 'picture_file': picture_file, 'levels': levels, 'keep': False}

    return_dict, result = load_and_inference(args['onnx_file'], input_dict)

    # Post-processing.
    faces = find_faces(result[0][0, 0], return_dict['levels'])
    image = blur_faces(decode_picture(return_dict['picture_file']), faces)
    write_picture(args['output'], image, faces)
    print(f"{len(faces)} face(s) blurred: {faces}")


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-i', '--input', required=True, help='picture to read')
    parser.add_argument('-o', '--output', required=True, help='picture to write')
    parser.add_argument('-y', '--onnx_file', default='onnx/face_detector.onnx', help='model to run')
    args = vars(parser.parse_args())
    main(args)
