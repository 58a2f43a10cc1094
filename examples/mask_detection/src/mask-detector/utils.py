# SPDX-License-Identifier: Apache-2.0
"""Helpers of the mask detector: pictures with face boxes inside, network input, drawing."""

import json
import struct
import zlib

import cv2
import numpy as np

SIDE = 16  # side of the network's input


def text_of_png(data):
    """The text entry `aisprint` of a PNG file, or None."""
    at = 8
    while at + 12 <= len(data):
        length, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + length]
        if kind == b"tEXt" and body.startswith(b"aisprint\0"):
            return body[9:].decode("latin-1")
        at += 12 + length
    return None


def comment_of_jpeg(data):
    """The first comment of a JPEG file that holds face boxes, or None."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        length = struct.unpack(">H", data[at + 2:at + 4])[0]
        body = data[at + 4:at + 2 + length]
        if data[at + 1] == 0xFE and body.startswith(b'{"faces"'):
            return body.decode("ascii")
        at += 2 + length
    return None


def read_picture(path):
    """The BGR image and the face boxes [x, y, side] that the file carries."""
    with open(path, "rb") as file:
        data = file.read()
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f"{path} is not a picture that OpenCV can read")
    text = text_of_png(data) if data.startswith(b"\x89PNG") else comment_of_jpeg(data)
    faces = json.loads(text)["faces"] if text else []
    return image, [[int(v) for v in face[:3]] for face in faces]


def face_input(image, face):
    """The face as the network takes it: 1x3x16x16, blue, green, red, 0..1."""
    x, y, side = face
    part = image[max(0, y):y + side, max(0, x):x + side]
    if part.size == 0:
        raise ValueError(f"face box {face} lies outside the picture")
    small = cv2.resize(part, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    return small.astype(np.float32).transpose(2, 0, 1)[None] / 255


def draw_result(image, labels):
    """A copy of the image with a frame and the class at each face: green = mask, red = none."""
    result = image.copy()
    for label in labels:
        x, y, side = label['face']
        colour = (60, 180, 60) if label['class'] == 'mask' else (40, 40, 220)
        cv2.rectangle(result, (x, y), (x + side, y + side), colour, 2)
        cv2.putText(result, label['class'], (x, max(14, y - 6)), cv2.FONT_HERSHEY_SIMPLEX, 0.6,
                    colour, 2, cv2.LINE_AA)
    return result


def write_picture(path, image, labels):
    """Write a JPEG if the name ends so, else a PNG, with the classes inside the file."""
    text = json.dumps({"faces": [label['face'] for label in labels],
                       "classes": [label['class'] for label in labels]})
    if path.lower().endswith((".jpg", ".jpeg")):
        data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes()
        comment = text.encode("ascii")
        data = data[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + data[2:]
    else:
        data = cv2.imencode(".png", image)[1].tobytes()
        body = b"tEXtaisprint\0" + text.encode("latin-1")
        chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
        data = data[:33] + chunk + data[33:]
    with open(path, "wb") as file:
        file.write(data)
