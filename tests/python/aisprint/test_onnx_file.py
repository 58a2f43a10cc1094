# SPDX-License-Identifier: Apache-2.0
"""Tests of aisprint.onnx_file: the reader of an ONNX file's inputs and outputs."""

import os
import random
import tempfile
import unittest

import support
from aisprint.onnx_file import Value, read_interface


class ReadInterface(unittest.TestCase):
    """Models are written by hand, byte for byte."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.path = os.path.join(scratch.name, "m.onnx")

    def read(self, data):
        support.write_file(self.path, data)
        return read_interface(self.path)

    def sample(self):
        return support.model(
            [support.node("Add", ["x", "w"], ["y"]), support.node("Relu", ["y"], ["z/out:0"])],
            [support.value("x", ["N", 3, 640]), support.value("w", [1])],
            [support.value("z/out:0", ["N", 3, 640]), support.value("y", [], 7)],
            [support.tensor("w", [1], [0.5])],
        )

    def test_real_inputs_and_outputs_in_order(self):
        interface = self.read(self.sample())
        self.assertEqual(interface.inputs, [Value("x", 1, (None, 3, 640))])
        self.assertEqual(
            interface.outputs, [Value("z/out:0", 1, (None, 3, 640)), Value("y", 7, ())]
        )

    def test_untyped_output(self):
        data = support.model([], [], [support.bytes_field(1, "y")])
        self.assertEqual(self.read(data).outputs, [Value("y", 0, None)])

    def test_sparse_initializers_are_no_inputs(self):
        sparse = support.bytes_field(1, support.tensor("w", [1], [1.0]))
        graph = support.bytes_field(15, sparse) + support.bytes_field(11, support.value("w", [1]))
        graph += support.bytes_field(12, support.value("y", [1]))
        self.assertEqual(self.read(support.bytes_field(7, graph)).inputs, [])

    def test_unknown_fields_of_every_wire_type_are_skipped(self):
        extra = support.number_field(99, 1 << 60) + support.bytes_field(98, b"abc")
        extra += support.varint(97 << 3 | 1) + bytes(8) + support.varint(96 << 3 | 5) + bytes(4)
        interface = self.read(extra + self.sample() + extra)
        self.assertEqual([value.name for value in interface.inputs], ["x"])

    def test_what_is_no_model(self):
        for data, text in (
            (b"", "is empty"),
            (b"hello, this is text", "is not an ONNX model"),
            (b"\x08\x07", "no graph"),
            (support.bytes_field(7, b""), "no outputs"),
            (b"\x80" * 20, "overlong"),
            (self.sample()[:-3], "runs past its end|truncated"),
        ):
            with self.assertRaisesRegex(ValueError, text):
                self.read(data)
        with self.assertRaises(OSError):
            read_interface(self.path + ".missing")

    def test_damage_gives_no_other_error(self):
        source = random.Random(5)
        whole = self.sample()
        refused = 0
        for _ in range(600):
            data = bytearray(whole[: source.randrange(1, len(whole) + 1)])
            data[source.randrange(len(data))] = source.randrange(256)
            try:
                self.read(bytes(data))
            except ValueError:
                refused += 1
        self.assertGreater(refused, 200)

    def test_reference_models(self):
        folder = os.path.join(support.SHARED_DATA, "models")
        path = os.path.join(folder, "version-RFB-640.onnx")
        if not os.path.exists(path):
            self.skipTest("no reference data")
        interface = read_interface(path)
        self.assertEqual(interface.inputs, [Value("input", 1, (1, 3, 480, 640))])
        self.assertEqual([value.name for value in interface.outputs], ["scores", "boxes"])


if __name__ == "__main__":
    unittest.main()
