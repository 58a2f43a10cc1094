# SPDX-License-Identifier: Apache-2.0
"""Tells for each blurred face of a picture whether it wears a mask."""

import argparse

from aisprint.annotations import component_name, exec_time
from aisprint.onnx_inference import load_and_inference

from utils import draw_result, face_input, read_picture, write_picture

CLASSES = ['no mask', 'mask']


@component_name(name='mask-detector')
@exec_time(local_time_thr=10)
def main(args):
    image, faces = read_picture(args['input'])
    labels = []
    for face in faces:
        _, result = load_and_inference(args['onnx_file'], {'face': face_input(image, face)})
        probability = float(result[0][0, 1])
        labels.append({'face': face, 'class': CLASSES[int(probability > 0.5)],
                       'mask_probability': round(probability, 3)})

    write_picture(args['output'], draw_result(image, labels), labels)
    for label in labels:
        print(f"face at {label['face']}: {label['class']} ({label['mask_probability']})")
    if not faces:
        print("no face boxes in the picture")


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-i', '--input', required=True, help='picture of blurry-faces-onnx')
    parser.add_argument('-o', '--output', required=True, help='picture to write')
    parser.add_argument('-y', '--onnx_file', default='onnx/mask_classifier.onnx', help='model')
    args = vars(parser.parse_args())
    main(args)
