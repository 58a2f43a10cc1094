# SPDX-License-Identifier: Apache-2.0
"""Log records to a collector, in the forward protocol of fluentd (MessagePack over TCP).

A thread connects and sends; the component never waits for it. Records that find the queue full or
nobody listening are dropped.
"""

import atexit
import logging
import os
import queue
import socket
import struct
import threading
import time
import traceback
from typing import Any, Dict, Optional

__all__ = ["FluentHandler", "install", "pack"]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = "24224"

_TIMEOUT_S = 2.0  # of connecting and of sending
_RETRY_S = 10.0  # after a failure, records are dropped for this time
_EXIT_WAIT_S = 1.0
_MAX_QUEUED = 1000

_lock = threading.Lock()
_state: Dict[str, Any] = {"handler": None, "warned": False}


def install(level: int) -> bool:
    """Add one handler to the root logger, configured from the environment.

    Returns False, after one warning, when COMPONENT_NAME is not set or the port is no number.
    """
    log = logging.getLogger("aisprint.monitoring")
    with _lock:
        if _state["handler"] is not None:
            _state["handler"].setLevel(level)
            return True
        tag = os.environ.get("COMPONENT_NAME")
        port = os.environ.get("MONIT_LOG_PORT") or DEFAULT_PORT
        problem = None
        if not tag:
            problem = "COMPONENT_NAME is not set"
        elif not (port.strip().isdigit() and 0 < int(port) < 65536):
            problem = "MONIT_LOG_PORT {!r} is not a port number (1 to 65535)".format(port)
        if problem is not None:
            if not _state["warned"]:
                log.warning("log records are not sent to a collector: %s", problem)
                _state["warned"] = True
            return False
        handler = FluentHandler(tag, os.environ.get("MONIT_LOG_HOST") or DEFAULT_HOST, int(port))
        handler.setLevel(level)
        root = logging.getLogger()
        if not root.handlers:
            root.addHandler(logging.StreamHandler())  # records stay visible in the job's output
        root.addHandler(handler)
        if root.level == logging.NOTSET or root.level > level:
            root.setLevel(level)
        _state["handler"] = handler
        atexit.register(handler.flush)
        return True


class FluentHandler(logging.Handler):
    """Sends records with the keys host, name, level, stack_trace and message."""

    def __init__(self, tag: str, host: str, port: int) -> None:
        super().__init__()
        self._tag = tag
        self._address = (host, port)
        self._queue: queue.Queue = queue.Queue(_MAX_QUEUED)
        self._socket: Optional[socket.socket] = None
        self._retry_at = 0.0
        self._thread: Optional[threading.Thread] = None
        self._pid = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a record; called by ``logging``, which holds the lock of the handler."""
        try:
            data = pack([self._tag, int(record.created), self._fields(record)])
            if self._pid != os.getpid():  # first record, or after a fork
                self._pid = os.getpid()
                self._queue = queue.Queue(_MAX_QUEUED)
                self._socket = None
                self._thread = threading.Thread(target=self._run, args=(self._queue,))
                self._thread.daemon = True
                self._thread.start()
            self._queue.put_nowait(data)
        except queue.Full:
            return
        except Exception:  # as the handlers of the standard library do
            self.handleError(record)

    def flush(self) -> None:
        """Wait, one second at most, until queued records are sent or dropped."""
        deadline = time.monotonic() + _EXIT_WAIT_S
        while self._pid == os.getpid() and self._queue.unfinished_tasks:
            if time.monotonic() > deadline:
                return
            time.sleep(0.005)

    def _fields(self, record: logging.LogRecord) -> Dict[str, Any]:
        trace = None
        if record.exc_info and record.exc_info[0] is not None:
            trace = "".join(traceback.format_exception(*record.exc_info))
        return {
            "host": socket.gethostname(),
            "name": "{}.{}".format(record.module, record.funcName),
            "level": record.levelname,
            "stack_trace": trace,
            "message": record.getMessage(),
        }

    def _run(self, waiting: Any) -> None:
        while True:
            data = waiting.get()
            try:
                self._send(data)
            except OSError:
                if self._socket is not None:
                    self._socket.close()
                self._socket = None
                self._retry_at = time.monotonic() + _RETRY_S
            finally:
                waiting.task_done()

    def _send(self, data: bytes) -> None:
        if self._socket is None:
            if time.monotonic() < self._retry_at:
                return
            self._socket = socket.create_connection(self._address, _TIMEOUT_S)
        self._socket.sendall(data)


def pack(value: Any) -> bytes:
    """Return ``value`` (None, booleans, numbers, text, bytes, lists, dictionaries) as MessagePack.

    Anything else is sent as its text.
    """
    if value is None:
        return b"\xc0"
    if isinstance(value, bool):
        return b"\xc3" if value else b"\xc2"
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 64:
        if 0 <= value < 128:
            return struct.pack("B", value)
        return struct.pack(">BQ", 0xCF, value) if value > 0 else struct.pack(">Bq", 0xD3, value)
    if isinstance(value, float):
        return struct.pack(">Bd", 0xCB, value)
    if isinstance(value, bytes):
        return struct.pack(">BI", 0xC6, len(value)) + value
    if isinstance(value, (list, tuple)):
        return struct.pack(">BI", 0xDD, len(value)) + b"".join(pack(item) for item in value)
    if isinstance(value, dict):
        content = b"".join(pack(key) + pack(item) for key, item in value.items())
        return struct.pack(">BI", 0xDF, len(value)) + content
    text = str(value).encode("utf-8", "replace")
    return struct.pack(">BI", 0xDB, len(text)) + text
