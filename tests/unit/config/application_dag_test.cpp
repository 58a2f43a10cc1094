// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/application_dag.hpp"

#include "config_support.hpp"

#include <gtest/gtest.h>

namespace aisprint::config {
namespace {

using Codes = std::vector<std::string>;

/// A graph of these components and dependencies (in YAML's flow style).
std::string graph(const std::string& components, const std::string& dependencies) {
    return "System:\n  name: app\n  components: " + components +
           "\n  dependencies: " + dependencies + "\n";
}

Codes codes(const std::string& text) {
    return findings(parse_application_dag, text);
}

ApplicationDag read(const std::string& text) {
    CollectingReporter reporter;
    auto dag = parse_application_dag(SourceFile("f.yaml", text), reporter);
    EXPECT_TRUE(dag) << text;
    return dag ? *dag : ApplicationDag{};
}

TEST(ApplicationDag, ReadsAGraph) {
    const ApplicationDag dag = read(graph("[a, b, c]", "[[a, c, 0.5], [a, b, 1], [b, c, 1.0]]"));
    EXPECT_EQ(dag.name, "app");
    EXPECT_EQ(dag.component_names(), (Codes{"a", "b", "c"}));
    ASSERT_EQ(dag.dependencies.size(), 3U);
    EXPECT_EQ(dag.dependencies[0].probability.scalar, "0.5");
    EXPECT_EQ(dag.dependencies[1].probability.scalar, "1") << "whole numbers stay whole";
    EXPECT_EQ(dag.dependencies[2].probability.scalar, "1.0");
    const auto successors = dag.successors();
    ASSERT_EQ(successors.size(), 2U);
    EXPECT_EQ(successors[0].first, "a");
    EXPECT_EQ(successors[0].second, (Codes{"c", "b"})) << "in order of appearance";
}

TEST(ApplicationDag, ProbabilitiesGetTheirUsualForm) {
    const ApplicationDag dag = read(graph("[a, b]", "[[a, b, 2.50e-1]]"));
    EXPECT_EQ(dag.dependencies.at(0).probability.scalar, "0.25");
}

TEST(ApplicationDag, OneComponentNeedsNoDependency) {
    EXPECT_EQ(codes(graph("[a]", "[]")), Codes{});
    EXPECT_EQ(codes(graph("[a]", "")), Codes{});
}

TEST(ApplicationDag, IsolatedComponentsAreWarnings) {
    EXPECT_EQ(codes(graph("[a, b]", "[]")), (Codes{"|", "CFG018", "CFG018"}));
    EXPECT_EQ(codes(graph("[a, b, c]", "[[a, b, 1]]")), (Codes{"|", "CFG018"}));
}

TEST(ApplicationDag, NoComponents) {
    EXPECT_EQ(codes(graph("", "")), Codes{"CFG010"});
    EXPECT_EQ(codes(graph("[]", "[]")), Codes{"CFG010"});
    EXPECT_EQ(codes(""), Codes{"CFG002"});
    EXPECT_EQ(codes("System:\n"), Codes{"CFG002"});
    EXPECT_EQ(codes("System:\n  name: x\n"), (Codes{"CFG003", "CFG003"}));
}

TEST(ApplicationDag, BadNames) {
    for (const char* name : {"a_partition", "x_partition1_2", "x_base", "'a b'", "-a", "'é'", "''",
                             "a/b", "../a", ".a", "_a"}) {
        EXPECT_EQ(codes(graph(std::string("[") + name + "]", "[]")), Codes{"CFG011"}) << name;
    }
    for (const char* name : {"database", "base", "a.b-c_d", "3d", "A"}) {
        EXPECT_EQ(codes(graph(std::string("[") + name + "]", "[]")), Codes{}) << name;
    }
    EXPECT_EQ(codes("System: {name: '', components: [a], dependencies: []}"), Codes{"CFG011"});
}

TEST(ApplicationDag, Repetitions) {
    EXPECT_EQ(codes(graph("[a, a]", "[]")), Codes{"CFG012"});
    EXPECT_EQ(codes(graph("[a, b]", "[[a, b, 1], [a, b, 0.5]]")), Codes{"CFG015"});
}

TEST(ApplicationDag, DependenciesAreTriplets) {
    for (const char* item : {"[a, b]", "[a, b, 1, 2]", "a", "[[a], b, 1]", "{a: b}"}) {
        const Codes found = codes(graph("[a, b]", std::string("[") + item + "]"));
        ASSERT_FALSE(found.empty()) << item;
        EXPECT_TRUE(found[0] == "CFG013" || found[0] == "CFG002") << item << " " << found[0];
    }
}

TEST(ApplicationDag, UnknownEnds) {
    CollectingReporter reporter;
    const auto parsed = parse_application_dag(
        SourceFile("f", graph("[detector, blur]", "[[detctor, blur, 1]]")), reporter);
    ASSERT_FALSE(parsed);
    EXPECT_EQ(parsed.error().diagnostics.at(0).code, "CFG014");
    EXPECT_EQ(parsed.error().diagnostics.at(0).hint, "did you mean 'detector'?");
    EXPECT_EQ(parsed.error().diagnostics.at(0).span.line, 4U);
}

TEST(ApplicationDag, Cycles) {
    EXPECT_EQ(codes(graph("[a]", "[[a, a, 1]]")), Codes{"CFG016"});
    EXPECT_EQ(codes(graph("[a, b, c]", "[[a, b, 1], [b, c, 1], [c, b, 1]]")), Codes{"CFG016"});
}

TEST(ApplicationDag, Probabilities) {
    for (const char* value : {"-0.1", "1.01", "many", "'1'", ".nan", "null", "[1]", "''"}) {
        EXPECT_EQ(codes(graph("[a, b]", std::string("[[a, b, ") + value + "]]")), Codes{"CFG017"})
            << value;
    }
    for (const char* value : {"0", "1", "0.5", "1e-3"}) {
        EXPECT_EQ(codes(graph("[a, b]", std::string("[[a, b, ") + value + "]]")), Codes{}) << value;
    }
}

TEST(ApplicationDag, Alternatives) {
    const std::string text = graph("[a, b]", "[[a, b, 1]]");
    const auto with = [&](const std::string& map) {
        return text + "  alternative_components: " + map + "\n";
    };
    const ApplicationDag dag = read(with("{b: [b2, b3], a: [a2]}"));
    EXPECT_EQ(dag.all_names(), (Codes{"a", "a2", "b", "b2", "b3"}));
    EXPECT_EQ(codes(with("{c: [c2]}")), Codes{"CFG019"});
    EXPECT_EQ(codes(with("{a: [b]}")), Codes{"CFG019"});
    EXPECT_EQ(codes(with("{a: [x], b: [x]}")), Codes{"CFG019"});
    EXPECT_EQ(codes(with("{a: [x_base]}")), Codes{"CFG011"});
    EXPECT_EQ(codes(with("")), Codes{});
}

TEST(ApplicationDag, AllProblemsAtOnce) {
    EXPECT_EQ(codes(graph("[a, a, 'b c']", "[[a, x, 2], [a]]")),
              (Codes{"CFG012", "CFG011", "CFG014", "CFG017", "CFG013"}));
}

TEST(ApplicationDag, UnknownFieldsAreWarnings) {
    EXPECT_EQ(codes(graph("[a]", "[]") + "  componets: []\n"), (Codes{"|", "CFG004"}));
}

} // namespace
} // namespace aisprint::config
