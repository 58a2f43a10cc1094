# SPDX-License-Identifier: Apache-2.0
"""An OSCAR cluster: REST interface, services, nodes, and its MinIO server.

Faults of lists of jobs ("on": "list", "do": ...): empty, unordered. Of logs: "on": "log",
"do": gone (404), empty.
"""
import base64
import dataclasses
import datetime
import hmac
import json
import random
import re
import secrets
import threading
import time
import urllib.parse

from jobs import Jobs, event_from_body, event_of, split_path
from knative import Knative
from s3 import S3, S3Error, Store
from service import Response, Service, json_response, text_response

UTC = datetime.timezone.utc
USER = "oscar"
MINIO_USER = "minio"
REGION = "us-east-1"
KEPT_FREE = 0.1  # of a node, for the system
UPLOAD_PATIENCE_SECONDS = 30
OWN_PROVIDERS = ("minio.default", "minio")


@dataclasses.dataclass
class Node:
    name: str
    cores: float
    memory: float  # MB
    cordoned: bool = False


def parse_version(text):
    return tuple(int(part) for part in text.lstrip("v").split("."))


def megabytes(text):
    match = re.fullmatch(r"([\d.]+)(Mi|Gi|M|G)?", text or "256Mi")
    return float(match[1]) * (1024 if (match[2] or "").startswith("G") else 1)


def rfc3339(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Cluster:
    def __init__(self, name, options, faults, log):
        self.name = name
        self.options = options
        self.faults = faults
        self.version_text = options.version
        self.password = f"pw-{name}"
        self.minio_password = f"minio-pw-{name}"
        self.components = options.components
        self.work = options.work
        self.skew = datetime.timedelta()
        self.clusters = {name: self}  # those of this process, set by the program
        self.services = {}
        self.nodes = []
        self.set_nodes(options.nodes)
        self.lock = threading.RLock()
        self.minio_is_ready = True
        self.jobs = Jobs(self)
        self.knative = Knative(self)
        self.store = Store(self.now, self.object_created)
        minio = S3(self.store, self.now, lambda: (MINIO_USER, self.minio_password),
                   lambda: self.minio_is_ready)
        self.oscar = Service("oscar", name, self.answer, faults, log)
        self.minio = Service("s3", name, minio.answer, faults, log)

    @property
    def version(self):
        return parse_version(self.version_text)

    def now(self):
        return datetime.datetime.now(UTC) + self.skew

    # -- nodes ------------------------------------------------------------------------------------

    def set_nodes(self, count):
        domain = self.options.node_domain
        self.nodes = self.nodes[:count] + [
            Node(f"wn-{number}{domain}", self.options.cores, self.options.memory)
            for number in range(len(self.nodes[:count]) + 1, count + 1)]

    def node_for(self, service):
        """The node with most cores free for a container, or None."""
        best, most = None, 0.0
        cpu, memory = float(service["cpu"]), megabytes(service["memory"])
        for node in self.nodes:
            jobs = [*self.jobs.on_node(node.name), *self.knative.on_node(node.name)]
            cores = node.cores * (1 - KEPT_FREE) - sum(float(job.service["cpu"]) for job in jobs)
            free = node.memory * (1 - KEPT_FREE) - \
                sum(megabytes(job.service["memory"]) for job in jobs)
            if not node.cordoned and cores + 1e-9 >= cpu and free + 1e-9 >= memory and cores > most:
                best, most = node, cores
        return best

    # -- MinIO ------------------------------------------------------------------------------------

    def restart_minio(self):
        """What a change of a service does: connections are refused, then it is not ready yet."""
        seconds = self.options.restart_seconds
        if seconds <= 0:
            return
        with self.lock:
            self.minio.stop()
            self.minio_is_ready = False
            time.sleep(seconds)
            self.minio.start()

        def ready():
            time.sleep(seconds / 4)
            self.minio_is_ready = True
        threading.Thread(target=ready, daemon=True).start()

    def read_object(self, bucket, key):
        return self.store.object(bucket, key).data

    def write_object(self, bucket, key, data):
        """As a supervisor does, which repeats while the server is away."""
        deadline = time.monotonic() + UPLOAD_PATIENCE_SECONDS
        while not (self.minio.is_up() and self.minio_is_ready) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.store.put(bucket, key, data)

    def object_created(self, bucket, key, stored, event):
        with self.lock:
            services = list(self.services.values())
        for service in services:
            for path in service.get("input") or []:
                wanted, folder = split_path(path["path"])
                if wanted == bucket and (not folder or key.startswith(folder + "/")):
                    self.jobs.create(service, event_of(bucket, key, stored, event, self.now()))

    def minio_of(self, service, provider):
        """The cluster that a provider of a service means, or None if its keys are wrong."""
        if provider in OWN_PROVIDERS:
            return self
        alias = provider.partition(".")[2]
        wanted = (service.get("storage_providers") or {}).get("minio", {}).get(alias, {})
        for other in self.clusters.values():
            if wanted.get("endpoint", "").rstrip("/") == other.minio.url:
                keys = (wanted.get("access_key"), wanted.get("secret_key"))
                return other if keys == (MINIO_USER, other.minio_password) else None
        return None

    # -- REST -------------------------------------------------------------------------------------

    def answer(self, request):
        parts = [urllib.parse.unquote(part) for part in request.path.strip("/").split("/")]
        if parts == ["health"]:
            return text_response("Ok")
        kinds = ("job", "run") if self.options.serverless_backend else ("job",)
        if parts[0] in kinds and len(parts) == 2 and request.method == "POST":
            return self.call(request, *parts)
        if parts[0] != "system":
            return text_response("404 page not found", 404)
        if not self.is_known(request):
            return Response(401, b"",
                            {"WWW-Authenticate": 'Basic realm="Authorization Required"'})
        return self.system(request, parts[1:])

    def is_known(self, request):
        wanted = base64.b64encode(f"{USER}:{self.password}".encode()).decode()
        return hmac.compare_digest(request.headers.get("Authorization", ""), f"Basic {wanted}")

    def system(self, request, parts):
        method = request.method
        if parts == ["info"]:
            answer = {"version": self.version_text, "git_commit": "0" * 40,
                      "architecture": "amd64", "kubernetes_version": "v1.23.6"}
            if self.options.serverless_backend:
                answer["serverless_backend"] = {"name": "Knative", "version": "1.0.0"}
            return json_response(answer)
        if parts == ["config"]:
            return json_response({
                "name": USER, "namespace": "oscar", "services_namespace": "oscar-svc",
                "gpu_available": False, "serverless_backend": self.options.serverless_backend,
                "yunikorn_enable": self.options.yunikorn, "minio_provider": self.own_provider()})
        if parts == ["services"]:
            if method == "GET":
                old = self.version < (3, 0, 0)
                return json_response(list(self.services.values()) or (None if old else []))
            return self.change(request)
        if parts[0] == "services" and len(parts) == 2:
            return self.one_service(method, parts[1])
        if parts[0] == "logs" and len(parts) in (2, 3):
            return self.logs(request, *parts[1:])
        return text_response("404 page not found", 404)

    def own_provider(self):
        return {"endpoint": self.minio.url, "verify": self.options.minio_verify,
                "access_key": MINIO_USER, "secret_key": self.minio_password, "region": REGION}

    def one_service(self, method, name):
        if name not in self.services:
            return Response(404)
        if method == "GET":
            return json_response(self.services[name])
        with self.lock:
            service = self.services.pop(name)
        self.jobs.remove(name)
        self.knative.remove(name)
        if self.version >= (3, 6, 0):
            for path in [*(service.get("input") or []), *(service.get("output") or [])]:
                if path["storage_provider"] in OWN_PROVIDERS:
                    with self.store.lock:
                        self.store.buckets.pop(split_path(path["path"])[0], None)
        self.restart_minio()
        return Response(204)

    def change(self, request):
        is_new = request.method == "POST"
        try:
            service = json.loads(request.body)
        except ValueError as error:
            return text_response(f"The service specification is not valid: {error}", 400)
        missing = [key for key in ("name", "image", "script")
                   if not isinstance(service, dict) or not service.get(key)]
        if missing:
            return text_response(f"The service specification is not valid: no {missing[0]}", 400)
        if is_new and service["name"] in self.services:
            status = 400 if self.version >= (4, 1, 0) else 409
            return text_response("A service with the provided name already exists", status)
        if not is_new and service["name"] not in self.services:
            return Response(404)
        refusal = self.refusal_of(service)
        if refusal is not None:
            return refusal
        return self.keep(service, is_new)

    def refusal_of(self, service):
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,37}[a-z0-9])?", service["name"]):
            return text_response("The service specification is not valid: name", 400)
        providers = (service.get("storage_providers") or {}).get("minio", {})
        for path in service.get("input") or []:
            kind, _, alias = path["storage_provider"].partition(".")
            if kind not in ("minio", "webdav"):
                return text_response("unrecognized input (valid inputs are MinIO and dCache)", 400)
            if alias in ("", "default"):
                pass
            elif alias not in providers:
                return text_response(f'the StorageProvider "{path["storage_provider"]}" is not '
                                     'defined', 500)
            elif providers[alias] != self.own_provider():
                return text_response(f'the provided MinIO server "{providers[alias]["endpoint"]}" '
                                     'is not the configured in OSCAR', 500)
            if (3, 6, 0) <= self.version < (4, 1, 0) and "/" not in path["path"].strip("/"):
                return text_response("The service specification is not valid: an input path must "
                                     "have a folder", 400)
        for path in service.get("output") or []:
            kind, _, alias = path["storage_provider"].partition(".")
            known = (service.get("storage_providers") or {}).get(kind, {})
            if alias not in ("", "default") and alias not in known:
                return text_response(f'the StorageProvider "{path["storage_provider"]}" is not '
                                     'defined', 500)
        return None

    def keep(self, service, is_new):
        service = {"memory": "256Mi", "cpu": "0.2", "log_level": "INFO", **service}
        service["labels"] = {**(service.get("labels") or {}), "oscar_service": service["name"]}
        if self.version >= (4, 1, 0):
            for path in [*(service.get("input") or []), *(service.get("output") or [])]:
                if "/" not in path["path"].strip("/"):
                    path["path"] = f"{service['name']}/{path['path']}"
        old = self.services.get(service["name"])
        renew = is_new or self.version < (3, 0, 0)
        service["token"] = secrets.token_hex(32) if renew else old["token"]
        with self.lock:
            refusal = self.make_buckets(service, is_new)
            if refusal is not None:
                return refusal
            self.services[service["name"]] = service
        if self.options.serverless_backend:
            self.knative.deploy(service)
        self.restart_minio()
        return Response(201 if is_new else 204)

    def make_buckets(self, service, is_new):
        made = set()  # by this service: its paths may lie in one bucket
        for path in [*(service.get("input") or []), *(service.get("output") or [])]:
            target = self.minio_of(service, path["storage_provider"])
            if target is None:
                continue
            bucket, folder = split_path(path["path"])
            try:
                if (target.name, bucket) not in made:
                    target.store.make_bucket(bucket)
                    made.add((target.name, bucket))
            except S3Error as error:
                exists = error.code == "BucketAlreadyOwnedByYou"
                if not exists or (is_new and self.version >= (3, 6, 0)):
                    return text_response(f'the bucket "{bucket}" already exists' if exists
                                         else f"Error creating bucket {bucket}: {error}", 500)
            if folder:
                target.store.make_folder(bucket, folder + "/")
        return None

    # -- jobs -------------------------------------------------------------------------------------

    def logs(self, request, name, job_name=None):
        if name not in self.services:
            if self.version < (3, 0, 0) and job_name is None and request.method == "GET":
                return json_response({})
            return Response(404)
        if request.method == "DELETE":
            self.jobs.remove(name, job_name, job_name is None and
                             request.parameter("all") != "true")
            return Response(204)
        if job_name is not None:
            return self.job_log(name, job_name, request.parameter("timestamps") == "true")
        return self.job_list(name, request.parameter("page", ""))

    def job_list(self, name, page):
        jobs = self.jobs.of(name)
        fault = self.faults.take("list", self.name, service=name)
        if fault and fault["do"] == "empty":
            jobs = []
        elif fault and fault["do"] == "unordered":
            random.Random(1).shuffle(jobs)
        if self.version < (3, 6, 4):
            return json_response({job.name: self.job_json(job) for job in jobs})
        begin = int(base64.urlsafe_b64decode(page).decode()) if page else 0
        end = begin + self.options.page_size
        answer = {"jobs": {job.name: self.job_json(job) for job in jobs[begin:end]}}
        if end < len(jobs):
            answer["next_page"] = base64.urlsafe_b64encode(str(end).encode()).decode()
            answer["remaining_jobs"] = len(jobs) - end
        return json_response(answer)

    def job_json(self, job):
        status = job.status
        if not status and self.version >= (3, 0, 0):
            status = "Suspended" if self.version >= (4, 0, 0) else "Pending"
        creation = job.pod_start if self.version >= (3, 6, 4) else job.creation
        times = {"creation_time": creation, "start_time": job.start, "finish_time": job.finish}
        return {"status": status,
                **{key: rfc3339(moment) for key, moment in times.items() if moment is not None}}

    def job_log(self, name, job_name, timestamps):
        job = next((job for job in self.jobs.of(name) if job.name == job_name), None)
        fault = self.faults.take("log", self.name, service=name)
        if job is None or (fault and fault["do"] == "gone"):
            return Response(404)
        if job.start is None:
            return text_response("container is waiting to start: ContainerCreating",
                                 500 if self.version < (3, 0, 0) else 404)
        lines = [] if fault and fault["do"] == "empty" else list(job.lines)
        return text_response("".join(
            (moment.strftime("%Y-%m-%dT%H:%M:%S.%f000Z ") if timestamps else "") + text + "\n"
            for moment, text in lines))

    def call(self, request, kind, name):
        service = self.services.get(name)
        if service is None:
            return Response(404)
        if request.headers.get("Authorization") != f"Bearer {service['token']}":
            return Response(401)
        if kind == "run":
            return self.knative.call(service, request.body)
        self.jobs.create(service, event_from_body(json.loads(request.body)))
        return Response(201)
