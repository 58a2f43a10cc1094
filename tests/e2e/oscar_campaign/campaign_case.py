# SPDX-License-Identifier: Apache-2.0
"""An application of two components, and the double's two clusters, for tests of campaigns of the
program. The arguments of the test are AISPRINT DOUBLE ...
"""
import collections
import json
import os
import pathlib
import re
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


class CampaignCase(unittest.TestCase):
    """Without tests of its own: those of the classes that build on it need not hold for each."""

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

    def assert_dry_run_does_nothing(self):
        before = sorted(self.app.rglob("*"))
        result = self.run_profile("--dry_run")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(sorted(self.app.rglob("*")), before)
        self.assertEqual(self.double.ask("/state")["requests"], [])

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
