# SPDX-License-Identifier: Apache-2.0
"""Tests of aisprint.onnx_inference and aisprint.runtimes, with each runtime that is installed."""

import importlib
import json
import os
import sys
import tempfile
import threading
import unittest
import warnings
from unittest import mock

import support
from aisprint import onnx_inference, runtimes
from aisprint.onnx_inference import load_and_inference

try:
    import numpy
except ImportError:
    numpy = None


def installed(name):
    try:
        importlib.import_module(name)
        return True
    except ImportError:
        return False


class Scratch(unittest.TestCase):
    """A folder with the models of the tests."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        onnx_inference._cache.clear()
        onnx_inference._warned.clear()

    def write(self, name, data):
        return support.write_file(os.path.join(self.folder, name), data)

    def chain(self, name="onnx/chain.onnx", factor=2.0):
        """x -> y = factor x + 1 -> z = max(y, 0); outputs z, y in this order."""
        nodes = [
            support.node("Mul", ["x", "f"], ["m"]),
            support.node("Add", ["m", "one"], ["y"]),
            support.node("Relu", ["y"], ["z"]),
        ]
        shape = [1, 2, 2, 2]
        numbers = [
            support.tensor("f", shape, [factor] * 8),
            support.tensor("one", shape, [1.0] * 8),
        ]
        outputs = [support.value("z", shape), support.value("y", shape)]
        return self.write(name, support.model(nodes, [support.value("x", shape)], outputs, numbers))


class WithRuntime:
    """The same tests for each runtime."""

    runtime = ""

    def run(self, result=None):
        with support.environment(AISPRINT_ONNX_RUNTIME=self.runtime):
            return super().run(result)

    def x(self):
        return numpy.arange(-4, 4, dtype="float32").reshape(1, 2, 2, 2)

    def test_outputs_in_the_order_of_the_graph(self):
        x = self.x()
        return_dict, result = load_and_inference(self.chain(), {"x": x})
        self.assertEqual(list(return_dict), ["z", "y"])
        self.assertIsInstance(result, list)
        numpy.testing.assert_allclose(result[0], numpy.maximum(2 * x + 1, 0))
        numpy.testing.assert_allclose(result[1], 2 * x + 1)
        numpy.testing.assert_array_equal(return_dict["z"], result[0])
        numpy.testing.assert_array_equal(return_dict["y"], result[1])
        self.assertEqual(result[0].dtype, numpy.float32)

    def test_forwarding_and_keep(self):
        x = self.x()
        data = {"x": x, "image": "cat.jpg", "keep": False}
        return_dict, _ = load_and_inference(self.chain(), data)
        self.assertEqual(sorted(return_dict), ["image", "keep", "y", "z"])
        self.assertEqual((return_dict["image"], return_dict["keep"]), ("cat.jpg", False))
        data["keep"] = True
        return_dict, _ = load_and_inference(self.chain(), data)
        self.assertEqual(sorted(return_dict), ["image", "keep", "x", "y", "z"])
        self.assertIs(return_dict["x"], x)
        self.assertEqual(sorted(data), ["image", "keep", "x"])

    def test_entry_with_the_name_of_an_output(self):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            return_dict, result = load_and_inference(self.chain(), {"x": self.x(), "y": "old"})
        self.assertEqual(return_dict["y"], "old")
        self.assertEqual(result[1].shape, (1, 2, 2, 2))
        self.assertIn("'y' replaces the output", str(caught[-1].message))

    def test_missing_input(self):
        with self.assertRaisesRegex(KeyError, "needs the input.*'x'.*only 'image'"):
            load_and_inference(self.chain(), {"image": 1})

    def test_several_inputs_and_other_types(self):
        nodes = [support.node("Add", ["a", "b"], ["s"]), support.node("Relu", ["s"], ["t"])]
        shape = [1, 3]
        data = support.model(
            nodes,
            [support.value("a", shape), support.value("b", shape)],
            [support.value("t", shape)],
        )
        path = self.write("two.onnx", data)
        a = numpy.array([[1.0, -2.0, 3.0]])  # 64 bits
        b = numpy.array([[1, 1, 1]], "int32")
        _, result = load_and_inference(path, {"b": b, "a": a})
        numpy.testing.assert_allclose(result[0], [[2.0, 0.0, 4.0]])
        _, result = load_and_inference(path, {"a": [[1, -2, 3]], "b": [[1.0, 1.0, 1.0]]})
        numpy.testing.assert_allclose(result[0], [[2.0, 0.0, 4.0]])
        with self.assertRaisesRegex(TypeError, "input 'a' of .* has the type complex128"):
            load_and_inference(path, {"a": a * 1j, "b": b})

    def test_not_contiguous_input(self):
        x = self.x()[:, :, :, ::-1]
        _, result = load_and_inference(self.chain(), {"x": x})
        numpy.testing.assert_allclose(result[1], 2 * x + 1)

    def test_initializers_among_the_inputs(self):
        shape = [1, 2, 2, 2]
        data = support.model(
            [support.node("Add", ["x", "w"], ["y"])],
            [support.value("x", shape), support.value("w", shape)],
            [support.value("y", shape)],
            [support.tensor("w", shape, [1.0] * 8)],
            ir_version=3,
            opset=9,
        )
        return_dict, result = load_and_inference(
            self.write("old.onnx", data), {"x": self.x(), "w": "kept"}
        )
        numpy.testing.assert_allclose(result[0], self.x() + 1)
        self.assertEqual(return_dict["w"], "kept")

    def exits(self, names):
        self.write("onnx/exit_nodes.json", json.dumps(names).encode("utf-8"))

    def test_one_exit(self):
        path = self.chain()
        self.exits(["y"])
        return_dict, result = load_and_inference(path, {"x": self.x(), "image": "i"})
        self.assertEqual(sorted(return_dict), ["image", "z"])
        self.assertEqual(len(result), 1)
        numpy.testing.assert_allclose(result[0], 2 * self.x() + 1)

    def test_several_exits_in_the_order_of_the_file(self):
        path = self.chain()
        self.exits(["y", "z"])
        return_dict, result = load_and_inference(path, {"x": self.x(), "keep": True})
        self.assertEqual(sorted(return_dict), ["keep", "x"])
        self.assertEqual(len(result), 2)
        numpy.testing.assert_allclose(result[0], 2 * self.x() + 1)
        numpy.testing.assert_allclose(result[1], numpy.maximum(2 * self.x() + 1, 0))

    def test_no_exits(self):
        path = self.chain()
        self.exits([])
        self.assertEqual(len(load_and_inference(path, {"x": self.x()})[1]), 2)

    def test_wrong_exit_files(self):
        path = self.chain()
        for content, text in (
            (b"{", "is not JSON"),
            (b'{"a": 1}', "must be a list of tensor names"),
            (b"[1]", "must be a list of tensor names"),
            (b'["w"]', "names 'w', which is no output of the model; its outputs are 'z', 'y'"),
        ):
            self.write("onnx/exit_nodes.json", content)
            with self.assertRaisesRegex(ValueError, text):
                load_and_inference(path, {"x": self.x()})

    def test_the_session_is_kept(self):
        path = self.chain()
        with mock.patch("aisprint.runtimes.open_session", wraps=runtimes.open_session) as opened:
            for _ in range(3):
                load_and_inference(path, {"x": self.x()})
            self.assertEqual(opened.call_count, 1)

    def test_a_changed_file_is_loaded_again(self):
        path = self.chain()
        load_and_inference(path, {"x": self.x()})
        os.unlink(path)
        self.chain(factor=3.0)
        os.utime(path, (1, 1))
        _, result = load_and_inference(path, {"x": self.x()})
        numpy.testing.assert_allclose(result[1], 3 * self.x() + 1)
        self.exits(["y"])  # and so are new exits
        self.assertEqual(len(load_and_inference(path, {"x": self.x()})[1]), 1)

    def test_threads(self):
        path = self.chain()
        failures = []

        def work(number):
            x = numpy.full((1, 2, 2, 2), number, "float32")
            for _ in range(20):
                _, result = load_and_inference(path, {"x": x})
                if not (result[1] == 2 * number + 1).all():
                    failures.append(number)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])

    def test_results_of_an_earlier_call_stay(self):
        path = self.chain()
        _, first = load_and_inference(path, {"x": self.x()})
        copy = first[1].copy()
        load_and_inference(path, {"x": self.x() + 5})
        numpy.testing.assert_array_equal(first[1], copy)

    def test_number_of_dimensions_as_stated(self):
        data = support.model(
            [support.node("Relu", ["x"], ["y"])],
            [support.value("x", [4])],
            [support.value("y", [4])],
        )
        _, result = load_and_inference(
            self.write("flat.onnx", data), {"x": numpy.array([-1, 2, -3, 4], "float32")}
        )
        self.assertEqual(result[0].shape, (4,))
        self.assertEqual(result[0].tolist(), [0, 2, 0, 4])

    def test_model_that_cannot_be_loaded(self):
        with self.assertRaisesRegex(FileNotFoundError, "no model file 'missing.onnx'"):
            load_and_inference("missing.onnx", {})
        data = support.model(
            [support.node("NoSuchOperator", ["x"], ["y"])],
            [support.value("x", [1, 2])],
            [support.value("y", [1, 2])],
        )
        with self.assertRaisesRegex(ValueError, "cannot load"):
            load_and_inference(self.write("bad.onnx", data), {"x": numpy.zeros((1, 2))})
        with self.assertRaisesRegex(ValueError, "is not an ONNX model"):
            load_and_inference(self.write("text.onnx", b"hello hello"), {})

    def test_reference_model(self):
        path = os.path.join(support.SHARED_DATA, "models", "version-RFB-640.onnx")
        if not os.path.exists(path):
            self.skipTest("no reference data")
        x = numpy.random.RandomState(0).rand(1, 3, 480, 640).astype("float32")
        return_dict, result = load_and_inference(path, {"input": x})
        self.assertEqual(list(return_dict), ["scores", "boxes"])
        self.assertEqual([item.shape for item in result], [(1, 17640, 2), (1, 17640, 4)])
        numpy.testing.assert_allclose(result[0].sum(axis=2), 1.0, atol=1e-5)


@unittest.skipUnless(numpy is not None and installed("onnxruntime"), "no ONNX Runtime")
class OnnxRuntime(WithRuntime, Scratch):
    """ONNX Runtime."""

    runtime = "onnxruntime"


@unittest.skipUnless(numpy is not None and installed("cv2"), "no OpenCV")
class OpenCv(WithRuntime, Scratch):
    """OpenCV."""

    runtime = "opencv"


@unittest.skipUnless(installed("onnxruntime") and installed("cv2"), "needs both runtimes")
class BothRuntimes(Scratch):
    """Both give the same numbers."""

    def test_reference_model(self):
        path = os.path.join(support.SHARED_DATA, "models", "version-RFB-640.onnx")
        if not os.path.exists(path):
            self.skipTest("no reference data")
        x = numpy.random.RandomState(0).rand(1, 3, 480, 640).astype("float32")
        results = []
        for name in ("onnxruntime", "opencv"):
            with support.environment(AISPRINT_ONNX_RUNTIME=name):
                results.append(load_and_inference(path, {"input": x})[1])
        for first, second in zip(*results):
            numpy.testing.assert_allclose(first, second, atol=1e-4)


class Choice(Scratch):
    """The choice of the runtime."""

    def test_nothing_installed(self):
        with support.environment(), mock.patch.dict(
            sys.modules, {"onnxruntime": None, "cv2": None}
        ):
            with self.assertRaisesRegex(
                ImportError, "pip install onnxruntime.*opencv-python-headless.*python3-opencv"
            ):
                load_and_inference(self.chain(), {"x": 1})

    def test_unknown_name(self):
        with support.environment(AISPRINT_ONNX_RUNTIME="tensorflow"):
            with self.assertRaisesRegex(ValueError, "'tensorflow' is unknown, allowed are"):
                load_and_inference(self.chain(), {"x": 1})

    def test_onnx_runtime_comes_first(self):
        class Session:
            def __init__(self, path, *_, **options):
                self.options = options

        fake = mock.Mock(InferenceSession=Session)
        fake.get_available_providers.return_value = ["A", "B"]
        with support.environment(), mock.patch.dict(sys.modules, {"onnxruntime": fake}):
            session = runtimes.open_session(self.chain())
        self.assertEqual(session._session.options, {"providers": ["A", "B"]})
        self.assertEqual((session.input_names, session.output_names), (["x"], ["z", "y"]))


if __name__ == "__main__":
    unittest.main()
