#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Our documents through the whole life of an infrastructure at a real Infrastructure Manager.

Usage: test_documents.py DOCUMENT_TOOL VENV DATA
"""
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

import yaml

import real_im

ROOT = pathlib.Path(__file__).resolve().parents[3]
TYPES_FOLDER = ROOT / "templates/tosca"
STATE_SECONDS = 120
TOOL, VENV, DATA = (pathlib.Path(argument) for argument in sys.argv[1:4])
PUBLISHED = "https://raw.githubusercontent.com/grycap/ec3/tosca/tosca"
YAML = {"Content-Type": "text/yaml"}
JSON = {"Accept": "application/json"}

SERVER = None
SCRATCH = None
DOCUMENTS = {}     # name -> text
DOCUMENTS_OF = {}  # run -> its documents

# A fault of IM 1.15.0 (TSC124): its connector to OSCAR fails (KeyError) at a second storage
# provider of a kind, so services on a cluster that exists cannot write to two clusters. The
# document itself is accepted.
REFUSED_BY_THE_CONNECTOR = {"blurry-faces-onnx_partition1_1"}

# The runs whose documents the reference's authors publish, and the names of these documents.
RUNS = [
    ("app_test", "base", [], {"blurry-faces-onnx": "blurry-faces-onnx-aws",
                              "mask-detector": "mask-detector-aws"}),
    ("app_test", "optimal", [], {"blurry-faces-onnx_partition1_1": "blurry-faces-onnx_partition1_1-aws",
                                 "blurry-faces-onnx_partition1_2": "blurry-faces-onnx_partition1_2-aws",
                                 "mask-detector": "mask-detector-optimal-aws"}),
    ("app_demo", "base", ["elastic=5"], {"mask-detector": "mask-detector_elastic"}),
    ("app_demo", "base", [], {"blurry-faces-onnx": "blurry-faces-onnx",
                              "mask-detector": "mask-detector"}),
    ("app_demo", "optimal", [], {"blurry-faces-onnx_partition1_1": "blurry-faces-onnx_partition1_1",
                                 "blurry-faces-onnx_partition1_2": "blurry-faces-onnx_partition1_2",
                                 "mask-detector": "mask-detector-optimal"}),
    ("app_early", "base", [], {"classifier": "classifier", "filter": "filter"}),
    ("app_early", "optimal", [], {"classifier_partition1_1": "classifier_partition1_1",
                                  "classifier_partition1_2": "classifier_partition1_2"}),
]
# Runs of the branches that were never merged.
MORE_RUNS = [
    ("app_demo", "base", ["registry=registry.example.org"],
     {"blurry-faces-onnx": "blurry-faces-onnx-registry", "mask-detector": "mask-detector-registry"}),
    ("app_demo", "optimal", ["space4ai_r=https://git.example.org/app.git"],
     {"mask-detector": "mask-detector-optimal-sair"}),
]


def make_documents(runs, types="own"):
    """Name -> text of the documents that we write, for types of our own or the published ones."""
    documents = {}
    for application, kind, options, names in runs:
        folder = SCRATCH / application
        if not folder.exists():
            shutil.copytree(DATA / application, folder)
            if application == "app_demo":
                # What `toscarizer docker` leaves for the drift detector.
                (folder / "aisprint/designs/containers.yaml").write_text(
                    "components:\n"
                    "  drift-detector:\n"
                    "    docker_images: [docker.io/a/drift-detector_main_amd64:latest]\n",
                    encoding="utf-8")
        out = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))
        named = [f"types_url={SERVER.types_url}"] if types == "own" else []
        subprocess.run([TOOL, "make", folder, kind, out, *named,
                        f"im_auth={SERVER.auth_file}", *options], check=True)
        for component, name in names.items():
            documents[name] = (out / f"{component}.yaml").read_text(encoding="utf-8")
    return documents


def check_documents(documents):
    """Name -> codes of the errors that our own check finds."""
    folder = pathlib.Path(tempfile.mkdtemp(dir=SCRATCH))
    for name, text in documents.items():
        (folder / name).write_text(text, encoding="utf-8")
    answer = subprocess.run([TOOL, "check", TYPES_FOLDER, *(folder / name for name in documents)],
                            check=True, text=True, stdout=subprocess.PIPE,
                            stderr=subprocess.DEVNULL)
    return {words[0]: words[1:] for words in map(str.split, answer.stdout.splitlines())}


def create(text):
    auth = None
    if "lambda_function" in text:
        # Not to the OSCAR cluster, which would take it.
        auth = [line for line in SERVER.auth_lines if "OSCAR" not in line]
    return SERVER.request("POST", "/infrastructures?async=1", text.encode(), YAML, auth)


def state(url):
    status, _, body = SERVER.request("GET", url + "/state", headers=JSON)
    return json.loads(body)["state"] if status == 200 else {"state": f"status {status}"}


def wait(urls, wanted):
    """Waits until all infrastructures are in one of the states; returns their last states."""
    deadline = time.monotonic() + STATE_SECONDS
    states = dict.fromkeys(urls)
    while time.monotonic() < deadline:
        for url in [url for url, value in states.items() if value not in wanted]:
            states[url] = state(url)["state"]
        if all(value in wanted for value in states.values()):
            break
        time.sleep(0.5)
    return states


def destroy(url):
    """Deletes an infrastructure for sure: while machines are being made, IM answers with 409."""
    deadline = time.monotonic() + STATE_SECONDS
    while state(url)["state"] != "status 404" and time.monotonic() < deadline:
        SERVER.request("DELETE", url)
        time.sleep(0.2)


def listed():
    _, _, body = SERVER.request("GET", "/infrastructures")
    return set(body.split())


class Documents(unittest.TestCase):
    def test_published_documents_in_our_form_live_and_die(self):
        self.assertEqual(sum(len(documents) for documents in DOCUMENTS_OF.values()), 15)
        for application, documents in DOCUMENTS_OF.items():
            # One after the other: they have the same services on the cluster that exists.
            with self.subTest(application):
                self.live_and_die(documents)

    def live_and_die(self, documents):
        urls = {}
        for name, text in documents.items():
            status, headers, body = create(text)
            self.assertEqual(status, 200, f"{name}: {body}")
            self.assertEqual(headers["InfID"], body.rsplit("/", 1)[1])
            urls[name] = body
        states = wait(urls.values(), {"configured", "unconfigured", "failed"})
        for name, url in urls.items():
            with self.subTest(name):
                if name in REFUSED_BY_THE_CONNECTOR:
                    self.assertEqual(states[url], "failed")
                    continue
                self.assertEqual(states[url], "configured",
                                 SERVER.request("GET", url + "/contmsg")[2])
                self.check_infrastructure(documents[name], url)
        self.assertLessEqual(set(urls.values()), listed())
        for name, url in urls.items():
            with self.subTest(name):
                self.assertEqual(SERVER.request("DELETE", url)[0], 200)
                self.assertEqual(state(url)["state"], "status 404")
                self.assertEqual(SERVER.request("DELETE", url)[0], 404)
        self.assertFalse(set(urls.values()) & listed())
        self.assertEqual(SERVER.services, {})

    def check_infrastructure(self, text, url):
        document = yaml.safe_load(text)["topology_template"]
        status, _, message = SERVER.request("GET", url + "/contmsg")
        self.assertEqual(status, 200)
        has_cluster = "front" in document["node_templates"]
        self.assertEqual("Select master VM" in message, has_cluster, message)
        outputs = self.outputs(url)
        self.assertEqual(set(outputs), set(document.get("outputs", {})))
        if has_cluster:
            self.assertFalse([name for name, value in outputs.items() if value is None])
            self.assertTrue(outputs["oscarui_endpoint"].startswith("https://oscar-cluster-"))
            self.assertEqual(outputs["oscar_service_cred"]["token"], outputs["oscar_password"])
            machines = state(url)["vm_states"]
            nodes = document["node_templates"].values()
            wanted = sum(node.get("capabilities", {}).get("scalable", {}).get("properties", {})
                         .get("count", 1)
                         for node in nodes if node["type"] == "tosca.nodes.indigo.Compute")
            self.assertEqual(len(machines), wanted)
        elif "oscar_service_url" in outputs:
            self.check_service(document, outputs)
        status, _, tosca = SERVER.request("GET", url + "/tosca")
        self.assertEqual(status, 200)
        self.assertIn("node_templates", tosca)

    def outputs(self, url):
        """The outputs, once none is null: IM tells the credential of an OSCAR cluster only after it
        has asked the cluster for the service again."""
        deadline = time.monotonic() + STATE_SECONDS
        while True:
            status, _, body = SERVER.request("GET", url + "/outputs", headers=JSON)
            self.assertEqual(status, 200)
            outputs = json.loads(body)["outputs"]
            if None not in outputs.values() or time.monotonic() > deadline:
                return outputs
            time.sleep(0.5)
            state(url)

    def check_service(self, document, outputs):
        """A service on a cluster that exists: as the Infrastructure Manager hands it over."""
        (node,) = document["node_templates"].values()
        properties = node["properties"]
        name = properties["name"]
        self.assertEqual(outputs["oscar_service_url"], SERVER.oscar_url)
        self.assertEqual(outputs["oscar_service_cred"]["token"], real_im.OSCAR_PASSWORD)
        service = SERVER.services[name]
        for key in ["name", "script", "input", "output", "storage_providers"]:
            self.assertEqual(service.get(key), properties.get(key), key)
        self.assertEqual(service["image"], properties["image"].removeprefix("docker://"))
        self.assertEqual(service["environment"]["Variables"], properties["env_variables"])
        self.assertEqual(service["memory"], properties["memory"])

    def test_documents_of_the_other_branches_are_accepted(self):
        documents = make_documents(MORE_RUNS)
        self.assertEqual(len(documents), 3)
        for name, text in documents.items():
            with self.subTest(name):
                self.assertEqual(check_documents({name: text}), {name: []})
                status, _, url = create(text)
                self.assertEqual(status, 200, url)
                self.assertEqual(wait([url], {"configured"}), {url: "configured"})
                self.assertEqual(SERVER.request("DELETE", url)[0], 200)

    def test_our_check_finds_nothing(self):
        self.assertEqual(check_documents(DOCUMENTS), {name: [] for name in DOCUMENTS})

    def test_the_published_types_need_the_type_that_documents_bring(self):
        # With `suffix` as a text in the imported types, 7 of 15 are refused, unless they declare it
        # themselves, as ours do for the published types.
        documents = make_documents(RUNS, types="published")
        refused = set()
        for name, text in documents.items():
            text = text.replace(PUBLISHED, SERVER.types_url + "/published")
            self.assertNotIn("githubusercontent", text)
            status, _, url = create(text)
            self.assertEqual(status, 200, f"{name}: {url}")
            destroy(url)
            document = yaml.safe_load(text)
            document.pop("data_types", None)
            status, _, body = create(yaml.safe_dump(document))
            if status == 200:
                destroy(body)
                continue
            self.assertEqual(status, 400)
            self.assertIn("is not a string", body)
            refused.add(name)
        self.assertEqual(refused,
                         {name for name, text in documents.items() if "data_types:" in text})
        self.assertEqual(len(refused), 7)


class Protocol(unittest.TestCase):
    def setUp(self):
        self.text = DOCUMENTS["mask-detector"]

    def tearDown(self):
        SERVER.set(unconfigured=[], failed=[])
        for url in listed():
            destroy(url)

    def test_nodes_are_added_and_removed(self):
        _, _, url = create(self.text)
        wait([url], {"configured"})
        before = state(url)["vm_states"]
        document = yaml.safe_load(self.text)
        nodes = document["topology_template"]["node_templates"]
        (worker,) = [node for name, node in nodes.items()
                     if name.startswith("wn_") and "scalable" in node.get("capabilities", {})]
        count = worker["capabilities"]["scalable"]["properties"]
        count["count"] += 1
        status, _, body = SERVER.request("POST", url, yaml.safe_dump(document).encode(), YAML)
        self.assertEqual(status, 200, body)
        self.assertEqual(len(body.split()), 1, "the new machine")
        self.assertEqual(wait([url], {"configured"}), {url: "configured"})
        self.assertEqual(len(state(url)["vm_states"]), len(before) + 1)
        count["count"] -= 2
        status, _, body = SERVER.request("POST", url, yaml.safe_dump(document).encode(), YAML)
        self.assertEqual(status, 200, body)
        self.assertEqual(wait([url], {"configured"}), {url: "configured"})
        self.assertEqual(len(state(url)["vm_states"]), len(before) - 1)

    def test_failures_are_told(self):
        SERVER.set(unconfigured=["OSCAR mask-detector"])
        _, _, url = create(self.text)
        self.assertEqual(wait([url], {"configured", "unconfigured"}), {url: "unconfigured"})
        self.assertIn("TASK [simulated] failed", SERVER.request("GET", url + "/contmsg")[2])
        SERVER.set(unconfigured=[], failed=["OSCAR mask-detector"])
        _, _, url = create(self.text)
        self.assertEqual(wait([url], {"configured", "failed"}), {url: "failed"})
        self.assertIn("no room for this machine", SERVER.request("GET", url + "/contmsg")[2])

    def test_errors_have_their_codes(self):
        missing = "/infrastructures/00000000-0000-0000-0000-000000000000"
        other = ["id = im; type = InfrastructureManager; username = bob; password = pw2"]
        _, _, url = create(self.text)
        wait([url], {"configured"})
        for expected, request in [
                (401, ("GET", "/infrastructures", None, None, [])),
                (401, ("GET", "/infrastructures", None, None, [real_im.DUMMY_LINE])),
                (404, ("GET", missing + "/state")),
                (404, ("DELETE", missing)),
                (403, ("GET", url + "/state", None, None, other)),
                (400, ("POST", "/infrastructures", b"no: tosca", YAML)),
                (415, ("POST", "/infrastructures", b"x", {"Content-Type": "image/png"}))]:
            with self.subTest(request=request[:2]):
                status, _, body = SERVER.request(*request)
                self.assertEqual(status, expected, body)
        status, _, body = SERVER.request("GET", missing + "/state", headers=JSON)
        self.assertEqual(set(json.loads(body)), {"message", "code"})
        self.assertEqual(SERVER.request("GET", "/version")[2], "1.15.0")


def change(path, value):
    """A change of a document: sets, or with None removes, what `path` leads to."""
    def apply(document):
        *way, last = path
        for key in way:
            document = document[key]
        if value is None:
            del document[last]
        else:
            document[last] = value
    return apply


NODES = ("topology_template", "node_templates")
SERVICE = (*NODES, "oscar_service_mask-detector")
# What is wrong, as both our check and the Infrastructure Manager must say.
FAULTS = {
    "version": change(("tosca_definitions_version",), "tosca_simple_yaml_9"),
    "section": change(("topology",), {}),
    "topology_section": change(("topology_template", "nodes"), {}),
    "node_type": change((*SERVICE, "type"), "tosca.nodes.aisprint.FaaS.Functionality"),
    "node_section": change((*SERVICE, "property"), {}),
    "unknown_property": change((*SERVICE, "properties", "expose_service"), True),
    "missing_property": change((*SERVICE, "properties", "image"), None),
    "text_for_list": change((*SERVICE, "properties", "image_pull_secrets"), "secret"),
    "text_for_number": change((*SERVICE, "properties", "cpu"), "much"),
    "text_for_boolean": change((*SERVICE, "properties", "enable_gpu"), "perhaps"),
    "nested_property": change((*SERVICE, "properties", "output", 0, "bucket"), "b"),
    "nested_type": change((*SERVICE, "properties", "output", 0, "suffix"), "_A"),
    "nested_missing": change((*SERVICE, "properties", "output", 0, "path"), None),
    "provider": change((*SERVICE, "properties", "storage_providers", "minio"),
                       {"a": {"endpoint": "e"}}),
    "requirement": change((*SERVICE, "requirements"), [{"guest": "oscar"}]),
    "requirement_target": change((*SERVICE, "requirements"), [{"host": "nobody"}]),
    "requirement_missing": change((*NODES, "oscar", "requirements"), None),
    "capability": change((*NODES, "front", "capabilities", "hosts"), {}),
    "capability_property": change((*NODES, "front", "capabilities", "host", "properties", "cpus"), 1),
    "size": change((*NODES, "front", "capabilities", "host", "properties", "mem_size"), "4 apples"),
    "count": change((*NODES, "wn_resource1", "capabilities", "scalable", "properties", "count"),
                    "many"),
    "constraint": change((*NODES, "oscar", "properties", "minio_secretkey"), "short"),
    "input": change((*SERVICE, "properties", "image"), {"get_input": "nothing"}),
    "input_type": change(("topology_template", "inputs", "fe_cpus", "default"), "four"),
    "attribute": change(("topology_template", "outputs", "fe_node_ip", "value"),
                        {"get_attribute": ["front", "nothing", 0]}),
    "attribute_node": change(("topology_template", "outputs", "fe_node_ip", "value"),
                             {"get_attribute": ["nobody", "public_address", 0]}),
}
# Faults that the Infrastructure Manager does not see when a document is posted, but that break the
# cluster later.
ONLY_OURS = {
    "number_for_text": change((*SERVICE, "properties", "memory"), 512),
    "interface": change((*NODES, "monitoring", "interfaces", "Standard", "konfigure"), "a.yml"),
    "artifact": change((*NODES, "lrms_front_end", "artifacts", "kube_role", "file"), None),
}


class Faults(unittest.TestCase):
    """What our check finds and what a real Infrastructure Manager refuses is the same."""

    def faulty(self, changes):
        documents = {}
        for name, apply in changes.items():
            document = yaml.safe_load(DOCUMENTS["mask-detector"])
            apply(document)
            documents[name] = yaml.safe_dump(document)
        return documents, check_documents(documents)

    def test_both_find_the_same(self):
        documents, codes = self.faulty(FAULTS)
        for name, text in documents.items():
            with self.subTest(name):
                status, _, body = create(text)
                if status == 200:
                    destroy(body)
                self.assertNotEqual(codes[name], [])
                self.assertEqual(status, 400)

    def test_ours_finds_more(self):
        _, codes = self.faulty(ONLY_OURS)
        for name in ONLY_OURS:
            with self.subTest(name):
                self.assertNotEqual(codes[name], [])


class Restart(unittest.TestCase):
    """The last tests, by their name: what they find out changes the server."""

    def test_a_restart_forgets_nothing(self):
        _, _, url = create(DOCUMENTS["mask-detector"])
        wait([url], {"configured"})
        SERVER.kill()
        SERVER.start()
        self.assertEqual(listed(), {url})
        self.assertEqual(state(url)["state"], "configured")
        # IM 1.15.0 reads what it has stored without a check, and from then on checks no document
        # of anybody: another reason to check them ourselves.
        document = yaml.safe_load(DOCUMENTS["mask-detector"])
        FAULTS["nested_type"](document)
        status, _, faulty = create(yaml.safe_dump(document))
        self.assertEqual(status, 200)
        destroy(faulty)
        destroy(url)
        self.assertEqual(listed(), set())


if __name__ == "__main__":
    if not DATA.exists():
        print(f"no reference data in {DATA}", file=sys.stderr)
        sys.exit(77)
    with tempfile.TemporaryDirectory() as scratch:
        SCRATCH = pathlib.Path(scratch)
        with real_im.running(VENV, SCRATCH / "im") as SERVER:
            SERVER.set(step_seconds=0)
            for run in RUNS:
                DOCUMENTS_OF[" ".join([*run[:2], *run[2]])] = make_documents([run])
            for documents in DOCUMENTS_OF.values():
                DOCUMENTS.update(documents)
            outcome = unittest.main(argv=[sys.argv[0], *sys.argv[4:]], exit=False).result
    sys.exit(0 if outcome.wasSuccessful() else 1)
