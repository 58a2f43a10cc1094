#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The clusters of a campaign at a real Infrastructure Manager: made, resized, kept, made again,
deleted.

Usage: test_clusters.py CLUSTER_TOOL VENV
"""
import json
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import unittest

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "im"))
import real_im  # noqa: E402

TOOL, VENV = sys.argv[1:3]
SERVER = None
SCRATCH = None
JSON = {"Accept": "application/json"}

RESOURCES = """System:
  name: my_app
  NetworkDomains:
    ND1:
      ComputationalLayers:
        computationalLayer1:
          number: 1
          type: Virtual
          Resources:
            resource1:
              name: VM1
              totalNodes: 5
              memorySize: 8192
              operatingSystemImageId: aws://us-east-1/ami-1
              processors: {processor1: {architecture: amd64, computingUnits: 4}}
            resource2:
              name: VM2
              totalNodes: 5
              memorySize: 4096
              operatingSystemImageId: aws://us-east-1/ami-1
              processors: {processor1: {architecture: amd64, computingUnits: 2}}
"""
GRAPH = "System: {name: my_app, components: [camera], dependencies: []}\n"


class Application:
    """An application in a scratch folder, and the program that prepares its clusters."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))
        config = self.folder / "common_config"
        config.mkdir()
        (config / "candidate_resources.yaml").write_text(RESOURCES, encoding="utf-8")
        (config / "application_dag.yaml").write_text(GRAPH, encoding="utf-8")

    def run(self, what, *words):
        return subprocess.run(
            [TOOL, what, self.folder, SERVER.url, "0", f"types_url={SERVER.types_url}",
             f"auth={SERVER.auth_file}", *words],
            text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)

    @property
    def list(self):
        return self.folder / "oscarp/virtual_infrastructures.json"


def listed():
    return set(SERVER.request("GET", "/infrastructures")[2].split())


def machines(url):
    return json.loads(SERVER.request("GET", url + "/state", headers=JSON)[2])["state"]["vm_states"]


class Clusters(unittest.TestCase):
    def test_life_of_a_cluster(self):
        application = Application()
        foreign = self.create_foreign()

        made = application.run("prepare", "VM1=2")
        self.assertEqual(made.returncode, 0, made.stderr)
        self.assertIn("Resource VM1 is being deployed...", made.stderr)
        cluster = json.loads(made.stdout)["VM1"]
        self.assertRegex(cluster["oscar_endpoint"],
                         r"^https://oscar-cluster-[a-z0-9]{8}\.example\.org$")
        self.assertRegex(cluster["minio_endpoint"],
                         r"^https://minio\.oscar-cluster-[a-z0-9]{8}\.example\.org$")
        self.assertTrue(cluster["has_oscar_password"] and cluster["has_minio_password"])

        entry = json.loads(application.list.read_text(encoding="utf-8"))["VM1"]
        self.assertEqual(stat.S_IMODE(application.list.stat().st_mode), 0o600)
        url = entry["inf_url"]
        self.assertEqual(listed(), {foreign, url})
        self.assertEqual(len(machines(url)), 3)
        tosca = yaml.safe_load(SERVER.request("GET", url + "/tosca")[2])
        self.assertEqual(tosca["metadata"]["aisprint_campaign"], "first")
        self.assertEqual(tosca["metadata"]["aisprint_application"], "my-app")

        grown = application.run("prepare", "VM1=3")
        self.assertEqual(grown.returncode, 0, grown.stderr)
        self.assertIn("Resource VM1 is being updated...", grown.stderr)
        self.assertEqual(len(machines(url)), 4)
        shrunk = application.run("prepare", "VM1=1")
        self.assertEqual(shrunk.returncode, 0, shrunk.stderr)
        self.assertEqual(len(machines(url)), 2)

        kept = application.run("prepare", "VM1=1", "campaign=second")
        self.assertEqual(kept.returncode, 0, kept.stderr)
        self.assertEqual(kept.stderr, "")
        self.assertEqual(json.loads(kept.stdout), json.loads(made.stdout))
        self.assertEqual(listed(), {foreign, url})

        # somebody deletes it at IM
        self.assertEqual(SERVER.request("DELETE", url)[0], 200)
        again = application.run("prepare", "VM1=1")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("Untracking missing infrastructure VM1...", again.stderr)
        second = json.loads(application.list.read_text(encoding="utf-8"))["VM1"]["inf_url"]
        self.assertNotEqual(second, url)
        self.assertEqual(listed(), {foreign, second})

        # another deployment uses another resource
        other = application.run("prepare", "VM2=1")
        self.assertEqual(other.returncode, 0, other.stderr)
        self.assertIn("Deleting unused infrastructures...", other.stderr)
        third = json.loads(application.list.read_text(encoding="utf-8"))["VM2"]["inf_url"]
        self.assertEqual(listed(), {foreign, third})

        deleted = application.run("delete")
        self.assertEqual(deleted.returncode, 0, deleted.stderr)
        self.assertEqual(listed(), {foreign})
        self.assertFalse(application.list.exists())
        self.assertEqual(SERVER.request("DELETE", foreign)[0], 200)

    def create_foreign(self):
        """An infrastructure of the same user that is none of the campaign's business."""
        document = ("tosca_definitions_version: tosca_simple_yaml_1_0\n"
                    "topology_template: {node_templates: {}}\n")
        status, _, body = SERVER.request("POST", "/infrastructures?async=1", document.encode(),
                                         {"Content-Type": "text/yaml"})
        self.assertEqual(status, 200, body)
        return body

    def test_a_failure_is_told(self):
        application = Application()
        SERVER.set(unconfigured=["OSCAR VM1"])
        try:
            failed = application.run("prepare", "VM1=1")
        finally:
            SERVER.set(unconfigured=[])
        self.assertEqual(failed.returncode, 5, failed.stderr)
        self.assertIn("The deployment of infrastructure VM1 failed.", failed.stderr)
        self.assertIn("this infrastructure is to be unconfigured", failed.stderr)
        self.assertEqual(re.findall(r"pw[0-9]", failed.stderr), [])
        mended = application.run("prepare", "VM1=1")
        self.assertEqual(mended.returncode, 0, mended.stderr)
        self.assertEqual(len(listed()), 1)
        deleted = application.run("delete")
        self.assertEqual(deleted.returncode, 0, deleted.stderr)
        self.assertEqual(listed(), set())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        SCRATCH = pathlib.Path(scratch)
        with real_im.running(VENV, SCRATCH / "im") as SERVER:
            SERVER.set(step_seconds=0)
            outcome = unittest.main(argv=[sys.argv[0], *sys.argv[3:]], exit=False).result
    sys.exit(0 if outcome.wasSuccessful() else 1)
