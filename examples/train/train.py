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


def train_mask_detection(out, log):
    """Face detector and mask classifier; the copies for the other examples, too."""
    blurry = load_module(EXAMPLES / "mask_detection/src/blurry-faces-onnx/utils.py", "blurry_utils")
    faces, held_faces, others, held_others = data.patches()
    layers = detector.train(faces, others, data.backgrounds(), blurry, log)
    detector.measure(layers, held_faces, held_others, log)
    folder = out / "mask_detection/src"
    detector.export(layers, folder / "blurry-faces-onnx/onnx/face_detector.onnx",
                    blurry.CANVAS_HEIGHT, blurry.CANVAS_WIDTH)
    samples.try_detector(layers, blurry, log)
    mask = classifiers.train_mask(faces, held_faces, blurry.blur_faces, log)
    classifiers.export_classes(mask, folder / "mask-detector/onnx/mask_classifier.onnx", "mask_classifier",
                               "face", 16, "probabilities", 2)


def copy_models(out):
    """The examples are applications of their own: each carries its own copy of a model."""
    source = out / "mask_detection/src"
    for model, target in (("blurry-faces-onnx/onnx/face_detector.onnx", "early_exits/src/filter"),
                          ("blurry-faces-onnx/onnx/face_detector.onnx", "drift/src/mask-monitor"),
                          ("mask-detector/onnx/mask_classifier.onnx", "drift/src/mask-monitor")):
        folder = out / target / "onnx"
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / model, folder / Path(model).name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=EXAMPLES, help="folder to write to (default: the examples)")
    out = parser.parse_args().out
    cv2.setNumThreads(1)
    for folder in ("mask_detection/src/blurry-faces-onnx/onnx", "mask_detection/src/mask-detector/onnx",
                   "mask_detection/input", "train"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    log = make_log(out / "train/measured.txt")
    samples.write_samples(out)
    train_mask_detection(out, log)
    copy_models(out)
    faces, held_faces, others, held_others = data.patches()
    pictures = [image.mean(2, dtype="f4") / 255 for image in data.backgrounds()]
    accessories.train_degraded(out, faces, held_faces, others, held_others, pictures, log)
    accessories.train_exits(out, faces, held_faces, log)


if __name__ == "__main__":
    main()
