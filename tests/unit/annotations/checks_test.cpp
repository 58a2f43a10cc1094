// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/checks.hpp"

#include "annotations_support.hpp"

#include <gmock/gmock.h>

namespace aisprint::annotations {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::messages;
using testing::read;
using ::testing::UnorderedElementsAre;

ComponentScript
script(const std::string& name, const std::string& decorators, const std::string& rest = {}) {
    const testing::Reading reading =
        read("from aisprint.annotations import *\n" + rest + "@component_name(name='" + name +
                 "')\n" + decorators + "\ndef main(args):\n    pass\n",
             name);
    if (!reading.script) {
        ADD_FAILURE() << messages(reading.script.error());
        return {};
    }
    return *reading.script;
}

struct Outcome {
    std::vector<std::string> errors;
    std::vector<std::string> warnings;
    std::string text;
};

Outcome check(const std::vector<ComponentScript>& scripts,
              const GraphView& graph,
              const FolderFacts& facts = {}) {
    CollectingReporter reporter;
    Outcome outcome;
    for (const Diagnostic& diagnostic : check_annotations(scripts, graph, facts, reporter)) {
        outcome.errors.push_back(diagnostic.code);
        outcome.text += format_diagnostic(diagnostic);
    }
    for (const Diagnostic& diagnostic : reporter.diagnostics()) {
        outcome.warnings.push_back(diagnostic.code);
        outcome.text += format_diagnostic(diagnostic);
    }
    return outcome;
}

/// a -> b -> c
GraphView chain() {
    return {{"a", "b", "c"}, {{"a", {"b"}}, {"b", {"c"}}}, {}};
}

Outcome check_chain(const std::string& a, const std::string& b, const std::string& c) {
    return check({script("a", a), script("b", b), script("c", c)}, chain());
}

Outcome check_alone(const std::string& decorators, const FolderFacts& facts = {}) {
    return check({script("a", decorators, "def leave(x): return True\n")}, {{"a"}, {}, {}}, facts);
}

struct Case {
    std::string decorators;
    std::vector<std::string> errors;
    std::string part;
};

class OneComponent : public ::testing::TestWithParam<Case> {};

TEST_P(OneComponent, IsChecked) {
    const Outcome outcome = check_alone(GetParam().decorators);
    EXPECT_EQ(outcome.errors, GetParam().errors) << outcome.text;
    EXPECT_THAT(outcome.text, HasSubstr(GetParam().part));
    EXPECT_THAT(outcome.warnings, IsEmpty()) << outcome.text;
}

INSTANTIATE_TEST_SUITE_P(
    ExecTime,
    OneComponent,
    ::testing::Values(
        Case{"@exec_time()", {}, ""},
        Case{"@exec_time(local_time_thr=1)", {}, ""},
        Case{"@exec_time(local_time_thr=0)", {"ANN023"}, "`local_time_thr` of `exec_time` is 0"},
        Case{"@exec_time(local_time_thr=-1)", {"ANN023"}, "is -1, not a number above 0"},
        Case{"@exec_time(local_time_thr='1')", {"ANN022"}, "is a string ('1')"},
        Case{"@exec_time(local_time_thr=True)", {"ANN022"}, "is a boolean (True)"},
        Case{"@exec_time(global_time_thr=3)", {"ANN040"}, "`prev_components` is missing or empty"},
        Case{"@exec_time(global_time_thr=3, prev_components=[])", {"ANN040"}, "missing or empty"},
        Case{"@exec_time(global_time_thr=3, prev_components='x')", {"ANN022"}, "a list of"},
        Case{"@exec_time(global_time_thr=3, prev_components=[1])", {"ANN022"}, "not a string"},
        Case{"@exec_time(global_time_thr=3, prev_components=['a'])", {"ANN041"}, "itself"},
        Case{"@exec_time(global_time_thr=3, prev_components=['x'])", {"ANN042"}, "'x'"}));

INSTANTIATE_TEST_SUITE_P(
    Models,
    OneComponent,
    ::testing::Values(
        Case{"@expected_throughput(rate=0.5)", {}, ""},
        Case{"@expected_throughput()", {"ANN021"}, "needs the argument `rate`"},
        Case{"@expected_throughput(rate=None)", {"ANN021"}, "needs the argument `rate`"},
        Case{"@expected_throughput(rate='fast')", {"ANN022"}, "a string ('fast')"},
        Case{"@partitionable_model(onnx_file='m.onnx')", {}, ""},
        Case{"@partitionable_model(onnx_file='m.onnx', num_partitions=3)", {}, ""},
        Case{"@partitionable_model()", {"ANN021"}, "`onnx_file`"},
        Case{"@partitionable_model(onnx_file=3)", {"ANN022"}, "not a string"},
        Case{"@partitionable_model(onnx_file='')", {"ANN023"}, "is empty"},
        Case{"@partitionable_model(onnx_file='onnx/m.onnx')", {"ANN023"}, "plain file name"},
        Case{"@partitionable_model('m.onnx', 0)", {"ANN023"}, "num_partitions"},
        Case{"@partitionable_model('m.onnx', 1.5)", {"ANN022"}, "1.5, not an integer"},
        Case{"@early_exits_model('m.onnx', 'leave', [0.75])", {}, ""},
        Case{"@early_exits_model('m.onnx', 'leave')", {"ANN021"}, "transition_probabilities"},
        Case{"@early_exits_model('m.onnx', 'leav', [0.75])", {"ANN052"}, "did you mean 'leave'?"},
        Case{"@early_exits_model('m.onnx', 'leave', [1.5, -1])", {"ANN023", "ANN023"}, "0 to 1"},
        Case{"@early_exits_model('m.onnx', 'leave', [])", {"ANN053"}, "is empty"},
        Case{"@early_exits_model('m.onnx', 'leave', 0.5)", {"ANN022"}, "a list of numbers"},
        Case{"@early_exits_model('m.onnx', 'leave', [0.5])\n@partitionable_model('m.onnx')",
             {"ANN051"},
             "cannot be used on one component"}));

INSTANTIATE_TEST_SUITE_P(
    Others,
    OneComponent,
    ::testing::Values(
        Case{"@device_constraints(ram=1024, vram=0, use_gpu_for=['dnn', 'pre'])", {}, ""},
        Case{"@device_constraints(ram=1024)", {"ANN021", "ANN021"}, "`vram`"},
        Case{"@device_constraints(-1, 0, [])", {"ANN023"}, "0 or more"},
        Case{"@device_constraints(1, 0, 'dnn')", {"ANN022"}, "a list of"},
        Case{"@device_constraints(1, 0, ['dn'])", {"ANN023"}, "did you mean 'dnn'?"},
        Case{"@security(trustedExecution=True, confRest=False)", {}, ""},
        Case{"@security(trustedExecution='yes')", {"ANN022"}, "True or False"}));

INSTANTIATE_TEST_SUITE_P(
    Drift,
    OneComponent,
    ::testing::Values(
        Case{"@detect_metric_drift('m', 'f', 'chi-squared', 0.05, 1, 2, 3)", {}, ""},
        Case{"@detect_metric_drift('m', ['f', 'g'], 'chi-squared', [0.05, 0.1], 1, 2, 3)", {}, ""},
        Case{"@detect_metric_drift(['m', 'n'], [['f'], ['g', 'h']], 'chi-squared', "
             "[[0.1], [0.1, 0.2]], 1, 2, 3, 'http://x/')",
             {},
             ""},
        Case{"@detect_metric_drift(['m', 'n'], ['f', 'g'], 'chi-squared', 0.1, 1, 2, 3)",
             {"ANN060"},
             "2 lists of fields"},
        Case{"@detect_metric_drift('m', ['f', 'g'], ['chi-squared'], 0.1, 1, 2, 3)",
             {"ANN060"},
             "the shape of `field`"},
        Case{"@detect_metric_drift('m', [], 'chi-squared', 0.1, 1, 2, 3)", {"ANN060"}, "field"},
        Case{"@detect_metric_drift([], [], 'chi-squared', 0.1, 1, 2, 3)", {"ANN060"}, "metric"},
        Case{"@detect_metric_drift('m', ['f', 'f'], 'chi-squared', 0.1, 1, 2, 3)",
             {"ANN060"},
             "listed twice"},
        Case{"@detect_metric_drift('m', 'f', 'chi-square', 0.1, 1, 2, 3)",
             {"ANN023"},
             "did you mean 'chi-squared'?"},
        Case{"@detect_metric_drift('m', 'f', 'chi-squared', 1, 0, -2, 3)",
             {"ANN023", "ANN023", "ANN023"},
             "test_threshold"},
        Case{"@detect_metric_drift('m', 'f', 'chi-squared', 0.1, 1, 2, 3, 'mail')",
             {"ANN023"},
             "http://"},
        Case{"@detect_metric_drift('m', 'f')",
             {"ANN021", "ANN021", "ANN021", "ANN021", "ANN021"},
             "detection_interval"}));

TEST(Checks, AskForModelFilesAndExits) {
    FolderFacts facts;
    facts.has_model = [](const std::string& folder, const std::string& file) {
        return folder == "a" && file == "m.onnx";
    };
    facts.exit_count = [](const std::string&) { return std::optional<std::size_t>(2); };
    EXPECT_THAT(check_alone("@partitionable_model('m.onnx')", facts).errors, IsEmpty());
    const Outcome missing = check_alone("@partitionable_model('n.onnx')", facts);
    EXPECT_THAT(missing.errors, ElementsAre("ANN050"));
    EXPECT_THAT(missing.text, HasSubstr("src/a/onnx/n.onnx does not exist"));
    EXPECT_THAT(check_alone("@early_exits_model('m.onnx', 'leave', [0.1, 0.2])", facts).errors,
                IsEmpty());
    const Outcome exits = check_alone("@early_exits_model('m.onnx', 'leave', [0.1])", facts);
    EXPECT_THAT(exits.errors, ElementsAre("ANN053"));
    EXPECT_THAT(exits.text, HasSubstr("has 1 values, but the model has 2 early exits"));
}

TEST(Checks, WarnAboutWhatHasNoEffect) {
    EXPECT_THAT(check_alone("@exec_time(prev_components=['b'])").warnings, ElementsAre("ANN045"));
    EXPECT_THAT(check_alone("@device_constraints(2000000, 0, [])").warnings, ElementsAre("ANN062"));
}

TEST(Checks, FollowPathsOfTheGraph) {
    const std::string timed = "@exec_time()";
    const auto with_path = [](const std::string& path) {
        return "@exec_time(global_time_thr=9, prev_components=" + path + ")";
    };
    EXPECT_THAT(check_chain(timed, timed, with_path("['a', 'b']")).errors, IsEmpty());
    EXPECT_THAT(check_chain(timed, timed, with_path("['b']")).errors, IsEmpty());
    const Outcome inner = check_chain(timed, timed, with_path("['b', 'a']"));
    EXPECT_THAT(inner.errors, ElementsAre("ANN043", "ANN043"));
    EXPECT_THAT(inner.text, HasSubstr("'b' and 'a' are not consecutive"));
    EXPECT_THAT(inner.text, HasSubstr("'a' and 'c' are not consecutive"));
    const Outcome untimed = check_chain("", timed, with_path("['a', 'b']"));
    EXPECT_THAT(untimed.errors, ElementsAre("ANN044"));
    EXPECT_THAT(untimed.text, HasSubstr("'a' is part of a global constraint"));
    EXPECT_THAT(check_chain(timed, timed, with_path("['a', 'bb']")).errors,
                UnorderedElementsAre("ANN042"));
}

TEST(Checks, MatchNamesAndGraph) {
    const Outcome twice = check({script("a", ""), script("a", "")}, {{"a"}, {}, {}});
    EXPECT_THAT(twice.errors, ElementsAre("ANN030"));
    const Outcome unknown = check({script("blurr", "")}, {{"blur"}, {}, {}});
    EXPECT_THAT(unknown.errors, ElementsAre("ANN031"));
    EXPECT_THAT(unknown.warnings, ElementsAre("ANN032"));
    EXPECT_THAT(unknown.text, HasSubstr("did you mean 'blur'?"));
    const GraphView graph{{"a"}, {}, {{"a", {"a_small"}}}};
    EXPECT_THAT(check({script("a", "")}, graph).errors, ElementsAre("ANN031"));
    EXPECT_THAT(check({script("a", ""), script("a_small", "")}, graph).errors, IsEmpty());
}

TEST(Checks, AllowOneThroughputPerPath) {
    const std::string rate = "@expected_throughput(rate=1)";
    EXPECT_THAT(check_chain(rate, "", rate).errors, ElementsAre("ANN046"));
    const Outcome apart = check({script("a", rate), script("b", rate)}, {{"a", "b"}, {}, {}});
    EXPECT_THAT(apart.errors, IsEmpty());
    EXPECT_THAT(apart.warnings, ElementsAre("ANN046"));
    const GraphView graph{{"a"}, {}, {{"a", {"a_small"}}}};
    EXPECT_THAT(check({script("a", rate), script("a_small", rate)}, graph).warnings, IsEmpty());
}

Outcome check_performance(const std::string& filter, const std::string& classifier) {
    const GraphView graph{
        {"filter", "classifier"}, {{"filter", {"classifier"}}}, {{"filter", {"small"}}}};
    FolderFacts facts;
    facts.class_names = [](const std::string&) {
        return std::optional(std::vector<std::string>{"face", "object"});
    };
    return check({script("filter", filter), script("classifier", classifier), script("small", "")},
                 graph, facts);
}

TEST(Checks, WantAFilterAndAClassifier) {
    const std::string filter = "@model_performance(filtered_class='object')";
    const std::string classifier = "@model_performance(metric='average_f1', metric_thr=0.5)";
    EXPECT_THAT(check_performance(filter, classifier).errors, IsEmpty());
    EXPECT_THAT(check_performance(filter, "").errors, ElementsAre("ANN054"));
    EXPECT_THAT(check_performance(filter, filter).errors, ElementsAre("ANN054"));
    EXPECT_THAT(check_performance(filter, "@model_performance()").errors,
                UnorderedElementsAre("ANN054", "ANN057"));
    EXPECT_THAT(check_performance(filter, "@model_performance(metric='f1')").errors,
                ElementsAre("ANN023"));
    EXPECT_THAT(check_performance("@model_performance(filtered_class='objct')", classifier).errors,
                ElementsAre("ANN055"));
    EXPECT_THAT(check_performance(filter + "\n@partitionable_model('m.onnx')", classifier).errors,
                ElementsAre("ANN056"));
    const Outcome lonely =
        check({script("a", filter), script("b", classifier)}, {{"a", "b"}, {{"a", {"b"}}}, {}});
    EXPECT_THAT(lonely.errors, ElementsAre("ANN058"));
}

TEST(Checks, WantOneDriftDetector) {
    const auto drift = [](const std::string& field, int interval, int period) {
        return "@detect_metric_drift('m', '" + field + "', 'chi-squared', 0.05, " +
               std::to_string(interval) + ", " + std::to_string(period) + ", 3)";
    };
    EXPECT_THAT(check_chain(drift("f", 1, 2), drift("g", 1, 5), "").errors, IsEmpty());
    EXPECT_THAT(check_chain(drift("f", 1, 2), drift("g", 2, 2), "").errors, ElementsAre("ANN061"));
    EXPECT_THAT(check_chain(drift("f", 1, 2), drift("f", 1, 3), "").errors, ElementsAre("ANN061"));
}

TEST(Checks, OfOneComponentNeedNoGraph) {
    CollectingReporter reporter;
    const std::vector<Diagnostic> errors =
        check_component(script("a", "@exec_time(local_time_thr=-1)"), {}, reporter);
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors.front().code, "ANN023");
}

} // namespace
} // namespace aisprint::annotations
