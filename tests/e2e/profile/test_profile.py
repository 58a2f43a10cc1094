#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`aisprint profile` on this machine: killed and interrupted at any moment, and two at once.

    test_profile.py AISPRINT APPLICATION
"""
import collections
import json
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

AISPRINT, APPLICATION = sys.argv[1:3]
del sys.argv[1:]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
TESTS = 10  # two deployments of two levels: 2 x (full + two units) and 2 x (full + one unit)
STUBBORN = """import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("here", flush=True)
time.sleep(120)
"""


class Campaign(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="aisprint-profile-")
        self.addCleanup(self.scratch.cleanup)
        self.app = pathlib.Path(self.scratch.name) / "app"
        shutil.copytree(APPLICATION, self.app)
        for main in self.app.glob("aisprint/designs/*/base/main.py"):
            main.write_text(main.read_text() + "import time\ntime.sleep(0.05)\n")

    def command(self, *arguments):
        return [AISPRINT, "profile", "--application_dir", str(self.app), *arguments]

    def start(self, *arguments):
        process = subprocess.Popen(self.command(*arguments), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, process)
        return process

    def end(self, process):
        if process.poll() is None:
            process.kill()
        process.communicate()

    def finish(self):
        """Runs the campaign to its end; what it tells."""
        done = subprocess.run(self.command("--json"), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return json.loads(done.stdout)["result"]

    def components(self):
        """Processes that work on this application, but for the program itself."""
        found = []
        for process in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes().decode("utf-8", "replace").split("\0")
            except OSError:
                continue
            if "main.py" in command and any(str(self.app) in word for word in command):
                found.append(process.name)
        return found

    def wait_until(self, condition, what):
        for _ in range(600):
            if condition():
                return
            time.sleep(0.05)
        self.fail("never: " + what)

    def tree(self):
        """Paths of the campaign with the number of each, without what names a job."""
        campaign = self.app / "oscarp" / "c1"
        return collections.Counter(
            UUID.sub("UUID", str(path.relative_to(campaign)))
            for path in campaign.rglob("*") if path.is_file())

    def records(self):
        """What is told of each run, without times."""
        told = {}
        for path in (self.app / "oscarp" / "c1").rglob("run_configuration.json"):
            record = json.loads(path.read_text())
            del record["started"], record["finished"]
            for upload in record["uploads"]:
                upload["key"] = UUID.sub("UUID", upload["key"])
            record["uploads"].sort(key=lambda upload: upload["key"])
            told[str(path.relative_to(self.app))] = record
        return told

    def rows(self):
        """Tables without what was measured: runs, parallelism and cores."""
        told = {}
        for path in (self.app / "oscarp" / "c1").rglob("*_response_time_dataframe.csv"):
            lines = [line.split(",") for line in path.read_text().splitlines()]
            told[str(path.relative_to(self.app))] = [[row[0]] + row[3:] for row in lines]
        return told

    def state(self):
        sizes = (self.app / "oscarp" / "components_data_size.yaml").read_text()
        return self.tree(), self.records(), self.rows(), sizes

    def test_interpreters_are_paths_of_where_one_is(self):
        (pathlib.Path(self.scratch.name) / "bin").mkdir()
        (pathlib.Path(self.scratch.name) / "bin/python").symlink_to("/usr/bin/python3")
        for arguments in (["--python", "bin/python"], []):
            done = subprocess.run([AISPRINT, "profile", "--application_dir", "app", "--dry_run",
                                   *arguments], capture_output=True, text=True, check=False,
                                  cwd=self.scratch.name)
            self.assertEqual(done.returncode, 0, done.stderr)
            parameters = self.app / "oscarp" / "run_parameters.yaml"
            parameters.write_text(parameters.read_text() + "other: {python: ../bin/python}\n")

    def test_killed_at_any_moment_it_goes_on(self):
        begin = time.monotonic()
        whole = self.finish()
        length = time.monotonic() - begin
        self.assertEqual((whole["tests_done"], whole["tests_skipped"]), (TESTS, 0))
        expected = self.state()
        moments = random.Random(5)
        resumed = 0
        for _ in range(4):
            shutil.rmtree(self.app / "oscarp" / "c1")
            (self.app / "oscarp" / "components_data_size.yaml").unlink()
            (self.app / "oscarp" / "performance_models.json").unlink()
            for _ in range(moments.randint(1, 3)):
                process = self.start("--quiet")
                time.sleep(moments.uniform(0, length))
                process.kill()
                process.wait()
                self.wait_until(lambda: not self.components(), "components die with the program")
            last = self.finish()
            self.assertEqual(last["tests_done"] + last["tests_skipped"], TESTS)
            resumed += last["tests_skipped"] > 0
            self.assertEqual(self.state(), expected)
        self.assertGreater(resumed, 0, "no kill came between the first and the last test")
        again = self.finish()
        self.assertEqual((again["tests_done"], again["tests_skipped"]), (0, TESTS))

    def test_interrupted_it_says_how_to_go_on(self):
        process = self.start()
        self.wait_until(self.components, "a component runs")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        self.assertEqual(process.returncode, 130, errors)
        self.assertIn("aisprint profile --application_dir", errors)
        self.assertEqual(self.components(), [])
        self.assertEqual(self.finish()["interrupted"], False)

    def test_a_second_signal_ends_it_at_once(self):
        (self.app / "aisprint/designs/halve/base/main.py").write_text(STUBBORN)
        process = self.start()
        self.wait_until(self.components, "a component runs")
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate()
        self.assertEqual(process.returncode, 130)
        self.assertNotIn("what is measured stays", errors)  # it did not wait for the component
        self.wait_until(lambda: not self.components(), "components die with the program")

    def test_two_at_once_are_refused(self):
        process = self.start()
        self.wait_until(self.components, "a component runs")
        second = subprocess.run(self.command(), capture_output=True, text=True, check=False)
        self.assertEqual(second.returncode, 3)
        self.assertIn("PRF062", second.stderr)
        process.communicate()
        self.assertEqual(process.returncode, 0)

    def test_a_dry_run_changes_nothing(self):
        before = sorted(self.app.rglob("*"))
        done = subprocess.run(self.command("--dry_run"), capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(self.app.rglob("*")), before)


if __name__ == "__main__":
    unittest.main()
