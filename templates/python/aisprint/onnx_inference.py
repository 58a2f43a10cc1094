# SPDX-License-Identifier: Apache-2.0
"""Inference with an ONNX model, as generated components and their authors call it."""

import json
import os
import threading
import warnings
from typing import Any, Dict, List, Tuple

__all__ = ["load_and_inference"]

EXIT_NODES_FILE = "exit_nodes.json"

_cache: Dict[str, Tuple[Any, Any]] = {}
_cache_lock = threading.Lock()
_warned = set()


def load_and_inference(
    onnx_file: str, input_dict: Dict[str, Any]
) -> Tuple[Dict[str, Any], List[Any]]:
    """Run the model ``onnx_file`` on ``input_dict`` and return (return_dict, result).

    Every real input of the model (initializers are none) must be a key of ``input_dict``; KeyError
    otherwise. ``result`` lists the outputs in the order of the graph, and ``return_dict`` holds
    them by name. When ``exit_nodes.json``, a list of tensor names, lies next to the model, the
    outputs it names are the exits: ``result`` holds these only, ``return_dict`` the others.
    Entries of ``input_dict`` that are no inputs are forwarded to ``return_dict``, and the inputs
    too if ``input_dict["keep"]`` is true.

    A loaded model is kept, and loaded again only when its file changes. Raises OSError or
    ValueError when the model cannot be read and ImportError when no runtime is installed.
    """
    session, exits = _load(os.fspath(onnx_file))
    missing = [name for name in session.input_names if name not in input_dict]
    if missing:
        raise KeyError(
            "model {!r} needs the input(s) {}, but input_dict has only {}".format(
                onnx_file,
                ", ".join(repr(name) for name in missing),
                ", ".join(repr(name) for name in input_dict) or "nothing",
            )
        )
    outputs = session.run({name: input_dict[name] for name in session.input_names})
    by_name = dict(zip(session.output_names, outputs))
    if exits:
        result = [by_name[name] for name in exits]
        return_dict = {name: value for name, value in by_name.items() if name not in exits}
    else:
        result = list(outputs)
        return_dict = by_name
    inputs = set(session.input_names)
    keep = "keep" in input_dict and bool(input_dict["keep"])
    for name, value in input_dict.items():
        if name not in inputs or keep:
            if name in by_name:
                _warn_once(
                    "input_dict entry {!r} replaces the output of that name of {!r}".format(
                        name, onnx_file
                    )
                )
            return_dict[name] = value
    return return_dict, result


def _load(onnx_file: str) -> Tuple[Any, List[str]]:
    path = os.path.abspath(onnx_file)
    marker = os.path.join(os.path.dirname(path), EXIT_NODES_FILE)
    stamp = (_stamp(path), _stamp(marker), os.environ.get("AISPRINT_ONNX_RUNTIME"))
    if stamp[0] is None:
        raise FileNotFoundError(
            "no model file {!r} (current folder {!r})".format(onnx_file, os.getcwd())
        )
    with _cache_lock:
        if path not in _cache or _cache[path][0] != stamp:
            from aisprint import runtimes

            session = runtimes.open_session(path)
            exits = _read_exits(marker, session.output_names) if stamp[1] else []
            _cache[path] = (stamp, (session, exits))
        return _cache[path][1]


def _stamp(path: str) -> Any:
    try:
        status = os.stat(path)
    except FileNotFoundError:
        return None
    return (status.st_mtime_ns, status.st_size, status.st_ino)


def _read_exits(marker: str, output_names: List[str]) -> List[str]:
    try:
        with open(marker, "r", encoding="utf-8") as stream:
            exits = json.load(stream)
    except ValueError as error:
        raise ValueError("{!r} is not JSON: {}".format(marker, error)) from error
    if not isinstance(exits, list) or not all(isinstance(name, str) for name in exits):
        raise ValueError(
            '{!r} must be a list of tensor names, for example ["exit1"]; found {!r}'.format(
                marker, exits
            )
        )
    for name in exits:
        if name not in output_names:
            raise ValueError(
                "{!r} names {!r}, which is no output of the model; its outputs are {}".format(
                    marker, name, ", ".join(repr(output) for output in output_names)
                )
            )
    return exits


def _warn_once(message: str) -> None:
    if message not in _warned:
        _warned.add(message)
        warnings.warn(message, stacklevel=3)
