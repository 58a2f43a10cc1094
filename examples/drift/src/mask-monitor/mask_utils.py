# SPDX-License-Identifier: Apache-2.0
"""Input of the mask classifier."""

import cv2
import numpy as np

SIDE = 16  # side of the network's input


def face_input(image, face):
    """The face as the network takes it: 1x3x16x16, blue, green, red, 0..1."""
    x, y, side = face
    part = image[max(0, y):y + side, max(0, x):x + side]
    if part.size == 0:
        raise ValueError(f"face box {face} lies outside the picture")
    small = cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32).transpose(2, 0, 1)[None] / 255
