# SPDX-License-Identifier: Apache-2.0
"""Reading of a picture as the window that the networks of this application take."""

import cv2
import numpy as np

SIDE = 25


def read_window(path):
    """The picture, resized to a grey window 1x1x25x25 with values in 0..1."""
    grey = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    if grey is None:
        raise ValueError(f"{path} is not a picture that OpenCV can read")
    small = cv2.resize(grey, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return (small.astype(np.float32) / 255)[None, None]
