#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Validates YAML files against docs/schemas as an editor would.

Every YAML file of the examples must name an existing schema in its first line and satisfy it; the
published applications in the reference data must satisfy the schema of their name.
Usage: check_schemas.py PROJECT REFERENCE_DATA
"""
import json
import pathlib
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as error:
    print("skipped: %s (tools/deps test installs it)" % error)
    sys.exit(77)

COMMENT = re.compile(r"# yaml-language-server: \$schema=(\S+)\n")
# Files that other tools wrote, by the pattern of their name.
PUBLISHED = {
    r"application_dag\.yaml": "application_dag",
    r"candidate_resources\.yaml": "candidate_resources",
    r"candidate_deployments\.yaml": "candidate_deployments",
    r"SPACE4AI-D\.yaml": "space4ai-d",
    r"qos_constraints(_L\d+)?\.yaml": "qos_constraints",
    r"annotations\.yaml": "annotations",
    r"component_partitions\.yaml": "component_partitions",
    r"multi_cluster_qos_constraints\.yaml": "multi_cluster_qos_constraints",
    r"deployments_performance\.yaml": "deployments_performance",
    r"physical_nodes\.yaml": "physical_nodes",
}


def with_text_keys(value):
    """JSON keys are texts, numbers of layers included."""
    if isinstance(value, dict):
        return {str(key): with_text_keys(item) for key, item in value.items()}
    if isinstance(value, list):
        return [with_text_keys(item) for item in value]
    return value


class Checker:
    def __init__(self, schemas):
        self.validators = {}
        self.problems = []
        self.count = 0
        for file in sorted(schemas.glob("*.schema.json")):
            schema = json.loads(file.read_text())
            jsonschema.Draft7Validator.check_schema(schema)
            self.validators[file.resolve()] = jsonschema.Draft7Validator(schema)

    def check(self, file, schema):
        if schema not in self.validators:
            self.problems.append("%s: no schema %s" % (file, schema))
            return
        try:
            document = yaml.safe_load(file.read_text())
        except yaml.YAMLError:
            # "score: -" in some published files is no YAML; the unit tests list them.
            assert "score: -" in file.read_text(), file
            return
        self.count += 1
        for error in self.validators[schema].iter_errors(with_text_keys(document)):
            place = ".".join(str(part) for part in error.path)
            self.problems.append("%s: %s: %s" % (file, place, error.message))


def main(project, reference):
    schemas = (project / "docs/schemas").resolve()
    checker = Checker(schemas)
    for file in sorted((project / "examples").rglob("*.yaml")):
        if "common_config" not in file.parts and file.name != "SPACE4AI-D.yaml":
            continue
        match = COMMENT.match(file.read_text())
        if match is None:
            checker.problems.append("%s: no schema comment in the first line" % file)
            continue
        checker.check(file, (file.parent / match.group(1)).resolve())
    examples = checker.count
    for file in sorted(reference.rglob("*.yaml")):
        for pattern, name in PUBLISHED.items():
            if re.fullmatch(pattern, file.name):
                checker.check(file, schemas / (name + ".schema.json"))
    print("%d files of the examples, %d published ones" % (examples, checker.count - examples))
    for problem in checker.problems:
        print(problem)
    return 1 if checker.problems or examples < 10 else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
