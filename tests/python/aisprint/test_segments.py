# SPDX-License-Identifier: Apache-2.0
"""Tests of aisprint.segments."""

import collections
import json
import math
import os
import pickle
import random
import subprocess
import sys
import tempfile
import unittest
import zipfile
from unittest import mock

import support
from aisprint.segments import SegmentError, load_segment, save_segment

try:
    import numpy
except ImportError:
    numpy = None


class TouchesDisk(unittest.TestCase):
    """A scratch folder per test."""

    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name
        self.path = os.path.join(scratch.name, "frame 1.jpg")

    def through(self, data):
        save_segment(self.path, data)
        return load_segment(self.path)


class PlainValues(TouchesDisk):
    """Data without arrays; NumPy is not needed."""

    def test_round_trip(self):
        data = {
            "block3/pool:0": "text",
            "keep": True,
            "size": [480, 640, -1, 2**80],
            "scale": [0.1, 1e300, -0.0, 5e-324],
            "nothing": None,
            "nested": {"a": {"b": [{"c": []}, {}]}},
            "unicode \u4e16 \U0001f600": "caf\u00e9\n\0",
            "pair": (1, ("x", [2])),
            "raw": b"\x00\xff",
            "": "empty name",
        }
        result = self.through(data)
        self.assertEqual(result, data)
        self.assertEqual(list(result), list(data))
        self.assertIs(result["keep"], True)
        self.assertIsInstance(result["pair"], tuple)
        self.assertEqual(math.copysign(1, result["scale"][2]), -1)

    def test_special_numbers(self):
        result = self.through([float("nan"), float("inf"), float("-inf")])
        self.assertTrue(math.isnan(result[0]))
        self.assertEqual(result[1:], [float("inf"), float("-inf")])

    def test_keys_that_are_no_plain_text(self):
        data = {1: "a", None: "b", (1, 2): "c", "$array": 3, 2.5: [4], True and "x": 5}
        self.assertEqual(self.through(data), data)
        self.assertEqual(self.through({"$array": 0}), {"$array": 0})
        self.assertEqual(self.through({"$map": {"$tuple": [1]}}), {"$map": {"$tuple": [1]}})

    def test_containers_of_the_standard_library_become_plain(self):
        point = collections.namedtuple("point", "x y")
        data = {"p": point(1, 2), "d": collections.OrderedDict([("b", 1), ("a", 2)])}
        self.assertEqual(self.through(data), {"p": (1, 2), "d": {"b": 1, "a": 2}})

    def test_any_data_comes_back(self):
        source = random.Random(7)

        def make(depth):
            kind = source.randrange(9 if depth < 4 else 6)
            if kind == 0:
                return source.choice([None, True, False])
            if kind == 1:
                return source.randrange(-(10 ** source.randrange(1, 30)), 10**6)
            if kind == 2:
                return source.uniform(-1, 1) * 10 ** source.randrange(-300, 300)
            if kind in (3, 4):
                return "".join(chr(source.randrange(1, 0x2FF)) for _ in range(source.randrange(9)))
            if kind == 5:
                return bytes(bytearray(source.randrange(256) for _ in range(source.randrange(9))))
            if kind == 6:
                return [make(depth + 1) for _ in range(source.randrange(4))]
            if kind == 7:
                return tuple(make(depth + 1) for _ in range(source.randrange(4)))
            keys = [source.choice(["a", "$b", 3, "c:0/d", (1, "e")]) for _ in range(4)]
            return {key: make(depth + 1) for key in keys}

        for _ in range(100):
            data = make(0)
            self.assertEqual(self.through(data), data)

    def test_unsupported_objects_are_named(self):
        for data, text in (
            ({"a": {"boxes:0": [1, {2}]}}, r"data\['a'\]\['boxes:0'\]\[1\] has the type .*set"),
            ({"f": len}, r"data\['f'\] has the type .*builtin_function.*forward strings"),
            ({"c": 1j}, r"data\['c'\] has the type builtins.complex"),
            ({frozenset(): 1}, r"segment key frozenset\(\) at data"),
        ):
            with self.assertRaisesRegex(TypeError, text):
                save_segment(self.path, data)
        self.assertEqual(os.listdir(self.folder), [])

    def test_endless_data(self):
        data = []
        data.append(data)
        with self.assertRaisesRegex(TypeError, "contains itself"):
            save_segment(self.path, data)

    def test_same_data_same_bytes(self):
        data = {"b": [1, 2.5], "a": "x"}
        save_segment(self.path, data)
        with open(self.path, "rb") as stream:
            first = stream.read()
        with mock.patch("time.time", return_value=2e9):
            save_segment(self.path, {"b": [1, 2.5], "a": "x"})
        with open(self.path, "rb") as stream:
            self.assertEqual(stream.read(), first)

    def test_numpy_is_not_imported_for_plain_values(self):
        code = (
            "import sys; from aisprint.segments import *; save_segment(sys.argv[1], {'a': [1]}); "
            "assert load_segment(sys.argv[1]) == {'a': [1]}; assert 'numpy' not in sys.modules; "
            "assert 'pickle' not in sys.modules"
        )
        variables = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        status = subprocess.call([sys.executable, "-B", "-c", code, self.path], env=variables)
        self.assertEqual(status, 0)


class Files(TouchesDisk):
    """The file itself."""

    def test_the_name_is_kept(self):
        self.through({"a": 1})
        self.assertEqual(os.listdir(self.folder), ["frame 1.jpg"])
        with zipfile.ZipFile(self.path) as archive:
            self.assertEqual(archive.namelist(), ["segment.json"])
            self.assertEqual(archive.infolist()[0].date_time, (1980, 1, 1, 0, 0, 0))

    def test_a_failing_write_keeps_the_old_file(self):
        save_segment(self.path, {"a": 1})
        with mock.patch("aisprint.segments._write_zip", side_effect=OSError("disk full")):
            with self.assertRaisesRegex(OSError, "disk full"):
                save_segment(self.path, {"a": 2})
        self.assertEqual(load_segment(self.path), {"a": 1})
        self.assertEqual(os.listdir(self.folder), ["frame 1.jpg"])

    def test_relative_path(self):
        before = os.getcwd()
        os.chdir(self.folder)
        try:
            save_segment("out.bin", [1])
            self.assertEqual(load_segment("out.bin"), [1])
        finally:
            os.chdir(before)

    def test_every_truncation_is_reported(self):
        save_segment(self.path, {"a": list(range(50)), "b": "text"})
        with open(self.path, "rb") as stream:
            whole = stream.read()
        for length in range(len(whole)):
            support.write_file(self.path, whole[:length])
            with self.assertRaises(SegmentError):
                load_segment(self.path)

    def test_damage_never_gives_another_error(self):
        save_segment(self.path, {"a": [1, (2, b"x")], 3: {"b": float("inf")}})
        with open(self.path, "rb") as stream:
            whole = bytearray(stream.read())
        source = random.Random(3)
        refused = 0
        for _ in range(400):
            damaged = bytearray(whole)
            for _ in range(source.randrange(1, 4)):
                damaged[source.randrange(len(damaged))] = source.randrange(256)
            support.write_file(self.path, bytes(damaged))
            try:
                load_segment(self.path)
            except SegmentError:
                refused += 1
        self.assertGreater(refused, 200)

    def write_index(self, document):
        with zipfile.ZipFile(self.path, "w") as archive:
            archive.writestr("segment.json", json.dumps(document))

    def test_foreign_files(self):
        with self.assertRaises(FileNotFoundError):
            load_segment(self.path)
        support.write_file(self.path, b"\xff\xd8\xff\xe0 JFIF")
        with self.assertRaisesRegex(SegmentError, "is not a segment: it starts with"):
            load_segment(self.path)
        with zipfile.ZipFile(self.path, "w") as archive:
            archive.writestr("other.txt", "x")
        with self.assertRaisesRegex(SegmentError, "segment.json"):
            load_segment(self.path)
        self.write_index({"format": "other"})
        with self.assertRaisesRegex(SegmentError, "is foreign"):
            load_segment(self.path)
        self.write_index({"format": "aisprint-segment", "version": 2, "data": 1})
        with self.assertRaisesRegex(SegmentError, "version 2, this package reads 1"):
            load_segment(self.path)
        self.write_index({"format": "aisprint-segment", "version": 1, "data": {"$eval": "1"}})
        with self.assertRaisesRegex(SegmentError, r"unknown element '\$eval'"):
            load_segment(self.path)
        for number in (0, "x", None, -1, [1]):
            self.write_index(
                {"format": "aisprint-segment", "version": 1, "data": {"$array": number}}
            )
            if numpy is not None:
                with self.assertRaises(SegmentError):
                    load_segment(self.path)


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (self.path, "w"))


class Pickle(TouchesDisk):
    """The container that runs code: an option for writing, never read by default."""

    def test_refused_by_default(self):
        proof = os.path.join(self.folder, "proof")
        for protocol in range(2, 5):
            support.write_file(self.path, pickle.dumps(Bomb(proof), protocol))
            with support.environment():
                with self.assertRaisesRegex(
                    SegmentError, "runs whatever code.*AISPRINT_SEGMENT_CONTAINER=pickle"
                ):
                    load_segment(self.path)
        support.write_file(self.path, pickle.dumps(Bomb(proof), 0))
        with self.assertRaises(SegmentError):
            load_segment(self.path)
        self.assertFalse(os.path.exists(proof))

    def test_by_argument(self):
        save_segment(self.path, {"a": {1, 2}}, container="pickle")
        self.assertEqual(load_segment(self.path, container="pickle"), {"a": {1, 2}})
        with self.assertRaises(SegmentError):
            load_segment(self.path)

    def test_by_environment(self):
        with support.environment(AISPRINT_SEGMENT_CONTAINER="pickle"):
            self.assertEqual(self.through({"a": 1j}), {"a": 1j})
            with self.assertRaises(SegmentError):
                load_segment(self.path, container="npz")
            save_segment(self.path, {"a": 1}, container="npz")
            self.assertEqual(load_segment(self.path), {"a": 1})

    def test_damaged_pickle(self):
        support.write_file(self.path, b"\x80\x04 nonsense")
        with self.assertRaisesRegex(SegmentError, "no readable pickle"):
            load_segment(self.path, container="pickle")

    def test_unknown_container(self):
        with self.assertRaisesRegex(ValueError, "container 'json' is unknown, allowed"):
            save_segment(self.path, 1, container="json")
        with support.environment(AISPRINT_SEGMENT_CONTAINER="yaml"):
            with self.assertRaisesRegex(ValueError, "from AISPRINT_SEGMENT_CONTAINER"):
                load_segment(self.path)


@unittest.skipIf(numpy is None, "numpy is not installed")
class Arrays(TouchesDisk):
    """NumPy arrays and scalars."""

    def check_same(self, first, second):
        self.assertIs(type(first), type(second))
        self.assertEqual(first.dtype, second.dtype)
        self.assertEqual(first.shape, second.shape)
        self.assertEqual(first.tobytes(), second.tobytes())

    def test_names_of_tensors_survive(self):
        names = ["266", "block3/pool:0", "../up", "/abs", "a\\b", "\u4e16", "con.npy", ""]
        data = {name: numpy.full((2, 3), i, "float32") for i, name in enumerate(names)}
        result = self.through(data)
        self.assertEqual(list(result), names)
        for name in names:
            self.check_same(result[name], data[name])

    def test_every_type_and_shape(self):
        for dtype in "? b B h H i I l L e f d F D S5 U5 M8[s] m8[ms] >f4 <i8".split():
            for shape in ((), (1,), (0, 3), (2, 3, 4)):
                array = numpy.arange(int(numpy.prod(shape))).reshape(shape).astype(dtype)
                self.check_same(self.through({"x": array})["x"], array)
        pair = numpy.zeros(3, [("a", "f4"), ("b", "i2")])
        self.check_same(self.through([pair])[0], pair)

    def test_layouts(self):
        array = numpy.arange(24.0).reshape(4, 6)
        for view in (array.T, array[::-1], array[:, ::2], numpy.asfortranarray(array)):
            self.assertTrue((self.through([view])[0] == view).all())

    def test_nested_and_scalars(self):
        array = numpy.arange(4)
        data = {"list": [array, {"deep": (array, numpy.float32(0.1))}], "n": numpy.int64(3)}
        data["flag"] = numpy.bool_(True)
        result = self.through(data)
        self.check_same(result["list"][1]["deep"][0], array)
        self.check_same(result["list"][1]["deep"][1], numpy.float32(0.1))
        self.check_same(result["n"], numpy.int64(3))
        self.check_same(result["flag"], numpy.bool_(True))

    def test_one_array_twice_is_stored_once(self):
        array = numpy.zeros((100, 100))
        result = self.through({"a": array, "b": array})
        self.assertLess(os.path.getsize(self.path), 90000)
        self.assertIs(result["a"], result["b"])

    def test_equal_values_of_different_arrays_stay_apart(self):
        result = self.through({"a": numpy.zeros(3), "b": numpy.zeros(3)})
        result["a"][0] = 1
        self.assertEqual(result["b"][0], 0)

    def test_arrays_can_be_written_to(self):
        result = self.through({"a": numpy.zeros(3)})
        result["a"] += 1
        self.assertEqual(result["a"].sum(), 3)

    def test_what_needs_pickle_is_refused(self):
        for value, text in (
            (numpy.array([None, "a"]), r"data\['x'\] has the type numpy.ndarray.*Python objects"),
            (numpy.ma.masked_array([1, 2], [True, False]), "MaskedArray.*filled"),
            (numpy.array([b"ab"]).view("V2"), "no NumPy file form"),
        ):
            with self.assertRaisesRegex(TypeError, text):
                save_segment(self.path, {"x": value})

    def test_a_pickled_array_in_a_segment_is_refused(self):
        save_segment(self.path, {"x": numpy.zeros(3)})
        with zipfile.ZipFile(self.path) as archive:
            index = archive.read("segment.json")
        with zipfile.ZipFile(self.path, "w") as archive:
            archive.writestr("segment.json", index)
            with tempfile.TemporaryFile() as stream:
                numpy.save(stream, numpy.array([Bomb(self.path)]), allow_pickle=True)
                stream.seek(0)
                archive.writestr("arrays/0.npy", stream.read())
        with support.environment(AISPRINT_SEGMENT_CONTAINER="pickle"):
            with self.assertRaises(SegmentError):
                load_segment(self.path)

    def test_damage_of_an_array_is_reported(self):
        save_segment(self.path, {"x": numpy.zeros(1000)})
        with open(self.path, "rb") as stream:
            data = bytearray(stream.read())
        data[4000] ^= 1
        support.write_file(self.path, bytes(data))
        with self.assertRaisesRegex(SegmentError, "CRC"):
            load_segment(self.path)

    def test_same_arrays_same_bytes(self):
        contents = []
        for _ in range(2):
            save_segment(self.path, {"x": numpy.arange(9.0), "y": [numpy.int8(3)]})
            with open(self.path, "rb") as stream:
                contents.append(stream.read())
        self.assertEqual(contents[0], contents[1])

    def test_numpy_reads_the_file(self):
        save_segment(self.path, {"x": numpy.arange(3.0)})
        with numpy.load(self.path, allow_pickle=False) as archive:
            self.assertEqual(archive["arrays/0"].tolist(), [0.0, 1.0, 2.0])


if __name__ == "__main__":
    unittest.main()
