#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""OSCAR clusters, their MinIO servers, an Infrastructure Manager and an ssh program for tests.

One process, on loopback, with the standard library only. When all servers listen, it prints one
line of JSON: addresses, passwords, and the path of a program that stands for ssh. Services run
the components that --components maps images to. It ends with its standard input, or on SIGTERM.

    oscar_double.py --clusters VM1,VM2=v4.1.0 --version v2.6.1 --components FILE --work FOLDER

The control server (docs/testing.md):
    GET  /state            requests, services, buckets, jobs, nodes, infrastructures, faults
    POST /faults           a list of faults (service.py, jobs.py, cluster.py, im.py) is added
    DELETE /faults         none is left
    POST /clusters/NAME    any of {"version", "password", "nodes", "vanished", "skew_seconds",
                           "zone_minutes", "restart_seconds"}
    POST /ssh              {"host", "command"} -> {"exit_code", "output", "error"}
"""
import argparse
import copy
import datetime
import json
import pathlib
import shutil
import signal
import sys
import tempfile
import threading

from cluster import Cluster, rfc3339
from im import Manager
from kube import Shell
from service import Faults, RequestLog, Response, Service, json_response

HERE = pathlib.Path(__file__).resolve().parent
RESTART_SECONDS = 6  # at scale 1


def arguments():
    parser = argparse.ArgumentParser(description="OSCAR clusters for tests")
    parser.add_argument("--clusters", default="VM1", help="NAME[=VERSION],...")
    parser.add_argument("--version", default="v2.6.1")
    parser.add_argument("--components", type=pathlib.Path,
                        help='JSON: image -> folder, or {"folder", "python", "env"}')
    parser.add_argument("--work", type=pathlib.Path, help="folder for files of jobs")
    parser.add_argument("--faults", type=pathlib.Path, help="JSON list of faults")
    parser.add_argument("--scale", type=float, default=1, help="of all delays; 0: none")
    parser.add_argument("--restart-seconds", type=float, help="of MinIO after a change")
    parser.add_argument("--im-seconds", type=float, default=0, help="until configured")
    parser.add_argument("--nodes", type=int, default=2)
    parser.add_argument("--cores", type=float, default=4, help="of a node")
    parser.add_argument("--memory", type=float, default=8192, help="of a node, MB")
    parser.add_argument("--node-domain", default="", help="behind the names of nodes")
    parser.add_argument("--page-size", type=int, default=70, help="of lists of jobs")
    parser.add_argument("--yunikorn", action="store_true")
    parser.add_argument("--serverless-backend", default="knative", help="empty: none")
    parser.add_argument("--minio-verify", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def read_components(path):
    mapping = json.loads(path.read_text(encoding="utf-8")) if path else {}
    return {image: {"folder": entry} if isinstance(entry, str) else entry
            for image, entry in mapping.items()}


class Double:
    def __init__(self, options):
        self.options = options
        self.faults = Faults()
        self.log = RequestLog()
        self.clusters = {}
        for text in options.clusters.split(","):
            name, _, version = text.partition("=")
            own = copy.copy(options)
            own.version = version or options.version
            self.clusters[name] = Cluster(name, own, self.faults, self.log)
        for cluster in self.clusters.values():
            cluster.clusters = self.clusters
        self.addresses = {name: f"127.0.1.{number}"
                          for number, name in enumerate(self.clusters, 1)}
        self.shells = {name: Shell(cluster) for name, cluster in self.clusters.items()}
        self.vanished = set()
        self.manager = Manager(self.clusters, self.addresses, options.im_seconds, self.faults,
                               self.log)
        self.control = Service("control", "", self.answer, self.faults, self.log)

    def start(self):
        for cluster in self.clusters.values():
            cluster.oscar.start()
            cluster.minio.start()
        self.manager.service.start()
        self.control.start()

    def description(self, ssh):
        return {"control": self.control.url, "im": self.manager.service.url, "ssh": str(ssh),
                "clusters": {name: {
                    "oscar": cluster.oscar.url, "oscar_user": "oscar",
                    "oscar_password": cluster.password, "minio": cluster.minio.url,
                    "minio_access_key": "minio", "minio_secret_key": cluster.minio_password,
                    "host": self.addresses[name], "version": cluster.version_text}
                    for name, cluster in self.clusters.items()}}

    # -- control ----------------------------------------------------------------------------------

    def answer(self, request):
        parts = request.path.strip("/").split("/")
        if parts == ["state"]:
            return json_response(self.state())
        if parts == ["faults"]:
            if request.method == "DELETE":
                self.faults.clear()
            else:
                self.faults.add(json.loads(request.body))
            return Response(204)
        if parts == ["ssh"]:
            return json_response(self.ssh(**json.loads(request.body)))
        if parts[0] == "clusters" and len(parts) == 2 and parts[1] in self.clusters:
            self.change(parts[1], json.loads(request.body))
            return Response(204)
        return Response(404)

    def state(self):
        return {"requests": list(self.log.lines), "faults": self.faults.state(),
                "infrastructures": self.manager.state(),
                "clusters": {name: self.state_of(cluster)
                             for name, cluster in self.clusters.items()}}

    @staticmethod
    def state_of(cluster):
        with cluster.jobs.lock:
            jobs = [{"name": job.name, "service": job.service["name"], "status": job.status,
                     "node": job.node, "key": job.event["key"], "pod": job.pod,
                     "exit_code": job.exit_code, "creation": rfc3339(job.creation)}
                    for job in cluster.jobs.jobs]
        return {"services": cluster.services, "buckets": cluster.store.state(), "jobs": jobs,
                "version": cluster.version_text, "calls": cluster.knative.counts,
                "nodes": [{"name": node.name, "cordoned": node.cordoned}
                          for node in cluster.nodes]}

    def change(self, name, wishes):
        cluster = self.clusters[name]
        cluster.version_text = wishes.get("version", cluster.version_text)
        cluster.password = wishes.get("password", cluster.password)
        if "nodes" in wishes:
            cluster.set_nodes(wishes["nodes"])
            cluster.jobs.schedule()
        if "skew_seconds" in wishes:
            cluster.skew = datetime.timedelta(seconds=wishes["skew_seconds"])
        if "zone_minutes" in wishes:
            self.shells[name].zone = datetime.timezone(
                datetime.timedelta(minutes=wishes["zone_minutes"]))
        if "restart_seconds" in wishes:
            cluster.options.restart_seconds = wishes["restart_seconds"]
        if "vanished" in wishes:
            self.vanish(cluster, wishes["vanished"])

    def vanish(self, cluster, gone):
        for service in (cluster.oscar, cluster.minio):
            if gone:
                service.stop()
            else:
                service.start()
        (self.vanished.add if gone else self.vanished.discard)(cluster.name)

    def ssh(self, host, command):
        name = next((name for name, address in self.addresses.items() if host in (address, name)),
                    None)
        fault = self.faults.take("ssh", name, path=command)
        if name is None or name in self.vanished or (fault and fault["do"] == "reset"):
            code, output, error = 255, "", f"ssh: connect to host {host}: Connection refused\n"
        elif fault and fault["do"] == "status":
            code, output, error = fault.get("status", 1), "", fault.get("body", "")
        elif fault and fault["do"] == "garbage":
            code, output, error = 0, "\x00\x01{not json", ""
        else:
            code, output, error = self.shells[name].run(command)
        self.log("ssh", name or host, "RUN", command, code)
        return {"exit_code": code, "output": output, "error": error}


def make_ssh(folder, control_url):
    """A program that stands for ssh and asks the control server."""
    path = folder / "ssh"
    path.write_text(f"#!/bin/sh\nexec '{sys.executable}' '{HERE / 'ssh_stand_in.py'}' "
                    f"{control_url} \"$@\"\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def main():
    options = arguments()
    options.components = read_components(options.components)
    if options.restart_seconds is None:
        options.restart_seconds = RESTART_SECONDS * options.scale
    scratch = None
    if options.work is None:
        scratch = options.work = pathlib.Path(tempfile.mkdtemp())
    options.work.mkdir(parents=True, exist_ok=True)
    double = Double(options)
    if options.faults:
        double.faults.add(json.loads(options.faults.read_text(encoding="utf-8")))
    double.start()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())

    def wait_for_input():
        while sys.stdin.buffer.read(4096):
            pass
        over.set()
    threading.Thread(target=wait_for_input, daemon=True).start()
    print(json.dumps(double.description(make_ssh(options.work, double.control.url))), flush=True)
    over.wait()
    for cluster in double.clusters.values():
        for name in list(cluster.services):
            cluster.jobs.remove(name)
    if scratch is not None:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    main()
