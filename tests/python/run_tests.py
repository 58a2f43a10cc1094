#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the tests of the Python package and of the drift detector.

  run_tests.py stdlib   on every Python 3.6 or newer that is found, without installed packages
  run_tests.py venv     with pytest, NumPy and ONNX Runtime, in a virtual environment
  run_tests.py opencv   with an interpreter that has NumPy and OpenCV; exit code 77 if there is none
  run_tests.py python   only makes the virtual environment and prints its interpreter

Interpreters are those called python3 and python3.N on PATH, and those that the variable
AISPRINT_TEST_PYTHONS lists, separated by colons. The environment is made once in --folder.
"""

import argparse
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from typing import Dict, List, Tuple

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TESTS = os.path.join(HERE, "aisprint")
PACKAGE = os.path.join(ROOT, "templates", "python")
REQUIREMENTS = os.path.join(HERE, "requirements.txt")
SKIPPED = 77


def find_interpreters() -> List[Tuple[str, str]]:
    """Return (version, path) of every usable interpreter, once each, by version."""
    candidates = [path for path in os.environ.get("AISPRINT_TEST_PYTHONS", "").split(":") if path]
    for folder in os.environ.get("PATH", "").split(":"):
        if os.path.isdir(folder):
            candidates += [
                os.path.join(folder, name)
                for name in sorted(os.listdir(folder))
                if re.match(r"python3(\.\d+)?$", name)
            ]
    found: Dict[str, Tuple[str, str]] = {}
    code = (
        "import os, sys; print(os.path.realpath(sys.executable)); "
        "print('%d.%d.%d' % sys.version_info[:3]); print(int(sys.version_info >= (3, 6)))"
    )
    for path in candidates:
        try:
            answer = subprocess.check_output(
                [path, "-S", "-c", code], stderr=subprocess.DEVNULL, universal_newlines=True
            )
        except (OSError, subprocess.CalledProcessError):
            if path in os.environ.get("AISPRINT_TEST_PYTHONS", "").split(":"):
                raise SystemExit(
                    "error: AISPRINT_TEST_PYTHONS: cannot run {!r}".format(path)
                ) from None
            continue  # a launcher without an interpreter behind it
        real, version, usable = answer.split("\n")[:3]
        if usable == "1":
            found.setdefault(real, (version, path))
    return sorted(found.values(), key=lambda item: [int(part) for part in item[0].split(".")])


def environment(**more: str) -> Dict[str, str]:
    """Return the variables for a run of tests; nothing is written next to the sources."""
    result = dict(os.environ, PYTHONDONTWRITEBYTECODE="1", PYTHONNOUSERSITE="1", **more)
    result.pop("PYTHONPATH", None)
    return result


def run_unittest(path: str, options: List[str], pattern: str) -> int:
    """Run the test files with unittest; returns the exit code."""
    command = [path] + options + ["-W", "ignore::DeprecationWarning"]
    command += ["-m", "unittest", "discover", "--start-directory", TESTS, "--pattern", pattern]
    return subprocess.call(command, env=environment(), cwd=TESTS)


def run_stdlib() -> int:
    """Run all tests on every interpreter without installed packages."""
    failed = []
    interpreters = find_interpreters()
    for version, path in interpreters:
        print("== Python {} ({}), standard library".format(version, path), flush=True)
        if run_unittest(path, ["-S"], "test_*.py") != 0:
            failed.append(version)
    print("{} interpreters, failed: {}".format(len(interpreters), ", ".join(failed) or "none"))
    return 1 if failed or not interpreters else 0


def run_opencv() -> int:
    """Run the tests that need arrays with an interpreter that has OpenCV."""
    code = "import cv2, numpy; print('OpenCV', cv2.__version__, 'NumPy', numpy.__version__)"
    for version, path in find_interpreters():
        try:
            about = subprocess.check_output([path, "-c", code], stderr=subprocess.DEVNULL)
        except subprocess.CalledProcessError:
            continue
        print("== Python {} ({}), {}".format(version, path, about.decode().strip()), flush=True)
        return run_unittest(path, [], "test_onnx_inference.py") or run_unittest(
            path, [], "test_segments.py"
        )
    print("no interpreter has OpenCV (cv2) and NumPy: skipped")
    return SKIPPED


def make_environment(folder: str) -> str:
    """Make the virtual environment, or leave it when it is up to date; returns its interpreter."""
    python = os.path.join(folder, "venv", "bin", "python")
    stamp_file = os.path.join(folder, "stamp")
    with open(REQUIREMENTS, "rb") as stream:
        digest = hashlib.sha256(stream.read()).hexdigest()
    stamp = "{} {}".format(digest, sys.version.split()[0])
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "lock"), "w") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)  # two tests may want it at the same time
        if os.path.exists(stamp_file):
            with open(stamp_file) as stream:
                if stream.read() == stamp:
                    return python
            os.unlink(stamp_file)
        print("making a virtual environment in {}".format(folder), file=sys.stderr, flush=True)
        shutil.rmtree(os.path.join(folder, "venv"), ignore_errors=True)
        subprocess.check_call([sys.executable, "-m", "venv", os.path.join(folder, "venv")])
        pip(python, "--no-deps", "--only-binary", ":all:", "--requirement", REQUIREMENTS)
        with open(stamp_file, "w") as stream:
            stream.write(stamp)
    return python


def pip(python: str, *arguments: str) -> None:
    """Install with the pip of an environment."""
    command = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.check_call(command + list(arguments), stdout=sys.stderr)


def run_venv(folder: str) -> int:
    """Install the package as a user would and run all tests with pytest."""
    python = make_environment(folder)
    copy = os.path.join(folder, "package")  # installing leaves files next to the sources
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    pip(python, "--no-deps", "--no-build-isolation", "--force-reinstall", copy)
    command = [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", HERE, TESTS]
    return subprocess.call(command, env=environment(AISPRINT_TEST_INSTALLED="1"), cwd=folder)


def main() -> int:
    """Run what the command line asks for; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=["stdlib", "venv", "opencv", "python"])
    parser.add_argument(
        "--folder",
        default=os.path.join(ROOT, "build", "deps", "python-tests"),
        help="of the virtual environment (default: %(default)s)",
    )
    options = parser.parse_args()
    if options.what == "stdlib":
        return run_stdlib()
    if options.what == "opencv":
        return run_opencv()
    if options.what == "venv":
        return run_venv(os.path.abspath(options.folder))
    print(make_environment(os.path.abspath(options.folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
