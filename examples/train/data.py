# SPDX-License-Identifier: Apache-2.0
"""Training data of the examples, from pictures that Debian's python3-skimage ships."""

import os

import cv2
import numpy as np

FOLDER = os.environ.get("SKIMAGE_DATA", "/usr/lib/python3/dist-packages/skimage/data")
WINDOW = 25

# Pictures without people, for the background class. `astronaut.png` and `camera.png` are
# never used for training: they are the pictures that the detector is tried on.
BACKGROUNDS = [
    "brick.png",
    "cell.png",
    "chelsea.png",
    "clock_motion.png",
    "coffee.png",
    "coins.png",
    "color.png",
    "grass.png",
    "gravel.png",
    "horse.png",
    "hubble_deep_field.jpg",
    "ihc.png",
    "moon.png",
    "motorcycle_left.png",
    "page.png",
    "retina.jpg",
    "rocket.jpg",
    "text.png",
]


def picture(name, flag=cv2.IMREAD_COLOR):
    image = cv2.imread(os.path.join(FOLDER, name), flag)
    if image is None:
        raise SystemExit(
            f"cannot read {name} in {FOLDER}: install python3-skimage, "
            "or set SKIMAGE_DATA to the folder of its pictures"
        )
    return image


def patches():
    """Faces and non-faces, each split in training and held-out ones (every fourth)."""
    data = np.load(os.path.join(FOLDER, "lfw_subset.npy")).astype("f4")
    held_out = np.arange(100) % 4 == 3
    faces, others = data[:100], data[100:]
    return faces[~held_out], faces[held_out], others[~held_out], others[held_out]


def backgrounds():
    return [picture(name) for name in BACKGROUNDS]


def warp(rng, patch, shift=2.0, low=0.87, high=1.15, angle=10.0):
    """The patch, flipped, moved, scaled and turned at random."""
    if rng.random() < 0.5:
        patch = patch[:, ::-1]
    c = (patch.shape[0] - 1) / 2
    m = cv2.getRotationMatrix2D((c, c), rng.uniform(-angle, angle), rng.uniform(low, high))
    m[:, 2] += rng.uniform(-shift, shift, 2)
    return cv2.warpAffine(
        np.ascontiguousarray(patch),
        m,
        patch.shape[1::-1],
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )


def light(rng, patch):
    """Random gamma, contrast, brightness, blur and noise; result within 0..1."""
    if rng.random() < 0.4:
        patch = cv2.GaussianBlur(patch, (0, 0), rng.uniform(0.3, 1.0))
    patch = np.clip(patch, 0, 1) ** rng.uniform(0.6, 1.6)
    patch = (patch - 0.5) * rng.uniform(0.5, 1.2) + 0.5 + rng.uniform(-0.2, 0.2)
    if rng.random() < 0.5:
        patch = patch + rng.normal(0, rng.uniform(0, 0.03), patch.shape)
    return np.clip(patch, 0, 1).astype("f4")


# A face mask within the unit square of a face box, clockwise from the upper left corner.
MASK_OUTLINE = np.array(
    [
        (0.16, 0.50),
        (0.34, 0.49),
        (0.50, 0.45),
        (0.66, 0.49),
        (0.84, 0.50),
        (0.80, 0.80),
        (0.66, 0.96),
        (0.50, 1.00),
        (0.34, 0.96),
        (0.20, 0.80),
    ]
)


def paint(image, points, colour, shift=4):
    scaled = np.round(points * (1 << shift)).astype(np.int32)
    cv2.fillPoly(image, [scaled], colour, cv2.LINE_AA, shift)


def mask_layers(rng, side):
    """How much a mask covers at each pixel of a face box, and its brightness there."""
    tone = rng.uniform(0.55, 1.0) if rng.random() < 0.75 else rng.uniform(0.05, 0.3)
    outline = (MASK_OUTLINE + rng.normal(0, 0.015, MASK_OUTLINE.shape)) * side
    outline += rng.uniform(-0.04, 0.04, 2) * side
    cover = np.zeros((side, side), "f4")
    paint(cover, outline, 1.0)
    ramp = np.linspace(-1, 1, side, dtype="f4")
    shade = (
        tone + rng.uniform(-0.12, 0.12) * ramp[None, :] + rng.uniform(-0.15, 0.05) * ramp[:, None]
    )
    for fold in rng.uniform(0.58, 0.9, rng.integers(0, 4)):
        shade = shade - 0.08 * np.exp(-(((np.arange(side)[:, None] / side - fold) / 0.012) ** 2))
    for near, x in ((outline[0], 0), (outline[4], side)):
        ear = (x, int(rng.uniform(0.35, 0.5) * side))
        cv2.line(cover, tuple(int(v) for v in near), ear, 0.8, 2, cv2.LINE_AA)
    return cover, shade


def paint_mask(rng, patch, scale=6):
    """The face, grey or BGR, with a mask of random tone (and colour) over nose, mouth and chin."""
    big = cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    cover, shade = mask_layers(rng, big.shape[0])
    if patch.ndim == 3:
        cover = cover[:, :, None]
        shade = shade[:, :, None] * cloth_colour(rng)
    big = big * (1 - cover) + shade * cover
    small = cv2.resize(big, patch.shape[1::-1], interpolation=cv2.INTER_AREA)
    return np.clip(small, 0, 1).astype("f4")


def cloth_colour(rng):
    """Factors of blue, green and red: white or black cloth, medical blue or green, any colour."""
    kind = rng.random()
    if kind < 0.35:
        return rng.uniform(0.93, 1.07, 3)
    if kind < 0.75:
        return np.array([rng.uniform(0.95, 1.15), rng.uniform(0.85, 1.1), rng.uniform(0.45, 0.9)])
    return rng.uniform(0.3, 1.2, 3)


def tint(rng, grey):
    """A grey face as BGR, with a random skin tone; sometimes left grey."""
    if rng.random() < 0.15:
        return cv2.merge([grey] * 3)
    factors = [rng.uniform(0.6, 0.95), rng.uniform(0.82, 1.0), rng.uniform(1.05, 1.3)]
    return cv2.merge([np.clip(grey * f, 0, 1).astype("f4") for f in factors])


def paint_sunglasses(rng, patch, scale=6):
    """The face with dark glasses painted over the eyes."""
    big = cv2.resize(patch, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    side = big.shape[0]
    cover = np.zeros((side, side), "f4")
    offset = rng.uniform(-0.03, 0.03, 2)
    width, height = rng.uniform(0.12, 0.16), rng.uniform(0.075, 0.12)
    eyes = [((x + offset[0]) * side, (0.38 + offset[1]) * side) for x in (0.32, 0.68)]
    for x, y in eyes:
        cv2.ellipse(
            cover,
            (int(x), int(y)),
            (int(width * side), int(height * side)),
            0,
            0,
            360,
            1.0,
            -1,
            cv2.LINE_AA,
        )
    cv2.line(
        cover,
        (int(0.05 * side), int(eyes[0][1])),
        (int(0.95 * side), int(eyes[1][1])),
        0.9,
        4,
        cv2.LINE_AA,
    )
    tone = rng.uniform(0.0, 0.2)
    if patch.ndim == 3:
        cover = cover[:, :, None]
    big = big * (1 - cover) + tone * cover
    return np.clip(cv2.resize(big, patch.shape[1::-1], interpolation=cv2.INTER_AREA), 0, 1).astype(
        "f4"
    )


def random_crop(rng, image, side=WINDOW):
    """A square of random size and place, resized to the window."""
    limit = min(image.shape)
    size = int(round(np.exp(rng.uniform(np.log(side), np.log(limit)))))
    y = rng.integers(0, image.shape[0] - size + 1)
    x = rng.integers(0, image.shape[1] - size + 1)
    return cv2.resize(image[y : y + size, x : x + size], (side, side), interpolation=cv2.INTER_AREA)


def off_centre(rng, face):
    """A crop that shows a face only in part, far too large, or upside down: not a good box."""
    kind = rng.random()
    if kind < 0.5:
        return warp(rng, face, shift=10, low=1.7, high=2.6)
    if kind < 0.65:
        return warp(rng, face[::-1])
    angle = rng.uniform(0, 2 * np.pi)
    distance = rng.uniform(9, 15)
    side = face.shape[0]
    m = np.float32([[1, 0, distance * np.cos(angle)], [0, 1, distance * np.sin(angle)]])
    return cv2.warpAffine(face, m, (side, side), borderMode=cv2.BORDER_REPLICATE)


def clutter(rng, side=256):
    """A drawn picture of many soft shapes, stripes and edges: anything but a face."""
    image = np.full((side, side), rng.uniform(0, 1), "f4")
    for _ in range(rng.integers(20, 90)):
        x, y = (int(v) for v in rng.integers(0, side, 2))
        w, h = (int(v) for v in np.exp(rng.uniform(np.log(3), np.log(side / 2), 2)))
        tone, kind = float(rng.uniform(0, 1)), rng.integers(4)
        if kind == 0:
            box = cv2.boxPoints(((x, y), (w, h), float(rng.uniform(0, 180))))
            cv2.fillPoly(image, [box.astype(np.int32)], tone, cv2.LINE_AA)
        elif kind == 1:
            cv2.ellipse(
                image,
                (x, y),
                (w // 2 + 1, h // 2 + 1),
                float(rng.uniform(0, 180)),
                0,
                360,
                tone,
                -1,
            )
        elif kind == 2:
            cv2.line(image, (x, y), (x + w - h, y + h), tone, int(rng.integers(1, 12)), cv2.LINE_AA)
        else:
            step, angle = int(rng.integers(3, 14)), rng.uniform(0, np.pi)
            for k in range(int(rng.integers(3, 9))):
                a = (int(x + k * step * np.cos(angle)), int(y + k * step * np.sin(angle)))
                b = (int(a[0] - h * np.sin(angle)), int(a[1] + h * np.cos(angle)))
                cv2.line(image, a, b, tone, max(1, step // 3), cv2.LINE_AA)
    return np.clip(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 2.0)), 0, 1)


def varied(rng, image):
    """One channel of a background picture, turned, mirrored and relit at random."""
    plane = image[:, :, rng.integers(3)].astype("f4") / 255
    plane = np.rot90(plane, rng.integers(4))
    if rng.random() < 0.5:
        plane = plane[:, ::-1]
    if rng.random() < 0.3:
        plane = 1 - plane
    return np.ascontiguousarray(light(rng, np.ascontiguousarray(plane)))
