# SPDX-License-Identifier: Apache-2.0
"""Cuts models with partition_tool and compares the joined parts with the whole in ONNX Runtime.

Usage: compare.py PARTITION_TOOL MODELS_FOLDER
"""
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime

import models

TOOL, SHARED = sys.argv[1], pathlib.Path(sys.argv[2])
failures = []
compared = 0


def tool(model, *options):
    """The report; ends the case with an error if the tool fails."""
    run = subprocess.run([TOOL, str(model), *options], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        raise RuntimeError(f"{' '.join(options)}: exit {run.returncode}\n{run.stderr}")
    return json.loads(run.stdout)


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def random_inputs(whole, random):
    feed = {}
    for item in whole.get_inputs():
        shape = [size if isinstance(size, int) else 2 for size in item.shape]
        assert item.type == "tensor(float)", item.type
        feed[item.name] = random.standard_normal(shape).astype(np.float32)
    return feed


def outputs_of(run, feed):
    names = [item.name for item in run.get_outputs()]
    return dict(zip(names, run.run(names, {i.name: feed[i.name] for i in run.get_inputs()})))


def compare(name, model, parts):
    """The parts, fed with what is known by name, against the whole, on two random inputs."""
    global compared
    # The runtime computes 16-bit operators in 32 bits and rounds only where a part ends.
    relative = 2e-3 if name.startswith("half_precision") else 1e-5
    whole, segments = session(model), [session(part["file"]) for part in parts]
    for part in parts:
        onnx.checker.check_model(part["file"], full_check=True)
    for seed in (1, 2):
        known = random_inputs(whole, np.random.default_rng(seed))
        expected = outputs_of(whole, known)
        for segment in segments:
            known.update(outputs_of(segment, known))
        for output, value in expected.items():
            scale = np.abs(value).max()
            gap = np.abs(value - known[output]).max()
            assert value.shape == known[output].shape, output
            assert gap <= relative * scale + 1e-6, f"{name}: {output} differs by {gap} of {scale}"
    compared += 1


def try_cuts(name, model, options, fewest, folder, most=1000):
    """Writes and compares the cuts that the tool lists."""
    listing = tool(model, *options)
    cuts = listing["search"]["cuts"]
    assert len(cuts) >= fewest, f"{len(cuts)} cuts where {fewest} were expected"
    for number, cut in enumerate(cuts[:most]):
        tensors = [tensor["name"] for tensor in cut["tensors"]]
        report = tool(model, *options, "--cut", ",".join(tensors), "--out",
                      str(folder / f"{name}_{number}"))
        assert report["chosen"] == cut, f"{report['chosen']} is not {cut}"
        first, second = report["written"]
        assert first["nodes"] == cut["first"]["nodes"], tensors
        assert second["nodes"] == cut["second"]["nodes"], tensors
        compare(f"{name} at {tensors}", model, report["written"])
    return len(cuts)


def case(name, action):
    try:
        print(f"{name}: {action()}", flush=True)
    except Exception as error:  # each case is reported, then the next one runs
        failures.append(name)
        print(f"{name}: FAILED: {error}", flush=True)


def built_model(name, made, options, fewest, folder):
    path = folder / f"{name}.onnx"
    onnx.save_model(made, path)
    onnx.checker.check_model(str(path), full_check=True)
    return f"{try_cuts(name, path, options, fewest, folder)} cuts"


def external_model(folder):
    home = folder / "external"
    home.mkdir()
    models.save_external(models.large(), str(home / "model.onnx"))
    assert (home / "tensors.bin").exists()
    return f"{try_cuts('external', home / 'model.onnx', [], 4, folder)} cuts"


def exits(count, folder):
    path = folder / f"exits{count}.onnx"
    onnx.save_model(models.early_exits(count), path)
    rows = "".join(f"exit{i},['b{i}'],['exit{i}']\n" for i in range(count))
    table = folder / f"exits{count}.csv"
    table.write_text("exits,input_nodes,output_nodes\n" + rows)
    report = tool(path, "--exits", str(table), "--out", str(folder / f"segments{count}"))
    assert len(report["written"]) == count + 1
    compare(f"exits {count}", path, report["written"])
    for i in range(count):
        assert report["written"][i]["outputs"] == [f"b{i}", f"exit{i}"]
    return f"{count + 1} segments"


def comparison(folder):
    """The comparison that the tool itself makes with this interpreter."""
    path = folder / "verify.onnx"
    onnx.save_model(models.multi_output(), path)
    report = tool(path, "--verify", sys.executable, "--max_tensors", "2")
    found = report["verification"]
    assert found["compared"] and found["runtime"].startswith("onnxruntime "), found
    assert {output["name"] for output in found["outputs"]} == {"scores", "boxes"}, found
    assert found["largest_difference"] <= 1e-5, found
    assert all(output["largest_value"] > 0 for output in found["outputs"]), found
    return f"largest difference {found['largest_difference']:.3g}"


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for label, made, options, fewest in models.CASES:
            case(label, lambda: built_model(label, made, options, fewest, folder))
        case("external", lambda: external_model(folder))
        for count in (1, 2, 3):
            case(f"exits {count}", lambda: exits(count, folder))
        case("comparison", lambda: comparison(folder))
        for path in sorted(SHARED.glob("*.onnx")):
            case(path.name, lambda: f"{try_cuts(path.stem, path, [], 1, folder, 5)} cuts")
            options = ["--max_tensors", "4"]
            case(path.name + ", sets",
                 lambda: f"{try_cuts(path.stem + '_sets', path, options, 1, folder, 40)} cuts")
    print(f"{compared} cuts compared in onnxruntime {onnxruntime.__version__}")
    if failures:
        print("failed: " + ", ".join(failures))
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
