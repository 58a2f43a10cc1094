# SPDX-License-Identifier: Apache-2.0
"""S3 servers that others wrote, as processes of their own, and our client as one."""
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import time

import boto3
import botocore.config

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import line_tool  # noqa: E402

START_SECONDS = 30
# Requests stay on this machine, and with these credentials, whatever the environment says.
ENVIRONMENT = {key: value for key, value in os.environ.items()
               if not key.lower().endswith("_proxy") and not key.startswith("AWS_")}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    """A server on loopback; subclasses give the command, and what follows a start."""

    access_key = secret_key = None

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None

    def command(self):
        raise NotImplementedError

    def environment(self):
        return ENVIRONMENT

    def prepare(self):
        """What is done after a start, before anybody calls."""

    def start(self):
        with open(self.folder / "output.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log,
                                            env=self.environment())
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                    self.prepare()
                    return
            except ConnectionRefusedError:
                time.sleep(0.05)
        raise RuntimeError(f"{self.command()[0]} does not start:\n" + self.log())

    def log(self):
        return (self.folder / "output.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def boto(self, service="s3", **credentials):
        """A client that others wrote."""
        return boto3.client(
            service, endpoint_url=self.url, region_name="us-east-1",
            aws_access_key_id=credentials.get("access_key", self.access_key),
            aws_secret_access_key=credentials.get("secret_key", self.secret_key),
            config=botocore.config.Config(s3={"addressing_style": "path"}, proxies={},
                                          retries={"total_max_attempts": 1}))


class Moto(Server):
    """Keeps everything in memory; after the first requests it checks signatures and policies."""

    def __init__(self, folder, venv, unchecked_requests=3):
        super().__init__(folder)
        self.venv = pathlib.Path(venv)
        self.unchecked_requests = unchecked_requests

    def command(self):
        return [self.venv / "bin/python", self.venv / "bin/moto_server", "-H", "127.0.0.1",
                "-p", str(self.port)]

    def environment(self):
        return {**ENVIRONMENT, "INITIAL_NO_AUTH_ACTION_COUNT": str(self.unchecked_requests)}

    def prepare(self):
        """A user who may do everything in S3 and with logs; that takes three requests."""
        iam = self.boto("iam", access_key="none", secret_key="none")
        iam.create_user(UserName="ann")
        key = iam.create_access_key(UserName="ann")["AccessKey"]
        self.access_key, self.secret_key = key["AccessKeyId"], key["SecretAccessKey"]
        policy = {"Version": "2012-10-17",
                  "Statement": [{"Effect": "Allow", "Action": ["s3:*", "logs:*"],
                                 "Resource": "*"}]}
        iam.put_user_policy(UserName="ann", PolicyName="all", PolicyDocument=json.dumps(policy))


class S3rver(Server):
    """Keeps everything in files, so that it forgets nothing when it is started anew."""

    access_key = secret_key = "S3RVER"

    def __init__(self, folder, node):
        super().__init__(folder)
        self.program = pathlib.Path(node) / "node_modules/s3rver/bin/s3rver.js"

    @staticmethod
    def is_there(node):
        return shutil.which("node") is not None and (pathlib.Path(node) / ".stamp").exists()

    def command(self):
        # its listings of more than 1000 objects need a cipher that is switched off elsewhere
        return ["node", "--openssl-legacy-provider", self.program, "--no-vhost-buckets",
                "-a", "127.0.0.1", "-p", str(self.port), "-d", self.folder / "data"]


class Client(line_tool.LineTool):
    """A running s3_tool."""

    def __init__(self, tool, url, access_key, secret_key, *more):
        super().__init__([tool, url, access_key, secret_key, *more], env=ENVIRONMENT)

    @staticmethod
    def line_of(words):
        return json.dumps([str(word) for word in words])
