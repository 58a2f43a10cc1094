#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what reporting costs a component, in microseconds per call; prints JSON.

The bound is 1000 microseconds when nothing listens. Exit code 1 when a median is above it.
"""

import json
import os
import platform
import socket
import statistics
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "templates", "python"))
sys.dont_write_bytecode = True

from aisprint import annotations, monitoring  # noqa: E402

CALLS = 2000
BOUND_US = 1000.0


@annotations.exec_time(local_time_thr=1)
def empty_component(args):
    """Do nothing, so that only the report is measured."""
    return args


def report():
    """Send one metric of two fields and a tag."""
    monitoring.report_metric("bench", {"ratio": 0.5, "count": 3}, {"component": "bench"})


def measure(call):
    """Return first, median, 99th percentile and longest duration of many calls."""
    times = []
    for _ in range(CALLS):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e6)
    first, ordered = times[0], sorted(times)
    return {
        "first_us": round(first, 1),
        "median_us": round(statistics.median(ordered), 1),
        "p99_us": round(ordered[int(0.99 * CALLS)], 1),
        "max_us": round(ordered[-1], 1),
    }


def main():
    """Measure all cases."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        closed_port = free.getsockname()[1]
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("127.0.0.1", 0))
    os.environ["COMPONENT_NAME"] = "bench"
    cases = {
        "nobody_listens": ("127.0.0.1", closed_port, report),
        "nobody_listens_exec_time": ("127.0.0.1", closed_port, lambda: empty_component(1)),
        "host_name_unknown": ("no-such-host.invalid", closed_port, report),
        "receiver_full": ("127.0.0.1", listener.getsockname()[1], report),
    }
    results = {}
    for name, (host, port, call) in cases.items():
        os.environ.update(MONIT_HOST=host, MONIT_PORT=str(port))
        monitoring._sender.reset()
        results[name] = measure(call)
    listener.close()
    print(json.dumps({"python": platform.python_version(), "results": results}, indent=2))
    return 0 if all(item["median_us"] < BOUND_US for item in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
