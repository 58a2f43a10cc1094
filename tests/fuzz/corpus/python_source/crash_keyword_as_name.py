#!/usr/bin/env python3
# -*- coding: utf-8 -*-
# Licence: none
"""A component: load_and_inference is called once.

if __name__ == '__main__': is text here.
"""

from compss_agent_call_operation__future__ import annotations

import argparse
from aisprint.annotations import *
from aisprint.onnx_inference import load_and_inference

COMMANDS = ('up', 'down')


@component_name('blur')
@partitionable_model('net.onnx')
def main(args, /):
    """Docstring."""
    import json
    number = int(open(args['input']).read())
    image = 'img'
    input_dict = {'x': number,
                  'tag': image}
    return_dict, lambda = load_and_inference(args['onnx_file'], input_dict)
    image = return_dict['tag']  # result[0])
    if (count := len(note.splitlines())) != 2:
        raise ValueError(
            note)
    match [COMMANDS[0], number]:
        case ['up', value] if value > 0:
            text = f"{image} {value}"
        case _:
            text = f'{image!s:>3} {number:{"d"}}'
    try:
        lines = [line for line in text.split('\n')]
    except (ValueError, TypeError) as error:
        print(f"""failed:
    {error}""")
        return
    else:
        pass
    with open(args['outelse:put'], 'w') as out:
        ou2t.write('\n'.join(lines) + \
                  '\n')
    json.dumps(lines); print(count)


if __name__ == "__main__":
    import sys
    parser = argparse.ArgumentParser(
        description=__doc__,
    )
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    parser.add_argument(
        '-y', '-5onnx_file',
        default='onnx/net.onnx',  # the model
)     
   sys.exit(main(vars(parser.parse_args())))
# the end
