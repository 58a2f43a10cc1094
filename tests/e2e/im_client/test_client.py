#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our client against a real Infrastructure Manager, and against its double, which must not differ.

Usage: test_client.py CLIENT_TOOL DOUBLE_SERVER VENV
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import unittest

TESTS = pathlib.Path(__file__).resolve().parents[2]
for folder in ("e2e/im", "support"):
    sys.path.insert(0, str(TESTS / folder))
import line_tool  # noqa: E402
import real_im  # noqa: E402

TOOL, DOUBLE, VENV = (pathlib.Path(argument) for argument in sys.argv[1:4])
WAIT_SECONDS = 120
REAL = None
SCRATCH = None
# Passwords in every manner of writing; the server must understand each.
AUTH = """# the tests' user
id = im; type = InfrastructureManager; username = ann; password = %s
id = dummy; type = Dummy; note = "a;b=c'd"; key = '-----BEGIN\\nx y\\n-----END'
"""
DOCUMENT = """tosca_definitions_version: tosca_simple_yaml_1_0
imports:
- ec3_custom_types: %s/custom_types.yaml
metadata:
  aisprint_tag: tag-1
  infra_name: OSCAR %s
topology_template:
  node_templates:
    front:
      type: tosca.nodes.indigo.Compute
      capabilities:
        scalable: {properties: {count: %d}}
        host: {properties: {num_cpus: 1, mem_size: 1 GB}}
        os: {properties: {type: linux, image: 'one://server/1'}}
  outputs:
    number: {value: 7}
"""


class Client(line_tool.WordTool):
    """A running client_tool."""

    def __init__(self, url, password="'p=1;2'"):
        self.auth = SCRATCH / "client_auth.dat"
        self.auth.touch(mode=0o600)
        self.auth.write_text(AUTH % password, encoding="utf-8")
        super().__init__([TOOL, url, self.auth])

    def wait(self, url, wanted):
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            answer = self("state", url)
            word = answer["value"]["state"] if "value" in answer else answer["kind"]
            if word in wanted:
                return word
            time.sleep(0.2)
        raise AssertionError(f"{url} stays {word}")


def document(name, count=1):
    path = SCRATCH / f"{name}_{count}.yaml"
    path.write_text(DOCUMENT % (REAL.types_url, name, count), encoding="utf-8")
    return path


class Scenarios:
    """What both servers must do alike; `url` is the server's."""

    url = None

    def client(self, *arguments):
        client = Client(self.url, *arguments)
        self.addCleanup(client.close)
        return client

    def test_life(self):
        client = self.client()
        self.assertEqual(client.value("version"), [1, 15, 0])
        self.assertEqual(client.value("list"), [])
        url = client.value("create", document("life"))
        self.assertTrue(url.startswith(self.url + "/infrastructures/"), url)
        self.assertEqual(client.value("list"), [url])
        self.assertEqual(client.wait(url, {"configured", "unconfigured", "failed"}), "configured")
        self.assertEqual(set(client.value("state", url)["machines"].values()), {"configured"})
        self.assertIsInstance(client.value("contmsg", url), str)
        self.assertIsInstance(json.loads(client.value("outputs", url)), dict)
        stored = client.value("document", url)
        self.assertIn("aisprint_tag: tag-1", stored)
        self.assertIn("infra_name: OSCAR life", stored)
        client.value("update", url, document("life", 2))
        self.assertEqual(client.wait(url, {"configured", "unconfigured", "failed"}), "configured")
        client.value("remove", url)
        self.assertEqual(client.wait(url, {"gone"}), "gone")
        client.value("remove", url)
        self.assertEqual(client.value("list"), [])

    def test_errors(self):
        client = self.client()
        url = client.value("create", document("errors"))
        client.wait(url, {"configured"})
        missing = self.url + "/infrastructures/00000000-0000-0000-0000-000000000000"
        for call in ["state", "contmsg", "outputs", "document"]:
            answer = client(call, missing)
            self.assertEqual((answer["kind"], answer["status"]), ("gone", 404), answer)
            self.assertIn("Invalid infrastructure ID or access not granted", answer["message"])
        client.value("remove", missing)
        bad = SCRATCH / "bad.yaml"
        bad.write_text("no: tosca\n", encoding="utf-8")
        answer = client("create", bad)
        self.assertEqual((answer["kind"], answer["status"]), ("refused", 400), answer)
        self.assertTrue(answer["message"].startswith("Error Creating Inf.: "), answer)
        self.assertNotIn("Traceback", answer["message"])
        other = self.client("other")
        self.assertEqual(other("estimate", bad)["kind"], "refused")
        client.value("remove", url)
        self.assertEqual(client.wait(url, {"gone"}), "gone")
        self.assertEqual(client.value("list"), [])


class Real(Scenarios, unittest.TestCase):
    def setUp(self):
        self.url = REAL.url

    def test_machines_that_cannot_be_made(self):
        REAL.set(failed=["OSCAR room"])
        self.addCleanup(REAL.set, failed=[])
        client = self.client()
        url = client.value("create", document("room"))
        self.assertEqual(client.wait(url, {"configured", "failed"}), "failed")
        self.assertIn("no room for this machine", client.value("contmsg", url))
        client.value("remove", url)
        self.assertEqual(client.wait(url, {"gone"}), "gone")

    def test_nobody_there(self):
        port = real_im.free_port()
        answer = Client(f"http://127.0.0.1:{port}")
        self.addCleanup(answer.close)
        self.assertEqual(answer("version")["kind"], "unreachable")


class Double(Scenarios, unittest.TestCase):
    def setUp(self):
        port_file = SCRATCH / "double_port"
        port_file.unlink(missing_ok=True)
        process = subprocess.Popen([DOUBLE, port_file])
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        deadline = time.monotonic() + WAIT_SECONDS
        while not port_file.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        self.url = port_file.read_text(encoding="utf-8").strip()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        SCRATCH = pathlib.Path(scratch)
        with real_im.running(VENV, SCRATCH / "im") as REAL:
            REAL.set(step_seconds=0)
            outcome = unittest.main(argv=[sys.argv[0], *sys.argv[4:]], exit=False).result
    sys.exit(0 if outcome.wasSuccessful() else 1)
