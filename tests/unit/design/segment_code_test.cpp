// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/segment_code.hpp"

#include "segment_code_samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::design {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::k_exits;
using testing::k_plain;
using ::testing::Not;
using ::testing::StartsWith;

SourceFile source(const std::string& text) {
    return {"app/src/blur/main.py", text};
}

SegmentCodeOptions options(const std::string& design = "partition1") {
    SegmentCodeOptions result;
    result.onnx_file = "net.onnx";
    result.design = design;
    return result;
}

std::string messages(const Failure& failure) {
    std::string text;
    for (const Diagnostic& diagnostic : failure.diagnostics) {
        text += format_diagnostic(diagnostic);
    }
    return text;
}

template <class T>
T value_or_fail(Result<T> result) {
    if (!result) {
        ADD_FAILURE() << messages(result.error());
        return T{};
    }
    return *std::move(result);
}

std::string first(const std::string& text, const SegmentCodeOptions& how = options()) {
    return value_or_fail(make_first_segment(source(text), how));
}

std::string last(const std::string& text, const SegmentCodeOptions& how = options()) {
    return value_or_fail(make_last_segment(source(text), how));
}

/// `text` with one part exchanged.
std::string changed(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) {
        ADD_FAILURE() << "no " << from;
        return text;
    }
    return text.replace(at, from.size(), to);
}

TEST(SegmentCode, FirstSegmentKeepsEverythingUpToTheInference) {
    EXPECT_EQ(first(k_plain), R"(from aisprint.segments import save_segment

import argparse

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
    save_segment(args['output'], return_dict)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True, help='input file')
    parser.add_argument('-o', '--output', help='output file')
    parser.add_argument('-y', '--onnx_file', default='onnx/partition1_1.onnx', help='model')
    args = vars(parser.parse_args())
    main(args)
)");
}

TEST(SegmentCode, LastSegmentKeepsEverythingAfterTheInference) {
    EXPECT_EQ(last(k_plain), R"(import os

from aisprint.segments import load_segment

import argparse

from aisprint.annotations import component_name, exec_time, partitionable_model
from aisprint.onnx_inference import load_and_inference


@component_name(name='blur')
@exec_time(local_time_thr=20)
@partitionable_model(onnx_file='net.onnx')
def main(args):
    input_dict = load_segment(args['input'])
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)

    # Post-processing
    text = '%s %s\n' % (return_dict['tag'], result[0])
    with open(args['output'], 'w') as stream:
        stream.write(text)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-i', '--input', required=True, help='data of the segment before')
    parser.add_argument('-o', '--output', required=True, help='file in the output folder')
    parser.add_argument('-y', '--onnx_file', default='onnx/partition1_2.onnx', help='model to run')
    args = vars(parser.parse_args())
    args['output'] = os.path.join(os.path.dirname(args['output']), os.path.basename(args['input']))
    main(args)
)");
}

TEST(SegmentCode, EverySampleCanBeCut) {
    for (const testing::Sample& sample : testing::partition_samples()) {
        SCOPED_TRACE(sample.name);
        const auto checked = check_partitionable(source(sample.text), options());
        EXPECT_TRUE(checked) << messages(checked.error());
        const std::string one = first(sample.text);
        EXPECT_THAT(one, HasSubstr("partition1_1.onnx"));
        EXPECT_THAT(one, HasSubstr("segment(")); // save_segment, maybe under our own name
        EXPECT_THAT(last(sample.text), HasSubstr("default='onnx/partition1_2.onnx'"));
        EXPECT_TRUE(one.ends_with('\n'));
    }
}

TEST(SegmentCode, LineEndsAndTabsAreThoseOfTheSource) {
    const std::vector<testing::Sample> samples = testing::partition_samples();
    for (const std::string& text : {first(samples[2].text), last(samples[2].text)}) {
        for (std::size_t at = text.find('\n'); at != std::string::npos;
             at = text.find('\n', at + 1)) {
            ASSERT_EQ(text[at - 1], '\r') << text;
        }
        EXPECT_THAT(text, HasSubstr("\r\n\treturn_dict, result = "));
        EXPECT_THAT(text, Not(HasSubstr("\n    ")));
    }
    EXPECT_THAT(first(samples[3].text), StartsWith("\xef\xbb\xbf"));
    EXPECT_THAT(last(samples[3].text), StartsWith("\xef\xbb\xbf"));
}

TEST(SegmentCode, NumbersWithZerosAreDesignsLikeOthers) {
    EXPECT_THAT(first(k_plain, options("partition10")), HasSubstr("'onnx/partition10_1.onnx'"));
    EXPECT_THAT(last(k_plain, options("partition20")), HasSubstr("'onnx/partition20_2.onnx'"));
}

TEST(SegmentCode, PickleIsAnOption) {
    SegmentCodeOptions pickle = options();
    pickle.container = SegmentContainer::pickle;
    EXPECT_THAT(first(k_plain, pickle),
                HasSubstr("    save_segment(args['output'], return_dict, container='pickle')\n"));
    EXPECT_THAT(last(k_plain, pickle),
                HasSubstr("    input_dict = load_segment(args['input'], container='pickle')\n"));
    EXPECT_THAT(first(k_plain) + last(k_plain), Not(HasSubstr("pickle")));
}

TEST(SegmentCode, SpreadCallsArePutTogetherInTheLastSegment) {
    const std::string text = last(testing::k_dictionary);
    EXPECT_THAT(text, HasSubstr("\n  input_dict = load_segment(args['input'])\n"
                                "  forwarded, outputs = load_and_inference(args[\"onnx_file\"], "
                                "input_dict)\n  with open("));
    EXPECT_THAT(text, HasSubstr("  # end of main\n\n# The program\nif __name__ == '__main__':\n"));
    EXPECT_THAT(text, StartsWith("\"\"\"Blurs; see load_and_inference(args, x) and @exec_time."
                                 "\"\"\"\nfrom aisprint.segments import load_segment\n\nimport "));
    EXPECT_THAT(first(testing::k_dictionary),
                HasSubstr("  )  # done\n  save_segment(args['output'], forwarded)\n\n# The"));
    EXPECT_THAT(first(testing::k_dictionary),
                HasSubstr("os.path.join(\"onnx\", \"partition1_1.onnx\")"));
}

TEST(SegmentCode, AliasesHelpersAndConstantsAreKept) {
    const std::string one = first(testing::k_alias);
    EXPECT_THAT(one, HasSubstr("    save_segment(params['output'], ret)\n\n\ndef line_of("));
    EXPECT_THAT(one, HasSubstr("default='onnx/partition1_1.onnx')"));
    EXPECT_THAT(one, HasSubstr("DEFAULT = 'onnx/' + MODEL\n"));
    const std::string two = last(testing::k_alias);
    EXPECT_THAT(two, HasSubstr("    verbose=False,\n):\n    inputs = load_segment("));
    EXPECT_THAT(two, HasSubstr("ret, res = oi.load_and_inference(params['onnx_file'], inputs)"));
    EXPECT_THAT(two, HasSubstr("def write(path, text):"));
}

TEST(SegmentCode, HeadersStayInFront) {
    const std::string text = last(testing::k_rich);
    EXPECT_THAT(text, StartsWith("#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n"));
    EXPECT_THAT(text, HasSubstr("annotations\n\nimport os\n\nfrom aisprint.segments import "
                                "load_segment\n\nimport argparse\n"));
    EXPECT_THAT(text, HasSubstr("def main(args, /):\n    import json\n    input_dict = load"));
    EXPECT_THAT(text, HasSubstr("\n# the end\n"));
}

TEST(SegmentCode, StatementsOnOneLineAreTakenApart) {
    EXPECT_THAT(first(testing::k_semicolons),
                HasSubstr("infer(args['onnx_file'], d)\n    save_segment(args['output'], a)\nif "));
    EXPECT_THAT(last(testing::k_semicolons),
                HasSubstr("    a, b = infer(args['onnx_file'], d)\n    y = b[0]\n"));
}

TEST(SegmentCode, NamesOfThePrograAreRespected) {
    EXPECT_THAT(first(testing::k_async),
                HasSubstr("from aisprint.segments import save_segment as aisprint_save_segment\n"));
    EXPECT_THAT(first(testing::k_async),
                HasSubstr("    aisprint_save_segment(args['output'], return_dict)\n"));
    EXPECT_THAT(last(testing::k_async), HasSubstr("    asyncio.run(main(args))\n"));
}

TEST(SegmentCode, AnEmptyPostProcessingIsFine) {
    const std::string text = changed(k_plain,
                                     R"(
    # Post-processing
    text = '%s %s\n' % (return_dict['tag'], result[0])
    with open(args['output'], 'w') as stream:
        stream.write(text)
)",
                                     "");
    EXPECT_THAT(first(text), HasSubstr("input_dict)\n    save_segment(args['output']"));
    EXPECT_THAT(last(text), HasSubstr("input_dict)\n\n\nif __name__"));
}

TEST(SegmentCode, AMissingModelOptionIsAdded) {
    const std::string text = changed(
        k_plain,
        "    parser.add_argument('-y', '--onnx_file', default='onnx/net.onnx', help='model')\n",
        "");
    EXPECT_THAT(first(text),
                HasSubstr("    parser.add_argument('-y', '--onnx_file', "
                          "default='onnx/partition1_1.onnx')\n    parser.add_argument('-o'"));
}

TEST(SegmentCode, ExitSegmentsDecide) {
    const std::vector<std::string> texts =
        value_or_fail(make_exit_segments(source(k_exits), options(), "leave", 2));
    ASSERT_EQ(texts.size(), 3U);
    EXPECT_THAT(texts[0], HasSubstr(R"(
    return_dict, result = load_and_inference(args['onnx_file'], input_dict)
    if not leave(result):
        save_segment(args['output'] + '_NO_EARLYEXIT', return_dict)
    else:

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
    parser.add_argument('-y', '--onnx_file', default='onnx/partition1_1.onnx')
)"));
    EXPECT_THAT(texts[1],
                HasSubstr("    input_dict = load_segment(args['input'])\n"
                          "    return_dict, result = load_and_inference(args['onnx_file'], "
                          "input_dict)\n    if not leave(result):\n"));
    EXPECT_THAT(texts[1], HasSubstr("from aisprint.segments import load_segment, save_segment\n"));
    EXPECT_THAT(texts[1], HasSubstr("default='onnx/partition1_2.onnx'"));
    EXPECT_THAT(texts[2], Not(HasSubstr("leave(result)")));
    EXPECT_THAT(texts[2], HasSubstr("default='onnx/partition1_3.onnx'"));
    for (const std::string& text : {texts[1], texts[2]}) {
        EXPECT_THAT(text, HasSubstr(R"(
    name = os.path.basename(args['input'])
    if name.endswith('_NO_EARLYEXIT'):
        name = name[:-len('_NO_EARLYEXIT')]
    args['output'] = os.path.join(os.path.dirname(args['output']), name)
    main(args)
)"));
    }
}

TEST(SegmentCode, ManyExitsGiveManySegments) {
    const std::vector<std::string> texts =
        value_or_fail(make_exit_segments(source(k_exits), options(), "leave", 11));
    ASSERT_EQ(texts.size(), 12U);
    EXPECT_THAT(texts[10], HasSubstr("'onnx/partition1_11.onnx'"));
    EXPECT_THAT(texts[11], HasSubstr("'onnx/partition1_12.onnx'"));
}

TEST(SegmentCode, ExitsWithoutPostProcessing) {
    const std::string text = R"(import argparse
from aisprint.onnx_inference import load_and_inference
from rules import leave
def main(args):
    d = {'x': 1}
    a, b = load_and_inference(args['onnx_file'], d)
    # nothing else
if __name__ == '__main__':
    p = argparse.ArgumentParser()
    p.add_argument('-i', '--input')
    p.add_argument('-o', '--output')
    p.add_argument('-y', '--onnx_file', default='onnx/net.onnx')
    main(vars(p.parse_args()))
)";
    EXPECT_TRUE(check_exits(source(text), options(), "leave"));
    const auto texts = value_or_fail(make_exit_segments(source(text), options(), "leave", 1));
    ASSERT_EQ(texts.size(), 2U);
    EXPECT_THAT(texts[0], HasSubstr("_NO_EARLYEXIT', a)\n    # nothing else\nif __name__"));
}

struct Refusal {
    std::string name;
    std::string from;
    std::string to;
    std::string code;
    std::size_t line;
    std::string part;
};

class RefusedSources : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedSources, AreReportedWithPlaceAndRemedy) {
    const std::string text = changed(k_plain, GetParam().from, GetParam().to);
    const auto checked = check_partitionable(source(text), options());
    ASSERT_FALSE(checked);
    ASSERT_EQ(checked.error().kind, ErrorKind::input);
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : checked.error().diagnostics) {
        codes.push_back(diagnostic.code);
        EXPECT_FALSE(diagnostic.hint.empty());
    }
    const std::string shown = messages(checked.error());
    EXPECT_THAT(codes, ElementsAre(GetParam().code)) << shown;
    EXPECT_EQ(checked.error().diagnostics.front().span.line, GetParam().line) << shown;
    EXPECT_THAT(shown, HasSubstr(GetParam().part));
    EXPECT_FALSE(make_first_segment(source(text), options()));
    EXPECT_FALSE(make_last_segment(source(text), options()));
}

constexpr const char* k_statement =
    "    return_dict, result = load_and_inference(args['onnx_file'], input_dict)\n";
constexpr const char* k_first_post = "    text = '%s";

INSTANTIATE_TEST_SUITE_P(
    Statement,
    RefusedSources,
    ::testing::Values(
        Refusal{"none", k_statement, "    return_dict = result = {}\n", "DSN050", 10,
                "does not call"},
        Refusal{"two", k_statement, std::string(k_statement) + k_statement, "DSN051", 17,
                "2 times"},
        Refusal{"in with", k_statement, std::string("    with open('f'):\n    ") + k_statement,
                "DSN052", 17, "inside `with`"},
        Refusal{"in if", k_statement, std::string("    if input_dict:\n    ") + k_statement,
                "DSN052", 17, "inside `if`"},
        Refusal{"in try", k_statement,
                std::string("    try:\n    ") + k_statement + "    finally:\n        pass\n",
                "DSN052", 17, "inside `try`"},
        Refusal{"returned", "return_dict, result = load", "return load", "DSN052", 16,
                "inside `return`"},
        Refusal{"elsewhere", k_statement,
                "    return_dict, result = run(args, input_dict)\ndef run(args, d):\n    return "
                "load_and_inference(args['onnx_file'], d)\ndef post(args, return_dict, result):\n",
                "DSN052", 18, "outside of the body of `main`"},
        Refusal{"one target", "return_dict, result = load", "result = load", "DSN053", 16,
                "two different names"},
        Refusal{"attribute", "return_dict, result = load", "return_dict, args.result = load",
                "DSN053", 16, "two different names"},
        Refusal{"same names", "return_dict, result = load", "_, _ = load", "DSN053", 16,
                "two different names"},
        Refusal{"subscript", "args['onnx_file'], input_dict)",
                "args['onnx_file'], input_dict)[0], 1", "DSN053", 16, "two different names"},
        Refusal{"splat", "args['onnx_file'], input_dict)", "*args)", "DSN054", 16,
                "just the model"},
        Refusal{"fixed model", "args['onnx_file'], input_dict)", "'onnx/net.onnx', input_dict)",
                "DSN054", 16, "`args['onnx_file']`"},
        Refusal{"not imported", "from aisprint.onnx_inference import load_and_inference\n", "",
                "DSN066", 15, "without being imported"}));

INSTANTIATE_TEST_SUITE_P(
    Program,
    RefusedSources,
    ::testing::Values(
        Refusal{"no main", "def main(args):", "def run(args):", "DSN055", 0, "0 functions `main`"},
        Refusal{"no parameter", "def main(args):", "def main():", "DSN055", 10, "`main()`"},
        Refusal{"two parameters", "main(args):", "main(args, more):", "DSN055", 10,
                "one dictionary"},
        Refusal{"no block", "if __name__ == '__main__':", "if True:", "DSN056", 0, "0 blocks"},
        Refusal{"else", "    main(args)\n", "    main(args)\nelse:\n    pass\n", "DSN056", 24,
                "`else`"},
        Refusal{"main not called", "    main(args)\n", "    pass\n", "DSN056", 24, "never called"},
        Refusal{"no input", "'-i', '--input'", "'-i', '--in'", "DSN057", 24, "`--input`"},
        Refusal{"dest", "help='output file'", "dest='out'", "DSN057", 27, "'output'"},
        Refusal{"other model", "'onnx/net.onnx'", "'onnx/other.onnx'", "DSN058", 28, "'net.onnx'"},
        Refusal{"no default", "default='onnx/net.onnx', ", "", "DSN058", 28, "no default"},
        Refusal{"os", "import argparse\n", "import argparse\nimport posix as os\n", "DSN064", 2,
                "`os`"}));

INSTANTIATE_TEST_SUITE_P(
    Names,
    RefusedSources,
    ::testing::Values(
        Refusal{"local", k_first_post, "    print(number)\n    text = '%s", "DSN059", 19,
                "input_dict['number'] = number"},
        Refusal{"augmented", k_first_post, "    number += 1\n    text = '%s", "DSN059", 19,
                "`number`"},
        Refusal{"maybe bound", k_first_post,
                "    if result:\n        number = 1\n    print(number)\n    text = '%s", "DSN059",
                21, "`number`"},
        Refusal{"loop may not run", k_first_post,
                "    for r in result:\n        number = r\n    print(number)\n    text = '%s",
                "DSN059", 21, "`number`"},
        Refusal{"handler", k_first_post,
                "    try:\n        number = 1\n    except E:\n        pass\n    print(number)\n"
                "    text = '%s",
                "DSN059", 23, "`number`"},
        Refusal{"closure", k_first_post, "    def f(): return number\n    text = '%s", "DSN059", 19,
                "`number`"},
        Refusal{"f-string", k_first_post, "    print(f'{number}')\n    text = '%s", "DSN059", 19,
                "`number`"},
        Refusal{"target", k_first_post, "    number[0] = 1\n    text = '%s", "DSN059", 19,
                "`number`"},
        Refusal{"argument", k_first_post, "    print(args['classes'])\n    text = '%s", "DSN061",
                19, "return_dict['classes']"},
        Refusal{"get", k_first_post, "    print(args.get('classes'))\n    text = '%s", "DSN061", 19,
                "'classes'"}));

/// The codes of what is in the way of cutting a source.
std::vector<std::string> codes_of(const std::string& text) {
    std::vector<std::string> codes;
    const auto checked = check_partitionable(source(text), options());
    if (!checked) {
        for (const Diagnostic& diagnostic : checked.error().diagnostics) {
            codes.push_back(diagnostic.code);
        }
    }
    return codes;
}

std::string with_post(const std::string& before, const std::string& after) {
    return changed(changed(k_plain, "    # Pre-processing\n", before), k_first_post,
                   after + k_first_post);
}

TEST(SegmentCodeNames, FunctionsDefinedBeforeTheInferenceAreMissed) {
    EXPECT_THAT(codes_of(with_post("    def show(x): return x\n", "    show(result)\n")),
                ElementsAre("DSN059"));
}

TEST(SegmentCodeNames, NamesOfTheProgramBlockAreMissed) {
    const std::string text =
        changed(changed(k_plain, "    main(args)\n", "    classes = 1\n    main(args)\n"),
                k_first_post, std::string("    print(classes)\n") + k_first_post);
    EXPECT_THAT(codes_of(text), ElementsAre("DSN060"));
    const std::string bound =
        changed(text, "\n\n@component_name", "\nclasses = 0\n\n@component_name");
    EXPECT_THAT(codes_of(bound), ElementsAre());
}

TEST(SegmentCodeNames, TheResultOfMainIsMissedOnlyIfThereIsOne) {
    const std::string text = changed(k_plain, "    main(args)\n", "    print(main(args))\n");
    EXPECT_THAT(codes_of(text), ElementsAre());
    EXPECT_THAT(codes_of(changed(text, "        stream.write(text)\n",
                                 "        stream.write(text)\n    return text\n")),
                ElementsAre("DSN063"));
}

TEST(SegmentCodeNames, WhatTheCodeAfterTheInferenceBindsItselfIsFine) {
    for (const char* const code :
         {"    number = 1\n    print(number)\n",
          "    if result:\n        number = 1\n    else:\n        number = 2\n    print(number)\n",
          "    if result:\n        return\n    else:\n        number = 2\n    print(number)\n",
          "    for number in result:\n        print(number)\n",
          "    print([number for number in result])\n",
          "    print({k: number for k, number in result})\n",
          "    print((lambda number: number)(1))\n",
          "    with open('f') as number:\n        print(number)\n",
          "    with (open('f') as number, open('g') as other):\n        print(number)\n",
          "    try:\n        number = 1\n    except E:\n        raise\n    print(number)\n",
          "    try:\n        pass\n    except E as number:\n        print(number)\n",
          "    try:\n        number = 1\n    except E:\n        number = 2\n    print(number)\n",
          "    print((number := 3), number)\n",
          "    import number\n    print(number)\n",
          "    from number import a\n    print(a)\n",
          "    number, (other, *rest) = result\n    print(number, other)\n",
          "    def f(number): return number\n    print(f(1))\n",
          "    def f():\n        number = 1\n        return number\n    print(f())\n",
          "    def number(): return 1\n    print(number())\n",
          "    class C:\n        number = 1\n    print(C.number)\n",
          "    print(result.number, dict(number=1))\n",
          "    match result:\n        case [number]:\n            print(number)\n",
          "    while True:\n        number = 1\n        print(number)\n        break\n",
          "    print(args['output'], input_dict, return_dict['number'])\n",
          "    args['colour'] = 1\n    print(args['colour'])\n"}) {
        SCOPED_TRACE(code);
        EXPECT_THAT(codes_of(with_post("", code)), ElementsAre());
    }
}

TEST(SegmentCode, EverythingInTheWayIsReportedAtOnce) {
    const std::string text =
        changed(changed(changed(k_plain, "'-i', '--input'", "'-i', '--in'"), k_statement,
                        "    result = load_and_inference(*args)\n"),
                "    main(args)\n", "    pass\n");
    EXPECT_THAT(codes_of(text), ElementsAre("DSN053", "DSN054", "DSN056", "DSN057"));
}

TEST(SegmentCode, SyntaxErrorsAreReported) {
    EXPECT_THAT(codes_of("def main(args:\n"), ElementsAre("ANN001"));
}

TEST(SegmentCode, ConditionsMustBeInTheFile) {
    const auto checked = check_exits(source(k_exits), options(), "go");
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().diagnostics.front().code, "DSN062");
    EXPECT_TRUE(check_exits(source(k_exits), options(), "leave"));
}

} // namespace
} // namespace aisprint::design
