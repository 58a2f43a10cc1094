# SPDX-License-Identifier: Apache-2.0
"""Writes which rows the reference trains on and which it judges by, as JSON.

The reference draws with Python's own generator, from a chain of seeds that starts at 0; drawn the
same way here, both are judged by the same rows. Standardized data take one more link of the chain.

    reference_folds.py DIRECTORY CONFIGURATION.ini... > folds.json

For each configuration, "plain" and "standardized": "validation", the rows set apart, and "folds",
the rows of the others that hyper-parameters are judged by, fold by fold.
"""

import ast
import configparser
import csv
import json
import pathlib
import random
import sys


def seeds(standardized):
    """What the splits for hyper-parameters and for validation are seeded by."""
    campaign = random.Random(random.Random(0).random())
    factory = random.Random(campaign.random())
    for _ in range(2 if standardized else 1):
        factory.random()
    return factory.random(), factory.random()


def option(ini, name):
    """The value of an option below [General], a text if it is no literal."""
    text = ini["General"][name]
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def set_apart(ini, table, seed):
    """The rows for validation."""
    method = option(ini, "validation")
    if method == "HoldOut":
        splitter = random.Random(random.Random(seed).random())
        count = int(len(table) * option(ini, "hold_out_ratio"))
        return splitter.sample(range(len(table)), count)
    if method == "Extrapolation":
        bounds = option(ini, "extrapolation_columns").items()
        return [i for i, row in enumerate(table) if any(float(row[c]) > b for c, b in bounds)]
    values = option(ini, "interpolation_columns").items()
    return [i for i, row in enumerate(table) if any(float(row[c]) in v for c, v in values)]


def folds_of(rows, count, seed):
    """Folds drawn from sets: the order of a set's numbers is part of what is drawn."""
    generator = random.Random(seed)
    left = set(rows)
    for _ in range(count - 1):
        fold = set(generator.sample(list(left), len(rows) // count))
        left = left - fold
        yield sorted(fold)
    yield sorted(left)


def main(directory, names):
    """Writes the rows of all configurations."""
    found = {}
    for name in names:
        ini = configparser.ConfigParser()
        ini.optionxform = str
        ini.read(directory / name)
        path = directory / ast.literal_eval(ini["DataPreparation"]["input_path"])
        with open(path, encoding="utf-8", newline="") as file:
            table = list(csv.DictReader(file))
        found[name] = {}
        for kind in ("plain", "standardized"):
            of_folds, of_validation = seeds(kind == "standardized")
            apart = set_apart(ini, table, of_validation)
            rows = list(set(range(len(table))) - set(apart))
            found[name][kind] = {
                "validation": sorted(apart),
                "folds": list(folds_of(rows, option(ini, "folds"), of_folds)),
            }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2:])
