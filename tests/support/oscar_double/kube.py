# SPDX-License-Identifier: Apache-2.0
"""What ssh and kubectl on a cluster's front end answer."""
import datetime
import json
import shlex

NAMESPACE = "oscar-svc"
FRONT = "kubeserver"
KNATIVE_LABEL = "serving.knative.dev/service"


def moment_text(moment):
    return None if moment is None else moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def table(rows):
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "".join("   ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() + "\n"
                   for row in rows)


class Shell:
    """Runs command lines on the front end of a cluster: (exit code, output, error output)."""

    def __init__(self, cluster):
        self.cluster = cluster
        self.zone = datetime.timezone.utc  # of the front end

    def run(self, command):
        words = shlex.split(command)
        if words[:1] == ["sudo"]:
            words = words[1:]
        if words[:1] == ["true"]:
            return 0, "", ""
        if words[:1] != ["kubectl"]:
            return 127, "", f"sh: {words[0] if words else ''}: command not found\n"
        return self.kubectl(words[1:])

    def kubectl(self, words):
        options, rest = {}, []
        flags = iter(words)
        for word in flags:
            if word == "-A":
                options[word] = True
            elif word in ("-n", "-o", "-l"):
                options[word] = next(flags, "")
            else:
                rest.append(word)
        if rest[:1] == ["get"] and len(rest) == 2:
            return self.get(rest[1], options)
        if rest[:1] in (["cordon"], ["uncordon"]) and len(rest) == 2:
            return self.cordon(rest[0], rest[1])
        if rest[:1] == ["describe"] and len(rest) == 3:
            return self.describe(rest[2])
        return 1, "", f'error: unknown command "{" ".join(words)}"\n'

    def get(self, kinds, options):
        as_json = options.get("-o") == "json"
        if kinds == "nodes":
            return self.nodes_json() if as_json else self.nodes_table()
        if kinds == "services.serving.knative.dev" and as_json:
            return self.serving_json(options)
        if kinds == "pods" and as_json and options.get("-l", "").startswith(KNATIVE_LABEL + "="):
            return self.serving_pods_json(options)
        wanted = set(kinds.split(","))
        if not wanted <= {"pods", "jobs"}:
            return 1, "", f'error: the server doesn\'t have a resource type "{kinds}"\n'
        jobs = self.jobs(options)
        if not as_json:
            return self.pods_table(jobs)
        items = [self.pod_json(job) for job in jobs if job.pod_start] if "pods" in wanted else []
        items += [self.job_json(job) for job in jobs] if "jobs" in wanted else []
        return 0, json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=4), ""

    def jobs(self, options):
        label = options.get("-l", "")
        if "-A" not in options and options.get("-n") != NAMESPACE:
            return []
        with self.cluster.jobs.lock:
            return [job for job in self.cluster.jobs.jobs
                    if not label or label == f"oscar_service={job.service['name']}"]

    def serving_json(self, options):
        if not self.cluster.options.serverless_backend:
            return 1, "", 'error: the server doesn\'t have a resource type "services"\n'
        name = options.get("-l", "").partition("=")[2]
        items = []
        if name in self.cluster.services and options.get("-n") == NAMESPACE:
            ready = "True" if self.cluster.knative.is_ready(name) else "Unknown"
            items = [{"apiVersion": "serving.knative.dev/v1", "kind": "Service",
                      "metadata": {"name": name, "labels": {"oscar_service": name}},
                      "status": {"conditions": [
                          {"type": "ConfigurationsReady", "status": ready},
                          {"type": "Ready", "status": ready}]}}]
        return 0, json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=4), ""

    def serving_pods_json(self, options):
        name = options["-l"].partition("=")[2]
        pods = self.cluster.knative.pods_of(name) if options.get("-n") == NAMESPACE else []
        items = [{"apiVersion": "v1", "kind": "Pod",
                  "metadata": {"name": pod.name, "labels": {KNATIVE_LABEL: name}},
                  "spec": {"nodeName": pod.node} if pod.node else {},
                  "status": {"startTime": moment_text(pod.start), "conditions": [
                      {"type": "Ready", "status": "True" if pod.ready else "False"}]}}
                 for pod in pods]
        return 0, json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=4), ""

    def nodes_json(self):
        labels = {"kubernetes.io/hostname": FRONT, "node-role.kubernetes.io/control-plane": "",
                  "node-role.kubernetes.io/master": ""}
        items = [self.node_json(FRONT, labels, False)]
        items += [self.node_json(node.name, {"kubernetes.io/hostname": node.name}, node.cordoned)
                  for node in self.cluster.nodes]
        return 0, json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=4), ""

    @staticmethod
    def node_json(name, labels, cordoned):
        spec = {"unschedulable": True} if cordoned else {}
        return {"apiVersion": "v1", "kind": "Node",
                "metadata": {"name": name, "labels": labels},
                "spec": {"podCIDR": "10.244.1.0/24", **spec},
                "status": {"conditions": [{"type": "MemoryPressure", "status": "False"},
                                          {"type": "Ready", "status": "True"}]}}

    def nodes_table(self):
        rows = [("NAME", "STATUS", "ROLES", "AGE", "VERSION"),
                (FRONT, "Ready", "control-plane,master", "9d", "v1.23.6")]
        rows += [(node.name, "Ready,SchedulingDisabled" if node.cordoned else "Ready", "<none>",
                  "9d", "v1.23.6") for node in self.cluster.nodes]
        return 0, table(rows), ""

    def pods_table(self, jobs):
        words = {"Succeeded": "Completed", "Failed": "Error", "": "Pending"}
        rows = [("NAMESPACE", "NAME", "READY", "STATUS", "RESTARTS", "AGE")]
        rows += [(NAMESPACE, job.pod, "1/1" if job.status == "Running" else "0/1",
                  words.get(job.status, job.status), "0", "2m11s") for job in jobs if job.pod_start]
        return 0, table(rows), ""

    def pod_json(self, job):
        owner = {"apiVersion": "batch/v1", "kind": "Job", "name": job.name, "controller": True}
        state = {"running": {"startedAt": moment_text(job.start)}}
        if job.is_over():
            state = {"terminated": {"startedAt": moment_text(job.start),
                                    "finishedAt": moment_text(job.finish),
                                    "exitCode": 1 if job.status == "Failed" else 0}}
        elif job.start is None:
            state = {"waiting": {"reason": "ContainerCreating"}}
        return {"apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": job.pod, "namespace": NAMESPACE,
                             "creationTimestamp": moment_text(job.pod_start),
                             "labels": {"job-name": job.name, "controller-uid": job.number,
                                        "oscar_service": job.service["name"]},
                             "ownerReferences": [owner]},
                "spec": {"nodeName": job.node, "restartPolicy": "Never"},
                "status": {"phase": job.status or "Pending",
                           "startTime": moment_text(job.pod_start),
                           "containerStatuses": [{"name": "oscar-container", "state": state}]}}

    @staticmethod
    def job_json(job):
        return {"apiVersion": "batch/v1", "kind": "Job",
                "metadata": {"name": job.name, "namespace": NAMESPACE,
                             "creationTimestamp": moment_text(job.creation),
                             "labels": {"oscar_service": job.service["name"]}},
                "spec": {"backoffLimit": 0},
                "status": {"startTime": moment_text(job.creation)}}

    def describe(self, pod):
        with self.cluster.jobs.lock:
            job = next((job for job in self.cluster.jobs.jobs if job.pod == pod), None)
        if job is None or job.pod_start is None:
            return 1, "", f'Error from server (NotFound): pods "{pod}" not found\n'
        start = job.pod_start.astimezone(self.zone).strftime("%a, %d %b %Y %H:%M:%S %z")
        return 0, (f"Name:         {pod}\nNamespace:    {NAMESPACE}\nPriority:     0\n"
                   f"Node:         {job.node}/10.0.0.5\nStart Time:   {start}\n"
                   f"Status:       {job.status}\n"), ""

    def cordon(self, verb, name):
        node = next((node for node in self.cluster.nodes if node.name == name), None)
        if node is None and name != FRONT:
            return 1, "", f'Error from server (NotFound): nodes "{name}" not found\n'
        wanted = verb == "cordon"
        already = node is not None and node.cordoned == wanted
        if node is not None:
            node.cordoned = wanted
        self.cluster.jobs.schedule()
        return 0, f"node/{name} {'already ' if already else ''}{verb}ed\n", ""
