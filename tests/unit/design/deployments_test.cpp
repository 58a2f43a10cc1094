// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/deployments.hpp"

#include "test_application.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace aisprint::design {
namespace {

using Names = std::vector<std::string>;
using test::TestApplication;

/// Two components; the first one is cut in `wanted` of `cuts` places.
class TwoComponents {
public:
    TwoComponents(std::size_t cuts,
                  std::size_t wanted,
                  const std::string& first_layers,
                  const std::vector<std::string>& segment_layers,
                  const std::string& second_layers) {
        app.partitionable("blur", cuts, wanted);
        app.component("detect");
        app.graph("[blur, detect]", "[[blur, detect, 1]]");
        app.entry("blur", first_layers);
        app.segment_entries("blur", segment_layers);
        app.entry("detect", second_layers);
    }

    TestApplication app;
};

/// A deployment as text: its links' designs and the layers of its parts.
std::string describe(const Deployments& deployments, const Deployment& deployment) {
    const Variant& variant = deployments.variants[deployment.variant];
    std::string text = deployment.name + ":";
    for (std::size_t i = 0; i < variant.layers.size(); ++i) {
        text += fmt::format(" {}={}", variant.layers[i].first, deployment.layers[i]);
    }
    return text;
}

Names describe(const Deployments& deployments) {
    Names result;
    for (const Deployment& deployment : deployments.all) {
        result.push_back(describe(deployments, deployment));
    }
    return result;
}

/// The edges of a deployment's graph: "a->b 1".
Names edges(const Deployments& deployments, std::size_t index) {
    Names result;
    for (const PartDependency& edge :
         deployments.variants[deployments.all.at(index).variant].dependencies) {
        result.push_back(edge.source + "->" + edge.target + " " + edge.probability.scalar);
    }
    return result;
}

Names parts(const Deployments& deployments, std::size_t index) {
    Names result;
    for (const Part& part : deployments.variants[deployments.all.at(index).variant].parts) {
        result.push_back(part.name);
    }
    return result;
}

TEST(Deployments, BaseAndOnePartition) {
    TwoComponents two(3, 1, "1", {"1", "2"}, "2");
    const Deployments all = two.app.deployments();
    EXPECT_EQ(describe(all),
              (Names{"base: blur=1 detect=2",
                     "deployment1: blur_partition1_1=1 blur_partition1_2=2 detect=2"}));
}

TEST(Deployments, LastComponentVariesFastestThenLayers) {
    TwoComponents two(3, 1, "1, 2", {"1", "2"}, "2, 3");
    const Deployments all = two.app.deployments();
    EXPECT_EQ(describe(all),
              (Names{"base: blur=1 detect=2", "deployment1: blur=1 detect=3",
                     "deployment2: blur=2 detect=2", "deployment3: blur=2 detect=3",
                     "deployment4: blur_partition1_1=1 blur_partition1_2=2 detect=2",
                     "deployment5: blur_partition1_1=1 blur_partition1_2=2 detect=3"}));
}

TEST(Deployments, CountIsThatOfTheFormula) {
    struct Case {
        std::size_t cuts;
        const char* base;
        std::vector<std::string> segments;
        const char* other;
        std::size_t count;
    };
    // (b + P * s1 * s2) of the first, times the layers of the second component.
    const std::vector<Case> cases{{1, "1", {"1", "2"}, "3", 2},
                                  {2, "1", {"1", "2"}, "3, 4", 6},
                                  {3, "1, 2", {"1, 2", "2, 3, 4"}, "3", 20},
                                  {2, "2, 3, 4", {"1, 2", "3"}, "1, 2, 3", 21}};
    for (const Case& item : cases) {
        TwoComponents two(item.cuts, item.cuts, item.base, item.segments, item.other);
        EXPECT_EQ(two.app.deployments().all.size(), item.count);
    }
}

TEST(Deployments, LinksNameTheDesignExceptInBase) {
    TwoComponents two(3, 1, "1, 2", {"1", "2"}, "2");
    const Deployments all = two.app.deployments();
    using Links = std::vector<std::pair<std::string, std::string>>;
    const auto links = [&](std::size_t i) { return all.variants[all.all[i].variant].links; };
    EXPECT_EQ(links(0), (Links{{"blur", "blur/base"}, {"detect", "detect/base"}}));
    EXPECT_EQ(links(1), (Links{{"blur_base", "blur/base"}, {"detect_base", "detect/base"}}));
    EXPECT_EQ(links(2), (Links{{"blur_partition1_1", "blur/partition1_1"},
                               {"blur_partition1_2", "blur/partition1_2"},
                               {"detect_base", "detect/base"}}));
}

TEST(Deployments, ComponentsInAlphabeticalOrder) {
    TestApplication app;
    app.component("z");
    app.component("a");
    app.graph("[z, a]", "[[z, a, 1]]");
    app.entry("z", "1, 2");
    app.entry("a", "3, 4");
    EXPECT_EQ(describe(app.deployments()), (Names{"base: a=3 z=1", "deployment1: a=3 z=2",
                                                  "deployment2: a=4 z=1", "deployment3: a=4 z=2"}));
}

TEST(Deployments, ComponentCalledDatabase) {
    TestApplication app;
    app.partitionable("database", 2, 1);
    app.component("base2");
    app.graph("[database, base2]", "[[database, base2, 1]]");
    app.entry("database", "1");
    app.segment_entries("database", {"1", "2"});
    app.entry("base2", "2");
    EXPECT_EQ(describe(app.deployments()),
              (Names{"base: base2=2 database=1",
                     "deployment1: base2=2 database_partition1_1=1 database_partition1_2=2"}));
}

TEST(Deployments, SingleComponent) {
    TestApplication app;
    app.component("only");
    app.graph("[only]", "[]");
    app.entry("only", "2");
    const Deployments all = app.deployments();
    ASSERT_EQ(all.all.size(), 1U);
    EXPECT_EQ(yaml::write(to_dag_document("app", all.variants[0])),
              "System:\n  name: app\n  components:\n  - only\n  dependencies: []\n");
}

TEST(Deployments, SinglePartitionedComponent) {
    TestApplication app;
    app.partitionable("only", 2, 1);
    app.graph("[only]", "");
    app.entry("only", "1");
    app.segment_entries("only", {"1", "2"});
    const Deployments all = app.deployments();
    ASSERT_EQ(all.all.size(), 2U);
    EXPECT_EQ(edges(all, 1), Names{"only_partition1_1->only_partition1_2 1"});
}

TEST(Deployments, SingleComponentWithEarlyExits) {
    TestApplication app;
    app.early_exits("only", {"0.7"});
    app.graph("[only]", "[]");
    app.entry("only", "1");
    app.segment_entries("only", {"1", "2"});
    const Deployments all = app.deployments();
    ASSERT_EQ(all.all.size(), 2U);
    EXPECT_EQ(edges(all, 1), Names{"only_partition1_1->only_partition1_2 0.7"})
        << "the probability of going on is kept";
}

TEST(Deployments, ElevenCuts) {
    TwoComponents two(11, 11, "1", {"1", "2"}, "2");
    const Deployments all = two.app.deployments();
    ASSERT_EQ(all.all.size(), 12U);
    std::set<std::string> cuts;
    for (std::size_t i = 1; i < all.all.size(); ++i) {
        const Names names = parts(all, i);
        ASSERT_EQ(names.size(), 3U) << "partition1 does not take in partition10";
        const std::string first = names[0].substr(0, names[0].rfind('_'));
        EXPECT_EQ(names[1], first + "_2");
        cuts.insert(first);
    }
    EXPECT_EQ(cuts.size(), 11U);
}

TEST(Deployments, FanOutAndFanInWithAPartitionedMiddle) {
    TestApplication app;
    app.component("a");
    app.partitionable("b", 2, 1);
    app.component("c");
    app.component("d");
    app.graph("[a, b, c, d]", "[[a, b, 0.25], [a, c, 1], [b, d, 0.5], [c, d, 1]]");
    for (const char* name : {"a", "b", "c", "d"}) {
        app.entry(name, "1");
    }
    app.segment_entries("b", {"1", "2"});
    const Deployments all = app.deployments();
    ASSERT_EQ(all.all.size(), 2U);
    EXPECT_EQ(edges(all, 0), (Names{"a->b 0.25", "a->c 1", "b->d 0.5", "c->d 1"}));
    EXPECT_EQ(edges(all, 1),
              (Names{"a->b_partition1_1 0.25", "a->c 1", "b_partition1_1->b_partition1_2 1",
                     "b_partition1_2->d 0.5", "c->d 1"}));
    EXPECT_EQ(parts(all, 1), (Names{"a", "c", "b_partition1_1", "b_partition1_2", "d"}));
}

TEST(Deployments, PartitionedSourceOfSeveralEdges) {
    TestApplication app;
    app.partitionable("a", 2, 1);
    app.component("b");
    app.component("c");
    app.graph("[a, b, c]", "[[a, b, 1], [a, c, 0.5]]");
    for (const char* name : {"a", "b", "c"}) {
        app.entry(name, "1");
    }
    app.segment_entries("a", {"1", "2"});
    EXPECT_EQ(edges(app.deployments(), 1), (Names{"a_partition1_1->a_partition1_2 1",
                                                  "a_partition1_2->b 1", "a_partition1_2->c 0.5"}));
}

TEST(Deployments, TwoExitsAndRoundedProbabilities) {
    TestApplication app;
    app.component("a");
    app.early_exits("b", {"0.7", "0.9"});
    app.component("c");
    app.graph("[a, b, c]", "[[a, b, 1], [b, c, 0.5]]");
    for (const char* name : {"a", "b", "c"}) {
        app.entry(name, "1");
    }
    app.segment_entries("b", {"1", "2", "3"});
    const Deployments all = app.deployments();
    ASSERT_EQ(all.all.size(), 2U);
    // 0.5 * (1 - 0.7) and 0.5 * (1 - 0.9), without binary noise.
    EXPECT_EQ(edges(all, 1), (Names{"a->b_partition1_1 1", "b_partition1_1->b_partition1_2 0.7",
                                    "b_partition1_1->c 0.15", "b_partition1_2->b_partition1_3 0.9",
                                    "b_partition1_2->c 0.05", "b_partition1_3->c 0.5"}));
    EXPECT_EQ(parts(all, 1),
              (Names{"a", "b_partition1_1", "b_partition1_2", "b_partition1_3", "c"}));
}

TEST(Deployments, LastComponentWithExits) {
    TestApplication app;
    app.component("a");
    app.early_exits("b", {"0.75"});
    app.graph("[a, b]", "[[a, b, 1]]");
    app.entry("a", "1");
    app.entry("b", "1");
    app.segment_entries("b", {"1", "2, 3"});
    const Deployments all = app.deployments();
    ASSERT_EQ(all.all.size(), 3U);
    EXPECT_EQ(edges(all, 1), (Names{"a->b_partition1_1 1", "b_partition1_1->b_partition1_2 0.75"}));
}

TEST(Deployments, LayersNamedTwiceCountOnce) {
    TestApplication app;
    app.component("a");
    app.graph("[a]", "[]");
    app.entry("a", "1, 2, 1");
    EXPECT_EQ(app.deployments().all.size(), 2U);
}

TEST(Deployments, TooManyAreRefusedWithTheCauses) {
    TwoComponents two(3, 3, "1, 2", {"1, 2", "1, 2"}, "1, 2, 3");
    const ApplicationModel model = two.app.load();
    DesignOptions options;
    options.max_deployments = 41;
    const auto refused = enumerate_deployments(model, options, {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::input);
    EXPECT_EQ(refused.error().diagnostics[0].code, "DSN022");
    EXPECT_EQ(refused.error().diagnostics[0].message,
              "the application has 42 deployments, more than the 41 allowed; choices per "
              "component: blur (14), detect (3)");
    options.max_deployments = 42;
    EXPECT_TRUE(enumerate_deployments(model, options, {}));
}

TEST(Deployments, AstronomicalNumbersAreRefusedAtOnce) {
    TestApplication app(9);
    std::string names;
    for (int i = 0; i < 40; ++i) {
        const std::string name = fmt::format("c{}", i);
        app.component(name);
        app.entry(name, "1, 2, 3, 4, 5, 6, 7, 8, 9");
        names += (i == 0 ? "" : ", ") + name;
    }
    app.graph("[" + names + "]", "[]");
    EXPECT_EQ(app.run(), Names{"DSN022"});
    EXPECT_FALSE(app.has("aisprint"));
}

TEST(Deployments, NumberOfPartitionsFromTheOptions) {
    TwoComponents two(3, 1, "1", {"1", "2"}, "2");
    DesignOptions options;
    options.num_partitions = 2;
    EXPECT_EQ(two.app.deployments(options).all.size(), 3U);
    options.num_partitions = 0;
    EXPECT_EQ(two.app.deployments(options).all.size(), 1U);
}

TEST(Deployments, FewerCutsThanWantedIsAWarning) {
    TwoComponents two(2, 5, "1", {"1", "2"}, "2");
    EXPECT_EQ(two.app.deployments().all.size(), 3U);
    const Names warnings = test::codes_of(two.app.reporter.diagnostics());
    EXPECT_EQ(std::ranges::count(warnings, "DSN021"), 1);
}

} // namespace
} // namespace aisprint::design
