// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace aisprint::design::testing {

/// A component's main.py. Every sample reads a number from its input file, runs the model on it
/// and writes a line that holds the model's result and the tag "img", so that all of them can be
/// run and compared.
struct Sample {
    std::string name;
    std::string text;
};

/// `text` with another line end.
inline std::string with_line_ends(const std::string& text, const std::string& line_end) {
    std::string result;
    for (const char c : text) {
        result += c == '\n' ? line_end : std::string(1, c);
    }
    return result;
}

/// The form that the documentation shows.
inline const char* const k_plain = R"(import argparse

from aisprint.annotations import component_name, exec_time, partitionable_model
from aisprint.onnx_inference import load_and_inference


@component_name(name='blur')
@exec_time(local_time_thr=20)
@partitionable_model(onnx_file='net.onnx')
def main(args):
    # Pre-processing
    with open(args['input']) as stream:
        number = int(stream.read())
    input_dict = {'x': number, 'tag': 'img', 'keep': False}

    return_dict, result = load_and_inference(args['onnx_file'], input_dict)

    # Post-processing
    text = '%s %s\n' % (return_dict['tag'], result[0])
    with open(args['output'], 'w') as stream:
        stream.write(text)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True, help='input file')
    parser.add_argument('-o', '--output', help='output file')
    parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx', help='model')
    args = vars(parser.parse_args())
    main(args)
)";

inline const char* const k_dictionary =
    R"("""Blurs; see load_and_inference(args, x) and @exec_time."""
import argparse, os
from aisprint.annotations import annotation
from aisprint.onnx_inference import load_and_inference
SETTINGS = {'component_name': {'name': 'blur'},
            'partitionable_model': {'onnx_file': 'net.onnx'}}
@annotation(SETTINGS)
def main(args: dict) -> None:
  number = int(open(args["input"]).read())
  (forwarded,
   outputs) = load_and_inference(  # the model
      onnx_file=args["onnx_file"],  # either half, or all of it
      input_dict={"x": number, "tag": "img"},
  )  # done
  with open(args["output"], "w") as stream:
    stream.write(f"{forwarded['tag']} {outputs[0]}\n")
  # end of main

# The program
if "__main__" == __name__:
  parser = argparse.ArgumentParser()
  parser.add_argument("-i", "--input", required=True)
  parser.add_argument("-o", "--output")
  parser.add_argument("-y", "--onnx_file", default=os.path.join("onnx", "net.onnx"))
  main(vars(parser.parse_args()))
)";

inline const char* const k_alias = R"(import argparse
import aisprint.annotations as ann
import aisprint.onnx_inference as oi

MODEL = 'net.onnx'
DEFAULT = 'onnx/' + MODEL


@ann.component_name(name='blur')
@ann.partitionable_model(onnx_file=MODEL)
def main(
    params: dict,  # the options
    verbose=False,
):
    number = int(open(params['input']).read())
    inputs = {'x': number}
    inputs['tag'] = 'img'
    inputs['suffix'] = params['suffix']
    ret, res = oi.load_and_inference(params['onnx_file'], inputs)
    inputs = None
    write(params['output'], line_of(ret['tag'], res[0]) + ret['suffix'])


def line_of(tag, number):
    return '{} {}'.format(tag, number)


def write(path, text):
    with open(path, 'w') as stream:
        stream.write(text)


def read_options():
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    parser.add_argument('-y', '--onnx_file', default=DEFAULT)
    parser.add_argument('--suffix', default='\n')
    return vars(parser.parse_args())


if __name__ == '__main__':
    main(read_options())
)";

inline const char* const k_rich = R"(#!/usr/bin/env python3
# -*- coding: utf-8 -*-
# Licence: none
"""A component: load_and_inference is called once.

if __name__ == '__main__': is text here.
"""

from __future__ import annotations

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
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)
    image = return_dict['tag']  # again

    def shift(value, by=0):
        def inner(x): return x + by
        return inner(value)

    note = '''several
  lines: load_and_inference(a, b)
'''
    number = shift(result[0])
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
    with open(args['output'], 'w') as out:
        out.write('\n'.join(lines) + \
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
        '-y', '--onnx_file',
        default='onnx/net.onnx',  # the model
    )
    sys.exit(main(vars(parser.parse_args())))
# the end
)";

inline const char* const k_semicolons = R"(import argparse
from aisprint.onnx_inference import load_and_inference as infer
def main(args):
    x = int(open(args['input']).read()); d = {'x': x, 'tag': 'img'}; a, b = infer(args['onnx_file'], d); y = b[0]
    open(args['output'], 'w').write(a['tag'] + ' ' + str(y) + '\n')
if __name__ == '__main__':
    parser = argparse.ArgumentParser(); parser.add_argument('-i', '--input'); parser.add_argument('-o', '--output'); parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx')
    main(vars(parser.parse_args()))
)";

inline const char* const k_async = R"(from aisprint.onnx_inference import load_and_inference
import argparse
import asyncio

def save_segment(text): return text

async def main(args):
    model = args['onnx_file']
    x = int(open(args['input']).read())
    input_dict = dict(x=x, tag='img')
    return_dict, result = load_and_inference(model, input_dict)
    await asyncio.sleep(0)
    with open(args['output'], 'w') as f: f.write(save_segment('%s %d\n' % (return_dict['tag'], result[0])))

if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input')
    parser.add_argument('-o', '--output')
    parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx')
    asyncio.run(main(vars(parser.parse_args())))
)";

inline const char* const k_local_import = R"(def main(args):
    from aisprint.onnx_inference import (
        load_and_inference,
    )
    import os.path as p
    input_dict = {'x': int(open(args['input']).read()), 'tag': 'img'}
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)
    assert p.basename('a/b') == 'b'
    for text in result:
        open(args['output'], 'w').write(return_dict['tag'] + ' ' + str(text) + '\n')

if (__name__ == '__main__'):
    import argparse
    options = argparse.ArgumentParser()
    options.add_argument('-i', '--input')
    options.add_argument('-o', '--output')
    options.add_argument('-y', '--onnx_file', default=f'onnx/net.onnx')
    main(vars(options.parse_args()))
)";

/// All the samples that an ordinary cut is possible for.
inline std::vector<Sample> partition_samples() {
    std::string tabs = k_plain;
    for (std::size_t at = tabs.find("    "); at != std::string::npos; at = tabs.find("    ")) {
        tabs.replace(at, 4, "\t");
    }
    std::string unfinished = with_line_ends(tabs, "\r\n");
    unfinished.erase(unfinished.size() - 2);
    return {{"plain", k_plain},
            {"tabs", tabs},
            {"crlf_no_final_newline", unfinished},
            {"byte_order_mark", "\xef\xbb\xbf" + std::string(k_plain)},
            {"dictionary", k_dictionary},
            {"alias", k_alias},
            {"rich", k_rich},
            {"semicolons", k_semicolons},
            {"async", k_async},
            {"local_import", k_local_import}};
}

/// A component with early exits; the condition leaves on even results.
inline const char* const k_exits = R"(import argparse
from aisprint.annotations import component_name, early_exits_model
from aisprint.onnx_inference import load_and_inference


def leave(outputs):
    return outputs[0] % 2 == 0


@component_name(name='blur')
@early_exits_model(onnx_file='net.onnx', condition_function='leave',
                   transition_probabilities=[0.5])
def main(args):
    input_dict = {'x': int(open(args['input']).read()), 'tag': 'img'}
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)

    # Post-processing
    text = '''%s
  %s
''' % (return_dict['tag'],
       result[0])

    # written below
    with open(args['output'], 'w') as stream:
        stream.write(text)  # here


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True)
    parser.add_argument('-o', '--output')
    parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx')
    main(vars(parser.parse_args()))
)";

} // namespace aisprint::design::testing
