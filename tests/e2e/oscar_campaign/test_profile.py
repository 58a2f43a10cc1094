#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The program itself on clusters that exist: `aisprint profile --backend oscar` against the double.

    test_profile.py AISPRINT DOUBLE
"""
import collections
import csv
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

AISPRINT, DOUBLE = sys.argv[1:3]
del sys.argv[1:]
KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nAKDUMMYKEY\n-----END OPENSSH PRIVATE KEY-----\n"
PROGRAM = """import argparse, time
parser = argparse.ArgumentParser()
parser.add_argument("-i")
parser.add_argument("-o")
arguments = parser.parse_args()
with open(arguments.i, "rb") as file:
    source = file.read()
time.sleep(1.2)  # OSCAR tells whole seconds
with open(arguments.o + "-1.txt", "wb") as file:
    file.write(source.upper())
"""
LAYER = """        computationalLayer{0}:
          number: {0}
          type: PhysicalAlreadyProvisioned
          Resources:
            resource1: {{name: VM{0}, totalNodes: 2, cost: 1, memorySize: 8192,
                        processors: {{processor1: {{architecture: amd64, computingUnits: 1}}}}}}
"""
ENTRY = """  component{0}:
    name: {1}
    candidateExecutionLayers: [{0}]
    Containers:
      container1: {{image: "registry.example/{1}_base_amd64:1", memorySize: 1024,
                   computingUnits: 0.9, candidateExecutionResources: [VM{0}]}}
"""
PARAMETERS = """input_files: {filename: clip.mp4}
asynchronous: {batch_size: 2, number_of_batches: 2, inter_upload_time: 0.5}
components:
  component1: {parallelism: [2, 1]}
  component2: {parallelism: [2, 1]}
run: {campaign_dir: c1, repetitions: 1}
other: {tls_verify: false}
"""

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


class Double:
    def __init__(self, folder, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, DOUBLE, "--clusters", "VM1,VM2", "--scale", "0",
             "--restart-seconds", "0.1", "--cores", "1", "--work", str(folder / "jobs"),
             "--components", str(folder / "components.json"), *arguments],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.facts = json.loads(self.process.stdout.readline())
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def ask(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        with self.opener.open(self.facts["control"] + path, data) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def state(self):
        return self.ask("/state")["clusters"]

    def close(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait()


class Profile(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        self.app = self.folder / "my app"
        (self.folder / "jobs").mkdir()
        components = {}
        for name in ("filter_a", "b"):
            self.write(f"aisprint/designs/{name}/base/main.py", PROGRAM)
            components[f"registry.example/{name}_base_amd64:1"] = \
                str(self.app / "aisprint/designs" / name / "base")
        (self.folder / "components.json").write_text(json.dumps(components))
        self.double = Double(self.folder)
        self.addCleanup(self.double.close)
        self.write("common_config/application_dag.yaml",
                   "System:\n  name: app\n  components: [filter_a, b]\n"
                   "  dependencies: [[filter_a, b, 1]]\n")
        self.write("common_config/candidate_resources.yaml",
                   "System:\n  name: app\n  NetworkDomains:\n    ND1:\n      AccessDelay: 0\n"
                   "      Bandwidth: 100\n      subNetworkDomains: []\n"
                   "      ComputationalLayers:\n" + LAYER.format(1) + LAYER.format(2))
        self.write("common_config/candidate_deployments.yaml",
                   "Components:\n" + ENTRY.format(1, "filter_a") + ENTRY.format(2, "b"))
        self.write("aisprint/designs/component_partitions.yaml",
                   "components:\n  filter_a:\n    partitions: [base]\n"
                   "  b:\n    partitions: [base]\n")
        self.write("oscarp/run_parameters.yaml", PARAMETERS)
        self.write("oscarp/input_files/clip.mp4", "moving pictures")
        self.write_nodes()

    def write(self, path, text):
        target = self.app / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)

    def write_nodes(self, **passwords):
        text = "ComputationalLayers:\n"
        for number, (name, facts) in enumerate(self.double.facts["clusters"].items(), 1):
            password = passwords.get(name, facts["oscar_password"])
            text += (f"  layer{number}:\n    number: {number}\n    Resources:\n      r1:\n"
                     f"        name: {name}\n"
                     f"        oscar: {{name: {name.lower()}, endpoint: \"{facts['oscar']}\", "
                     f"access_key: oscar, password: {password}}}\n"
                     f"        minio: {{endpoint: \"{facts['minio']}\", access_key: minio, "
                     f"secret_key: {facts['minio_secret_key']}}}\n"
                     f"        fe_node: {{public_ip: {facts['host']}, private_ip: 10.0.0.1, "
                     f"ssh_user: ubuntu, ssh_key: file(key.pem)}}\n")
        self.write("common_config/physical_nodes.yaml", text)
        self.write("common_config/key.pem", KEY)
        for name in ("physical_nodes.yaml", "key.pem"):
            (self.app / "common_config" / name).chmod(0o600)

    def command(self, *arguments):
        return [AISPRINT, "profile", "--application_dir", str(self.app), "--backend", "oscar",
                *arguments]

    def environment(self):
        variables = {key: value for key, value in os.environ.items()
                     if not key.lower().endswith("proxy")}
        variables["PATH"] = (str(pathlib.Path(self.double.facts["ssh"]).parent) + os.pathsep +
                             variables["PATH"])
        return variables

    def run_profile(self, *arguments):
        result = subprocess.run(self.command(*arguments), capture_output=True, text=True,
                                env=self.environment(), timeout=300)
        self.assert_no_secrets(result.stdout + result.stderr)
        return result

    def secrets(self):
        found = ["AKDUMMYKEY"]
        for facts in self.double.facts["clusters"].values():
            found += [facts["oscar_password"], facts["minio_secret_key"]]
        return found

    def assert_no_secrets(self, text):
        for secret in self.secrets():
            self.assertNotIn(secret, text)

    def assert_files_keep_secrets(self):
        for path in (self.app / "oscarp").rglob("*"):
            if not path.is_file():
                continue
            text = path.read_bytes().decode(errors="replace")
            if any(secret in text for secret in self.secrets()):
                self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600, path)

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

    def wait_until(self, process, happened):
        """Until that is true of the double; the process must not end before."""
        deadline = time.monotonic() + 60
        while not happened():
            self.assertIsNone(process.poll(), "it ended before")
            self.assertLess(time.monotonic(), deadline, "it never happened")
            time.sleep(0.02)

    def kill_when(self, happened):
        """Starts the campaign, kills it at that moment, and returns what it had printed."""
        with open(self.folder / "killed.txt", "w+", encoding="utf-8") as file:
            process = subprocess.Popen(self.command(), stdout=file, stderr=subprocess.STDOUT,
                                       env=self.environment())
            self.wait_until(process, happened)
            process.kill()
            process.wait()
            file.seek(0)
            return file.read()

    def campaign_tree(self):
        """Paths below the campaign's folder and how often they are there; names of jobs masked."""
        paths = collections.Counter()
        for path in (self.app / "oscarp/c1").rglob("*"):
            name = str(path.relative_to(self.app / "oscarp/c1"))
            if path.is_file() and not name.startswith("."):
                paths[re.sub(r"(logs_\w+)/.*", r"\1/JOB", name)] += 1
        return paths

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
        before = sorted(self.app.rglob("*"))
        result = self.run_profile("--dry_run")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(sorted(self.app.rglob("*")), before)
        self.assertEqual(self.double.ask("/state")["requests"], [])

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
