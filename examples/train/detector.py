# SPDX-License-Identifier: Apache-2.0
"""Trains the face detector: a fully convolutional network on windows of 25 x 25, stride 4."""

import numpy as np

import data
import nn
from export import Graph

STEPS = 6000
BATCH = 128
MINE_EVERY = 500
HEAD = 64


def network(rng):
    """Window 25 x 25 to one logit. The 8 channels in the middle are the narrow place."""
    return [
        nn.Conv(rng, 1, 16, 5, 2),
        nn.Relu(),
        nn.Conv(rng, 16, 24, 3, 2),
        nn.Relu(),
        nn.Conv(rng, 24, 8, 1),
        nn.Conv(rng, 8, HEAD, 5),
        nn.Relu(),
        nn.Dropout(rng, 0.2),
        nn.Conv(rng, HEAD, 24, 1),
        nn.Relu(),
        nn.Conv(rng, 24, 1, 1),
    ]


def positive(rng, faces):
    face = faces[rng.integers(len(faces))]
    kind = rng.random()
    if kind < 0.35:
        face = data.paint_mask(rng, face)
    elif kind < 0.4:
        face = data.paint_sunglasses(rng, face)
    return data.light(rng, data.warp(rng, face, shift=3.0, low=0.83, high=1.2))


def negative(rng, faces, others, pictures, hard):
    kind = rng.random()
    if hard and kind < 0.5:
        patch = hard[rng.integers(len(hard))]
        return (
            data.light(rng, data.warp(rng, patch, shift=1, angle=5))
            if rng.random() < 0.5
            else patch
        )
    if kind < 0.6:
        patch = others[rng.integers(len(others))]
    elif kind < 0.82:
        face = faces[rng.integers(len(faces))]
        if rng.random() < 0.3:
            face = data.paint_mask(rng, face)
        return data.light(rng, data.off_centre(rng, face))
    else:
        patch = data.random_crop(rng, pictures[rng.integers(len(pictures))])
    return data.light(rng, data.warp(rng, patch))


def mine(layers, pictures, pyramid, threshold):
    """Windows of the background pictures that the network takes for faces."""
    found = []
    for image in pictures:
        canvas, levels = pyramid.pack_grey(np.round(image * 255).astype("u1"))
        scores = nn.forward(layers, canvas)[0, 0]
        for x, y, w, h, _ in levels:
            part = scores[y // 4 : y // 4 + (h - 25) // 4 + 1, x // 4 : x // 4 + (w - 25) // 4 + 1]
            for i, j in zip(*np.nonzero(part > threshold)):
                top, left = y + 4 * i, x + 4 * j
                found.append((part[i, j], canvas[0, 0, top : top + 25, left : left + 25].copy()))
    found.sort(key=lambda item: -item[0])
    return [patch for _, patch in found[:1500]]


def train(faces, others, pictures, pyramid, log):
    rng = np.random.default_rng(20)
    plain = [image.mean(2, dtype="f4") / 255 for image in pictures]
    layers = network(rng)
    adam = nn.Adam(layers, 2e-3)
    hard = []
    nn.set_training(layers, True)
    for step in range(STEPS):
        count = BATCH * 3 // 8
        batch = [positive(rng, faces) for _ in range(count)]
        batch += [negative(rng, faces, others, plain, hard) for _ in range(BATCH - count)]
        labels = np.repeat([1.0, 0.0], [count, BATCH - count])
        loss, grad = nn.sigmoid_loss(
            nn.forward(layers, np.stack(batch)[:, None].astype("f4")), labels
        )
        nn.backward(layers, grad)
        adam.step(0.5 * (1 + np.cos(np.pi * step / STEPS)) + 0.01)
        if (step + 1) % MINE_EVERY == 0:
            nn.set_training(layers, False)
            scenes = plain + [data.varied(rng, image) for image in pictures]
            scenes += [data.clutter(rng) for _ in range(16)]
            new = mine(layers, scenes, pyramid, -1.0)
            nn.set_training(layers, True)
            hard = (new + hard)[:6000]
            log(f"detector step {step + 1}: loss {loss:.4f}, {len(new)} hard windows")
    nn.set_training(layers, False)
    return layers


def measure(layers, faces, others, log):
    """Share of held-out patches that are judged right at logit 0 and at the threshold used."""
    rng = np.random.default_rng(21)
    masked = np.stack([data.paint_mask(rng, f) for f in faces])
    result = {}
    for name, patches in (("faces", faces), ("masked faces", masked), ("non-faces", others)):
        result[name] = nn.forward(layers, patches[:, None])[:, 0, 0, 0]
    for limit in (0.0, 3.0):
        shares = {n: float((v > limit).mean()) for n, v in result.items()}
        log(
            f"detector, held-out patches taken for faces at logit > {limit:g}: "
            + ", ".join(f"{n} {s:.0%} of {len(result[n])}" for n, s in shares.items())
        )


def export(layers, path, height, width):
    graph = Graph()
    graph.layers("canvas", layers, "face", last="face_scores")
    rows, columns = ((side - 25) // 4 + 1 for side in (height, width))
    graph.write(
        path,
        "face_detector",
        "canvas",
        [1, 1, height, width],
        [("face_scores", [1, 1, rows, columns])],
    )
