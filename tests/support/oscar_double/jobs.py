# SPDX-License-Identifier: Apache-2.0
"""Jobs of services: a queue on a cluster's nodes, and the supervisor that runs a component.

Faults of jobs ("on": "job", "do": ...): failed (the pod fails), pending (never gets a node),
no_output, no_marks (a log without the supervisor's lines), no_info (INFO is hidden),
duplicate_event.
"""
import dataclasses
import datetime
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid

import aws

UTC = datetime.timezone.utc


@dataclasses.dataclass
class Job:
    name: str
    service: object
    event: dict
    creation: datetime.datetime
    number: str
    pod: str
    node: str = ""
    pod_start: datetime.datetime = None
    start: datetime.datetime = None
    finish: datetime.datetime = None
    status: str = ""
    lines: list = dataclasses.field(default_factory=list)  # (moment, text)
    fault: str = ""
    gone: bool = False  # its service was deleted
    has_log: bool = True
    process: object = None
    exit_code: int = None

    def is_over(self):
        return self.status in ("Succeeded", "Failed")

    def kill(self):
        self.gone = True
        if self.process is not None and self.process.poll() is None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


def split_path(path):
    """Bucket and folder of a path."""
    bucket, _, folder = path.strip("/").partition("/")
    return bucket, folder


class Log:
    """Writes as the supervisor does: its time, "supervisor", level, text."""

    def __init__(self, job, now):
        self.job = job
        self.now = now

    def info(self, text, level="INFO"):
        if self.job.fault == "no_info" or \
                (self.job.fault == "no_marks" and ("Script file" in text or "Searching" in text)):
            return
        moment = self.now()
        stamp = moment.strftime("%Y-%m-%d %H:%M:%S,") + f"{moment.microsecond // 1000:03d}"
        self.job.lines.append((moment, f"{stamp} - supervisor - {level} - {text}"))

    def raw(self, text):
        for line in text.splitlines():
            self.job.lines.append((self.now(), line))


class Supervisor:
    """Runs one component on one input, as the container does."""

    def __init__(self, cluster, service, node):
        self.cluster = cluster
        self.service = service
        self.node = node

    def run(self, name, data, log, variables, job=None):
        """Outputs by relative path, and the text that the component wrote."""
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.cluster.work))
        try:
            inputs, outputs = folder / "in", folder / "out"
            inputs.mkdir()
            outputs.mkdir()
            source = inputs / name
            source.write_bytes(data)
            log.info(f"INPUT_FILE_PATH variable set to '{source}'")
            log.info("Script file found in '/oscar/config/script.sh'")
            text = self.start(source, outputs, variables, job)
            files = {str(path.relative_to(outputs)): path.read_bytes()
                     for path in sorted(outputs.rglob("*")) if path.is_file()}
            log.info(f"Searching for files to upload in folder '{outputs}'")
            return files, text
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def start(self, source, outputs, variables, job):
        stem = source.name.split(".")[0]
        if stem.startswith("aisprint-"):
            number, target = stem[9:45], outputs / stem
        else:
            number = str(uuid.uuid4())
            target = outputs / f"aisprint-{number}"
        text = (f"SCRIPT: Processing file '{source}', saving the output in '{target}'\n"
                f"UUID: {number}\n")
        component = self.cluster.components.get(self.service["image"])
        if component is None:
            return text + f"sh: no design for the image {self.service['image']}\n"
        environment = {**os.environ, **component.get("env", {}), "PYTHONDONTWRITEBYTECODE": "1",
                       "INPUT_FILE_PATH": str(source), "TMP_INPUT_DIR": str(source.parent),
                       "TMP_OUTPUT_DIR": str(outputs), "UUID": number, "RESOURCE_ID": self.node,
                       "COMPONENT_NAME": self.service["name"], **variables,
                       **self.service.get("environment", {}).get("Variables", {})}
        process = subprocess.Popen(
            [component.get("python", "python3"), "main.py", "-i", str(source), "-o", str(target)],
            cwd=component["folder"], env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        if job is not None:
            job.process = process
        said, _ = process.communicate()
        if job is not None:
            job.exit_code = process.returncode
        return text + said.decode(errors="replace")


class Jobs:
    """The jobs of a cluster. Time runs as the cluster's clock says; pauses are scaled."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.lock = threading.RLock()
        self.jobs = []
        self.random = random.Random(f"{cluster.options.seed} {cluster.name}")

    def pause(self, shortest, longest):
        time.sleep(self.random.uniform(shortest, longest) * self.cluster.options.scale)

    def of(self, name):
        with self.lock:
            return [job for job in self.jobs if job.service["name"] == name]

    def create(self, service, event):
        fault = self.cluster.faults.take("job", self.cluster.name, service=service["name"])
        kind = fault["do"] if fault else ""
        for _ in range(2 if kind == "duplicate_event" else 1):
            self.add(service, event, kind)

    def add(self, service, event, fault):
        number = str(uuid.UUID(int=self.random.getrandbits(128), version=4))
        name = number
        if self.cluster.version >= (3, 4, 0):
            owner = service["name"]
            name = (owner[:16] if len(owner) >= 25 else owner) + "-" + number
        tail = "".join(self.random.choice("bcdfghjklmnpqrstvwxz2456789") for _ in range(5))
        job = Job(name, service, event, self.cluster.now(), number, f"{name}-{tail}", fault=fault)
        with self.lock:
            self.jobs.append(job)
        self.schedule()

    def schedule(self):
        """Gives nodes to the jobs that wait, in order of their creation."""
        with self.lock:
            full = set()  # services that get no more in this round
            for job in self.jobs:
                name = job.service["name"]
                if job.pod_start is not None or job.gone or job.fault == "pending" or name in full:
                    continue
                node = None if self.is_full(job.service) else self.cluster.node_for(job.service)
                if node is None:
                    full.add(name)
                    continue
                job.node = node.name
                job.status = "Pending"
                job.pod_start = self.cluster.now()
                threading.Thread(target=self.run, args=(job,), daemon=True).start()

    def is_full(self, service):
        """Whether YuniKorn holds jobs back, since the service has what it may have."""
        if not self.cluster.options.yunikorn or not service.get("total_cpu"):
            return False
        most = round(float(service["total_cpu"]) / float(service["cpu"]), 6)
        running = [job for job in self.of(service["name"]) if job.pod_start and not job.is_over()]
        return len(running) + 1 > most

    def on_node(self, name):
        with self.lock:
            return [job for job in self.jobs
                    if job.node == name and not job.is_over() and not job.gone]

    def run(self, job):
        self.pause(2, 4)  # the pod, then the container
        job.start = self.cluster.now()
        job.status = "Running"
        log = Log(job, self.cluster.now)
        try:
            self.supervise(job, log)
        except Exception as error:  # as in the container: it is told, and the pod ends
            log.info(repr(error), "ERROR")
        with self.lock:
            job.finish = self.cluster.now()
            job.status = "Failed" if job.fault == "failed" else "Succeeded"
            if job.gone and job in self.jobs:
                self.jobs.remove(job)
        self.schedule()

    def supervise(self, job, log):
        bucket, key = job.event["bucket"], job.event["key"]
        log.info("Storage event found.")
        log.info("MINIO event created")
        log.info("Reading storage configuration")
        log.info("SUPERVISOR: Initializing Binary supervisor")
        log.info("Found 'MINIO' input provider")
        log.info(f"Downloading item from bucket '{bucket}' with key '{key}'")
        data = self.cluster.read_object(bucket, key)
        name = pathlib.PurePosixPath(key).name
        log.info(f"Successful download of file '{key}' from bucket '{bucket}'")
        self.pause(0.8, 1.5)
        if job.fault == "failed":
            log.raw("the container was killed")
            return
        variables = {"STORAGE_OBJECT_KEY": key, "EVENT_TIME": job.event["time"],
                     "EVENT": json.dumps(job.event["body"]), "JOB_UUID": job.name}
        supervisor = Supervisor(self.cluster, job.service, job.node)
        files, text = supervisor.run(name, data, log, variables, job)
        self.pause(0.5, 1.2)
        if not job.gone:
            self.upload(job.service, {} if job.fault == "no_output" else files, log)
        log.info("Creating response")
        log.raw(text)

    def upload(self, service, files, log):
        for output in service.get("output") or []:
            log.info(f"Checking files for uploading to '{output['storage_provider']}' "
                     f"on path: '{output['path']}'")
            if output["storage_provider"].startswith("s3."):
                for name in files:
                    log.info(f"Uploading file '{name}' to bucket '{split_path(output['path'])[0]}'")
                why = aws.write_files(service, output["storage_provider"], output["path"], files)
                if why:
                    log.info(why, "ERROR")
                continue
            target = self.cluster.minio_of(service, output["storage_provider"])
            bucket, folder = split_path(output["path"])
            for name, data in files.items():
                log.info(f"Uploading file '{name}' to bucket '{bucket}'")
                if target is None:
                    log.info("the storage provider refuses the keys", "ERROR")
                    continue
                target.write_object(bucket, f"{folder}/{name}" if folder else name, data)

    def remove(self, name, only=None, finished_only=False):
        """Deletes jobs of a service; those that run are ended."""
        with self.lock:
            for job in self.of(name):
                if (only is not None and job.name != only) or \
                        (finished_only and not job.is_over()):
                    continue
                job.kill()
                self.jobs.remove(job)
        self.schedule()


def event_of(bucket, key, stored, name, moment):
    """The event that MinIO sends when an object is created."""
    stamp = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
    body = {"EventName": name, "Key": f"{bucket}/{key}", "Records": [{
        "eventVersion": "2.0", "eventSource": "minio:s3", "awsRegion": "", "eventTime": stamp,
        "eventName": name, "userIdentity": {"principalId": "minio"},
        "requestParameters": {"principalId": "minio", "region": "", "sourceIPAddress": "10.0.0.1"},
        "s3": {"s3SchemaVersion": "1.0", "configurationId": "Config",
               "bucket": {"name": bucket, "ownerIdentity": {"principalId": "minio"},
                          "arn": f"arn:aws:s3:::{bucket}"},
               "object": {"key": urllib.parse.quote_plus(key), "size": len(stored.data),
                          "eTag": stored.etag, "contentType": stored.content_type,
                          "sequencer": uuid.uuid4().hex[:16].upper()}}}]}
    return {"bucket": bucket, "key": key, "time": stamp, "body": body}


def event_from_body(body):
    """The same, read from an event that somebody posted."""
    record = body["Records"][0]
    return {"bucket": record["s3"]["bucket"]["name"],
            "key": urllib.parse.unquote_plus(record["s3"]["object"]["key"]),
            "time": record["eventTime"], "body": body}
