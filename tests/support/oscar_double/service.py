# SPDX-License-Identifier: Apache-2.0
"""HTTP servers on loopback that can go away and come back at the same port, and faults."""
import collections
import dataclasses
import http.server
import json
import re
import socket
import socketserver
import struct
import sys
import threading
import time
import urllib.parse

MAX_BODY = 1 << 30


@dataclasses.dataclass
class Request:
    method: str
    path: str  # as sent, without the query
    query: list  # pairs, in order
    headers: object
    body: bytes

    def parameter(self, name, otherwise=None):
        return dict(self.query).get(name, otherwise)


@dataclasses.dataclass
class Response:
    status: int = 200
    body: bytes = b""
    headers: dict = dataclasses.field(default_factory=dict)
    length: int = None  # of a body that is not sent (HEAD)


def json_response(value, status=200):
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def text_response(text, status=200):
    return Response(status, text.encode(), {"Content-Type": "text/plain; charset=utf-8"})


class Faults:
    """What goes wrong, and how often. A fault is a dictionary:

    on        oscar, s3, im, ssh (requests), job, or list (answers to questions for jobs)
    cluster   its name; absent: any
    method    GET, ...; absent: any
    path      a regular expression that is found in "PATH?QUERY" (ssh: in the command)
    service   of a job, or of a list of jobs; absent: any
    skip      how many pass before it strikes (0)
    times     how often it strikes (1; 0: always)
    do        requests: status, reset, slow, garbage; jobs and lists: see jobs.py and cluster.py
    status, body, seconds   details
    after     true: acts before it goes wrong
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.faults = []

    def add(self, faults):
        with self.lock:
            for fault in faults:
                self.faults.append({"times": 1, "skip": 0, "struck": 0, **fault})

    def clear(self):
        with self.lock:
            self.faults.clear()

    def state(self):
        with self.lock:
            return [dict(fault) for fault in self.faults]

    def take(self, on, cluster, **what):
        """The first fault that strikes here, or None; `what` are service, method and path."""
        with self.lock:
            for fault in self.faults:
                if not self.fits(fault, on, cluster, what):
                    continue
                if fault["skip"] > 0:
                    fault["skip"] -= 1
                    continue
                fault["struck"] += 1
                return dict(fault)
        return None

    @staticmethod
    def fits(fault, on, cluster, what):
        if fault["on"] != on or fault.get("cluster", cluster) != cluster:
            return False
        if fault["times"] and fault["struck"] >= fault["times"]:
            return False
        for key in ("method", "service", "do"):
            if key in what and key in fault and fault[key] != what[key]:
                return False
        return "path" not in fault or re.search(fault["path"], what.get("path", "")) is not None


class Handler(http.server.BaseHTTPRequestHandler):
    """Hands requests to the service's function."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError, ValueError):
            self.close_connection = True

    def do_any(self):
        length = min(int(self.headers.get("Content-Length") or 0), MAX_BODY)
        body = self.rfile.read(length)
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = self.read_chunks()
        split = urllib.parse.urlsplit(self.path)
        request = Request(self.command, split.path,
                          urllib.parse.parse_qsl(split.query, keep_blank_values=True),
                          self.headers, body)
        response = self.server.service.answer(request)
        if response is None:
            self.reset()
            return
        self.send(response)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = do_any

    def read_chunks(self):
        body = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            body += self.rfile.read(size)
            self.rfile.readline()
            if size == 0:
                return body

    def send(self, response):
        length = len(response.body) if response.length is None else response.length
        lines = [f"HTTP/1.1 {response.status} {self.responses.get(response.status, ('',))[0]}"]
        headers = {"Server": "oscar-double", "Date": self.date_time_string(), **response.headers}
        if response.status != 204:
            headers["Content-Length"] = str(length)
        lines += [f"{name}: {value}" for name, value in headers.items()]
        body = b"" if self.command == "HEAD" else response.body
        self.wfile.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        self.close_connection = self.headers.get("Connection", "").lower() == "close"

    def reset(self):
        """Ends the connection so that the client sees a reset."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, *arguments):
        pass


class Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, service, port):
        super().__init__(("127.0.0.1", port), Handler, bind_and_activate=False)
        self.service = service
        self.connections = set()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.server_bind()
        self.server_activate()

    def process_request(self, request, client_address):
        self.connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request):
        self.connections.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class Service:
    """A server: `answer_of` makes a Response of a Request, or None to reset the connection."""

    def __init__(self, kind, cluster, answer_of, faults, log):
        self.kind = kind
        self.cluster = cluster
        self.answer_of = answer_of
        self.faults = faults
        self.log = log
        # Bound, never listening: keeps the port while the server is away.
        self.holder = socket.socket()
        self.holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.holder.bind(("127.0.0.1", 0))
        self.port = self.holder.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.lock = threading.Lock()
        self.listener = None

    def start(self):
        with self.lock:
            if self.listener is None:
                self.listener = Listener(self, self.port)
                threading.Thread(target=self.listener.serve_forever, args=(0.02,),
                                 daemon=True).start()

    def stop(self):
        """Refuses connections from now on, and ends those that are open."""
        with self.lock:
            listener, self.listener = self.listener, None
        if listener is not None:
            listener.shutdown()
            listener.server_close()
            for connection in list(listener.connections):
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def is_up(self):
        return self.listener is not None

    def answer(self, request):
        query = urllib.parse.urlencode(request.query)
        place = request.path + ("?" + query if query else "")
        fault = None
        if self.kind != "control":
            fault = self.faults.take(self.kind, self.cluster, method=request.method, path=place)
        response = self.with_fault(request, fault)
        self.log(self.kind, self.cluster, request.method, place,
                 response.status if response is not None else 0)
        return response

    def with_fault(self, request, fault):
        if fault is None:
            return self.answer_of(request)
        done = self.answer_of(request) if fault.get("after") or fault["do"] == "slow" else None
        if fault["do"] == "slow":
            time.sleep(fault.get("seconds", 1))
            return done
        if fault["do"] == "reset":
            return None
        if fault["do"] == "garbage":
            return Response(200, b"\x00\xff{not json", {"Content-Type": "application/json"})
        headers = {"Content-Type": fault.get("type", "text/plain")}
        return Response(fault.get("status", 502), fault.get("body", "").encode(), headers)


class RequestLog:
    """What was asked, in order."""

    def __init__(self):
        self.lines = collections.deque(maxlen=100000)

    def __call__(self, kind, cluster, method, path, status):
        if kind != "control":
            self.lines.append({"server": kind, "cluster": cluster, "method": method, "path": path,
                               "status": status})
