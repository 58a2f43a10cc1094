# SPDX-License-Identifier: Apache-2.0
"""Plays the functions that an Infrastructure Manager's double was told of: objects that appear below
their inputs in moto's S3 are handled by processes of the components, as AWS Lambda would call them,
and moto's CloudWatch gets the lines that AWS writes.
"""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
import uuid

import boto3
import botocore.config
import yaml

POLL_SECONDS = 0.1
INIT_SECONDS = 0.3  # of a new instance
AUTHORIZATION = "type = InfrastructureManager"


class Function:
    """A function as its document says, and its instances."""

    def __init__(self, name, properties):
        self.node = name
        self.name = properties["name"]
        self.input = properties["input"][0]
        self.output = properties["output"][0]
        self.providers = properties.get("storage_providers", {})
        self.seen = None  # keys that were there when it was made: nothing tells of them
        self.idle = []  # names of streams of instances
        self.calls = 0


class LambdaStandIn:
    """`designs` are folders by the names of components."""

    def __init__(self, moto, double, designs):
        self.moto, self.double, self.designs = moto, double, designs
        self.s3, self.logs = moto.boto("s3"), moto.boto("logs")
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.functions = {}  # by infrastructure
        self.failures = {}  # by function: how many calls are still to fail at their first attempt
        self.errors = []
        self.lock = threading.Lock()
        self.calls = []
        self.over = threading.Event()
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def close(self):
        self.over.set()
        self.thread.join()
        for call in self.calls:
            call.join()
        shutil.rmtree(self.work, ignore_errors=True)

    def watch(self):
        while not self.over.wait(POLL_SECONDS):
            there = self.double.ask("/state")["infrastructures"]
            functions = {number: item for number, item in there.items() if item["function"]}
            for gone in set(self.functions) - set(functions):
                del self.functions[gone]
            for number, item in functions.items():
                if number not in self.functions:  # not yet configured, so nobody waits for it
                    self.functions[number] = self.read(number, item["function"])
                if item["state"] in ("pending", "running", "configured"):
                    self.look(self.functions[number])

    def read(self, number, node):
        request = urllib.request.Request(
            f"{self.double.facts['im']}/infrastructures/{number}/tosca",
            headers={"Authorization": AUTHORIZATION})
        with self.opener.open(request) as answer:
            document = yaml.safe_load(answer.read())
        templates = document["topology_template"]["node_templates"]
        return Function(node, templates[f"lambda_function_{node}"]["properties"])

    def look(self, function):
        bucket, _, folder = function.input["path"].partition("/")
        keys = []
        for page in self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket,
                                                                      Prefix=folder + "/"):
            keys += [(item["Key"], item["LastModified"]) for item in page.get("Contents", [])]
        if function.seen is None:
            function.seen = set(keys)
        for key in keys:
            if key not in function.seen and not key[0].endswith("/"):
                function.seen.add(key)
                call = threading.Thread(target=self.call, args=(function, bucket, key[0]))
                self.calls.append(call)
                call.start()

    def call(self, function, bucket, key):
        request = str(uuid.uuid4())
        try:
            with self.lock:
                function.calls += 1
                fails = self.failures.get(function.name, 0) > 0
                self.failures[function.name] = self.failures.get(function.name, 0) - 1
            if fails:
                self.attempt(function, request, None)
            data = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            self.attempt(function, request, (pathlib.PurePosixPath(key).name, data))
        except Exception as error:  # told by the test
            self.errors.append(repr(error))
            raise

    def attempt(self, function, request, work):
        """Handles an object; None: fails at once."""
        stream, is_cold = self.instance(function)
        if is_cold:
            time.sleep(INIT_SECONDS)
        begin = time.time()
        self.write(function, stream, begin, f"START RequestId: {request} Version: $LATEST\n")
        if work is not None:
            self.run(function, *work)
        end = time.time()
        report = (f"REPORT RequestId: {request}\tDuration: {1000 * (end - begin):.2f} ms\t"
                  f"Billed Duration: {1000 * (end - begin):.0f} ms\tMemory Size: 1024 MB\t"
                  "Max Memory Used: 50 MB\t")
        if is_cold:
            report += f"Init Duration: {1000 * INIT_SECONDS:.2f} ms\t"
        if work is None:
            report += "Status: error\tError Type: Runtime.ExitError"
        self.write(function, stream, end, f"END RequestId: {request}\n", report + "\n")
        with self.lock:
            function.idle.append(stream)

    def instance(self, function):
        group = f"/aws/lambda/{function.name}"
        with self.lock:
            if function.idle:
                return function.idle.pop(), False
            stream = f"2026/01/01/[$LATEST]{uuid.uuid4().hex}"
            try:
                self.logs.create_log_group(logGroupName=group)
            except self.logs.exceptions.ResourceAlreadyExistsException:
                pass
            self.logs.create_log_stream(logGroupName=group, logStreamName=stream)
        return stream, True

    def write(self, function, stream, moment, *lines):
        self.logs.put_log_events(
            logGroupName=f"/aws/lambda/{function.name}", logStreamName=stream,
            logEvents=[{"timestamp": int(1000 * moment), "message": line} for line in lines])

    def run(self, function, name, data):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.work))
        (folder / "out").mkdir()
        (folder / name).write_bytes(data)
        subprocess.run([sys.executable, "main.py", "-i", str(folder / name), "-o",
                        str(folder / "out" / pathlib.PurePosixPath(name).stem)],
                       cwd=self.designs[function.node], check=True, stdin=subprocess.DEVNULL)
        bucket, _, prefix = function.output["path"].partition("/")
        target = self.target_of(function)
        for path in sorted((folder / "out").iterdir()):
            target.put_object(Bucket=bucket, Key=f"{prefix}/{path.name}" if prefix else path.name,
                              Body=path.read_bytes())
        shutil.rmtree(folder)

    def target_of(self, function):
        kind, _, alias = function.output["storage_provider"].partition(".")
        if kind == "s3":
            return self.s3
        minio = function.providers["minio"][alias]
        return boto3.client(
            "s3", endpoint_url=minio["endpoint"], region_name=minio["region"],
            aws_access_key_id=minio["access_key"], aws_secret_access_key=minio["secret_key"],
            config=botocore.config.Config(s3={"addressing_style": "path"}, proxies={},
                                          retries={"total_max_attempts": 8}))
