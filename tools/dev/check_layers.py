#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Refuses an #include that crosses the layers.

cmake/Layers.cmake says which library may use which of ours. A private header is for its own
library only, and each third-party library that throws or leaks is seen in one place only.
"""

import pathlib
import re
import sys

# header prefix: where it may be included, as path prefixes below the root
THIRD_PARTY = {
    "yaml-cpp/": ("src/base/adapter_yaml.cpp",),
    "tree_sitter/": ("src/annotations/",),
    "onnx/": ("src/partition/", "src/training/adapter_onnx.cpp"),
    "google/protobuf/": ("src/partition/",),
    "CLI/": ("src/cli/",),
    "gtest/": (),
    "gmock/": (),
    "benchmark/": (),
}
LAYER = re.compile(r'^set\(AISPRINT_LAYER_(\w+)\s+([^)]*)\)', re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def read_layers(root):
    """The libraries that each library may include, itself among them."""
    text = (root / "cmake/Layers.cmake").read_text(encoding="utf-8")
    layers = {}
    for name, others in LAYER.findall(text):
        layers[name] = {name, *others.replace('"', " ").split()}
    for name, others in layers.items():
        for other in others - layers.keys():
            sys.exit(f"cmake/Layers.cmake: '{name}' may use '{other}', which is not declared")
    return layers


def library_of(path):
    """src/LIB/... and include/aisprint/LIB/... belong to LIB."""
    parts = path.parts
    return parts[1] if parts[0] == "src" else parts[2]


def fault_of(root, path, library, allowed, quote, header):
    """What is wrong with one #include, or None."""
    if header.startswith("aisprint/"):
        if quote == "<":
            return f"<{header}> is ours: write it in quotes"
        other = header.split("/")[1]
        if other not in allowed:
            uses = ", ".join(sorted(allowed - {library})) or "no other library"
            return f"'{library}' may not use '{other}'; it may use {uses}"
        return None if (root / "include" / header).is_file() else f"there is no {header}"
    if quote == '"':
        if (root / "src" / library / f"{header}.in").is_file():
            return None  # written by CMake
        if path.parts[0] == "include":
            return f'public header includes the private "{header}"'
        places = ((root / path).parent / header, root / "src" / library / header)
        own = (root / "src" / library).resolve()
        if any(own in place.resolve().parents and place.is_file() for place in places):
            return None
        return f'"{header}" is not a header of \'{library}\''
    for prefix, places in THIRD_PARTY.items():
        if header.startswith(prefix) and not path.as_posix().startswith(places):
            return f"<{header}> may be included by {' and '.join(places) or 'tests'} only"
    return None


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else __file__).resolve()
    root = root if root.is_dir() else root.parents[2]
    layers = read_layers(root)
    faults, seen = [], 0
    files = [*root.glob("src/**/*.[hc]pp"), *root.glob("include/aisprint/**/*.hpp")]
    for path in sorted(file.relative_to(root) for file in files):
        library = library_of(path)
        if library not in layers:
            faults.append(f"{path}: '{library}' has no entry in cmake/Layers.cmake")
            continue
        for number, line in enumerate((root / path).read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            seen += 1
            fault = fault_of(root, path, library, layers[library], *match.groups())
            if fault:
                faults.append(f"{path}:{number}: error: {fault}")
    print("\n".join(faults + [f"{len(files)} files, {seen} includes, {len(faults)} faults"]))
    if seen == 0:
        sys.exit("no #include found: is this the root of the project?")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
