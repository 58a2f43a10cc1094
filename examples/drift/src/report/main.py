# SPDX-License-Identifier: Apache-2.0
"""Writes a short report about a picture of mask-monitor: its name, size and face boxes."""

import argparse
import json
import os

from aisprint.annotations import component_name, exec_time

from utils import text_of_png


@component_name(name='report')
@exec_time(local_time_thr=5)
def main(args):
    with open(args['input'], 'rb') as file:
        data = file.read()
    text = text_of_png(data)
    report = {'picture': os.path.basename(args['input']), 'bytes': len(data),
              'faces': json.loads(text)['faces'] if text else []}
    with open(args['output'], 'w') as file:
        json.dump(report, file)
    print(report)


if __name__ == '__main__':
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('-i', '--input', required=True, help='picture written by mask-monitor')
    parser.add_argument('-o', '--output', required=True, help='JSON file to write')
    args = vars(parser.parse_args())
    main(args)
