# SPDX-License-Identifier: Apache-2.0
"""An Infrastructure Manager that gives out the clusters of this process.

A new infrastructure becomes the cluster whose name its document has as a word, else the first one
that is free; the cluster gets as many worker nodes as the document's node of workers counts. One
whose document has a Lambda function is that function, which a test has to play itself.
Faults ("on": "im"): those of requests, and of new documents "do": failed, unconfigured, or nodes
with "count" (fewer or more nodes than asked for), told with "method": "MAKE".
"""
import dataclasses
import re
import threading
import time
import uuid

from service import Response, Service, json_response, text_response

WORKERS = re.compile(r"^(\s*)[\"']?(wn_resource[\w-]*|wn_[\w-]*|wn[\w-]*)[\"']?\s*:")
COUNT = re.compile(r"\bcount[\"']?\s*:\s*[\"']?(\d+)")
FUNCTION = re.compile(r"^\s*[\"']?lambda_function_([\w-]+)[\"']?\s*:", re.MULTILINE)
VERSION = "1.15.0"
DUMMY_KEY = ("-----BEGIN OPENSSH PRIVATE KEY-----\nAKDUMMYKEY\n"
             "-----END OPENSSH PRIVATE KEY-----\n")


@dataclasses.dataclass
class Infrastructure:
    number: str
    document: str
    cluster: object  # None: a function
    count: int
    began: float
    end_state: str = "configured"
    function: str = ""

    def name(self):
        return self.cluster.name if self.cluster is not None else self.function


def count_of_workers(document):
    """The count of the first node of workers that has one; 1 if there is none."""
    lines = document.splitlines()
    for index, line in enumerate(lines):
        match = WORKERS.match(line)
        if match is None:
            continue
        block = [line]
        for inner in lines[index + 1:]:
            if inner.strip() and len(inner) - len(inner.lstrip()) <= len(match[1]):
                break
            block.append(inner)
        if found := COUNT.search("\n".join(block)):
            return int(found[1])
    return 1


class Manager:
    def __init__(self, clusters, addresses, seconds, faults, log):
        self.clusters = clusters
        self.addresses = addresses  # of the front ends, by name of the cluster
        self.seconds = seconds
        self.faults = faults
        self.lock = threading.Lock()
        self.infrastructures = {}
        self.service = Service("im", "", self.answer, faults, log)

    def state(self):
        with self.lock:
            return {item.number: {"cluster": item.cluster and item.cluster.name,
                                  "function": item.function, "state": self.state_of(item),
                                  "count": item.count}
                    for item in self.infrastructures.values()}

    def state_of(self, item):
        passed = time.monotonic() - item.began
        if passed < self.seconds / 3:
            return "pending"
        return "running" if passed < self.seconds else item.end_state

    def url_of(self, item):
        return f"{self.service.url}/infrastructures/{item.number}"

    def answer(self, request):
        if request.path == "/version":
            return json_response({"version": VERSION})
        if not re.search(r"type\s*=\s*InfrastructureManager",
                         request.headers.get("Authorization", "")):
            return json_response({"message": "Unauthorized", "code": 401}, 401)
        parts = request.path.strip("/").split("/")
        if parts == ["infrastructures"]:
            return self.create(request) if request.method == "POST" else self.list()
        item = self.infrastructures.get(parts[1]) if parts[0] == "infrastructures" else None
        if item is None:
            return json_response({"message": "Invalid infrastructure ID or access not granted.",
                                  "code": 404}, 404)
        return self.about(request, item, parts[2] if len(parts) > 2 else "")

    def list(self):
        with self.lock:
            return json_response({"uri-list": [{"uri": self.url_of(item)}
                                               for item in self.infrastructures.values()]})

    def create(self, request):
        document = request.body.decode(errors="replace")
        if "node_templates" not in document:
            return json_response({"message": "Error Creating Inf.: no node_templates",
                                  "code": 400}, 400)
        with self.lock:
            function = FUNCTION.search(document)
            cluster = None if function else self.cluster_for(document)
            if function is None and cluster is None:
                return json_response({"message": "Error Creating Inf.: no room", "code": 400}, 400)
            item = Infrastructure(str(uuid.uuid4()), document, cluster, 0, time.monotonic(),
                                  function=function[1] if function else "")
            self.infrastructures[item.number] = item
        self.make(item, 0 if item.cluster is None else count_of_workers(document))
        return json_response({"uri": self.url_of(item)})

    def cluster_for(self, document):
        used = {item.name() for item in self.infrastructures.values()}
        free = [cluster for cluster in self.clusters.values() if cluster.name not in used]
        words = set(re.split(r"[^A-Za-z0-9-]+", document))
        named = [cluster for cluster in free if cluster.name in words]
        return next(iter(named or free), None)

    def make(self, item, count):
        fault = self.faults.take("im", item.name(), method="MAKE")
        if fault and fault["do"] == "nodes":
            count = fault["count"]
        elif fault:
            item.end_state = fault["do"]
        item.count = count
        item.began = time.monotonic()
        if item.cluster is not None:
            item.cluster.set_nodes(count)
            item.cluster.jobs.schedule()

    def about(self, request, item, what):
        if request.method == "DELETE":
            with self.lock:
                self.infrastructures.pop(item.number, None)
            return Response(200)
        if request.method == "POST":
            item.document = request.body.decode(errors="replace")
            before = item.count
            self.make(item, count_of_workers(item.document))
            return json_response({"uri-list": [{"uri": f"{self.url_of(item)}/vms/{number}"}
                                               for number in range(before + 1, item.count + 1)]})
        machines = {str(number): self.state_of(item) for number in range(item.count + 1)}
        if what == "":
            return json_response({"uri-list": [{"uri": f"{self.url_of(item)}/vms/{number}"}
                                               for number in machines]})
        if what == "state":
            return json_response({"state": {"state": self.state_of(item), "vm_states": machines}})
        if what == "contmsg":
            return text_response("PLAY [front]\nok: [front]\n")
        if what == "tosca":
            return Response(200, item.document.encode(), {"Content-Type": "text/yaml"})
        if what == "outputs":
            return json_response({"outputs": self.outputs_of(item)})
        return text_response("not found", 404)

    def outputs_of(self, item):
        cluster = item.cluster
        if cluster is None:
            return {}
        if self.state_of(item) != "configured":
            return {"oscar_password": None, "minio_password": None, "fe_node_ip": None}
        return {"oscarui_endpoint": cluster.oscar.url, "oscar_password": cluster.password,
                "minio_endpoint": cluster.minio.url, "minio_password": cluster.minio_password,
                "console_minio_endpoint": cluster.minio.url,
                "fe_node_ip": self.addresses[cluster.name],
                "fe_node_creds": {"user": "cloudadm", "token": DUMMY_KEY,
                                  "token_type": "private_key"}}
