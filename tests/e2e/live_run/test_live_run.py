#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`aisprint run` after a campaign, and a campaign of synchronous tests, with tiny components.

    test_live_run.py AISPRINT APPLICATION
"""
import csv
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

AISPRINT, APPLICATION = sys.argv[1:3]
del sys.argv[1:]
SYNCHRONOUS = """input_files: {storage_bucket: storage, filename: digits.txt}
asynchronous: {batch_size: 1, number_of_batches: 1, distribution: deterministic}
synchronous:
  number_of_pre_allocated_pods: 2
  connect_timeout_seconds: 5
  request_timeout_seconds: 60
  worker_nodes: 1
  distribution: constant
  intervals:
    - {throughput: 60, number_of_threads: 3, duration_seconds: 3, ramp_up_seconds: 0}
    - {throughput: 120, number_of_threads: 3, duration_seconds: 2, ramp_up_seconds: 0}
components:
  component1: {parallelism: [2]}
  component2: {parallelism: [2]}
run: {campaign_dir: c1, repetitions: 1, test_synchronously: true}
"""


class Application(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="aisprint-live-")
        self.addCleanup(self.scratch.cleanup)
        self.app = pathlib.Path(self.scratch.name) / "app"
        shutil.copytree(APPLICATION, self.app)
        for main in self.mains():
            main.write_text(main.read_text() + "import time\ntime.sleep(0.1)\n")

    def mains(self):
        return sorted(self.app.glob("aisprint/designs/*/base/main.py"))

    def call(self, command, *arguments, code=0):
        """Runs a command with --json; its document."""
        done = subprocess.run(
            [AISPRINT, command, "--application_dir", str(self.app), "--json", *arguments],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, code, done.stderr + done.stdout)
        return json.loads(done.stdout)


class LiveRun(Application):
    def test_measured_times_stand_beside_predictions(self):
        self.call("profile", "--only", "deployment_0")
        document = self.call("run", "--deployment", "deployment_0", "--rate", "1", "--requests",
                             "20", "--warm_up", "4", "--seed", "3")
        result = document["result"]
        self.assertEqual(result["degraded"], [])
        self.assertEqual(len(result["components"]), 2)
        for component in result["components"]:
            self.assertEqual(component["inputs"], 16)
            self.assertGreaterEqual(component["measured"], 0.1, "a job sleeps so long")
            interval = component["interval"]
            self.assertLess(interval["lower"], component["measured"])
            self.assertGreater(interval["upper"], component["measured"])
            for expected in (component["model"], component["forecast"]):
                self.assertGreater(expected["seconds"], 0.1)
                self.assertAlmostEqual(
                    expected["error"],
                    (expected["seconds"] - component["measured"]) / component["measured"])
        workflow = result["paths"][-1]
        self.assertEqual(workflow["name"], "workflow")
        self.assertGreaterEqual(workflow["measured"],
                                max(c["measured"] for c in result["components"]))
        self.assertAlmostEqual(workflow["forecast"]["seconds"],
                               sum(c["forecast"]["seconds"] for c in result["components"]))
        page = self.app / "oscarp/live_run/deployment_0/report.html"
        self.assertIn("deployment_0 at 1 inputs/s", page.read_text())
        body = page.read_text().split("\n", 1)[1]
        xml.etree.ElementTree.fromstring(body)
        self.assertFalse((page.parent / ".work").exists(), "objects are deleted")

    def test_without_a_campaign_there_is_nothing_to_compare_with(self):
        result = self.call("run", "--deployment", "deployment_0", "--rate", "5", "--requests", "3",
                           "--distribution", "constant", "--parallelism", "2,1")
        codes = [diagnostic["code"] for diagnostic in result["diagnostics"]]
        self.assertEqual(codes.count("PRF082"), 2)
        self.assertEqual([c["parallelism"] for c in result["result"]["components"]], [2, 1])
        self.assertIsNone(result["result"]["components"][0]["model"])

    def test_failing_components_degrade_the_run(self):
        self.mains()[1].write_text("import sys\nsys.exit(3)\n")
        document = self.call("run", "--deployment", "deployment_0", "--rate", "20", "--requests",
                             "2", code=6)
        self.assertIn("CLI019", [d["code"] for d in document["diagnostics"]])
        self.assertTrue(document["result"]["degraded"])

    def test_all_inputs_as_warm_up_leave_nothing(self):
        document = self.call("run", "--deployment", "deployment_0", "--rate", "20", "--requests",
                             "2", "--warm_up", "2", code=2)
        self.assertIn("CLI017", [d["code"] for d in document["diagnostics"]])
        self.assertFalse((self.app / "oscarp/live_run").exists(), "nothing was started")


class Synchronous(Application):
    def test_a_campaign_of_requests(self):
        (self.app / "oscarp/run_parameters.yaml").write_text(SYNCHRONOUS)
        self.call("profile", "--only", "deployment_0")
        campaign = self.app / "oscarp/c1/deployment_0"
        run = campaign / "Full_workflow/runs/Run #1"
        with open(run / "jmeter_results.csv", newline="") as file:
            requests = list(csv.DictReader(file))
        self.assertEqual(len(requests), 7)
        self.assertEqual({row["responseCode"] for row in requests}, {"200"})
        intervals = [int(row["threadName"].split(" ")[2]) for row in requests]
        self.assertEqual(intervals, [1] * 3 + [2] * 4)
        jobs = json.loads((run / "time_table_halve.json").read_text())
        self.assertEqual(sorted(job["interval"] for job in jobs.values()), intervals)
        self.assertEqual({job["response_code"] for job in jobs.values()}, {"200"})
        tables = [path for path in campaign.glob("*/results/Dataframes/*response_time*")
                  if path.parts[-4] != "Full_workflow"]
        self.assertEqual(len(tables), 2)
        for path in tables:
            with open(path, newline="") as file:
                rows = list(csv.DictReader(file))
            self.assertEqual(list(rows[0]), ["requested_throughput", "observed_throughput",
                                             "avg_response_time", "requested_parallelism",
                                             "warm_pods", "cores", "warm_cores"])
            self.assertEqual([row["requested_throughput"] for row in rows], ["1.0", "2.0"])
            self.assertEqual({row["warm_pods"] for row in rows}, {"2"})

    def test_requests_that_take_too_long_are_rejected_and_told(self):
        main = self.app / "aisprint/designs/halve/base/main.py"  # the first component
        main.write_text(main.read_text() + "time.sleep(1.5)\n")
        (self.app / "oscarp/run_parameters.yaml").write_text(
            SYNCHRONOUS.replace("request_timeout_seconds: 60", "request_timeout_seconds: 1")
            .replace("test_synchronously: true",
                     "test_synchronously: true, test_single_services: false, train_models: false"))
        done = subprocess.run(
            [AISPRINT, "profile", "--application_dir", str(self.app), "--only", "deployment_0"],
            capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (0, 6), done.stderr)
        self.assertRegex(done.stdout, r"Rejected requests:  [1-7]\nTotal requests:  [1-7]\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
