# SPDX-License-Identifier: Apache-2.0
"""Synchronous calls of services: what Knative does with the pods that serve them.

A service gets synchronous.min_scale pods, or one, as it is made or changed; before they are ready
calls find nothing (502). Then each call has a pod of its own; one that finds none starts another
(a cold start) if synchronous.max_scale (0: none) and the nodes allow, and waits in turn for the
first that is free. Pods beyond min_scale go when they were idle for a while.
"""
import base64
import collections
import dataclasses
import datetime
import io
import threading
import time
import uuid
import zipfile

from jobs import Job, Log, Supervisor
from service import Response

LONGEST_CALL_SECONDS = 300  # of a revision, by default
IDLE_SECONDS = 60           # until a pod goes, at scale 1
POLL_SECONDS = 0.02


@dataclasses.dataclass(eq=False)
class Pod:
    name: str
    service: dict
    node: str = ""
    start: datetime.datetime = None
    ready: bool = False
    job: Job = None  # the call that it serves
    idle_since: float = 0


class Revision:
    """The pods of a service as it was made or changed."""

    def __init__(self, service):
        bounds = service.get("synchronous") or {}
        self.service = service
        self.least = int(bounds.get("min_scale") or 0)
        self.most = int(bounds.get("max_scale") or 0)
        self.pods = []
        self.waiting = collections.deque()  # calls without a pod, in turn
        self.is_ready = False  # has been: later calls wait
        self.gone = False


class Knative:
    def __init__(self, cluster):
        self.cluster = cluster
        self.changed = threading.Condition()
        self.placing = threading.Lock()
        self.revisions = {}
        self.counts = {}  # by service, also of those that are gone

    def deploy(self, service):
        self.remove(service["name"])
        revision = Revision(service)
        with self.changed:
            self.revisions[service["name"]] = revision
            self.counts.setdefault(service["name"],
                                   {"calls": 0, "cold_starts": 0, "most_at_once": 0})
            for _ in range(max(1, revision.least)):
                self.start(revision)
        if self.cluster.options.scale == 0:  # no time passes, so nothing is seen half done
            deadline = time.monotonic() + 1
            with self.changed:
                while not revision.is_ready and time.monotonic() < deadline:
                    self.changed.wait(POLL_SECONDS)

    def remove(self, name):
        with self.changed:
            revision = self.revisions.pop(name, None)
            if revision is None:
                return
            revision.gone = True
            for pod in revision.pods:
                if pod.job is not None:
                    pod.job.kill()
            revision.pods.clear()
            self.changed.notify_all()
        self.cluster.jobs.schedule()

    def start(self, revision):
        tail = "".join(self.cluster.jobs.random.choice("bcdfghjklmnpqrstvwxz") for _ in range(5))
        pod = Pod(f"{revision.service['name']}-00001-deployment-{tail}", revision.service)
        revision.pods.append(pod)
        threading.Thread(target=self.bring_up, args=(revision, pod), daemon=True).start()

    def bring_up(self, revision, pod):
        while not revision.gone and not pod.node:
            with self.placing:
                node = self.cluster.node_for(revision.service)
                pod.node = "" if node is None else node.name
            if not pod.node:
                time.sleep(POLL_SECONDS)
        pod.start = self.cluster.now()
        self.cluster.jobs.pause(2, 4)
        with self.changed:
            pod.ready = True
            pod.idle_since = time.monotonic()
            ready = sum(pod.ready for pod in revision.pods)
            revision.is_ready = revision.is_ready or ready >= max(1, revision.least)
            self.changed.notify_all()
        self.idle(revision)

    def idle(self, revision):
        """A pod has nothing to do: if that stays so, its place is free for others."""
        def give_back():
            time.sleep(IDLE_SECONDS * self.cluster.options.scale)
            with self.changed:
                self.scale_down(revision)
            self.cluster.jobs.schedule()
        threading.Thread(target=give_back, daemon=True).start()

    def on_node(self, name):
        with self.changed:
            for revision in self.revisions.values():
                self.scale_down(revision)
            return [pod for revision in self.revisions.values() for pod in revision.pods
                    if pod.node == name]

    def pods_of(self, name):
        with self.changed:
            revision = self.revisions.get(name)
            if revision is None:
                return []
            self.scale_down(revision)
            return list(revision.pods)

    def is_ready(self, name):
        revision = self.revisions.get(name)
        return revision is not None and revision.is_ready

    def scale_down(self, revision):
        limit = time.monotonic() - IDLE_SECONDS * self.cluster.options.scale
        for pod in list(revision.pods):
            if len(revision.pods) <= revision.least or revision.waiting:
                return
            if pod.ready and pod.job is None and pod.idle_since <= limit:
                revision.pods.remove(pod)

    def call(self, service, body):
        """What the proxy answers."""
        name = service["name"]
        revision = self.revisions.get(name)
        if revision is None or not revision.is_ready:
            return Response(502)
        number = str(uuid.uuid4())
        job = Job(number, service, {}, self.cluster.now(), number, "")
        pod = self.take_pod(revision, job)
        if pod is None:
            return Response(503 if revision.gone else 504)
        try:
            answer = self.serve(service, body, pod, job)
        finally:
            with self.changed:
                pod.job = None
                pod.idle_since = time.monotonic()
                self.changed.notify_all()
            self.idle(revision)
        return Response(503) if revision.gone else answer

    def take_pod(self, revision, job):
        counts = self.counts[revision.service["name"]]
        deadline = time.monotonic() + LONGEST_CALL_SECONDS
        with self.changed:
            counts["calls"] += 1
            self.scale_down(revision)
            revision.waiting.append(job)
            try:
                while not revision.gone and time.monotonic() < deadline:
                    free = next((pod for pod in revision.pods if pod.ready and pod.job is None),
                                None)
                    if free is not None and revision.waiting[0] is job:
                        free.job = job
                        busy = sum(pod.job is not None for pod in revision.pods)
                        counts["most_at_once"] = max(counts["most_at_once"], busy)
                        return free
                    coming = sum(pod.job is None for pod in revision.pods)
                    if coming < len(revision.waiting) and \
                            (not revision.most or len(revision.pods) < revision.most):
                        counts["cold_starts"] += 1
                        self.start(revision)
                    self.changed.wait(POLL_SECONDS)
                return None
            finally:
                revision.waiting.remove(job)
                self.changed.notify_all()

    def serve(self, service, body, pod, job):
        """Runs the component on the body; its outputs in base 64, else what it said."""
        try:
            payload = base64.b64decode(body, validate=True)
        except ValueError:
            payload = body
        log = Log(job, self.cluster.now)
        files, text = Supervisor(self.cluster, service, pod.node).run(
            uuid.uuid4().hex, payload, log, {"JOB_UUID": str(uuid.uuid4())}, job)
        if job.gone:
            return Response(503)
        self.cluster.jobs.upload(service, files, log)
        answer = text.encode()
        if len(files) == 1:
            answer = base64.b64encode(next(iter(files.values())))
        elif files:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w") as archive:
                for name, data in files.items():
                    archive.writestr(name, data)
            answer = base64.b64encode(packed.getvalue())
        return Response(200, answer, {"Content-Type": "text/plain"})
