# SPDX-License-Identifier: Apache-2.0
"""Runs the components of the examples on their sample pictures, and the designs of them.

Needs numpy and OpenCV for Python; exits with 77 (skipped) where they are missing. The designs are
tested when the environment variable AISPRINT_PROGRAM names the program.
"""

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

try:
    import cv2
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "examples"
PROGRAM = os.environ.get("AISPRINT_PROGRAM", "")
LEFT_FACE, RIGHT_FACE = (107, 60, 113), (430, 150, 90)  # in two_people.jpg, read off by hand


def run_component(folder, source, target, **variables):
    """Runs main.py as the container's start script does; returns what it printed."""
    environment = dict(
        os.environ,
        PYTHONPATH=str(ROOT / "templates/python"),
        PYTHONDONTWRITEBYTECODE="1",
        **variables,
    )
    done = subprocess.run(
        [sys.executable, "main.py", "-i", str(source), "-o", str(target)],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode != 0:
        raise AssertionError(f"{folder}: {done.stderr}")
    return done.stdout


def boxes_in(path):
    """The face boxes that blurry-faces-onnx put into a PNG file."""
    data = Path(path).read_bytes()
    at = data.index(b"tEXtaisprint\0")
    length = int.from_bytes(data[at - 4 : at], "big")
    return json.loads(data[at + 13 : at + 4 + length])["faces"]


def overlap(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[2], b[1] + b[2]) - max(a[1], b[1])
    both = max(w, 0) * max(h, 0)
    return both / (a[2] ** 2 + b[2] ** 2 - both)


def sharpness(image):
    return float(cv2.Laplacian(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), cv2.CV_64F).var())


class ExampleTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="aisprint-examples-")
        self.addCleanup(folder.cleanup)
        self.out = Path(folder.name)


class MaskDetectionTest(ExampleTest):
    source = EXAMPLES / "mask_detection/src"
    sample = EXAMPLES / "mask_detection/input/two_people.jpg"

    def test_both_faces_are_found_and_blurred_and_the_rest_is_left_alone(self):
        run_component(self.source / "blurry-faces-onnx", self.sample, self.out / "blurred.png")
        boxes = boxes_in(self.out / "blurred.png")
        self.assertEqual(len(boxes), 2)
        before, after = cv2.imread(str(self.sample)), cv2.imread(str(self.out / "blurred.png"))
        untouched = np.ones(before.shape[:2], bool)
        for face in (LEFT_FACE, RIGHT_FACE):
            box = max(boxes, key=lambda found: overlap(found, face))
            self.assertGreater(overlap(box, face), 0.5, f"{box} for {face}")
            x, y, side = box
            inside = (slice(y, y + side), slice(x, x + side))
            self.assertLess(sharpness(after[inside]), 0.1 * sharpness(before[inside]))
            margin = side // 4
            untouched[y - margin : y + side + margin, x - margin : x + side + margin] = False
        np.testing.assert_array_equal(before[untouched], after[untouched])

    def test_the_mask_is_recognised_on_the_blurred_faces(self):
        for name in ("picture.jpg", "picture.png", "aisprint-0123"):
            with self.subTest(name):
                run_component(self.source / "blurry-faces-onnx", self.sample, self.out / name)
                text = run_component(
                    self.source / "mask-detector", self.out / name, self.out / f"result-{name}"
                )
                lines = sorted(
                    text.splitlines(), key=lambda line: int(line.split("[")[1].split(",")[0])
                )
                self.assertEqual(len(lines), 2)
                self.assertIn(": no mask", lines[0])
                self.assertIn(": mask", lines[1])
                self.assertIsNotNone(cv2.imread(str(self.out / f"result-{name}")))

    def test_a_picture_without_faces_passes_unchanged(self):
        picture = np.full((120, 160, 3), 90, np.uint8)
        cv2.imwrite(str(self.out / "grey.png"), picture)
        run_component(
            self.source / "blurry-faces-onnx", self.out / "grey.png", self.out / "same.png"
        )
        self.assertEqual(boxes_in(self.out / "same.png"), [])
        np.testing.assert_array_equal(cv2.imread(str(self.out / "same.png")), picture)


class DegradedPerformanceTest(ExampleTest):
    source = EXAMPLES / "degraded_performance/src"
    samples = EXAMPLES / "degraded_performance/input"

    def test_the_filter_keeps_faces_and_drops_background(self):
        for name in ("filter", "filter_small"):
            with self.subTest(name):
                run_component(
                    self.source / name,
                    self.samples / "face_plain.png",
                    self.out / f"{name}-face.png",
                )
                self.assertTrue((self.out / f"{name}-face.png").exists())
                run_component(
                    self.source / name,
                    self.samples / "background.png",
                    self.out / f"{name}-none.png",
                )
                self.assertFalse((self.out / f"{name}-none.png").exists())

    def test_the_classifier_knows_what_a_face_wears(self):
        for name in ("plain", "mask", "sunglasses"):
            with self.subTest(name):
                run_component(
                    self.source / "classifier", self.samples / f"face_{name}.png", self.out / name
                )
                self.assertEqual(json.loads((self.out / name).read_text())["class"], name)

    def test_confusion_matrices_fit_their_class_files(self):
        for name in ("filter", "filter_small", "classifier", "classifier_small"):
            folder = self.source / name / "classification_performance"
            matrix = np.load(folder / "confusion_matrix.npy", allow_pickle=False)
            with open(folder / "class_names_dictionary.csv", newline="") as file:
                classes = [row["class"] for row in csv.DictReader(file)]
            self.assertEqual(matrix.shape, (len(classes), len(classes)))
            self.assertAlmostEqual(matrix.sum(), 1.0, places=9)

    def test_the_dag_holds_the_measured_share_that_passes_the_filter(self):
        matrix = np.load(self.source / "filter/classification_performance/confusion_matrix.npy")
        dag = (EXAMPLES / "degraded_performance/common_config/application_dag.yaml").read_text()
        self.assertIn(f"['filter', 'classifier', {round(float(matrix[:, 1].sum()), 4):g}]", dag)


class EarlyExitsTest(ExampleTest):
    source = EXAMPLES / "early_exits/src"

    def test_the_best_face_is_cut_out_and_classified(self):
        sample = EXAMPLES / "early_exits/input/two_people.jpg"
        run_component(self.source / "filter", sample, self.out / "face.png")
        self.assertEqual(cv2.imread(str(self.out / "face.png")).shape, (100, 100, 3))
        run_component(self.source / "classifier", self.out / "face.png", self.out / "result.json")
        self.assertEqual(json.loads((self.out / "result.json").read_text())["class"], "mask")


class DriftTest(ExampleTest):
    source = EXAMPLES / "drift/src"
    sample = EXAMPLES / "drift/input/two_people.jpg"

    def test_the_ratio_is_reported_and_the_report_lists_the_faces(self):
        text = run_component(self.source / "mask-monitor", self.sample, self.out / "picture")
        self.assertIn("2 face(s), mask ratio 0.50", text)
        run_component(
            self.source / "report", self.out / "picture_NO_DRIFT", self.out / "report.json"
        )
        self.assertEqual(len(json.loads((self.out / "report.json").read_text())["faces"]), 2)

    def test_pictures_are_marked_while_the_detector_collects_data(self):
        (self.out / "state").mkdir()
        (self.out / "state/drift_state.yaml").write_text("masks:\n  ratio: 1\n")
        run_component(
            self.source / "mask-monitor",
            self.sample,
            self.out / "picture",
            DRIFT_DETECTOR_MINIO_URL=(self.out / "state").as_uri(),
        )
        self.assertTrue((self.out / "picture_DRIFTED").exists())
        self.assertFalse((self.out / "picture_NO_DRIFT").exists())


class CopiesTest(unittest.TestCase):
    def test_files_that_several_examples_carry_are_the_same(self):
        blurry = EXAMPLES / "mask_detection/src/blurry-faces-onnx"
        copies = [
            ("utils.py", blurry, "early_exits/src/filter"),
            ("utils.py", blurry, "drift/src/mask-monitor"),
            ("onnx/face_detector.onnx", blurry, "early_exits/src/filter"),
            ("onnx/face_detector.onnx", blurry, "drift/src/mask-monitor"),
            (
                "onnx/mask_classifier.onnx",
                EXAMPLES / "mask_detection/src/mask-detector",
                "drift/src/mask-monitor",
            ),
        ]
        for name, first, other in copies:
            self.assertEqual(
                (first / name).read_bytes(),
                (EXAMPLES / other / name).read_bytes(),
                f"{other}/{name}",
            )


@unittest.skipUnless(PROGRAM, "AISPRINT_PROGRAM is not set")
class DesignTest(ExampleTest):
    """The generated segments give what the base component gives."""

    def design(self, name):
        application = self.out / name
        shutil.copytree(EXAMPLES / name, application)
        done = subprocess.run(
            [PROGRAM, "design", "--application_dir", str(application)],
            capture_output=True,
            text=True,
            timeout=120,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return application / "aisprint/designs"

    def test_two_segments_give_the_same_picture_as_the_base_design(self):
        for example, component in (
            ("mask_detection", "blurry-faces-onnx"),
            ("early_exits", "filter"),
        ):
            with self.subTest(example):
                designs = self.design(example) / component
                sample = EXAMPLES / example / "input/two_people.jpg"
                for folder in ("base", "middle", "end"):
                    (self.out / example / folder).mkdir()
                at = self.out / example
                run_component(designs / "base", sample, at / "base/picture.png")
                run_component(designs / "partition1_1", sample, at / "middle/picture.png")
                run_component(
                    designs / "partition1_2", at / "middle/picture.png", at / "end/ignored"
                )
                self.assertEqual(
                    (at / "base/picture.png").read_bytes(), (at / "end/picture.png").read_bytes()
                )

    def test_early_exits_take_one_exit_each_and_agree_on_clear_cases(self):
        designs = self.design("early_exits") / "classifier"
        for name in ("plain", "mask", "sunglasses"):
            sample = EXAMPLES / f"degraded_performance/input/face_{name}.png"
            run_component(designs / "base", sample, self.out / f"{name}-base")
            source = sample
            for segment in (1, 2, 3):
                folder = self.out / f"{name}-{segment}"
                folder.mkdir()
                run_component(designs / f"partition1_{segment}", source, folder / name)
                source = folder / f"{name}_NO_EARLYEXIT"
                if not source.exists():
                    break
            base, early = (
                json.loads(path.read_text())["class"]
                for path in (self.out / f"{name}-base", folder / name)
            )
            self.assertEqual(base, early, name)

    def test_the_other_examples_can_be_designed(self):
        designs = self.design("degraded_performance")
        self.assertTrue((designs / "filter_small/base/main.py").exists())
        self.assertTrue((self.design("drift") / "mask-monitor/base/main.py").exists())


if __name__ == "__main__":
    unittest.main()
