# SPDX-License-Identifier: Apache-2.0
"""Metrics of a component, sent to the AI-SPRINT Monitoring Subsystem.

One metric is one UDP datagram in InfluxDB line protocol to ``MONIT_HOST``:``MONIT_PORT``. Nothing
here raises into the component or waits: the socket does not block, a host name is looked up once
and in the background, and what cannot be sent is dropped.
"""

import atexit
import logging
import math
import numbers
import os
import socket
import threading
import time
from typing import Any, Dict, Iterable, List, Mapping, Optional, Tuple

__all__ = ["get_logger", "prepare", "report_execution_time", "report_metric", "setup_logging"]

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = "8094"

_KEEP_ADDRESS_S = 600.0  # a known address is looked up anew after this time
_KEEP_FAILURE_S = 60.0  # a name that did not resolve is not asked for again before this time
_EXIT_WAIT_S = 1.0  # at exit, for a lookup that still holds metrics back
_MAX_WAITING = 1000  # metrics held back during a lookup
_MAX_DATAGRAM = 65507

_log = logging.getLogger("aisprint.monitoring")


def report_execution_time(
    session_id: Optional[str],
    kubernetes_cluster_id: Optional[str],
    resource_id: Optional[str],
    component_name: Optional[str],
    job_start: float,
    function_start: float,
    end: float,
) -> bool:
    """Report one execution of a component; times are seconds since the epoch.

    Returns whether the metric was handed to the network. Never raises.
    """
    try:
        tags = {
            "session_id": session_id,
            "kubernetes_cluster_id": kubernetes_cluster_id,
            "resource_id": resource_id,
            "component_name": component_name,
        }
        fields = {
            "job_start_time": job_start,
            "function_start_time": function_start,
            "job_end_time": end,
            "function_duration": end - function_start,
            "job_duration": end - job_start,
            "job_overhead": function_start - job_start,
        }
    except TypeError as error:
        _log.warning("execution time not reported: %s", error)
        return False
    return report_metric("execution_time", fields, tags)


def report_metric(
    name: str,
    values: Any,
    tags: Optional[Mapping[str, Any]] = None,
    integers: Iterable[str] = (),
) -> bool:
    """Report the fields ``values`` (a mapping, or one value for the field "value") of a metric.

    Numbers are sent as floating point, because the type of the first value fixes the type of the
    field in the data base; fields named in ``integers`` are sent as integers. None, NaN and
    infinities are left out. Returns whether the metric was handed to the network. Never raises.
    """
    try:
        data = format_line(name, values, tags, integers)
        return data is not None and _sender.send(data)
    except Exception as error:  # the component must go on, whatever happens here
        _log.warning("metric %r not reported: %s", name, error)
        return False


def prepare() -> None:
    """Start looking up the address of the receiver, so that a later report finds it."""
    try:
        _sender.prepare()
    except Exception as error:
        _log.warning("monitoring is off: %s", error)


def format_line(
    name: str,
    values: Any,
    tags: Optional[Mapping[str, Any]] = None,
    integers: Iterable[str] = (),
) -> Optional[bytes]:
    """Return the datagram of a metric, or None when no field is left to send."""
    if not isinstance(values, Mapping):
        values = {"value": values}
    integers = frozenset([integers] if isinstance(integers, str) else integers)
    head = [_escape(name)]
    for key in sorted(tags or {}, key=str):
        text = _escape(tags[key]) if tags[key] is not None else ""
        if text:
            head.append(_escape(key) + "=" + text)
    fields = []
    for key in sorted(values, key=str):
        text = _format_field(values[key], key in integers)
        if text is not None:
            fields.append(_escape(key) + "=" + text)
    if not fields or not head[0]:
        return None
    return (",".join(head) + " " + ",".join(fields) + "\n").encode("utf-8", "replace")


def get_logger(name: Optional[str] = None) -> logging.Logger:
    """Return a logger whose records also go to the log collector, see ``setup_logging``."""
    setup_logging()
    return logging.getLogger(name or os.environ.get("COMPONENT_NAME") or "component")


def setup_logging(level: int = logging.INFO) -> bool:
    """Send log records to ``MONIT_LOG_HOST``:``MONIT_LOG_PORT`` (default 127.0.0.1:24224).

    The records carry ``COMPONENT_NAME`` as tag. Returns False, after one warning, when that is not
    set or the port is no number. Repeated calls change nothing but the level.
    """
    from aisprint import fluent

    return fluent.install(level)


def _escape(text: Any) -> str:
    """Escape a measurement name, a tag or field name, or the value of a tag."""
    text = " ".join(str(text).splitlines())
    for character in (",", " ", "="):
        text = text.replace(character, "\\" + character)
    return text.rstrip("\\")  # it would escape the separator that follows


def _format_field(value: Any, as_integer: bool) -> Optional[str]:
    if hasattr(value, "item") and not isinstance(value, numbers.Number):
        value = value.item()  # numpy values
    if value is None:
        return None
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, numbers.Number) and not isinstance(value, complex):
        number = float(value)
        if not math.isfinite(number):
            return None
        return "{}i".format(int(value)) if as_integer else repr(number)
    return '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


class _Lookup:
    """One lookup of a host name in a thread; metrics that come meanwhile wait in it."""

    def __init__(self, host: str, port: int) -> None:
        self._lock = threading.Lock()
        self._waiting: List[bytes] = []
        self._address: Optional[Tuple[int, Any]] = None
        self._done_at: Optional[float] = None
        self._sockets: Dict[int, socket.socket] = {}
        if host == "localhost":
            host = DEFAULT_HOST
        family = _literal_family(host)
        if family is not None:
            self._address = (family, (host, port))
            self._thread = None
            return
        self._thread = threading.Thread(target=self._resolve, args=(host, port))
        self._thread.daemon = True
        self._thread.start()

    def expired(self) -> bool:
        if self._done_at is None:
            return False
        keep = _KEEP_ADDRESS_S if self._address else _KEEP_FAILURE_S
        return time.monotonic() - self._done_at > keep

    def send(self, data: bytes) -> bool:
        with self._lock:
            if self._address is not None:
                return self._send_now(data)
            if self._done_at is None and len(self._waiting) < _MAX_WAITING:
                self._waiting.append(data)
                return True
            return False

    def wait(self, timeout_s: float) -> None:
        if self._thread is not None and self._waiting:
            self._thread.join(timeout_s)

    def close(self) -> None:
        with self._lock:
            for opened in self._sockets.values():
                opened.close()
            self._sockets.clear()

    def _resolve(self, host: str, port: int) -> None:
        address = None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
            address = (found[0][0], found[0][4])
        except (OSError, UnicodeError) as error:
            _log.debug("MONIT_HOST %r not found: %s", host, error)
        with self._lock:
            self._address = address
            self._done_at = time.monotonic()
            if address is not None:
                for data in self._waiting:
                    self._send_now(data)
            self._waiting = []

    def _send_now(self, data: bytes) -> bool:
        family, address = self._address
        try:
            opened = self._sockets.get(family)
            if opened is None:
                opened = socket.socket(family, socket.SOCK_DGRAM)
                opened.setblocking(False)
                self._sockets[family] = opened
            opened.sendto(data, address)
            return True
        except OSError as error:
            _log.debug("metric dropped: %s", error)
            return False


class _Sender:
    """Keeps the lookup of the current MONIT_HOST and MONIT_PORT."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: Optional[Tuple[str, str, int]] = None
        self._lookup: Optional[_Lookup] = None

    def prepare(self) -> None:
        self._current()

    def send(self, data: bytes) -> bool:
        if len(data) > _MAX_DATAGRAM:
            _log.warning("metric of %d bytes does not fit a datagram, dropped", len(data))
            return False
        lookup = self._current()
        return lookup is not None and lookup.send(data)

    def flush(self, timeout_s: float) -> None:
        if self._lookup is not None and self._key is not None and self._key[2] == os.getpid():
            self._lookup.wait(timeout_s)

    def reset(self) -> None:
        with self._lock:
            if self._lookup is not None:
                self._lookup.close()
            self._key = self._lookup = None

    def _current(self) -> Optional[_Lookup]:
        key = (
            os.environ.get("MONIT_HOST") or DEFAULT_HOST,
            os.environ.get("MONIT_PORT") or DEFAULT_PORT,
            os.getpid(),  # threads do not survive a fork
        )
        with self._lock:
            if key == self._key and (self._lookup is None or not self._lookup.expired()):
                return self._lookup
            port = _port_number(key[1])
            if port is None and key != self._key:
                _log.error(
                    "MONIT_PORT %r is not a port number (1 to 65535): no metric is sent", key[1]
                )
            if self._lookup is not None:
                self._lookup.close()
            self._key = key
            self._lookup = _Lookup(key[0], port) if port is not None else None
            return self._lookup


def _literal_family(host: str) -> Optional[int]:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
            return family
        except (OSError, UnicodeError, ValueError):
            continue
    return None


def _port_number(text: str) -> Optional[int]:
    text = text.strip()
    if text.isdigit() and 0 < int(text) < 65536:
        return int(text)
    return None


_sender = _Sender()
atexit.register(_sender.flush, _EXIT_WAIT_S)
