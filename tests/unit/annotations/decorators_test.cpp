// SPDX-License-Identifier: Apache-2.0
#include "annotations_support.hpp"

#include <gmock/gmock.h>

namespace aisprint::annotations {
namespace {

using testing::component;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::messages;
using testing::read;
using testing::Reading;

std::string with_header(const std::string& header, const std::string& decorators) {
    return header + "\n" + decorators + "\ndef main(args):\n    pass\n";
}

/// Forms that all say: component a, at most 1.5 seconds.
class Spellings : public ::testing::TestWithParam<std::pair<std::string, std::string>> {};

TEST_P(Spellings, MeanTheSame) {
    const Reading reading = read(with_header(GetParam().first, GetParam().second));
    ASSERT_TRUE(reading.script) << messages(reading.script.error());
    EXPECT_EQ(reading.script->component_name(), "a");
    const Annotation* const exec_time = reading.script->find("exec_time");
    ASSERT_NE(exec_time, nullptr);
    ASSERT_EQ(exec_time->arguments.size(), 1U);
    EXPECT_EQ(exec_time->arguments[0].name, "local_time_thr");
    EXPECT_DOUBLE_EQ(exec_time->arguments[0].value.number(), 1.5);
    EXPECT_THAT(reading.warning_codes(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    All,
    Spellings,
    ::testing::Values(
        std::pair("from aisprint.annotations import component_name, exec_time",
                  "@component_name(name='a')\n@exec_time(local_time_thr=1.5)"),
        std::pair("from aisprint.annotations import *", "@component_name('a')\n@exec_time(1.5)"),
        std::pair("import aisprint.annotations as ann",
                  "@ann.component_name(name='a')\n@ann.exec_time(local_time_thr=1.5,)"),
        std::pair("import aisprint.annotations",
                  "@aisprint.annotations.component_name('a')\n"
                  "@aisprint.annotations.exec_time(1.5)"),
        std::pair("from aisprint import annotations",
                  "@annotations.component_name('a')\n@annotations.exec_time(1.5)"),
        std::pair("from aisprint.annotations import exec_time as et, component_name as cn",
                  "@cn('a')\n@et(3/2)"),
        std::pair("from aisprint.annotations import exec_time, component_name\n"
                  "limit = exec_time",
                  "@component_name('a')\n@limit(1.5)"),
        std::pair("from aisprint.annotations import *\nNAME = 'a'\nLIMIT = 1.0 + .5",
                  "@component_name(NAME)\n@exec_time(LIMIT)"),
        std::pair("from aisprint.annotations import *\nfrom pycompss.api.task import task",
                  "@task(returns=1)\n@component_name(\n    name=(  # the name\n        'a'\n    "
                  "),\n)\n@other\n@f(1)(2)\n@f[0](x)\n@exec_time( # limit\n  "
                  "local_time_thr=1.5 # s\n)"),
        std::pair("from aisprint.annotations import annotation",
                  "@annotation({'component_name': {'name': 'a'}, "
                  "'exec_time': {'local_time_thr': 1.5}})"),
        std::pair("try:\n    from aisprint.annotations import annotation\nexcept ImportError:\n"
                  "    def annotation(x): return lambda f: f",
                  "@annotation({'component_name': {'name': 'a'}, "
                  "'exec_time': {'local_time_thr': 1.5}})")));

TEST(Decorators, OfOtherPackagesAreIgnored) {
    const Reading reading = read(with_header("from aisprint.annotations import component_name\n"
                                             "from other import security\nimport other\n"
                                             "def exec_time(x): return lambda f: f",
                                             "@component_name('a')\n@security(x=y)\n@exec_time(z)\n"
                                             "@other.device_constraints(**k)\n@other.annotation"));
    ASSERT_TRUE(reading.script) << messages(reading.script.error());
    EXPECT_EQ(reading.script->annotations.size(), 1U);
}

TEST(Decorators, WarnAboutMissingAndWrongImports) {
    const Reading missing = read(with_header("", "@component_name('a')\n@ann.exec_time()"));
    ASSERT_TRUE(missing.script);
    EXPECT_EQ(missing.script->annotations.size(), 2U);
    EXPECT_THAT(missing.warning_codes(), ElementsAre("ANN071", "ANN071"));
    const Reading wrong =
        read(with_header("from aisprint import component_name", "@component_name('a')"));
    ASSERT_TRUE(wrong.script);
    EXPECT_THAT(wrong.warning_codes(), ElementsAre("ANN073"));
}

struct Refusal {
    std::string decorators;
    std::string code;
    std::string part;
};

class Refused : public ::testing::TestWithParam<Refusal> {};

TEST_P(Refused, WithTheReason) {
    const Reading reading =
        read(component(GetParam().decorators, "import aisprint.annotations as ann\n"));
    EXPECT_THAT(reading.error_codes(), ElementsAre(GetParam().code));
    ASSERT_FALSE(reading.script);
    EXPECT_NE(messages(reading.script.error()).find(GetParam().part), std::string::npos)
        << messages(reading.script.error());
    EXPECT_GT(reading.script.error().diagnostics.front().span.line, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    Refused,
    ::testing::Values(
        Refusal{"@exec_time\n", "ANN012", "write `@exec_time(...)`"},
        Refusal{"@ann.exec_time\n", "ANN012", "write `@ann.exec_time(...)`"},
        Refusal{"@exec_time()\n@exec_time()\n", "ANN013", "on lines 5 and 6"},
        Refusal{"@ann.exec_tiem()\n", "ANN014", "did you mean `exec_time`?"},
        Refusal{"@early_exit_model()\n", "ANN014", "did you mean `early_exits_model`?"},
        Refusal{"@annotation({'exec_time': {}})\n", "ANN015", "one of the two forms"},
        Refusal{"@exec_time(local_time_th=1)\n", "ANN018", "did you mean `local_time_thr`?"},
        Refusal{"@exec_time(1, 2, [], 4)\n", "ANN019", "up to 3 arguments"},
        Refusal{"@exec_time(1, local_time_thr=2)\n", "ANN019", "twice"},
        Refusal{"@exec_time(*limits)\n", "ANN019", "unpacks `*limits`"},
        Refusal{"@exec_time(**limits)\n", "ANN019", "unpacks `**limits`"},
        Refusal{"@exec_time(x for x in y)\n", "ANN020", "comprehension"},
        Refusal{"@exec_time(local_time_thr=LIMIT)\n", "ANN020", "`LIMIT`"},
        Refusal{"@exec_time(local_time_thr=f'{x}')\n", "ANN020", "f-string"},
        Refusal{"@exec_time(prev_components=[a.b])\n", "ANN020", "attribute"}));

class RefusedDictionaries : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusedDictionaries, WithTheReason) {
    const Reading reading = read(with_header("from aisprint.annotations import annotation",
                                             "@annotation(" + GetParam().decorators + ")"));
    EXPECT_THAT(reading.error_codes(), ElementsAre(GetParam().code));
    ASSERT_FALSE(reading.script);
    EXPECT_NE(messages(reading.script.error()).find(GetParam().part), std::string::npos)
        << messages(reading.script.error());
}

INSTANTIATE_TEST_SUITE_P(
    All,
    RefusedDictionaries,
    ::testing::Values(
        Refusal{"", "ANN016", "exactly one dictionary"},
        Refusal{"{}, {}", "ANN016", "exactly one dictionary"},
        Refusal{"[1]", "ANN016", "a list"},
        Refusal{"**x", "ANN016", "exactly one dictionary"},
        Refusal{"{'component_name': {'name': 'a'}, 'exec_tme': {}}", "ANN014",
                "did you mean 'exec_time'?"},
        Refusal{"{'component_name': {'name': 'a'}, 3: {}}", "ANN016", "a key of `annotation` is 3"},
        Refusal{"{'component_name': {'name': 'a'}, 'exec_time': 5}", "ANN016", "an integer"},
        Refusal{"{'component_name': {'name': 'a'}, 'exec_time': {1: 5}}", "ANN016", "is 1"},
        Refusal{"{'component_name': {'nam': 'a'}}", "ANN018", "did you mean `name`?"},
        Refusal{"{'component_name': {'name': 'a'}, 'component_name': {'name': 'b'}}", "ANN013",
                "twice"}));

TEST(Decorators, AcceptLowerCaseTrueWithAWarning) {
    const Reading reading = read(component("@security(trustedExecution=true)\n"));
    ASSERT_TRUE(reading.script) << messages(reading.script.error());
    EXPECT_THAT(reading.warning_codes(), ElementsAre("ANN070"));
    EXPECT_TRUE(reading.script->find("security")->find("trustedExecution")->boolean);
}

TEST(Decorators, TakeNoneAsAbsent) {
    const Reading reading = read(component("@exec_time(local_time_thr=None)\n"));
    ASSERT_TRUE(reading.script);
    EXPECT_EQ(reading.script->find("exec_time")->find("local_time_thr"), nullptr);
}

TEST(Decorators, SuggestTheNameOfAMisspeltComponentName) {
    const Reading reading = read(with_header("", "@Component_name(name='a')"));
    EXPECT_THAT(reading.error_codes(), ElementsAre("ANN014"));
    EXPECT_NE(messages(reading.script.error()).find("did you mean `component_name`?"),
              std::string::npos);
}

} // namespace
} // namespace aisprint::annotations
