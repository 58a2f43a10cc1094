# SPDX-License-Identifier: Apache-2.0
"""Shared parts of the tests: paths, environments, receivers on loopback and small ONNX files."""

import contextlib
import http.server
import os
import socket
import struct
import sys
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
PACKAGE = os.path.join(ROOT, "templates", "python")
DETECTOR = os.path.join(ROOT, "templates", "drift_detector")
SHARED_DATA = os.environ.get("AISPRINT_SHARED_DATA") or os.path.join(ROOT, "..", "shared", "data")

if os.environ.get("AISPRINT_TEST_INSTALLED") != "1":  # else the installed package is tested
    sys.path.insert(0, PACKAGE)
sys.path.insert(1, DETECTOR)
os.environ["no_proxy"] = "127.0.0.1,localhost"

VARIABLES = (
    "MONIT_HOST MONIT_PORT MONIT_LOG_HOST MONIT_LOG_PORT UUID KCI RESOURCE_ID COMPONENT_NAME EVENT "
    "AISPRINT_ONNX_RUNTIME AISPRINT_SEGMENT_CONTAINER DRIFT_DETECTOR_MINIO_URL "
    "DRIFT_DETECTOR_MINIO_BUCKET DRIFT_DETECTOR_MINIO_AK DRIFT_DETECTOR_MINIO_SK "
    "DRIFT_DETECTOR_INSECURE_TLS"
).split()


@contextlib.contextmanager
def environment(**values):
    """Set exactly these of the variables that the package reads."""
    saved = {name: os.environ.pop(name, None) for name in VARIABLES}
    os.environ.update({name: str(value) for name, value in values.items()})
    try:
        yield
    finally:
        for name in set(VARIABLES) | set(values):
            os.environ.pop(name, None)
            if saved.get(name) is not None:
                os.environ[name] = saved[name]


class Receiver:
    """A UDP socket on loopback."""

    def __enter__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(5)
        self.port = self._socket.getsockname()[1]
        return self

    def __exit__(self, *_):
        self._socket.close()

    def receive(self):
        return self._socket.recv(65536).decode("utf-8")

    def is_empty(self):
        self._socket.settimeout(0.05)
        try:
            self._socket.recv(65536)
        except socket.timeout:
            return True
        return False


class HttpDouble:
    """An HTTP server on loopback; ``answer(method, path, headers, body)`` gives status, body."""

    def __init__(self, answer):
        self.requests = []
        double = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def _handle(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                double.requests.append((self.command, self.path, dict(self.headers), body))
                status, content = answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = _handle

            def log_message(self, *_):
                pass

        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:{}".format(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.daemon = True

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


# ONNX files, encoded by hand so that no package is needed.


def varint(value):
    result = bytearray()
    while value > 127:
        result.append(value & 127 | 128)
        value >>= 7
    result.append(value)
    return bytes(result)


def number_field(field, value):
    return varint(field << 3) + varint(value)


def bytes_field(field, value):
    if isinstance(value, str):
        value = value.encode("utf-8")
    return varint(field << 3 | 2) + varint(len(value)) + value


def node(operator, inputs, outputs, name="", **integers):
    result = b"".join(bytes_field(1, item) for item in inputs)
    result += b"".join(bytes_field(2, item) for item in outputs)
    result += bytes_field(3, name or outputs[0] + "_node") + bytes_field(4, operator)
    for key, value in integers.items():
        attribute = bytes_field(1, key) + number_field(3, value) + number_field(20, 2)
        result += bytes_field(5, attribute)
    return result


def value(name, shape, element_type=1):
    dimensions = b""
    for size in shape:
        content = bytes_field(2, size) if isinstance(size, str) else number_field(1, size)
        dimensions += bytes_field(1, content)
    tensor = number_field(1, element_type) + bytes_field(2, dimensions)
    return bytes_field(1, name) + bytes_field(2, bytes_field(1, tensor))


def tensor(name, shape, numbers):
    result = b"".join(number_field(1, size) for size in shape) + number_field(2, 1)
    result += bytes_field(8, name)
    return result + bytes_field(9, struct.pack("<{}f".format(len(numbers)), *numbers))


def model(nodes, inputs, outputs, initializers=(), ir_version=7, opset=11):
    graph = b"".join(bytes_field(1, item) for item in nodes) + bytes_field(2, "graph")
    graph += b"".join(bytes_field(5, item) for item in initializers)
    graph += b"".join(bytes_field(11, item) for item in inputs)
    graph += b"".join(bytes_field(12, item) for item in outputs)
    operators = bytes_field(1, "") + number_field(2, opset)
    return number_field(1, ir_version) + bytes_field(7, graph) + bytes_field(8, operators)


def write_file(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as stream:
        stream.write(data)
    return path
