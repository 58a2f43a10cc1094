# SPDX-License-Identifier: Apache-2.0
"""Trains the models of the examples and makes their sample pictures.

Deterministic: with the versions of requirements.txt, one thread and the linear algebra
kernels chosen below, two runs write the same bytes. See ../README.md.
"""

import os

os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ["OPENBLAS_CORETYPE"] = "Haswell"

import argparse
import importlib.util
import shutil
from pathlib import Path

import cv2

import accessories
import classifiers
import data
import detector
import samples

EXAMPLES = Path(__file__).resolve().parent.parent


def load_module(path, name):
    """A component's utils.py, so that training and component share one implementation."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def make_log(path):
    lines = []

    def log(text):
        print(text, flush=True)
        lines.append(text)
        path.write_text("\n".join(lines) + "\n")

    return log


def blurry_utils():
    return load_module(EXAMPLES / "mask_detection/src/blurry-faces-onnx/utils.py", "blurry_utils")


def train_detector(out, log):
    blurry = blurry_utils()
    faces, held_faces, others, held_others = data.patches()
    coarse = blurry_utils()  # fewer pyramid levels than the component has, to save time
    coarse.STEP, coarse.CANVAS_HEIGHT = 2.0 ** (1 / 4), 584
    layers = detector.train(faces, others, data.backgrounds(), coarse, log)
    detector.measure(layers, held_faces, held_others, log)
    samples.try_detector(layers, blurry, log)
    detector.export(
        layers,
        out / "mask_detection/src/blurry-faces-onnx/onnx/face_detector.onnx",
        blurry.CANVAS_HEIGHT,
        blurry.CANVAS_WIDTH,
    )


def train_mask(out, log):
    faces, held_faces, _, _ = data.patches()
    layers = classifiers.train_mask(faces, held_faces, blurry_utils().blur_faces, log)
    classifiers.export_classes(
        layers,
        out / "mask_detection/src/mask-detector/onnx/mask_classifier.onnx",
        "mask_classifier",
        "face",
        3,
        16,
        "probabilities",
        2,
    )


def train_degraded(out, log):
    pictures = [image.mean(2, dtype="f4") / 255 for image in data.backgrounds()]
    accessories.train_degraded(out, *data.patches(), pictures, log)


def train_exits(out, log):
    faces, held_faces, _, _ = data.patches()
    accessories.train_exits(out, faces, held_faces, log)


PARTS = {
    "detector": train_detector,
    "mask": train_mask,
    "degraded": train_degraded,
    "exits": train_exits,
}


def copy_models(out):
    """The examples are applications of their own: each carries its own copy of a model."""
    source = out / "mask_detection/src"
    for model, target in (
        ("blurry-faces-onnx/onnx/face_detector.onnx", "early_exits/src/filter"),
        ("blurry-faces-onnx/onnx/face_detector.onnx", "drift/src/mask-monitor"),
        ("mask-detector/onnx/mask_classifier.onnx", "drift/src/mask-monitor"),
    ):
        if not (source / model).exists():
            continue
        folder = out / target / "onnx"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / model, folder / Path(model).name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--out", type=Path, default=EXAMPLES, help="folder to write to (default: the examples)"
    )
    parser.add_argument(
        "--part", choices=PARTS, action="append", help="train this only (may be repeated)"
    )
    args = parser.parse_args()
    cv2.setNumThreads(1)
    for folder in (
        "mask_detection/src/blurry-faces-onnx/onnx",
        "mask_detection/src/mask-detector/onnx",
        "mask_detection/input",
        "degraded_performance/input",
        "early_exits/input",
        "drift/input",
        "train/measured",
    ):
        (args.out / folder).mkdir(parents=True, exist_ok=True)
    samples.write_samples(args.out)
    for part in args.part or PARTS:
        PARTS[part](args.out, make_log(args.out / f"train/measured/{part}.txt"))
    copy_models(args.out)


if __name__ == "__main__":
    main()
