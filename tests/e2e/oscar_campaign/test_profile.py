#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program itself on clusters that exist: `aisprint profile --backend oscar` against the double.

    test_profile.py AISPRINT DOUBLE
"""
import csv
import json
import shutil
import signal
import subprocess
import unittest
import urllib.request

from campaign_case import PARAMETERS, PROGRAM, CampaignCase

SYNCHRONOUS = """input_files: {filename: clip.mp4}
asynchronous: {batch_size: 1, number_of_batches: 1}
synchronous:
  number_of_pre_allocated_pods: 2
  connect_timeout_seconds: 5
  request_timeout_seconds: 60
  worker_nodes: 1
  distribution: constant
  intervals:
    - {throughput: 60, number_of_threads: 6, duration_seconds: 3, ramp_up_seconds: 0}
    - {throughput: 90, number_of_threads: 6, duration_seconds: 2, ramp_up_seconds: 0}
components:
  component1: {parallelism: [2]}
  component2: {parallelism: [2]}
run: {campaign_dir: c1, repetitions: 1, test_synchronously: true}
other: {tls_verify: false}
"""


class Profile(CampaignCase):
    def test_a_campaign_from_start_to_models(self):
        result = self.run_profile()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        for line in ("Removing services...", "Service filter-a deployed on cluster VM1",
                     "Uploading input file clip.mp4 to VM1 storage bucket",
                     "Removed service b from cluster VM2"):
            self.assertIn(line, result.stdout)
        self.assertNotIn("local resources", result.stdout)
        self.assertEqual(result.stdout.count("Uploading input file"), 1)
        self.assertTrue((self.app / "oscarp/c1/report.html").is_file())
        models = json.loads((self.app / "oscarp/performance_models.json").read_text())
        self.assertEqual(sorted(models), ["b", "filter_a"])
        sizes = (self.app / "oscarp/components_data_size.yaml").read_text()
        self.assertIn("filter_a:", sizes)
        runs = self.app / "oscarp/c1/deployment_0/Full_workflow/runs"
        table = json.loads((runs / "Run #1/time_table_b.json").read_text())
        self.assertEqual(len(table), 4)
        for job in table.values():
            self.assertTrue(job["node"].startswith("wn-"), job)
            self.assertIsNotNone(job["pod_create"])
        self.assertEqual(len(list((runs / "Run #1/logs_oscar").iterdir())), 8)
        self.assertEqual(len(list((runs / "Run #1/logs_kubectl").iterdir())), 8)
        # one container fits on a node: the second level ran on one node, and all are back
        single = json.loads((runs / "Run #2/time_table_filter-a.json").read_text())
        self.assertEqual({job["node"] for job in single.values()}, {"wn-1"})
        for cluster in self.double.state().values():
            self.assertEqual(cluster["services"], {})
            self.assertEqual([node["cordoned"] for node in cluster["nodes"]], [False, False])
        self.assert_files_keep_secrets()
        again = self.run_profile()
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("exists, skipping...", again.stdout)

    def test_requests_instead_of_uploads(self):
        self.write("oscarp/run_parameters.yaml", SYNCHRONOUS)
        result = self.run_profile()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("Rejected requests:  0\nTotal requests:  6\n", result.stdout)
        run = self.app / "oscarp/c1/deployment_0/Full_workflow/runs/Run #1"
        with open(run / "jmeter_results.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual([row["responseCode"] for row in rows], ["200"] * 6)
        url = self.double.facts["clusters"]["VM1"]["oscar"] + "/run/filter-a"
        self.assertEqual({row["URL"] for row in rows}, {url})
        table = json.loads((run / "time_table_filter-a.json").read_text())
        self.assertEqual([job["interval"] for job in table.values()], [1] * 3 + [2] * 3)
        for job in table.values():
            self.assertIsNone(job["job_start"], "calls are no jobs")
        self.assertEqual(len(json.loads((run / "time_table_b.json").read_text())), 6)
        self.assertEqual(self.double.state()["VM1"]["calls"]["filter-a"]["cold_starts"], 0)
        models = json.loads((self.app / "oscarp/performance_models.json").read_text())
        self.assertEqual(sorted(models), ["b", "filter_a"])

    def test_an_interrupted_one_goes_on(self):
        process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   text=True, env=self.environment())
        lines = []
        for line in process.stdout:
            lines.append(line.strip())
            if "b: 4/4" in lines and line.startswith("filter-a: "):
                break  # the first component alone
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        self.assertEqual(process.wait(60), 130, rest)
        process.stdout.close()
        self.assertIn("go on with", rest)
        for cluster in self.double.state().values():
            self.assertEqual([node["cordoned"] for node in cluster["nodes"]], [False, False])
        result = self.run_profile()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        self.assertIn("Run #1 (Full workflow) exists, skipping...", result.stdout)

    def test_killed_ones_go_on(self):
        for name in ("filter_a", "b"):
            self.write(f"aisprint/designs/{name}/base/main.py", PROGRAM.replace("1.2", "0.4"))
        self.write("oscarp/run_parameters.yaml", PARAMETERS.replace("[2, 1]", "[1]").replace(
            "repetitions: 1", "repetitions: 1, train_models: false"))
        result = self.run_profile()
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        expected = self.campaign_tree()
        shutil.rmtree(self.app / "oscarp/c1")

        # while jobs of the full workflow run on both clusters, one node of each cordoned
        def both_run():
            clusters = self.double.state().values()
            return all(any(job["status"] == "Running" for job in cluster["jobs"])
                       for cluster in clusters)
        first = self.kill_when(both_run)
        self.assertIn("Starting Run #1 of 1 (full workflow)", first)
        self.assertNotIn("tests done", first)
        for cluster in self.double.state().values():
            self.assertEqual([node["cordoned"] for node in cluster["nodes"]], [False, True])

        # while the service of the second single test is made: it is, but nobody heard of it
        self.double.ask("/faults", [{"on": "oscar", "cluster": "VM2", "method": "POST",
                                     "path": "^/system/services", "skip": 1, "do": "slow",
                                     "seconds": 30, "after": True}])
        second = self.kill_when(
            lambda: any(fault["struck"] for fault in self.double.ask("/state")["faults"]) and
            "b" in self.double.state()["VM2"]["services"])
        self.double.opener.open(urllib.request.Request(
            self.double.facts["control"] + "/faults", method="DELETE")).close()
        self.assertIn("Run #1 (Full workflow) is missing or incomplete", second)
        self.assertIn("2 of 3 tests done", second)

        last = self.run_profile()
        self.assertEqual(last.returncode, 0, last.stdout + last.stderr)
        self.assertEqual(last.stdout.count("Starting Run"), 1, "only what was under way")
        self.assertIn("Run #1 (Full workflow) exists, skipping...", last.stdout)
        self.assertIn("Run #1 (C1@VM1) exists, skipping...", last.stdout)
        self.assertEqual(self.campaign_tree(), expected)
        seen = set()
        for path in (self.app / "oscarp/c1").rglob("time_table_*.json"):
            jobs = set(json.loads(path.read_text()))
            self.assertEqual(len(jobs), 4, path)
            self.assertFalse(jobs & seen, "no job counts twice")
            seen |= jobs
        for cluster in self.double.state().values():
            self.assertEqual(cluster["services"], {})
            self.assertEqual([node["cordoned"] for node in cluster["nodes"]], [False, False])
        self.assertFalse((self.app / "oscarp/.toscarizer/cordons.json").exists())
        self.assert_files_keep_secrets()

    def test_a_dry_run_sends_nothing_and_writes_nothing(self):
        self.assert_dry_run_does_nothing()

    def test_a_wrong_password_is_a_remote_failure(self):
        self.write_nodes(VM2="pw1")
        result = self.run_profile()
        self.assertEqual(result.returncode, 5, result.stdout + result.stderr)
        self.assertIn("PRF101", result.stderr)
        self.assertEqual(self.double.state()["VM1"]["services"], {})

    def test_what_files_lack_is_told_before_anything_is_asked(self):
        text = (self.app / "common_config/candidate_deployments.yaml").read_text()
        self.write("common_config/candidate_deployments.yaml",
                   text.replace("registry.example/b_base_amd64:1", ""))
        result = self.run_profile()
        self.assertEqual(result.returncode, 3, result.stdout + result.stderr)
        self.assertIn("No docker image found for component C2@VM2", result.stderr)
        self.assertEqual(self.double.ask("/state")["requests"], [])


if __name__ == "__main__":
    unittest.main()
