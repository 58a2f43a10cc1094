#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our clients of OSCAR, MinIO and kubectl against the double, as each version behaves.

Usage: test_oscar.py OSCAR_TOOL IM_CLIENT_TOOL DOUBLE
"""
import base64
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import line_tool  # noqa: E402

TOOL, IM_TOOL, DOUBLE = (pathlib.Path(argument) for argument in sys.argv[1:4])
WAIT_SECONDS = 60
SCRATCH = None
IMAGE = "reg/upper_base_amd64:1"
# Writes the input in capitals, and how long it is; crashes on "crash".
COMPONENT = """
import argparse, os
parser = argparse.ArgumentParser()
parser.add_argument("-i")
parser.add_argument("-o")
arguments = parser.parse_args()
text = open(arguments.i, encoding="utf-8").read()
print("read", os.path.basename(arguments.i), "as", os.environ["UUID"])
if text == "crash":
    raise ValueError("cannot read this")
if text == "slow":
    import time
    time.sleep(0.6)
open(arguments.o + "-1.txt", "w", encoding="utf-8").write(text.upper())
"""
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Double:
    """A running double."""

    def __init__(self, test, *options):
        folder = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))
        design = folder / "design"
        design.mkdir()
        (design / "main.py").write_text(COMPONENT, encoding="utf-8")
        (folder / "components.json").write_text(json.dumps({IMAGE: str(design)}), encoding="utf-8")
        self.folder = folder
        self.process = subprocess.Popen(
            [sys.executable, DOUBLE, "--scale", "0", "--components", folder / "components.json",
             "--work", folder / "work", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        test.addCleanup(self.close)
        self.addresses = json.loads(self.process.stdout.readline())

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=WAIT_SECONDS)
        self.process.stdout.close()

    def ask(self, method, path, value=None):
        body = None if value is None else json.dumps(value).encode()
        request = urllib.request.Request(self.addresses["control"] + path, body, method=method)
        with OPENER.open(request, timeout=WAIT_SECONDS) as answer:
            text = answer.read()
        return json.loads(text) if text else None

    def state(self, cluster="VM1"):
        return self.ask("GET", "/state")["clusters"][cluster]

    def requests(self):
        return self.ask("GET", "/state")["requests"]


class Client(line_tool.LineTool):
    """A running oscar_tool for one cluster."""

    def __init__(self, test, double, cluster="VM1", **changes):
        self.entry = {**double.addresses["clusters"][cluster], "ssh": double.addresses["ssh"],
                      "known_hosts": str(double.folder / "known hosts"), **changes}
        path = pathlib.Path(tempfile.mkdtemp(dir=double.folder)) / "cluster.json"
        path.write_text(json.dumps(self.entry), encoding="utf-8")
        super().__init__([TOOL, path])
        test.addCleanup(self.close)

    def wait_for_jobs(self, service, count):
        """All jobs of a service, once `count` of them are over."""
        deadline = time.monotonic() + WAIT_SECONDS
        while time.monotonic() < deadline:
            jobs = self.value("jobs", service)
            if sum(job["status"] in ("Succeeded", "Failed") for job in jobs) >= count:
                return jobs
            time.sleep(0.05)
        raise AssertionError(f"{service}: {jobs}")


def service(name, inputs, outputs, **more):
    return {"name": name, "image": IMAGE,
            "inputs": [["minio.default", path] for path in inputs],
            "outputs": [["minio.default", path] for path in outputs], **more}


class Versions:
    """What holds for every version; `version` is one."""

    version = None
    folder = ""  # of input paths
    owns_buckets = False  # deletes them with the service
    names_services = True  # in names of jobs
    creation_is_pod_start = False
    unknown_is_gone = True

    def start(self, *options):
        double = Double(self, "--version", self.version, *options)
        return double, Client(self, double)

    def test_life(self):
        double, client = self.start()
        client.value("health")
        info = client.value("info")
        self.assertEqual("v" + info["version"], self.version)
        self.assertEqual(info["deletes_buckets"], self.owns_buckets)
        self.assertEqual(info["creation_is_pod_start"], self.creation_is_pod_start)
        self.assertEqual(info["job_name_has_service"], self.names_services)
        config = client.value("config")
        self.assertEqual(config["services_namespace"], "oscar-svc")
        self.assertEqual(config["endpoint"], client.entry["minio"])
        self.assertEqual(config["secret_key"], client.entry["minio_secret_key"])
        self.assertEqual(client.value("services"), [])
        self.assertIsNone(client.value("service", "upper"))
        wanted = service("upper", ["bucket0" + self.folder], ["bucket1/out"])
        client.value("create", wanted)
        self.assertEqual(client("create", wanted)["kind"], "conflict")
        found = client.value("service", "upper")
        self.assertRegex(found["token"], "^[0-9a-f]{64}$")
        self.assertEqual(found["inputs"], [["minio.default", "bucket0" + self.folder]])
        self.assertEqual(found["labels"]["oscar_service"], "upper")
        self.assertEqual([item["name"] for item in client.value("services")], ["upper"])
        self.assertEqual(client.value("buckets"), ["bucket0", "bucket1"])
        client.value("update", wanted)
        token = client.value("service", "upper")["token"]
        self.assertEqual(token != found["token"], self.version.startswith("v2"))
        self.assertEqual(client("update", {**wanted, "name": "other"})["kind"], "gone")
        client.value("remove", "upper")
        client.value("remove", "upper")
        self.assertEqual(client.value("buckets"),
                         [] if self.owns_buckets else ["bucket0", "bucket1"])
        again = client("create", wanted)
        self.assertIn("value", again)
        unknown = client("jobs", "other")
        self.assertEqual(unknown.get("kind"), "gone" if self.unknown_is_gone else None)
        self.assertEqual([line for line in double.requests() if line["status"] >= 500], [])

    def test_jobs_run_the_component(self):
        double, client = self.start("--nodes", "1", "--cores", "4", "--node-domain", ".local")
        client.value("create", service("upper", ["bucket0" + self.folder], ["bucket1/out"],
                                       cpu="1.8"))
        begin = int(time.time())
        inside = self.folder.lstrip("/") + "/" if self.folder else ""
        client.value("put", "bucket0", inside + "a clip#1.x.txt", "hello")
        client.value("make_bucket", "storage")
        client.value("put", "storage", "s.txt", "copied")
        client.value("copy", "storage", "s.txt", "bucket0", inside + "b.t")
        jobs = client.wait_for_jobs("upper", 2)
        end = int(time.time())
        self.assertEqual([job["status"] for job in jobs], ["Succeeded"] * 2)
        for job in jobs:
            self.assertRegex(job["name"], r"^(upper-)?[0-9a-f-]{36}$")
            self.assertEqual(job["name"].startswith("upper-"), self.names_services)
            stamps = [begin, job["creation"], job["start"], job["finish"], end]
            self.assertEqual(stamps, sorted(stamps))
        outputs = [item["key"] for item in client.value("objects", "bucket1")
                   if not item["key"].endswith("/")]
        self.assertEqual(len(outputs), 2)
        for output in outputs:
            self.assertRegex(output, r"^out/aisprint-[0-9a-f-]{36}-1\.txt$")
        texts = sorted(client.value("get", "bucket1", output) for output in outputs)
        self.assertEqual(texts, ["COPIED", "HELLO"])
        log = client.value("log", "upper", jobs[0]["name"])
        self.assertRegex(log, r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} - supervisor - INFO - "
                              r"Script file found in '/oscar/config/script\.sh'$")
        self.assertRegex(log, r"(?m) - INFO - Searching for files to upload in folder '[^']+'$")
        self.assertRegex(log, r"(?m)^read (a clip#1\.x\.txt|b\.t) as [0-9a-f-]{36}$")
        for line in client.value("timed_log", "upper", jobs[0]["name"]).splitlines():
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z ")
        self.check_pods(client, jobs)
        client.value("remove_logs", "upper")
        self.assertEqual(client.value("jobs", "upper"), [])
        self.assertEqual(client("log", "upper", jobs[0]["name"])["kind"], "gone")
        self.assertEqual(len(double.state()["jobs"]), 0)

    def check_pods(self, client, jobs):
        found = client.value("pods", "upper")
        self.assertEqual(set(found["jobs"]), {job["name"] for job in jobs})
        pods = {pod["job"]: pod for pod in found["pods"]}
        for job in jobs:
            pod = pods[job["name"]]
            self.assertTrue(pod["name"].startswith(job["name"] + "-"))
            self.assertEqual(pod["node"], "wn-1.local")
            self.assertLessEqual(found["jobs"][job["name"]], pod["start"])
            self.assertEqual(job["creation"], pod["start"] if self.creation_is_pod_start
                             else found["jobs"][job["name"]])

    def test_a_chain_over_two_clusters(self):
        double = Double(self, "--version", self.version, "--clusters", "VM1,VM2")
        first, second = Client(self, double, "VM1"), Client(self, double, "VM2")
        last = service("two", [], ["bucket2/out"])
        if self.owns_buckets:  # the first service makes bucket1, so it must not be there yet
            second.value("create", last)
        else:
            second.value("create", {**last, "inputs": [["minio.default", "bucket1/in"]]})
        first.value("create", {**service("one", ["bucket0/in"], []), "other": second.entry,
                               "outputs": [["minio.other", "bucket1/in"]]})
        if self.owns_buckets:
            second.value("update", {**last, "inputs": [["minio.default", "bucket1/in"]]})
        first.value("put", "bucket0", "in/x.txt", "far")
        first.wait_for_jobs("one", 1)
        jobs = second.wait_for_jobs("two", 1)
        self.assertEqual(len(jobs), 1)
        self.assertIn("bucket1", second.value("buckets"))
        self.assertNotIn("bucket1", first.value("buckets"))
        keys = [item["key"] for item in second.value("objects", "bucket2") if item["size"]]
        self.assertEqual(len(keys), 1)
        # The number that the first component drew goes through the chain.
        middle = [item["key"] for item in second.value("objects", "bucket1") if item["size"]]
        number = re.search("[0-9a-f]{8}-[0-9a-f-]{27}", middle[0])[0]
        self.assertEqual(keys, [f"out/aisprint-{number}-1-1.txt"])
        self.assertEqual(second.value("get", "bucket2", keys[0]), "FAR")
        self.assertEqual(len(double.state("VM1")["jobs"]), 1)

    def test_many_jobs(self):
        _, client = self.start("--page-size", "3", "--nodes", "2", "--cores", "2")
        client.value("create", service("upper", ["bucket0/in"], ["bucket1/out"]))
        for number in range(10):
            client.value("put", "bucket0", f"in/{number}.txt", "x")
        jobs = client.wait_for_jobs("upper", 10)
        self.assertEqual(len({job["name"] for job in jobs}), 10)

    def test_synchronous_calls(self):
        _, client = self.start()
        client.value("create", service("upper", ["bucket0/in"], ["bucket1/out"]))
        token = client.value("service", "upper")["token"]
        answer = client.value("invoke", "upper", token, "loud")
        self.assertEqual(answer, {"status": 200, "body": base64.b64encode(b"LOUD").decode()})
        self.assertEqual(client.value("invoke", "upper", "0" * 64, "loud")["status"], 401)
        self.assertEqual(client.value("invoke", "other", token, "loud")["status"], 404)
        answer = client.value("invoke", "upper", token, "crash")
        self.assertIn("ValueError: cannot read this", answer["body"])


class Version2(Versions, unittest.TestCase):
    version = "v2.6.1"
    names_services = False
    unknown_is_gone = False


class Version35(Versions, unittest.TestCase):
    version = "v3.5.0"


class Version364(Versions, unittest.TestCase):
    version = "v3.6.4"
    folder = "/in"
    owns_buckets = True
    creation_is_pod_start = True

    def test_buckets_must_be_new(self):
        _, client = self.start()
        client.value("make_bucket", "bucket1")
        answer = client("create", service("upper", ["bucket0/in"], ["bucket1/out"]))
        self.assertEqual((answer["kind"], answer["status"]), ("refused", 500))
        self.assertEqual(answer["message"], 'the bucket "bucket1" already exists')
        self.assertIsNone(client.value("service", "upper"))
        self.assertEqual(client.value("services"), [])

    def test_paths_need_folders(self):
        _, client = self.start()
        answer = client("create", service("upper", ["bucket0"], ["bucket1"]))
        self.assertEqual((answer["kind"], answer["status"]), ("refused", 400))


class Version41(Versions, unittest.TestCase):
    version = "v4.1.0"
    folder = "/in"
    owns_buckets = True
    creation_is_pod_start = True

    def test_paths_get_the_name(self):
        _, client = self.start()
        client.value("create", service("upper", ["bucket0"], ["bucket1"]))
        found = client.value("service", "upper")
        self.assertEqual(found["inputs"], [["minio.default", "upper/bucket0"]])
        self.assertEqual(client.value("buckets"), ["upper"])


class Faults(unittest.TestCase):
    """Things that go wrong, whatever the version."""

    def start(self, *options):
        double = Double(self, *options)
        client = Client(self, double)
        client.value("create", service("upper", ["bucket0/in"], ["bucket1/out"]))
        return double, client

    def job(self, double, client, text, **fault):
        double.ask("POST", "/faults", [{"on": "job", **fault}] if fault else [])
        client.value("put", "bucket0", "in/x.txt", text)
        return client.wait_for_jobs("upper", 1)

    def test_a_password_that_changed(self):
        double, client = self.start()
        double.ask("POST", "/clusters/VM1", {"password": "pw9"})
        before = len(double.requests())
        answer = client("services")
        self.assertEqual((answer["kind"], answer["status"]), ("unauthorised", 401))
        self.assertEqual(len(double.requests()) - before, 1)
        other = Client(self, double, oscar_password="pw9")
        self.assertEqual(len(other.value("services")), 1)
        answer = Client(self, double, minio_secret_key="wrong")("buckets")
        self.assertEqual((answer["kind"], answer["status"]), ("unauthorised", 403))

    def test_a_gateway_without_a_server(self):
        double, client = self.start()
        double.ask("POST", "/faults", [{"on": "oscar", "do": "status", "status": 502, "times": 2,
                                        "type": "text/html",
                                        "body": "<html><title>502</title></html>"}])
        self.assertEqual(len(client.value("services")), 1)
        statuses = [line["status"] for line in double.requests()][-3:]
        self.assertEqual(statuses, [502, 502, 200])
        double.ask("POST", "/faults", [{"on": "oscar", "do": "reset", "method": "GET", "times": 1}])
        self.assertEqual(len(client.value("services")), 1)
        double.ask("POST", "/faults", [{"on": "oscar", "do": "garbage", "times": 1}])
        self.assertEqual(client("services")["kind"], "malformed")

    def test_an_answer_that_is_lost_after_the_deed(self):
        double, client = self.start()
        double.ask("POST", "/faults", [{"on": "oscar", "method": "POST", "do": "reset",
                                        "after": True}])
        client.value("create", service("second", ["bucket5/in"], ["bucket6/out"]))
        double.ask("POST", "/faults", [{"on": "oscar", "method": "DELETE", "do": "reset",
                                        "after": True}])
        client.value("remove", "second")
        self.assertEqual(set(double.state()["services"]), {"upper"})

    def test_a_copy_whose_answer_is_lost_makes_one_job(self):
        double, client = self.start()
        client.value("make_bucket", "storage")
        client.value("put", "storage", "s.txt", "copied")
        double.ask("POST", "/faults", [{"on": "s3", "method": "PUT", "do": "reset",
                                        "after": True}])
        answer = client("copy", "storage", "s.txt", "bucket0", "in/a.txt")
        self.assertEqual(answer["kind"], "unreachable")  # the tool tries once
        copies = [line for line in double.requests()
                  if line["method"] == "PUT" and line["path"].endswith("/in/a.txt")]
        self.assertEqual(len(copies), 1)
        self.assertEqual(len(client.wait_for_jobs("upper", 1)), 1)

    def test_the_store_restarts(self):
        double = Double(self, "--restart-seconds", "0.6")
        client = Client(self, double)
        address = ("127.0.0.1", int(client.entry["minio"].rpartition(":")[2]))
        seen = set()
        over = threading.Event()

        def watch():
            while not over.is_set():
                try:
                    socket.create_connection(address, 5).close()
                    with OPENER.open(client.entry["minio"] + "/minio/health/ready", timeout=5):
                        seen.add("ready")
                except urllib.error.HTTPError as error:
                    seen.add(error.code)
                except ConnectionRefusedError:
                    seen.add("refused")
                except (OSError, urllib.error.URLError):
                    pass
                time.sleep(0.01)
        watcher = threading.Thread(target=watch)
        watcher.start()
        client.value("create", service("upper", ["bucket0/in"], ["bucket1/out"]))
        client.value("ready")
        over.set()
        watcher.join()
        self.assertTrue({"refused", 503} <= seen, seen)
        client.value("put", "bucket0", "in/x.txt", "hello")
        client.wait_for_jobs("upper", 1)

    def test_a_store_that_is_away(self):
        double = Double(self, "--restart-seconds", "1")
        client, other = Client(self, double), Client(self, double)
        creation = threading.Thread(
            target=lambda: client.value("create", service("a", ["bucket0/in"], [])))
        creation.start()
        kinds = set()
        while creation.is_alive():
            answer = other("buckets")
            kinds.add(answer.get("kind"))
            time.sleep(0.02)
        creation.join()
        self.assertIn("unreachable", kinds)

    def test_jobs_that_fail(self):
        double, client = self.start()
        jobs = self.job(double, client, "x", do="failed")
        self.assertEqual(jobs[0]["status"], "Failed")

    def test_components_that_crash_look_like_success(self):
        double, client = self.start()
        jobs = self.job(double, client, "crash")
        self.assertEqual(jobs[0]["status"], "Succeeded")
        self.assertIn("ValueError: cannot read this",
                      client.value("log", "upper", jobs[0]["name"]))
        self.assertEqual([item for item in client.value("objects", "bucket1") if item["size"]], [])
        self.assertEqual(double.state()["jobs"][0]["exit_code"], 1)

    def test_jobs_without_output(self):
        double, client = self.start()
        self.job(double, client, "x", do="no_output")
        self.assertEqual([item for item in client.value("objects", "bucket1") if item["size"]], [])

    def test_logs_without_marks(self):
        for fault in ("no_marks", "no_info"):
            double, client = self.start()
            jobs = self.job(double, client, "x", do=fault)
            log = client.value("log", "upper", jobs[0]["name"])
            self.assertNotIn("Script file found", log)
            self.assertNotIn("Searching for files", log)
            self.assertEqual("Storage event found" in log, fault == "no_marks")

    def test_logs_that_are_gone(self):
        double, client = self.start()
        jobs = self.job(double, client, "x")
        double.ask("POST", "/faults", [{"on": "log", "do": "gone", "times": 0}])
        self.assertEqual(client("log", "upper", jobs[0]["name"])["kind"], "gone")

    def test_events_that_come_twice(self):
        double, client = self.start()
        self.job(double, client, "x", do="duplicate_event")
        self.assertEqual(len(client.wait_for_jobs("upper", 2)), 2)

    def test_jobs_that_wait_for_ever(self):
        double, client = self.start()
        double.ask("POST", "/faults", [{"on": "job", "do": "pending"}])
        client.value("put", "bucket0", "in/1.txt", "x")
        client.value("put", "bucket0", "in/2.txt", "x")
        jobs = client.wait_for_jobs("upper", 1)
        waiting = [job for job in jobs if job["status"] not in ("Succeeded", "Failed")]
        self.assertEqual(len(waiting), 1)
        self.assertIsNone(waiting[0]["start"])
        early = client("log", "upper", waiting[0]["name"])
        self.assertIn(early["kind"], ("server", "gone"))

    def test_a_list_that_is_empty_at_first(self):
        double, client = self.start()
        double.ask("POST", "/faults", [{"on": "list", "do": "empty", "times": 2}])
        client.value("put", "bucket0", "in/1.txt", "x")
        self.assertEqual(client.value("jobs", "upper"), [])
        self.assertEqual(len(client.wait_for_jobs("upper", 1)), 1)

    def test_a_list_without_order(self):
        double, client = self.start()
        for number in range(5):
            client.value("put", "bucket0", f"in/{number}.txt", "x")
        client.wait_for_jobs("upper", 5)
        before = client.value("jobs", "upper")
        double.ask("POST", "/faults", [{"on": "list", "do": "unordered"}])
        self.assertEqual(client.value("jobs", "upper"), before)
        self.assertEqual(double.ask("GET", "/state")["faults"][-1]["struck"], 1)

    def test_a_slow_answer(self):
        double, client = self.start()
        double.ask("POST", "/faults", [{"on": "oscar", "do": "slow", "seconds": 0.3},
                                       {"on": "s3", "do": "slow", "seconds": 0.3}])
        begin = time.monotonic()
        self.assertEqual(len(client.value("services")), 1)
        self.assertEqual(client.value("buckets"), ["bucket0", "bucket1"])
        self.assertGreaterEqual(time.monotonic() - begin, 0.6)

    def test_a_clock_that_is_wrong(self):
        double, client = self.start()
        double.ask("POST", "/clusters/VM1", {"skew_seconds": 600, "zone_minutes": -330})
        jobs = self.job(double, client, "x")
        self.assertAlmostEqual(jobs[0]["creation"] - time.time(), 600, delta=30)
        self.assertEqual(client.value("pods", "upper")["pods"][0]["start"], jobs[0]["creation"])
        double.ask("POST", "/clusters/VM1", {"skew_seconds": 7200})
        answer = client("buckets")
        self.assertEqual((answer["kind"], answer["status"]), ("unauthorised", 403))

    def test_nodes(self):
        double, client = self.start("--nodes", "2", "--node-domain", ".localdomain", "--cores", "2")
        nodes = client.value("nodes")
        self.assertEqual([(node["short_name"], node["worker"], node["schedulable"])
                          for node in nodes],
                         [("kubeserver", False, True), ("wn-1", True, True), ("wn-2", True, True)])
        self.assertEqual(nodes[1]["name"], "wn-1.localdomain")
        for _ in range(2):
            client.value("cordon", "wn-1.localdomain")
        self.assertEqual([node["schedulable"] for node in client.value("nodes")],
                         [True, False, True])
        for number in range(4):
            client.value("put", "bucket0", f"in/{number}.txt", "x")
        client.wait_for_jobs("upper", 4)
        self.assertEqual({job["node"] for job in double.state()["jobs"]}, {"wn-2.localdomain"})
        client.value("uncordon", "wn-1.localdomain")
        self.assertTrue(client.value("nodes")[1]["schedulable"])
        self.assertEqual(client("cordon", "wn-9")["kind"], "gone")

    def test_as_many_jobs_at_once_as_nodes_can_hold(self):
        _, client = self.start("--nodes", "1", "--cores", "2.3")  # two containers of one core
        for number in range(6):
            client.value("put", "bucket0", f"in/{number}.txt", "slow")
        most = 0
        while True:
            jobs = client.value("jobs", "upper")
            most = max(most, sum(job["status"] == "Running" for job in jobs))
            if sum(job["status"] == "Succeeded" for job in jobs) == 6:
                break
            time.sleep(0.02)
        self.assertEqual(most, 2)

    def test_ssh_that_fails(self):
        double, client = self.start()
        double.ask("POST", "/faults", [
            {"on": "ssh", "do": "garbage"}, {"on": "ssh", "do": "reset"},
            {"on": "ssh", "do": "status", "status": 1,
             "body": "Unable to connect to the server: EOF"}])
        kinds = [client("nodes").get("kind") for _ in range(4)]
        self.assertEqual(kinds, ["malformed", "unreachable", "server", None])

    def test_a_cluster_that_vanishes(self):
        double, client = self.start()
        double.ask("POST", "/clusters/VM1", {"vanished": True})
        for call in ("info", "buckets", "nodes"):
            self.assertEqual(client(call)["kind"], "unreachable", call)
        double.ask("POST", "/clusters/VM1", {"vanished": False})
        self.assertEqual(len(client.value("services")), 1)
        self.assertEqual(client.value("buckets"), ["bucket0", "bucket1"])
        client.value("nodes")


class Manager(unittest.TestCase):
    """The double's Infrastructure Manager, asked by our client."""

    DOCUMENT = """metadata:
  infra_name: OSCAR %s
topology_template:
  node_templates:
    front:
      capabilities: {scalable: {properties: {count: 1}}}
    wn_VM2:
      capabilities:
        scalable:
          properties:
            count: %d
"""

    def setUp(self):
        self.double = Double(self, "--clusters", "VM1,VM2", "--im-seconds", "0.3")
        auth = self.double.folder / "auth.dat"
        auth.touch(mode=0o600)
        auth.write_text("id = im; type = InfrastructureManager; username = ann; password = pw1\n",
                        encoding="utf-8")
        self.ask = line_tool.WordTool([IM_TOOL, self.double.addresses["im"], auth])
        self.addCleanup(self.ask.close)

    def document(self, count):
        path = self.double.folder / f"document_{count}.yaml"
        path.write_text(self.DOCUMENT % ("two", count), encoding="utf-8")
        return path

    def wait(self, url):
        states = []
        while not states or states[-1] in ("pending", "running"):
            states.append(self.ask("state", url)["value"]["state"])
            time.sleep(0.02)
        return list(dict.fromkeys(states))

    def test_life(self):
        self.assertEqual(self.ask("list"), {"value": []})
        url = self.ask("create", self.document(3))["value"]
        self.assertEqual(self.ask("list"), {"value": [url]})
        self.assertEqual(self.wait(url), ["pending", "running", "configured"])
        outputs = json.loads(self.ask("outputs", url)["value"])
        entry = self.double.addresses["clusters"]["VM2"]
        self.assertEqual(outputs["oscar_password"], entry["oscar_password"])
        self.assertEqual(outputs["minio_endpoint"], entry["minio"])
        self.assertEqual(outputs["fe_node_ip"], entry["host"])
        self.assertEqual(len(self.double.state("VM2")["nodes"]), 3)
        self.ask("update", url, self.document(1))
        self.assertEqual(self.wait(url)[-1], "configured")
        self.assertEqual(len(self.double.state("VM2")["nodes"]), 1)
        self.assertIn("infra_name: OSCAR two", self.ask("document", url)["value"])
        self.assertEqual(self.ask("remove", url), {"value": None})
        self.assertEqual(self.ask("state", url)["kind"], "gone")

    def test_strangers(self):
        with self.assertRaises(urllib.error.HTTPError) as caught:
            OPENER.open(self.double.addresses["im"] + "/infrastructures", timeout=WAIT_SECONDS)
        self.assertEqual(caught.exception.code, 401)
        caught.exception.close()

    def test_infrastructures_that_fail(self):
        self.double.ask("POST", "/faults", [{"on": "im", "method": "MAKE", "do": "unconfigured"},
                                            {"on": "im", "method": "MAKE", "do": "nodes",
                                             "count": 2}])
        url = self.ask("create", self.document(3))["value"]
        self.assertEqual(self.wait(url)[-1], "unconfigured")
        self.ask("remove", url)
        url = self.ask("create", self.document(3))["value"]
        self.assertEqual(self.wait(url)[-1], "configured")
        self.assertEqual(len(self.double.state("VM2")["nodes"]), 2)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        SCRATCH = pathlib.Path(scratch)
        outcome = unittest.main(argv=[sys.argv[0], *sys.argv[4:]], exit=False).result
    sys.exit(0 if outcome.wasSuccessful() else 1)
