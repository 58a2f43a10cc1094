# SPDX-License-Identifier: Apache-2.0
"""Makes the sample pictures, and tries the detector on pictures that it was not trained on."""

import shutil

import cv2
import numpy as np

import data
import nn

ASTRONAUT_FACE = (167, 60, 113)  # x, y, side of the face box in astronaut.png, read off by hand


def masked_astronaut():
    """astronaut.png with a light blue mask painted on."""
    image = data.picture("astronaut.png")
    x, y, side = ASTRONAUT_FACE
    outline = (
        np.array([x, y]) + data.MASK_OUTLINE * side * [0.84, 0.86] + [side * 0.09, side * 0.10]
    )
    cover = np.zeros(image.shape, np.float32)
    data.paint(cover, outline, (1.0, 1.0, 1.0))
    for corner, ear in (
        (outline[0], (x + 0.08 * side, y + 0.42 * side)),
        (outline[4], (x + 0.95 * side, y + 0.42 * side)),
    ):
        cv2.line(
            cover,
            tuple(int(v) for v in corner),
            tuple(int(v) for v in ear),
            (1.0, 1.0, 1.0),
            2,
            cv2.LINE_AA,
        )
    rows = np.arange(image.shape[0], dtype=np.float32)[:, None, None]
    shade = np.float32([220, 200, 160]) - 0.3 * (rows - (y + 0.6 * side))
    for fold in (0.66, 0.74, 0.82):
        shade = shade - 25 * np.exp(-(((rows - (y + fold * side)) / 1.2) ** 2))
    mixed = image * (1 - cover) + shade * cover
    return np.clip(np.round(mixed), 0, 255).astype("u1")


def two_people():
    """Two pictures side by side on one: without a mask, and smaller and mirrored with a mask."""
    left = data.picture("astronaut.png")[:, 60:400]
    right = cv2.resize(
        masked_astronaut()[:, 40:380][:, ::-1], None, fx=0.8, fy=0.8, interpolation=cv2.INTER_AREA
    )
    image = np.full((512, left.shape[1] + right.shape[1], 3), 128, np.uint8)
    image[:, : left.shape[1]] = left
    top = cv2.resize(
        right[:20], (right.shape[1], 512 - right.shape[0]), interpolation=cv2.INTER_LINEAR
    )
    image[: 512 - right.shape[0], left.shape[1] :] = cv2.GaussianBlur(top, (0, 0), 12)
    image[512 - right.shape[0] :, left.shape[1] :] = right
    return image


def write_samples(out):
    folder = out / "mask_detection/input"
    for name, image in (
        ("astronaut", data.picture("astronaut.png")),
        ("astronaut_masked", masked_astronaut()),
        ("two_people", two_people()),
    ):
        cv2.imwrite(str(folder / f"{name}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 90])
    for example in ("early_exits", "drift"):
        shutil.copyfile(folder / "two_people.jpg", out / example / "input/two_people.jpg")
    write_faces(out)


def try_detector(layers, blurry, log):
    """Logs the boxes that are found in pictures not used for training."""
    pictures = {
        "astronaut": data.picture("astronaut.png"),
        "astronaut_masked": masked_astronaut(),
        "two_people": two_people(),
        "camera": data.picture("camera.png"),
    }
    for name, image in pictures.items():
        canvas, levels = blurry.pack_pyramid(image)
        scores = nn.forward(layers, canvas)[0, 0]
        log(f"detector on {name}: boxes [x, y, side] {blurry.find_faces(scores, levels)}")


def write_faces(out):
    """Face pictures for the classifiers, cut from the astronaut pictures."""
    x, y, side = ASTRONAUT_FACE
    margin = side // 12
    window = (slice(y - margin, y + side + margin), slice(x - margin, x + side + margin))
    plain, masked = data.picture("astronaut.png")[window], masked_astronaut()[window]
    glasses = data.paint_sunglasses(np.random.default_rng(7), plain.astype("f4") / 255, scale=1)
    glasses = np.clip(np.round(glasses * 255), 0, 255).astype("u1")
    background = data.picture("astronaut.png")[300 : 300 + side, 100 : 100 + side]
    for name, image in (
        ("face_plain", plain),
        ("face_mask", masked),
        ("face_sunglasses", glasses),
        ("background", background),
    ):
        cv2.imwrite(str(out / f"degraded_performance/input/{name}.png"), image)
