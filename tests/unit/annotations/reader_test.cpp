// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/reader.hpp"

#include "annotations_support.hpp"

#include <gmock/gmock.h>

namespace aisprint::annotations {
namespace {

using testing::component;
using ::testing::ElementsAre;
using testing::messages;
using testing::read;
using testing::Reading;

TEST(Reader, ReadsStackedAnnotations) {
    const Reading reading = read("from aisprint.annotations import component_name, exec_time\n"
                                 "\n"
                                 "@component_name(name='blur')\n"
                                 "@exec_time(local_time_thr=20)\n"
                                 "def main(args):\n"
                                 "    pass\n");
    ASSERT_TRUE(reading.script) << messages(reading.script.error());
    const ComponentScript& script = *reading.script;
    EXPECT_EQ(script.path, "app/src/blur/main.py");
    EXPECT_EQ(script.folder, "blur");
    EXPECT_EQ(script.component_name(), "blur");
    ASSERT_EQ(script.annotations.size(), 2U);
    const Annotation& exec_time = script.annotations[1];
    EXPECT_EQ(exec_time.name, "exec_time");
    EXPECT_EQ(exec_time.span.line, 4U);
    EXPECT_EQ(exec_time.span.column, 2U);
    ASSERT_NE(exec_time.find("local_time_thr"), nullptr);
    EXPECT_EQ(exec_time.find("local_time_thr")->span, (Span{script.path, 4, 27, 2}));
    EXPECT_EQ(script.main_span, (Span{script.path, 5, 5, 4}));
    EXPECT_THAT(script.module_functions, ElementsAre("main"));
    EXPECT_THAT(script.imported_names, ElementsAre("component_name", "exec_time"));
    EXPECT_FALSE(script.compss);
    EXPECT_TRUE(reading.warnings.empty());
}

TEST(Reader, ReadsTheDictionaryForm) {
    for (const char* const call : {"annotation({'component_name': {'name': 'blur'}, "
                                   "'exec_time': None})",
                                   "annotation(annotations=ALL)", "annotation(ALL)"}) {
        const Reading reading =
            read("from aisprint.annotations import annotation\n"
                 "ALL = {'component_name': {'name': 'blur'}, 'exec_time': None}\n@" +
                 std::string(call) + "\nasync def main(args): pass\n");
        ASSERT_TRUE(reading.script) << messages(reading.script.error());
        ASSERT_EQ(reading.script->annotations.size(), 2U);
        EXPECT_EQ(reading.script->component_name(), "blur");
        EXPECT_TRUE(reading.script->annotations[1].arguments.empty());
    }
}

TEST(Reader, CutsTheByteOrderMark) {
    const Reading reading = read("\xef\xbb\xbf" + component(""));
    ASSERT_TRUE(reading.script) << messages(reading.script.error());
    EXPECT_TRUE(reading.script->source.text().starts_with("from"));
}

TEST(Reader, FindsMainInBranchesOnlyIfThereIsNoOther) {
    const std::string branch = "from aisprint.annotations import *\nif X:\n"
                               "    @component_name('a')\n    def main(args): pass\n";
    EXPECT_TRUE(read(branch).script);
    const Reading both = read(branch + "@component_name('b')\ndef main(args): pass\n");
    ASSERT_TRUE(both.script);
    EXPECT_EQ(both.script->component_name(), "b");
}

TEST(Reader, RefusesOtherNumbersOfMain) {
    EXPECT_THAT(read("def run(): pass\n").error_codes(), ElementsAre("ANN010"));
    EXPECT_THAT(read("class C:\n    def main(self): pass\n").error_codes(), ElementsAre("ANN010"));
    EXPECT_THAT(read("").error_codes(), ElementsAre("ANN010"));
    const Reading two = read("def main(a): pass\ndef main(b): pass\n");
    EXPECT_THAT(two.error_codes(), ElementsAre("ANN011"));
    const Diagnostic& error = two.script.error().diagnostics.front();
    EXPECT_EQ(error.span.line, 2U);
    EXPECT_EQ(error.notes.front().span->line, 1U);
}

TEST(Reader, WantsAComponentName) {
    EXPECT_THAT(read("def main(args): pass\n").error_codes(), ElementsAre("ANN017"));
    EXPECT_THAT(read("from aisprint.annotations import annotation\n@annotation({})\n"
                     "def main(args): pass\n")
                    .error_codes(),
                ElementsAre("ANN017"));
}

TEST(Reader, ReportsEverythingAtOnce) {
    const Reading reading = read(component("@exec_time(local_time_thr=len('x'))\n"
                                           "@security\n"
                                           "@exec_tme()\n"
                                           "@expected_throughput(rat=3)\n"));
    EXPECT_THAT(reading.error_codes(), ElementsAre("ANN020", "ANN012", "ANN014", "ANN018"));
    EXPECT_THAT(messages(reading.script.error()),
                ::testing::AllOf(::testing::HasSubstr("did you mean `exec_time`?"),
                                 ::testing::HasSubstr("did you mean `rate`?")));
}

TEST(Reader, PassesOnSyntaxErrors) {
    EXPECT_THAT(read("def main(:\n    pass\n").error_codes(), ElementsAre("ANN001"));
    EXPECT_THAT(read("def main(a):\n    print 'x'\n").error_codes(), ElementsAre("ANN002"));
}

TEST(Reader, KnowsTheArguments) {
    EXPECT_EQ(annotation_names().size(), 9U);
    EXPECT_THAT(argument_names("partitionable_model"), ElementsAre("onnx_file", "num_partitions"));
    EXPECT_TRUE(argument_names("nothing").empty());
}

} // namespace
} // namespace aisprint::annotations
