# SPDX-License-Identifier: Apache-2.0
"""Trains every technique, and compares its export to ONNX with `aisprint predict`.

Usage: compare.py AISPRINT DATA_FOLDER

On the rows that were measured, and on rows beyond their range.
"""
import csv
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

AISPRINT, DATA = sys.argv[1], pathlib.Path(sys.argv[2])
TECHNIQUES = ("LRRidge", "NNLS", "Stepwise", "DecisionTree", "RandomForest", "XGBoost", "SVR", "Dummy")
# Relative. Kernels are sums of large terms that cancel each other, and lose digits.
TOLERANCE = {"SVR": 1e-3}
OTHERS = 1e-5

GENERAL = """[General]
techniques = ['{technique}']
y = {target}
hp_selection = KFold
folds = 3
validation = HoldOut
hold_out_ratio = 0.2
{general}
[DataPreparation]
{preparation}
[XGBoost]
n_estimators = [60]
max_depth = [4]
gamma = [0, 0.1]
[SVR]
{svr}
"""
SVR = "kernel = ['{}']\nC = [10]\nepsilon = [0.01]\ngamma = [0.05]\ndegree = [2]"
FULL = "inverse = ['cores']\nlog = ['cores']\nproduct_max_degree = 2\n"

# file, target, options of General and of DataPreparation, kernel
CASES = [
    ("oscarp-10s-files.csv", "runtime", "", FULL + "skip_columns = ['log(cores)']", "rbf"),
    ("oscarp-10s-files.csv", "runtime", "extrapolation = allow",
     FULL + "skip_columns = ['log(cores)']\nnormalization = True", "linear"),
    ("oscarp-15min.csv", "runtime", "", "inverse = ['cores']\nskip_columns = ['log(cores)']", "poly"),
    ("synthetic-sync.csv", "avg_response_time", "",
     FULL + "use_columns = ['cores', 'observed_throughput']", "sigmoid"),
    ("simplest.csv", "y", "", "product_max_degree = 2", "rbf"),
    ("ernest", "time", "", "ernest = True", "rbf"),
]


def run(*arguments):
    done = subprocess.run([AISPRINT, *arguments], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def write_ernest(path):
    """Times of an analytics job by data size and cores."""
    rows = [(size, cores, 3 + 2 * size / cores + 0.3 * np.log(cores) + 0.01 * ((size + cores) % 3))
            for size in (1, 2, 5, 9, 14) for cores in (1, 2, 3, 6, 8, 12)]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("datasize", "cores", "time"), *rows])


def beyond(rows, model):
    """The rows with their numbers moved out of the range, and so kept above 0."""
    moved = [dict(row) for row in rows[:6]]
    for i, row in enumerate(moved):
        for name in model["domain"]:
            row[name] = float(row[name]) * (0.3 if i % 2 else 2.1)
    return moved


def feed_of(session, rows):
    feed = {}
    for item in session.get_inputs():
        kind = object if item.type == "tensor(string)" else np.float64
        feed[item.name] = np.array([[row[item.name]] for row in rows], dtype=kind)
    return feed


def compare(folder, case, technique, rows):
    model = json.loads((folder / "best.json").read_text(encoding="utf-8"))
    onnx.checker.check_model(str(folder / "best.onnx"), full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(str(folder / "best.onnx"), options,
                                           providers=["CPUExecutionProvider"])
    worst = 0.0
    for table in (rows, beyond(rows, model)):
        file = folder / "rows.csv"
        with file.open("w", newline="", encoding="utf-8") as out:
            writer = csv.DictWriter(out, fieldnames=list(table[0]))
            writer.writeheader()
            writer.writerows(table)
        expected = np.array([row["pred"] for row in json.loads(
            run("predict", "-r", str(folder / "best.json"), "-i", str(file), "--json"))["result"]["rows"]])
        (found,) = session.run([model["target"]], feed_of(session, table))
        found = np.broadcast_to(np.asarray(found).reshape(-1), expected.shape)
        worst = max(worst, float(np.max(np.abs(found / expected - 1))))
    limit = TOLERANCE.get(technique, OTHERS)
    assert worst <= limit, f"{case}, {technique}: off by {worst:.2e}, at most {limit:.0e}"
    return worst


def main():
    if not DATA.is_dir():
        print(f"skipped: no data in {DATA}")
        return 77
    compared = 0
    with tempfile.TemporaryDirectory() as scratch:
        root = pathlib.Path(scratch)
        for number, (file, target, general, preparation, kernel) in enumerate(CASES):
            path = DATA / file
            if file == "ernest":
                path = root / "ernest.csv"
                write_ernest(path)
            with path.open(newline="", encoding="utf-8") as source:
                rows = list(csv.DictReader(source))
            for technique in TECHNIQUES:
                ini = root / f"{number}.ini"
                ini.write_text(GENERAL.format(technique=technique, target=target, general=general,
                                              preparation=preparation, svr=SVR.format(kernel)),
                               encoding="utf-8")
                folder = root / f"{number}-{technique}"
                run("train", "-c", str(ini), "--input", str(path), "-o", str(folder),
                    "--export_onnx", "-q")
                worst = compare(folder, f"case {number} ({path.name})", technique, rows)
                compared += 1
                print(f"{path.name:24} {technique:13} {worst:.1e}")
    assert compared == len(CASES) * len(TECHNIQUES)
    print(f"{compared} exported models agree")
    return 0


sys.exit(main())
