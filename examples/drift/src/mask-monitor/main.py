# SPDX-License-Identifier: Apache-2.0
"""Blurs the faces of a picture and watches which share of them wears a mask.

The share is reported as metric `masks`, field `ratio`. The drift detector tests whether its
distribution changes; after that, pictures are marked, so that they can be collected for a new
training.
"""

import argparse
import os

import numpy as np
from aisprint.annotations import annotation
from aisprint.drift_detector_utils import get_metric_drift_state
from aisprint.monitoring import report_metric
from aisprint.onnx_inference import load_and_inference

from mask_utils import face_input
from utils import blur_faces, decode_picture, find_faces, pack_pyramid, write_picture

MASK_MODEL = 'onnx/mask_classifier.onnx'
DRIFT_RUNNING = 1  # drift found, pictures are being collected


def drift_state():
    """State of the watched metric; 0 where no drift detector is deployed."""
    if 'DRIFT_DETECTOR_MINIO_URL' not in os.environ:
        return 0
    return get_metric_drift_state('masks', 'ratio')


def mask_ratio(image, faces):
    """Share of the (blurred) faces that wear a mask."""
    masks = 0
    for face in faces:
        _, result = load_and_inference(MASK_MODEL, {'face': face_input(image, face)})
        masks += int(result[0][0, 1] > 0.5)
    return masks / len(faces)


@annotation({'component_name': {'name': 'mask-monitor'},
             'exec_time': {'local_time_thr': 20},
             'detect_metric_drift': {'metric': 'masks',
                                     'field': 'ratio',
                                     'statistical_test': 'kolmogorov-smirnov',
                                     'test_threshold': 0.05,
                                     'detection_interval': 0.5,
                                     'monitoring_period': 2,
                                     'data_collection_period': 24}})
def main(args):
    image = decode_picture(np.fromfile(args['input'], dtype=np.uint8))
    canvas, levels = pack_pyramid(image)
    _, result = load_and_inference(args['onnx_file'], {'canvas': canvas})

    faces = find_faces(result[0][0, 0], levels)
    image = blur_faces(image, faces)
    if faces:
        ratio = mask_ratio(image, faces)
        report_metric('masks', {'ratio': ratio})
        print(f"{len(faces)} face(s), mask ratio {ratio:.2f}")
    else:
        print("no face, nothing reported")
    suffix = '_DRIFTED' if drift_state() == DRIFT_RUNNING else '_NO_DRIFT'
    write_picture(args['output'] + suffix, image, faces)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-i', '--input', required=True, help='picture to read')
    parser.add_argument('-o', '--output', required=True,
                        help='picture to write; _NO_DRIFT or _DRIFTED is added to its name')
    parser.add_argument('-y', '--onnx_file', default='onnx/face_detector.onnx', help='model to run')
    args = vars(parser.parse_args())
    main(args)
