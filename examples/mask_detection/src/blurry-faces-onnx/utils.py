# SPDX-License-Identifier: Apache-2.0
"""Helpers of the face blurring component: image pyramid, face boxes, blur, picture files."""

import json
import struct
import zlib

import cv2
import numpy as np

CANVAS_WIDTH, CANVAS_HEIGHT = 512, 804  # size of the network's input
WORK_SIDE = 256  # longer side of the largest pyramid level
STEP = 2.0 ** (1 / 6)  # ratio of neighbouring pyramid levels
WINDOW = 25  # side of the window that the network judges
STRIDE = 4  # distance of neighbouring windows
THRESHOLD = 0.0  # smallest score (logit) of a window that counts
SUPPORT = 20.0  # smallest sum of the scores of a face's windows
MARGIN = 0.15  # part of the face box that is blurred around it
BLOCKS = 9  # detail that is left of a blurred face: 9 by 9 values


def decode_picture(data):
    """Bytes of a picture file (a numpy array) to a BGR image."""
    image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError("the input is not a picture that OpenCV can read")
    return image


def pyramid_layout(height, width):
    """Places of the pyramid levels on the canvas: rows [x, y, width, height, scale]."""
    levels = []
    scale = min(1.0, WORK_SIDE / max(height, width))
    x = y = row = 0
    while True:
        w, h = int(round(width * scale)), int(round(height * scale))
        if min(w, h) < WINDOW:
            return levels
        if x + w > CANVAS_WIDTH:
            x, y, row = 0, y + row, 0
        if y + h > CANVAS_HEIGHT:
            return levels
        levels.append([x, y, w, h, scale])
        row = max(row, -(-h // STRIDE) * STRIDE)
        x += -(-w // STRIDE) * STRIDE
        scale /= STEP


def pack_pyramid(image):
    """All pyramid levels of a BGR image on one grey canvas, and their layout."""
    return pack_grey(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def pack_grey(grey):
    """The same for a grey image."""
    levels = pyramid_layout(*grey.shape)
    canvas = np.zeros((1, 1, CANVAS_HEIGHT, CANVAS_WIDTH), np.float32)
    for x, y, w, h, _ in levels:
        level = cv2.resize(grey, (w, h), interpolation=cv2.INTER_AREA)
        canvas[0, 0, y:y + h, x:x + w] = level.astype(np.float32) / 255
    return canvas, levels


def overlap(box, boxes):
    """Intersection over union of one square box [x, y, side] with many."""
    w = np.minimum(box[0] + box[2], boxes[:, 0] + boxes[:, 2]) - np.maximum(box[0], boxes[:, 0])
    h = np.minimum(box[1] + box[2], boxes[:, 1] + boxes[:, 2]) - np.maximum(box[1], boxes[:, 1])
    both = np.clip(w, 0, None) * np.clip(h, 0, None)
    return both / (box[2] ** 2 + boxes[:, 2] ** 2 - both)


def window_scores(scores, levels):
    """Windows above the threshold: boxes [x, y, side] in the picture, and their scores."""
    boxes, values = [], []
    for x, y, w, h, scale in levels:
        rows = slice(y // STRIDE, y // STRIDE + (h - WINDOW) // STRIDE + 1)
        columns = slice(x // STRIDE, x // STRIDE + (w - WINDOW) // STRIDE + 1)
        part = scores[rows, columns]
        for i, j in zip(*np.nonzero(part > THRESHOLD)):
            boxes.append([j * STRIDE / scale, i * STRIDE / scale, WINDOW / scale])
            values.append(part[i, j])
    return np.array(boxes, np.float64).reshape(-1, 3), np.array(values, np.float64)


def find_faces(scores, levels):
    """Face boxes [x, y, side] in the picture, best first.

    A face is seen by several windows: the scores of windows that overlap are added up, and
    the sum decides.
    """
    boxes, values = window_scores(scores, levels)
    best = np.argsort(-values, kind="stable")[:1000]
    boxes, values = boxes[best], values[best]
    faces = []
    while len(values):
        near = np.array([overlap(box, boxes) > 0.4 for box in boxes])
        support = near @ values
        best = int(np.argmax(support))
        if support[best] < SUPPORT:
            break
        faces.append([int(v) for v in np.round(boxes[near[best]].mean(0))])
        keep = overlap(boxes[best], boxes) < 0.1
        boxes, values = boxes[keep], values[keep]
    return faces


def blur_faces(image, faces):
    """A copy of the image whose faces are reduced to a few soft blocks."""
    result = image.copy()
    for x, y, side in faces:
        margin = int(round(side * MARGIN))
        top, left = max(0, y - margin), max(0, x - margin)
        part = result[top:y + side + margin, left:x + side + margin]
        if part.size == 0:
            continue
        small = cv2.resize(part, (BLOCKS, BLOCKS), interpolation=cv2.INTER_AREA)
        part[...] = cv2.resize(small, part.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return result


def png_with_text(png, key, text):
    """A PNG file with one more text entry, placed after the header chunk."""
    body = b"tEXt" + key.encode("latin-1") + b"\0" + text.encode("latin-1")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:33] + chunk + png[33:]


def jpeg_with_comment(jpeg, text):
    """A JPEG file with one more comment, placed at its start."""
    data = text.encode("ascii")
    return jpeg[:2] + b"\xff\xfe" + struct.pack(">H", len(data) + 2) + data + jpeg[2:]


def write_picture(path, image, faces):
    """Write the picture with its face boxes inside the file (JPEG comment or PNG text).

    JPEG if the name ends so, else PNG, also for the names without an ending that the
    container's start script gives.
    """
    text = json.dumps({"faces": faces})
    if path.lower().endswith((".jpg", ".jpeg")):
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
        data = jpeg_with_comment(data, text)
    else:
        data = png_with_text(cv2.imencode(".png", image)[1].tobytes(), "aisprint", text)
    with open(path, "wb") as file:
        file.write(data)
