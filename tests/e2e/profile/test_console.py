#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a campaign prints, beside what the reference prints of the same campaign. All differences
are listed here, with reasons; any other one fails.

    test_console.py AISPRINT REFERENCE_RUN
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

AISPRINT, REFERENCE = sys.argv[1:3]
del sys.argv[1:]
COMPONENT = """import argparse
parser = argparse.ArgumentParser()
parser.add_argument("-i")
parser.add_argument("-o")
arguments = parser.parse_args()
with open(arguments.o + ".txt", "w") as file:
    file.write("x")
"""

# Lines that only the reference has.
REFERENCE_ONLY = {
    r"Removing (services|buckets)\.\.\.|Removed (service|bucket) .*": "there are no clusters here",
    r"Adjusting OSCAR configuration\.\.\.|Checking correct OSCAR deployment\.\.\.":
        "there are no clusters here",
    r"Service \S+ deployed on resource \S+": "there are no clusters here",
    r"Deleting unused infrastructures\.\.\.|Deploying virtual infrastructures\.\.\.":
        "there are no clusters here",
    r"Resource \S+ is being (deployed|updated)\.\.\.|Update time: .*": "there are no clusters here",
    r"Waiting for infrastructure .*|Done": "there are no clusters here",
    r"Uploading input file .*": "inputs are on this machine already",
    r"batch_size: \d+": "left over from looking for a fault",
    r"blurry-faces-onnx_partition1-\d": "left over from looking for a fault",
    r"\tminio-\S+ -> .*": "ways of the data stand in the recap, without providers, as in the guide",
}
# Lines that only we have.
OURS_ONLY = {
    r"Starting profiling\.\.\.": "the guide's first line; the reference prints it elsewhere",
    r"Preparing local resources\.\.\.|Resource \S+: \d+ slot\(s\) .*": "specification, 9.6",
    r"\t.*bucket\d.*|Scheduler:|\t+Run #\d+|\t+(Services|Clusters):|\t\t\t.*|\tRepeated .*":
        "the guide's recap, which the reference does not print any more",
    r"\d+ of \d+ tests done, ETA: .*": "how long it will still take",
}
# Lines of both that are spelt otherwise: the reference's way, ours.
OTHERWISE = [(r"(can fit \d+ container\(s\) on every node)$", r"\1:")]  # as in the guide


def blocks(lines, only):
    """Headings with the lines below them. Services work side by side here, one is asked after the
    other there: the lines of a run are compared as a set. Each says Done! after phases of its own,
    and blank lines as it likes."""
    found = []
    for line in lines:
        if not line.strip() or line == "Done!" or any(re.fullmatch(p, line) for p in only):
            continue
        if re.match(r"Starting Run|Making results|Testing|Deployments|Workflow", line) or not found:
            found.append([line])
        else:
            found[-1].append(line)
    return [block[:1] + sorted(block[1:]) for block in found]


class Console(unittest.TestCase):
    def run_campaign(self, folder):
        app = pathlib.Path(folder) / "app"
        shutil.copytree(pathlib.Path(REFERENCE) / "app", app)
        subprocess.run(["chmod", "-R", "u+w", str(app)], check=True)
        shutil.rmtree(app / "oscarp" / "TEST")
        parameters = app / "oscarp" / "run_parameters.yaml"
        text = parameters.read_text()
        for field in ("inter_upload_time", "cooldown_time"):
            text = re.sub(field + r": \d+", field + ": 0", text)
        parameters.write_text(text)
        (app / "oscarp" / "input_files").mkdir(exist_ok=True)
        (app / "oscarp" / "input_files" / "Test-Video.mp4").write_text("moving pictures")
        for design in ("blurry-faces-onnx/base", "blurry-faces-onnx/partition1_1",
                       "blurry-faces-onnx/partition1_2", "mask-detector/base"):
            path = app / "aisprint" / "designs" / design
            path.mkdir(parents=True)
            (path / "main.py").write_text(COMPONENT)
        done = subprocess.run([AISPRINT, "profile", "--application_dir", str(app)],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_differences_are_those_that_are_listed(self):
        with tempfile.TemporaryDirectory(prefix="aisprint-console-") as folder:
            ours = self.run_campaign(folder)
        theirs = (pathlib.Path(REFERENCE) / "console.txt").read_text().splitlines()
        for pattern, replacement in OTHERWISE:
            theirs = [re.sub(pattern, replacement, line) for line in theirs]
        theirs = blocks(theirs, REFERENCE_ONLY)
        # the fit of all deployments stands before the first run here: it is checked before
        ours = blocks(ours[:ours.index("Generating models...")], OURS_ONLY)
        self.assertCountEqual(self.of(theirs, "Testing"), self.of(ours, "Testing"))
        self.assertEqual(self.of(theirs, "Deployments"), self.of(ours, "Deployments"))
        # deployment_1 tests C2@VM2, which is tested already, no second time; there the reference
        # stops, since it does not find its results
        runs = self.of(theirs, "Starting Run")
        self.assertEqual(self.of(ours, "Starting Run"), runs)
        self.assertEqual(self.of(ours, "Making results"), self.of(theirs, "Making results")[:-1])

    @staticmethod
    def of(found, kind):
        return [block for block in found if block[0].startswith(kind)]


if __name__ == "__main__":
    unittest.main()
