# SPDX-License-Identifier: Apache-2.0
"""Trains the classifiers of the examples on faces with painted accessories."""

import cv2
import numpy as np

import data
import nn
from export import Graph


def run_training(layers, make_batch, steps, rate=2e-3):
    """Adam with a cosine rate on `make_batch()` = (windows, labels)."""
    adam = nn.Adam(layers, rate)
    nn.set_training(layers, True)
    for step in range(steps):
        windows, labels = make_batch()
        loss, grad = nn.softmax_loss(nn.forward(layers, windows), labels)
        nn.backward(layers, grad)
        adam.step(0.5 * (1 + np.cos(np.pi * step / steps)) + 0.01)
    nn.set_training(layers, False)
    return float(loss)


# --- mask or no mask, on blurred faces ---------------------------------------------------


def blurred_window(rng, face, blur, side):
    """A BGR face as the mask detector sees it: blurred by `blur_faces`, cut out and resized."""
    pad = 6
    wide = cv2.copyMakeBorder(face, pad, pad, pad, pad, cv2.BORDER_REFLECT)
    wide = data.light(rng, data.warp(rng, wide, shift=3.0, low=0.85, high=1.3))
    big = cv2.resize(wide, None, fx=3, fy=3, interpolation=cv2.INTER_CUBIC)
    box = [3 * pad, 3 * pad, 3 * face.shape[0]]
    image = blur(np.clip(np.round(big * 255), 0, 255).astype("u1"), [box])
    x, y, size = box
    part = cv2.resize(image[y : y + size, x : x + size], (side, side), interpolation=cv2.INTER_AREA)
    return part.astype("f4").transpose(2, 0, 1) / 255


def mask_network(rng):
    """BGR 16 x 16 to two logits (no mask, mask)."""
    return [
        nn.Conv(rng, 3, 12, 3),
        nn.Relu(),
        nn.Conv(rng, 12, 16, 4, 2),
        nn.Relu(),
        nn.Dropout(rng, 0.2),
        nn.Conv(rng, 16, 32, 6),
        nn.Relu(),
        nn.Dropout(rng, 0.3),
        nn.Conv(rng, 32, 2, 1),
    ]


def mask_window(rng, face, label, blur):
    if rng.random() < 0.05:
        face = data.paint_sunglasses(rng, face)
    face = data.tint(rng, face)
    return blurred_window(rng, data.paint_mask(rng, face) if label else face, blur, 16)


def mask_batch(rng, faces, blur, count):
    labels = np.arange(count) % 2
    return (
        np.stack([mask_window(rng, faces[rng.integers(len(faces))], k, blur) for k in labels]),
        labels,
    )


def train_mask(faces, held_out, blur, log):
    rng = np.random.default_rng(30)
    layers = mask_network(rng)
    run_training(layers, lambda: mask_batch(rng, faces, blur, 64), 1800)
    rng = np.random.default_rng(31)
    right = np.zeros(2)
    for face in held_out:
        for _ in range(8):
            for label in (0, 1):
                window = mask_window(rng, face, label, blur)
                right[label] += nn.forward(layers, window[None])[0, :, 0, 0].argmax() == label
    total = 8 * len(held_out)
    log(
        f"mask classifier, held-out blurred faces judged right: no mask {right[0] / total:.1%}, "
        f"mask {right[1] / total:.1%} ({len(held_out)} faces, 8 variants each)"
    )
    return layers


def export_classes(layers, path, name, input_name, channels, side, output, classes):
    graph = Graph()
    graph.classes(graph.layers(input_name, layers, name), output)
    graph.write(path, name, input_name, [1, channels, side, side], [(output, [1, classes])])
