# SPDX-License-Identifier: Apache-2.0
"""Tests of the package as a whole: what importing it costs, and its metadata."""

import ast
import configparser
import os
import subprocess
import sys
import unittest

import support
import aisprint

MODULES = (
    "annotations drift_detector_utils fluent monitoring onnx_file onnx_inference runtimes s3 "
    "segments"
).split()
STANDARD = (
    "array atexit argparse base64 bisect calendar csv datetime errno fractions functools hashlib "
    "hmac inspect io json logging math mmap numbers os pickle queue re setuptools signal socket "
    "ssl struct sys threading time traceback typing urllib warnings zipfile zlib"
).split()
OPTIONAL = {
    "runtimes.py": {"numpy", "onnxruntime", "cv2"},
    "segments.py": {"numpy"},
    "main.py": {"yaml", "utils"},
}


def python_files():
    for folder in (os.path.join(support.PACKAGE, "aisprint"), support.DETECTOR):
        for name in sorted(os.listdir(folder)):
            if name.endswith(".py"):
                yield os.path.join(folder, name)


class Package(unittest.TestCase):
    """The package as a whole."""

    def test_importing_it_imports_no_installed_package(self):
        code = "import sys; {}; print(sorted(sys.modules))".format(
            "; ".join("import aisprint." + name for name in MODULES)
        )
        variables = dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path))
        loaded = subprocess.check_output([sys.executable, "-B", "-c", code], env=variables)
        loaded = ast.literal_eval(loaded.decode())
        self.assertIn("aisprint.segments", loaded)
        for name in ("numpy", "cv2", "onnxruntime", "pickle", "asyncio", "urllib.request"):
            if name in ("pickle", "urllib.request"):
                continue  # the standard library may use these itself
            self.assertNotIn(name, loaded)

    def test_imports_are_of_the_standard_library(self):
        for path in python_files():
            with open(path, encoding="utf-8") as stream:
                tree = ast.parse(stream.read())
            allowed = set(STANDARD) | {"aisprint"} | OPTIONAL.get(os.path.basename(path), set())
            for item in ast.walk(tree):
                names = []
                if isinstance(item, ast.Import):
                    names = [alias.name for alias in item.names]
                elif isinstance(item, ast.ImportFrom):
                    names = [item.module]
                for name in names:
                    self.assertIn(name.split(".")[0], allowed, path)

    def test_public_functions_are_documented(self):
        count = 0
        for path in python_files():
            with open(path, encoding="utf-8") as stream:
                tree = ast.parse(stream.read())
            self.assertTrue(ast.get_docstring(tree), path)
            for item in tree.body:
                if isinstance(item, (ast.FunctionDef, ast.ClassDef)) and item.name[0] != "_":
                    self.assertTrue(ast.get_docstring(item), (path, item.name))
                    count += 1
        self.assertGreater(count, 30)

    def test_lines_fit_the_width(self):
        for path in python_files():
            with open(path, encoding="utf-8") as stream:
                for number, line in enumerate(stream, 1):
                    self.assertLessEqual(len(line.rstrip("\n")), 100, (path, number))

    def test_metadata(self):
        config = configparser.ConfigParser()
        config.read(os.path.join(support.PACKAGE, "setup.cfg"))
        self.assertEqual(config["metadata"]["name"], "aisprint")
        self.assertEqual(config["options"]["python_requires"], ">=3.6")
        self.assertNotIn("install_requires", config["options"])
        self.assertRegex(aisprint.__version__, r"^\d+\.\d+\.\d+$")

    def test_version_is_that_of_the_program(self):
        found = None
        with open(os.path.join(support.ROOT, "cmake", "Version.cmake"), encoding="utf-8") as stream:
            for line in stream:
                if line.startswith("set(AISPRINT_VERSION "):
                    found = line.split()[1].strip(')"')
        self.assertEqual(found, aisprint.__version__)


if __name__ == "__main__":
    unittest.main()
