// SPDX-License-Identifier: Apache-2.0
#include "aisprint/optimizer/explain.hpp"

#include "aisprint/optimizer/exact.hpp"
#include "aisprint/optimizer/instance.hpp"
#include "random_problem.hpp"
#include "relax.hpp"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::optimizer {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr double k_duration_s = 60;

/// A chain of components, each with one deployment of one partition, on an edge layer with one
/// machine, a cloud layer with two, and a layer of functions.
class Workshop {
public:
    static constexpr std::size_t edge = 0;
    static constexpr std::size_t vm1 = 1;
    static constexpr std::size_t vm2 = 2;
    static constexpr std::size_t function = 3;

    explicit Workshop(std::size_t components) {
        m_problem.layers = {{"CL1", ResourceKind::edge, 0},
                            {"CL2", ResourceKind::vm, 0},
                            {"CL3", ResourceKind::function, 0}};
        m_problem.domains = {{"ND1", {0, 1, 2}, 0.1, 1000}};
        add_resource("EN1", ResourceKind::edge, 0, 2);
        add_resource("VM1", ResourceKind::vm, 1, 3);
        add_resource("VM2", ResourceKind::vm, 1, 3);
        add_resource("F1", ResourceKind::function, 2, 1);
        for (std::size_t i = 0; i < components; ++i) {
            Component component;
            component.code = "c" + std::to_string(i + 1);
            component.name = component.code;
            if (i + 1 < components) {
                component.successors.push_back({i + 1, 1.0});
            }
            Partition partition;
            partition.code = "h1";
            partition.data_sizes = {50};
            component.deployments.push_back({"s1", {partition}});
            m_problem.components.push_back(component);
        }
        m_problem.arrival_rate = 1;
    }

    Workshop& rate(double value) {
        m_problem.arrival_rate = value;
        return *this;
    }
    Workshop& nodes(std::size_t resource, int value) {
        m_problem.resources[resource].nodes = value;
        return *this;
    }
    Workshop& memory(std::size_t resource, double value) {
        m_problem.resources[resource].memory_mb = value;
        return *this;
    }
    Workshop& machine(std::size_t component, std::size_t resource, double demand, double mb = 100) {
        candidates(component).push_back({resource, mb, QueueModel{"QTedge", demand}});
        return *this;
    }
    Workshop& on_function(std::size_t component, double time, double mb = 100) {
        candidates(component).push_back({function, mb, ServerlessModel{time, time}});
        return *this;
    }
    Workshop& local(std::size_t component, double limit) {
        m_problem.local_constraints.push_back({"local", component, limit});
        return *this;
    }
    Workshop& path(std::vector<std::size_t> components, double limit) {
        m_problem.path_constraints.push_back({"path", std::move(components), limit});
        return *this;
    }
    Workshop& memory_of_all_nodes() {
        m_problem.memory_rule = MemoryRule::all_nodes;
        return *this;
    }
    [[nodiscard]] const Problem& problem() const { return m_problem; }
    Problem& problem() { return m_problem; }
    std::vector<Candidate>& candidates(std::size_t component) {
        return m_problem.components[component].deployments[0].partitions[0].candidates;
    }

private:
    Problem m_problem;

    void add_resource(const std::string& name, ResourceKind kind, std::size_t layer, int count) {
        Resource resource;
        resource.name = name;
        resource.kind = kind;
        resource.layer = layer;
        resource.cost = 1;
        resource.memory_mb = 1000;
        resource.nodes = count;
        resource.idle_time_s = 600;
        m_problem.resources.push_back(resource);
    }
};

/// A requirement without its values.
struct Key {
    RequirementKind kind;
    std::size_t subject;

    bool operator==(const Key&) const = default;
};

void PrintTo(const Key& key, std::ostream* out) {
    *out << "kind " << static_cast<int>(key.kind) << " subject " << key.subject;
}

std::vector<Key> keys(const std::vector<Requirement>& requirements) {
    std::vector<Key> result;
    for (const Requirement& requirement : requirements) {
        result.push_back({requirement.kind, requirement.subject});
    }
    return result;
}

/// The value that one of the relaxations asks for; NaN if it is not among them.
double needed(const Explanation& explanation, RequirementKind kind, std::size_t subject) {
    for (const Requirement& relaxation : explanation.relaxations) {
        if (relaxation.kind == kind && relaxation.subject == subject && relaxation.needed) {
            return *relaxation.needed;
        }
    }
    return std::numeric_limits<double>::quiet_NaN();
}

Explanation explain(const Workshop& workshop) {
    return explain_infeasibility(workshop.problem(), k_duration_s, 1);
}

TEST(ExplainInfeasibility, NamesALocalLimitThatNothingCanMeet) {
    const Explanation explanation = explain(Workshop(2)
                                                .rate(0.1)
                                                .machine(0, Workshop::edge, 2)
                                                .machine(1, Workshop::vm1, 1)
                                                .local(0, 1.5)
                                                .local(1, 1.5));
    EXPECT_THAT(keys(explanation.clash), ElementsAre(Key{RequirementKind::local_limit, 0}));
    // two nodes at a load of 0.2
    EXPECT_DOUBLE_EQ(needed(explanation, RequirementKind::local_limit, 0), 2 / 0.9);
    EXPECT_DOUBLE_EQ(explanation.clash[0].value, 1.5);
    EXPECT_THAT(explanation.components, ElementsAre(0U));
    EXPECT_TRUE(explanation.complete);
}

TEST(ExplainInfeasibility, NamesNodesAndRateOfAnOverload) {
    const Explanation explanation =
        explain(Workshop(1).rate(5).machine(0, Workshop::vm1, 1).local(0, 100));
    EXPECT_THAT(keys(explanation.clash),
                ElementsAre(Key{RequirementKind::node_limit, Workshop::vm1},
                            Key{RequirementKind::arrival_rate, 0}));
    EXPECT_EQ(needed(explanation, RequirementKind::node_limit, Workshop::vm1), 6);
    const double rate = needed(explanation, RequirementKind::arrival_rate, 0);
    EXPECT_LE(rate, 2.97 * (1 + 1e-8)); // 1 / (1 - U) <= 100 allows U = 0.99
    EXPECT_GE(rate, 2.97 * (1 - 2e-4));
}

TEST(ExplainInfeasibility, NamesMemory) {
    const Explanation explanation = explain(
        Workshop(2).rate(0.1).machine(0, Workshop::vm1, 1, 600).machine(1, Workshop::vm1, 1, 700));
    EXPECT_THAT(keys(explanation.clash),
                ElementsAre(Key{RequirementKind::memory_limit, Workshop::vm1}));
    EXPECT_EQ(needed(explanation, RequirementKind::memory_limit, Workshop::vm1), 1300);
    EXPECT_THAT(explanation.components, ElementsAre(0U, 1U));
}

TEST(ExplainInfeasibility, MemoryOfAllNodesNamesNodesToo) {
    const Explanation explanation = explain(Workshop(2)
                                                .rate(0.1)
                                                .memory_of_all_nodes()
                                                .memory(Workshop::vm1, 400)
                                                .machine(0, Workshop::vm1, 1, 600)
                                                .machine(1, Workshop::vm1, 1, 700));
    EXPECT_THAT(keys(explanation.clash),
                ElementsAre(Key{RequirementKind::node_limit, Workshop::vm1},
                            Key{RequirementKind::memory_limit, Workshop::vm1}));
    EXPECT_EQ(needed(explanation, RequirementKind::node_limit, Workshop::vm1), 4);
    EXPECT_NEAR(needed(explanation, RequirementKind::memory_limit, Workshop::vm1), 1300.0 / 3,
                1e-9);
}

TEST(ExplainInfeasibility, NamesMemoryOfAFunction) {
    const Explanation explanation =
        explain(Workshop(1).machine(0, Workshop::vm1, 0.5).on_function(0, 0.1, 2000).local(0, 0.2));
    EXPECT_THAT(keys(explanation.clash),
                ElementsAre(Key{RequirementKind::local_limit, 0},
                            Key{RequirementKind::memory_limit, Workshop::function}));
    EXPECT_EQ(needed(explanation, RequirementKind::memory_limit, Workshop::function), 2000);
    EXPECT_DOUBLE_EQ(needed(explanation, RequirementKind::local_limit, 0), 0.5 / (1 - 0.5 / 3));
}

TEST(ExplainInfeasibility, NamesOneMachinePerLayer) {
    const Explanation explanation =
        explain(Workshop(2).rate(0.1).machine(0, Workshop::vm1, 1).machine(1, Workshop::vm2, 1));
    EXPECT_THAT(keys(explanation.clash),
                ElementsAre(Key{RequirementKind::one_resource_per_layer, 1}));
    EXPECT_THAT(keys(explanation.relaxations),
                ElementsAre(Key{RequirementKind::one_resource_per_layer, 1}));
    EXPECT_FALSE(explanation.relaxations[0].needed.has_value());
    EXPECT_THAT(explanation.components, ElementsAre(0U, 1U));
}

TEST(ExplainInfeasibility, NamesTheWayBackToTheEdge) {
    const Explanation explanation =
        explain(Workshop(2).rate(0.1).machine(0, Workshop::vm1, 1).machine(1, Workshop::edge, 1));
    EXPECT_THAT(keys(explanation.clash), ElementsAre(Key{RequirementKind::no_return_to_edge, 0}));
    EXPECT_THAT(keys(explanation.relaxations),
                ElementsAre(Key{RequirementKind::no_return_to_edge, 0}));
    EXPECT_THAT(explanation.components, ElementsAre(0U, 1U));
}

TEST(ExplainInfeasibility, SeesTheWayBackThroughAnotherComponent) {
    const Explanation explanation = explain(Workshop(3)
                                                .rate(0.1)
                                                .on_function(0, 1)
                                                .machine(1, Workshop::edge, 1)
                                                .machine(1, Workshop::vm1, 1)
                                                .machine(2, Workshop::edge, 1));
    EXPECT_THAT(keys(explanation.clash), ElementsAre(Key{RequirementKind::no_return_to_edge, 0}));
    EXPECT_THAT(explanation.components, ElementsAre(0U, 2U));
}

TEST(ExplainInfeasibility, NamesLayersWithoutACommonDomain) {
    Workshop workshop(2);
    workshop.rate(0.1).machine(0, Workshop::edge, 1).machine(1, Workshop::vm1, 1);
    workshop.problem().domains = {{"ND1", {0, 2}, 0.1, 1000}, {"ND2", {1, 2}, 0.1, 1000}};
    const Explanation explanation = explain(workshop);
    EXPECT_TRUE(explanation.complete);
    EXPECT_THAT(keys(explanation.clash), ElementsAre(Key{RequirementKind::network_domain, 0}));
    EXPECT_EQ(explanation.clash[0].other_layer, 1U);
    EXPECT_THAT(keys(explanation.relaxations),
                ElementsAre(Key{RequirementKind::network_domain, 0}));
    EXPECT_FALSE(explanation.relaxations[0].needed.has_value());
    EXPECT_THAT(explanation.components, ElementsAre(0U, 1U));
}

TEST(ExplainInfeasibility, NamesTheWayRoundAMissingDomain) {
    Workshop workshop(2);
    workshop.rate(0.1).machine(0, Workshop::edge, 1).machine(1, Workshop::vm1, 1);
    workshop.on_function(1, 1, 2000); // within reach, but too large
    workshop.problem().domains = {{"ND1", {0, 2}, 0.1, 1000}, {"ND2", {1, 2}, 0.1, 1000}};
    const Explanation explanation = explain(workshop);
    EXPECT_THAT(keys(explanation.clash),
                ElementsAre(Key{RequirementKind::memory_limit, Workshop::function},
                            Key{RequirementKind::network_domain, 0}));
    EXPECT_EQ(needed(explanation, RequirementKind::memory_limit, Workshop::function), 2000);
    EXPECT_EQ(explanation.relaxations.size(), 2U);
}

/// The missing domain stands between the machines of one layer as soon as both may be used.
TEST(ExplainInfeasibility, NamesALayerInNoDomain) {
    Workshop workshop(2);
    workshop.rate(0.1).machine(0, Workshop::vm1, 1).machine(1, Workshop::vm2, 1);
    workshop.problem().domains = {{"ND1", {0, 2}, 0.1, 1000}};
    const Explanation explanation = explain(workshop);
    ASSERT_EQ(explanation.clash.size(), 1U); // neither of the two would be enough
    EXPECT_THAT(explanation.relaxations, IsEmpty());
    EXPECT_EQ(explanation.clash[0].kind, RequirementKind::one_resource_per_layer);
}

TEST(ExplainInfeasibility, FindsTheTimeThatAPathNeeds) {
    const Explanation explanation = explain(Workshop(2)
                                                .rate(0.2)
                                                .machine(0, Workshop::edge, 1)
                                                .machine(1, Workshop::vm1, 1.5)
                                                .machine(1, Workshop::vm2, 1.2)
                                                .path({0, 1}, 2)
                                                .local(0, 5));
    EXPECT_THAT(keys(explanation.clash), ElementsAre(Key{RequirementKind::path_limit, 0}));
    const double transfer = 0.1 + 8 * 50 / 1000.0;
    EXPECT_DOUBLE_EQ(needed(explanation, RequirementKind::path_limit, 0),
                     1 / (1 - 0.2 / 2) + transfer + 1.2 / (1 - 1.2 * 0.2 / 3));
    EXPECT_THAT(explanation.components, ElementsAre(0U, 1U));
}

TEST(ExplainInfeasibility, LimitNodesAndRateTogether) {
    const Workshop workshop =
        Workshop(1).rate(2).nodes(Workshop::vm1, 3).machine(0, Workshop::vm1, 1).local(0, 2);
    // U = 2 / 3, R = 3; 4 nodes give R = 2
    const Explanation explanation = explain(workshop);
    EXPECT_THAT(keys(explanation.clash),
                ElementsAre(Key{RequirementKind::local_limit, 0},
                            Key{RequirementKind::node_limit, Workshop::vm1},
                            Key{RequirementKind::arrival_rate, 0}));
    EXPECT_NEAR(needed(explanation, RequirementKind::local_limit, 0), 3, 1e-9);
    EXPECT_EQ(needed(explanation, RequirementKind::node_limit, Workshop::vm1), 4);
    EXPECT_NEAR(needed(explanation, RequirementKind::arrival_rate, 0), 1.5, 2e-4);
    EXPECT_LE(needed(explanation, RequirementKind::arrival_rate, 0), 1.5 * (1 + 1e-9));
}

TEST(ExplainInfeasibility, TwoReasonsLeaveNoSingleRelaxation) {
    const Explanation explanation = explain(Workshop(2)
                                                .rate(0.1)
                                                .machine(0, Workshop::edge, 2)
                                                .machine(1, Workshop::vm1, 2)
                                                .local(0, 1)
                                                .local(1, 1));
    EXPECT_EQ(explanation.clash.size(), 1U);
    EXPECT_FALSE(explanation.clash[0].needed.has_value());
    EXPECT_THAT(explanation.relaxations, IsEmpty());
    EXPECT_TRUE(explanation.complete);
}

TEST(ExplainInfeasibility, NothingToLiftWhenTwoTrainedModelsShareTheOnlyMachine) {
    const auto model = std::make_shared<test::TableModel>();
    model->names = {"cores"};
    model->rows = {{1.0, 2.0}};
    TrainedModel trained;
    trained.model = model;
    Workshop workshop(3);
    workshop.machine(1, Workshop::edge, 1);
    workshop.problem().components[0].deployments[0].partitions[0].candidates = {
        {Workshop::edge, 100, trained}};
    workshop.problem().components[2].deployments[0].partitions[0].candidates = {
        {Workshop::edge, 100, trained}};
    workshop.candidates(1) = {{Workshop::vm1, 100, QueueModel{"QTedge", 0.1}}};
    workshop.problem().components[1].successors.clear();
    workshop.problem().components[0].successors.push_back({2, 1.0});
    const Explanation explanation = explain(workshop);
    EXPECT_THAT(explanation.clash, IsEmpty());
    EXPECT_THAT(explanation.relaxations, IsEmpty());
    EXPECT_THAT(explanation.components, ElementsAre(0U, 2U));
    EXPECT_TRUE(explanation.complete);
}

/// What is left out of a clash costs nothing, but moving data between two functions of a layer
/// does.
TEST(ExplainInfeasibility, FunctionsOfALayerStayAsFarApartAsTheyAre) {
    Workshop workshop(2);
    Resource other = workshop.problem().resources[Workshop::function];
    other.name = "F2";
    workshop.problem().resources.push_back(other);
    workshop.rate(0.1).on_function(0, 1).path({0, 1}, 2.2);
    workshop.candidates(1) = {{Workshop::function + 1, 100, ServerlessModel{1, 1}}};
    const Explanation explanation = explain(workshop);
    EXPECT_THAT(keys(explanation.clash), ElementsAre(Key{RequirementKind::path_limit, 0}));
    const double transfer = 0.1 + 8 * 50 / 1000.0;
    EXPECT_NEAR(needed(explanation, RequirementKind::path_limit, 0), 2 + transfer, 1e-9);
    EXPECT_THAT(explanation.components, ElementsAre(0U, 1U));
}

TEST(ExplainInfeasibility, SaysWhenItsTimeWasUp) {
    const Explanation explanation = explain_infeasibility(
        Workshop(1).rate(5).machine(0, Workshop::vm1, 1).local(0, 100).problem(), 0, 1);
    EXPECT_FALSE(explanation.complete);
    EXPECT_THAT(explanation.relaxations, IsEmpty());
}

} // namespace
} // namespace aisprint::optimizer
