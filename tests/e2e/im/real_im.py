# SPDX-License-Identifier: Apache-2.0
"""A real Infrastructure Manager for tests.

    with real_im.running(venv, folder) as server:
        server.url        # of the REST interface
        server.types_url  # for --tosca_types
        server.auth_file  # credentials of its Dummy cloud
        server.set(step_seconds=1, unconfigured=["OSCAR filter"])
        server.kill(); server.start()  # the data base stays

`venv` is made by `set_up`. What is simulated is told in im_server.py.
"""
import contextlib
import functools
import http.server
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PUBLISHED = "https://raw.githubusercontent.com/grycap/tosca/main"
LIST_OF_TEXTS = "{type: list, required: false, entry_schema: {type: string}}"
START_SECONDS = 60
AUTH = """# credentials of the tests' Infrastructure Manager
id = im; type = InfrastructureManager; username = ann; password = pw1
id = dummy; type = Dummy
"""
# Requests stay on this machine whatever proxy the environment names.
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class TypesHandler(http.server.BaseHTTPRequestHandler):
    """Serves our type file with the recipes that it names, which do nothing here."""

    def do_GET(self):
        if self.path in ("/custom_types.yaml", "/published/custom_types.yaml"):
            text = (ROOT / "templates/tosca/custom_types.yaml").read_text(encoding="utf-8")
            body = text.replace(PUBLISHED, self.server.url)
            if self.path.startswith("/published"):
                # The fault of the published types.
                body = body.replace(LIST_OF_TEXTS, "{type: string, required: false}", 2)
        elif self.path.startswith("/artifacts/"):
            body = f"---\n- tasks:\n  - name: stands for {self.path}\n    debug: msg=done\n"
        else:
            self.send_error(404)
            return
        data = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/yaml")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_):
        pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, venv, folder):
        self.folder = pathlib.Path(folder)
        self.python = pathlib.Path(venv) / "bin/python"
        self.sources = pathlib.Path(venv) / "im"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.types_url = None
        self.auth_file = self.folder / "auth.dat"
        self.process = None
        self.folder.mkdir(parents=True, exist_ok=True)
        self.auth_file.write_text(AUTH, encoding="utf-8")
        self.auth_file.chmod(0o600)
        self.settings = {}
        self.set()

    def set(self, **settings):
        """Changes what is simulated: step_seconds, unconfigured, failed."""
        self.settings.update(settings)
        new = self.folder / "control.json.new"
        new.write_text(json.dumps(self.settings), encoding="utf-8")
        new.replace(self.folder / "control.json")

    def start(self):
        environment = {key: value for key, value in os.environ.items()
                       if not key.lower().endswith("_proxy")}
        with open(self.folder / "output.log", "ab") as log:
            self.process = subprocess.Popen(
                [self.python, "-W", "ignore", HERE / "im_server.py", self.sources, self.folder, str(self.port)],
                stdout=log, stderr=log, env=environment)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                OPENER.open(self.url + "/version", timeout=5).close()
                return
            time.sleep(0.1)
        raise RuntimeError("the Infrastructure Manager does not start:\n" + self.log())

    def log(self):
        return (self.folder / "output.log").read_text(encoding="utf-8", errors="replace")[-4000:]

    def kill(self, sign=signal.SIGKILL):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(sign)
            self.process.wait()

    def request(self, method, path, body=None, headers=None, authorized=True):
        """Status, headers and text of an answer. `path` may be a whole URL."""
        url = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(url, method=method, data=body)
        if authorized:
            lines = self.auth_file.read_text(encoding="utf-8").strip().split("\n")
            request.add_header("Authorization", "\\n".join(lines))
        for key, value in (headers or {}).items():
            request.add_header(key, value)
        try:
            with OPENER.open(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()


@contextlib.contextmanager
def running(venv, folder):
    """Set up, started and ended. `folder` gets data base and logs."""
    subprocess.run([HERE / "set_up", venv], check=True)
    types = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TypesHandler)
    types.url = f"http://127.0.0.1:{types.server_address[1]}"
    threading.Thread(target=functools.partial(types.serve_forever, 0.05), daemon=True).start()
    server = Server(venv, folder)
    server.types_url = types.url
    try:
        server.start()
        yield server
    finally:
        server.kill()
        types.shutdown()
        types.server_close()
