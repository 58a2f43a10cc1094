#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `aisprint profile` adds to the components that it measures on this machine: time of each job
beside the component's process, processor time of the program itself, and its memory.

    profile_overhead.py AISPRINT [SECONDS_OF_A_JOB [JOBS]]
"""
import csv
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")


def prepare(app, seconds, jobs):
    shutil.copytree(SOURCE / "tests/golden/common/measured", app)
    parameters = app / "oscarp/run_parameters.yaml"
    text = parameters.read_text().replace("batch_size: 2, number_of_batches: 2",
                                          f"batch_size: {jobs}, number_of_batches: 1")
    parameters.write_text(text)
    for main in app.glob("aisprint/designs/*/base/main.py"):
        main.write_text(main.read_text() + f"import time\ntime.sleep({seconds})\n")


def usage(process):
    """Processor time of the program without its children, and its largest memory in MB."""
    fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    memory = 0
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            memory = int(line.split()[1]) / 1024
    return (int(fields[11]) + int(fields[12])) / TICKS, memory


def overheads(app):
    """Of each job, in ms: pod creation, staging and write-back."""
    values = []
    for table in (app / "oscarp/c1").rglob("*_jobs.csv"):
        with open(table, newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                values.append(1000 * sum(float(row[part])
                                         for part in ("pod_creation", "overhead", "write_back")))
    return values


def main():
    seconds = sys.argv[2] if len(sys.argv) > 2 else "0.2"
    jobs = sys.argv[3] if len(sys.argv) > 3 else "20"
    with tempfile.TemporaryDirectory(prefix="aisprint-overhead-") as folder:
        app = pathlib.Path(folder) / "app"
        prepare(app, seconds, jobs)
        begin = time.monotonic()
        process = subprocess.Popen([sys.argv[1], "profile", "--application_dir", str(app), "--quiet",
                                    "--only", "deployment_0"])
        processor = memory = 0
        end = begin
        while process.poll() is None:
            try:
                told = usage(process.pid)
            except (OSError, IndexError):
                break
            # while jobs run: models and tables come after the last test
            if len(list((app / "oscarp/c1").glob("deployment_0/*/runs/*/done"))) < 6:
                processor, memory = told
                end = time.monotonic()
            time.sleep(0.1)
        process.wait()
        values = overheads(app)
    print(f"{len(values)} jobs of {seconds} s; beside the component's process: median "
          f"{statistics.median(values):.2f} ms, largest {max(values):.2f} ms")
    print(f"the program itself, while jobs run: {100 * processor / (end - begin):.2f} % of a core, "
          f"{memory:.0f} MB at most")


if __name__ == "__main__":
    main()
