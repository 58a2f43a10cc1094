# SPDX-License-Identifier: Apache-2.0
"""A real Infrastructure Manager for tests.

    with real_im.running(venv, folder) as server:
        server.url        # of the REST interface
        server.types_url  # for --tosca_types
        server.auth_file  # credentials of its Dummy cloud, and of an OSCAR cluster that exists
        server.services   # name -> definition of the services on that cluster
        server.set(step_seconds=1, unconfigured=["OSCAR filter"])
        server.kill(); server.start()  # the data base stays

`venv` is made by `set_up`. What is simulated is told in im_server.py.
"""
import base64
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
IM_LINE = "id = im; type = InfrastructureManager; username = ann; password = pw1"
DUMMY_LINE = "id = dummy; type = Dummy"
OSCAR_USER, OSCAR_PASSWORD = "oscar", "pw3"
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
        elif self.path.removeprefix("/published").startswith("/artifacts/"):
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


class OscarHandler(http.server.BaseHTTPRequestHandler):
    """An OSCAR cluster that exists: it keeps services, and runs none."""

    PREFIX = "/system/services"

    def answer(self, status, body=b""):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def name(self):
        """The service that the path names; answers itself if there is none, or no access."""
        credentials = base64.b64encode(f"{OSCAR_USER}:{OSCAR_PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {credentials}":
            self.answer(401)
            return None
        name = self.path.removeprefix(self.PREFIX + "/")
        if name not in self.server.services:
            self.answer(404)
            return None
        return name

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        service = json.loads(body)
        if self.path != self.PREFIX:
            self.answer(404)
        elif service["name"] in self.server.services:
            self.answer(409)
        else:
            self.server.services[service["name"]] = service
            self.answer(201)

    def do_GET(self):
        name = self.name()
        if name is not None:
            self.answer(200, json.dumps(self.server.services[name]).encode())

    def do_DELETE(self):
        name = self.name()
        if name is not None:
            del self.server.services[name]
            self.answer(204)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def serving(handler):
    """A web server on loopback in a thread."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    server.services = {}
    threading.Thread(target=functools.partial(server.serve_forever, 0.05), daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server:
    def __init__(self, venv, folder, types, oscar):
        self.folder = pathlib.Path(folder)
        self.python = pathlib.Path(venv) / "bin/python"
        self.sources = pathlib.Path(venv) / "im"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.types_url = types.url
        self.oscar_url = oscar.url
        self.services = oscar.services
        # In the order in which IM tries them: OSCAR takes services only, Dummy takes all.
        self.auth_lines = [
            IM_LINE,
            f"id = oscar; type = OSCAR; host = {oscar.url}; username = {OSCAR_USER}; "
            f"password = {OSCAR_PASSWORD}",
            DUMMY_LINE]
        self.auth_file = self.folder / "auth.dat"
        self.process = None
        self.folder.mkdir(parents=True, exist_ok=True)
        self.auth_file.write_text("\n".join(self.auth_lines) + "\n", encoding="utf-8")
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
                [self.python, "-W", "ignore", HERE / "im_server.py", self.sources, self.folder,
                 str(self.port)],
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

    def request(self, method, path, body=None, headers=None, auth=None):
        """Status, headers and text of an answer. `path` may be a whole URL, `auth` other lines than
        those of the file."""
        url = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(url, method=method, data=body)
        lines = self.auth_lines if auth is None else auth
        if lines:
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
    with serving(TypesHandler) as types, serving(OscarHandler) as oscar:
        server = Server(venv, folder, types, oscar)
        try:
            server.start()
            yield server
        finally:
            server.kill()
