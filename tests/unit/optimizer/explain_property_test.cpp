// SPDX-License-Identifier: Apache-2.0
// Explanations of small random problems against a list of all their placements with the
// requirements that each one breaks.
#include "aisprint/optimizer/explain.hpp"

#include "all_placements.hpp"
#include "naive_evaluator.hpp"
#include "random_problem.hpp"
#include "repetitions.hpp"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>
#include <set>
#include <string>

namespace aisprint::optimizer {
namespace {

/// Nodes that stand for as many as you like: with them, no machine has a load worth mentioning.
constexpr int k_many_nodes = 1'000'000;

/// A requirement without its values.
using Key = std::pair<RequirementKind, std::size_t>;
using Keys = std::set<Key>;

/// All that can be lifted, from the problem alone.
Keys all_keys(const Problem& problem) {
    Keys keys{{RequirementKind::arrival_rate, 0}, {RequirementKind::no_return_to_edge, 0}};
    for (std::size_t c = 0; c < problem.local_constraints.size(); ++c) {
        keys.emplace(RequirementKind::local_limit, c);
    }
    for (std::size_t p = 0; p < problem.path_constraints.size(); ++p) {
        keys.emplace(RequirementKind::path_limit, p);
    }
    for (std::size_t j = 0; j < problem.resources.size(); ++j) {
        keys.emplace(RequirementKind::memory_limit, j);
        if (problem.resources[j].kind != ResourceKind::function) {
            keys.emplace(RequirementKind::node_limit, j);
        }
    }
    for (std::size_t layer = 0; layer < problem.layers.size(); ++layer) {
        keys.emplace(RequirementKind::one_resource_per_layer, layer);
    }
    return keys;
}

/// Adds a machine that everything reaches at once, in a layer of its own.
std::size_t add_ideal_machine(Problem& problem, ResourceKind kind) {
    const std::size_t layer = problem.layers.size();
    problem.layers.push_back({"ideal", kind, 0});
    for (std::size_t other = 0; other <= layer; ++other) {
        problem.domains.push_back({"ideal", {other, layer}, 0, 1e100});
    }
    Resource machine;
    machine.name = "ideal";
    machine.kind = kind;
    machine.layer = layer;
    problem.resources.push_back(machine);
    return problem.resources.size() - 1;
}

/// The problem with components, all but those of `bound`, that cost nothing and fit anywhere.
Problem bound_to(Problem problem, const std::set<std::size_t>& bound) {
    if (bound.size() == problem.components.size()) {
        return problem;
    }
    const QueueModel no_time{"QTedge", 1e-13};
    const std::vector<Candidate> anywhere{
        {add_ideal_machine(problem, ResourceKind::edge), 0, no_time},
        {add_ideal_machine(problem, ResourceKind::vm), 0, no_time}};
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        Component& component = problem.components[i];
        if (!bound.contains(i)) {
            const std::vector<double> no_data(std::max<std::size_t>(1, component.successors.size()),
                                              0.0);
            component.deployments = {{"s1", {{"h1", "h1", 0, no_data, anywhere}}}};
        }
    }
    return problem;
}

bool is_trained_on(const Problem& problem, const Solution& solution, std::size_t resource) {
    for (std::size_t i = 0; i < problem.components.size(); ++i) {
        const Choice& choice = solution.components[i];
        const Deployment& deployment = problem.components[i].deployments[choice.deployment];
        for (std::size_t q = 0; q < choice.resources.size(); ++q) {
            for (const Candidate& candidate : deployment.partitions[q].candidates) {
                if (choice.resources[q] == resource && candidate.resource == resource &&
                    std::holds_alternative<TrainedModel>(candidate.model)) {
                    return true;
                }
            }
        }
    }
    return false;
}

/// Is there a solution? Queues are fastest with all nodes, trained models need not be.
bool is_feasible(const Problem& problem) {
    const test::NodeNumbers all = test::all_node_numbers(problem);
    const auto numbers = [&](const Solution& solution, std::size_t j) {
        return is_trained_on(problem, solution, j) ? all(solution, j)
                                                   : std::vector<int>{problem.resources[j].nodes};
    };
    test::NaiveEvaluator evaluator(problem);
    bool found = false;
    test::for_each_placement(problem, numbers, [&](const Solution& solution) {
        found = found || evaluator.evaluate(solution).feasible();
    });
    return found;
}

/// What the placements of a problem break, whatever requirements are lifted.
class Census {
public:
    Census(const Problem& problem, const std::set<std::size_t>& bound)
        : m_problem(bound_to(problem, bound)), m_open(m_problem) {
        for (Resource& resource : m_open.resources) {
            if (resource.kind != ResourceKind::function) {
                resource.nodes = k_many_nodes;
            }
        }
        add_placements(problem.arrival_rate, {});
        for (const double share : {1e-6, 1e-3, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8,
                                   0.9, 0.95, 0.99}) {
            add_placements(share * problem.arrival_rate, {{RequirementKind::arrival_rate, 0}});
        }
    }

    /// Is there a placement that keeps to the requirements of `kept`?
    [[nodiscard]] bool is_feasible(const Keys& kept) const {
        return std::ranges::any_of(m_broken, [&](const Keys& broken) {
            return std::ranges::none_of(broken,
                                        [&](const Key& key) { return kept.contains(key); });
        });
    }

private:
    Problem m_problem;
    Problem m_open; ///< with many nodes
    std::set<Keys> m_broken;

    /// A number of nodes that keeps the limit, and one that does not; of trained models all kept
    /// ones, and those up to 3 more: more cores than in the table are like the most in it.
    [[nodiscard]] std::vector<int> node_numbers(const Solution& solution, std::size_t j) const {
        const Resource& resource = m_problem.resources[j];
        if (resource.kind == ResourceKind::function) {
            return {1};
        }
        if (!is_trained_on(m_problem, solution, j)) {
            return {resource.nodes, k_many_nodes};
        }
        std::vector<int> numbers;
        for (int nodes = 1; nodes <= resource.nodes + 3; ++nodes) {
            numbers.push_back(nodes);
        }
        return numbers;
    }

    void add_placements(double rate, const Keys& broken_by_rate) {
        test::NaiveEvaluator evaluator(m_open, rate);
        const auto numbers = [&](const Solution& solution, std::size_t j) {
            return node_numbers(solution, j);
        };
        test::for_each_placement(m_open, numbers, [&](const Solution& solution) {
            Keys broken = broken_by_rate;
            if (add_broken(evaluator.evaluate(solution), broken)) {
                for (std::size_t j = 0; j < m_problem.resources.size(); ++j) {
                    if (solution.nodes[j] > m_problem.resources[j].nodes) {
                        broken.emplace(RequirementKind::node_limit, j);
                    }
                }
                m_broken.insert(std::move(broken));
            }
        });
    }

    /// False if something is broken that cannot be lifted.
    static bool add_broken(const test::NaiveEvaluation& evaluation, Keys& broken) {
        for (const auto& [kind, subject] : evaluation.violations) {
            switch (kind) {
            case ConstraintKind::one_resource_per_layer:
                broken.emplace(RequirementKind::one_resource_per_layer, subject);
                break;
            case ConstraintKind::memory:
                broken.emplace(RequirementKind::memory_limit, subject);
                break;
            case ConstraintKind::no_return_to_edge:
                broken.emplace(RequirementKind::no_return_to_edge, 0);
                break;
            case ConstraintKind::local_response_time:
                broken.emplace(RequirementKind::local_limit, subject);
                break;
            case ConstraintKind::path_response_time:
                broken.emplace(RequirementKind::path_limit, subject);
                break;
            default:
                return false;
            }
        }
        return true;
    }
};

Problem with_value(Problem problem, const Requirement& requirement, double value) {
    switch (requirement.kind) {
    case RequirementKind::local_limit:
        problem.local_constraints[requirement.subject].threshold_s = value;
        break;
    case RequirementKind::path_limit:
        problem.path_constraints[requirement.subject].threshold_s = value;
        break;
    case RequirementKind::node_limit:
        problem.resources[requirement.subject].nodes = static_cast<int>(value);
        break;
    case RequirementKind::memory_limit:
        problem.resources[requirement.subject].memory_mb = value;
        break;
    case RequirementKind::arrival_rate:
        problem.arrival_rate = value;
        break;
    default:
        ADD_FAILURE() << "a requirement without a value";
    }
    return problem;
}

double value_of(const Problem& problem, const Requirement& requirement) {
    switch (requirement.kind) {
    case RequirementKind::local_limit:
        return problem.local_constraints[requirement.subject].threshold_s;
    case RequirementKind::path_limit:
        return problem.path_constraints[requirement.subject].threshold_s;
    case RequirementKind::node_limit:
        return problem.resources[requirement.subject].nodes;
    case RequirementKind::memory_limit:
        return problem.resources[requirement.subject].memory_mb;
    case RequirementKind::arrival_rate:
        return problem.arrival_rate;
    default:
        return 0;
    }
}

/// A value that is stricter than the one needed by a little more than the precision promised.
double just_stricter(RequirementKind kind, double needed) {
    switch (kind) {
    case RequirementKind::node_limit:
        return needed - 1;
    case RequirementKind::arrival_rate:
        return needed * (1 + 1.1e-4);
    default:
        return needed * (1 - 1.1e-6);
    }
}

Keys keys_of(const std::vector<Requirement>& requirements) {
    Keys keys;
    for (const Requirement& requirement : requirements) {
        keys.emplace(requirement.kind, requirement.subject);
    }
    return keys;
}

template <class T>
std::set<T> without(std::set<T> all, const T& one) {
    all.erase(one);
    return all;
}

std::string describe(const Requirement& requirement) {
    return "requirement of kind " + std::to_string(static_cast<int>(requirement.kind)) +
           ", subject " + std::to_string(requirement.subject) + ", value " +
           std::to_string(requirement.value);
}

/// A family of random problems.
struct Family {
    const char* name;
    test::ProblemProfile profile;
    std::size_t count;
};

/// The name is enough in messages.
void PrintTo(const Family& family, std::ostream* out) {
    *out << family.name;
}

std::vector<Family> families() {
    test::ProblemProfile profile;
    profile.max_components = 3;
    profile.max_deployments = 2;
    profile.max_partitions = 2;
    profile.max_placements = 300;
    std::vector<Family> result;
    result.push_back({"Mixed", profile, 600});

    Family trained{"TrainedModels", profile, 300};
    trained.profile.trained_share = 0.7;
    result.push_back(trained);

    Family queues{"QueuesOnly", profile, 400};
    queues.profile.trained_share = 0;
    queues.profile.max_functions = 0;
    queues.profile.max_components = 4;
    result.push_back(queues);
    return result;
}

class ExplainProperty : public testing::TestWithParam<Family> {
protected:
    /// Calls check(problem, its explanation) for every infeasible problem of the family.
    template <class Check>
    void for_each_infeasible(Check check) {
        const std::size_t count = test::repetitions(GetParam().count);
        std::size_t infeasible = 0;
        for (std::uint64_t seed = 0; seed < count && !HasFailure(); ++seed) {
            SCOPED_TRACE("seed " + std::to_string(seed));
            const Problem problem = test::random_problem(GetParam().profile, seed).problem;
            if (is_feasible(problem)) {
                continue;
            }
            ++infeasible;
            const Explanation explanation = explain_infeasibility(problem, 1e9, 1);
            EXPECT_TRUE(explanation.complete);
            check(problem, explanation);
        }
        RecordProperty("infeasible", static_cast<int>(infeasible));
        if (!HasFailure()) {
            EXPECT_GT(infeasible, count / 5);
        }
    }
};

TEST_P(ExplainProperty, ClashIsIrreducible) {
    for_each_infeasible([](const Problem& problem, const Explanation& explanation) {
        const std::set<std::size_t> bound(explanation.components.begin(),
                                          explanation.components.end());
        const Keys clash = keys_of(explanation.clash);
        const Census census(problem, bound);
        EXPECT_FALSE(census.is_feasible(clash));
        for (const Requirement& requirement : explanation.clash) {
            EXPECT_TRUE(
                census.is_feasible(without(clash, {requirement.kind, requirement.subject})))
                << describe(requirement) << " can be left out";
            EXPECT_EQ(requirement.value, value_of(problem, requirement)) << describe(requirement);
        }
    });
}

TEST_P(ExplainProperty, EveryComponentNamedHasAPart) {
    for_each_infeasible([](const Problem& problem, const Explanation& explanation) {
        const std::set<std::size_t> bound(explanation.components.begin(),
                                          explanation.components.end());
        EXPECT_FALSE(is_feasible(bound_to(problem, bound)));
        for (const std::size_t component : bound) {
            EXPECT_TRUE(is_feasible(bound_to(problem, without(bound, component))))
                << "component " << component << " can be left out";
        }
    });
}

/// No more and no fewer requirements can be relaxed than the census says.
TEST_P(ExplainProperty, RelaxationsAreComplete) {
    for_each_infeasible([](const Problem& problem, const Explanation& explanation) {
        std::set<std::size_t> bound;
        for (std::size_t i = 0; i < problem.components.size(); ++i) {
            bound.insert(i);
        }
        const Census census(problem, bound);
        const Keys all = all_keys(problem);
        Keys expected;
        for (const Key& key : all) {
            if (census.is_feasible(without(all, key))) {
                expected.insert(key);
            }
        }
        EXPECT_EQ(keys_of(explanation.relaxations), expected);
    });
}

TEST_P(ExplainProperty, ValuesNeededAreEnoughAndNoMoreThanThat) {
    for_each_infeasible([](const Problem& problem, const Explanation& explanation) {
        for (const Requirement& relaxation : explanation.relaxations) {
            SCOPED_TRACE(describe(relaxation));
            const bool has_value =
                relaxation.kind != RequirementKind::one_resource_per_layer &&
                relaxation.kind != RequirementKind::no_return_to_edge;
            ASSERT_EQ(relaxation.needed.has_value(), has_value);
            if (!has_value) {
                continue;
            }
            const double needed = *relaxation.needed;
            EXPECT_TRUE(is_feasible(with_value(problem, relaxation, needed))) << needed;
            const double stricter = just_stricter(relaxation.kind, needed);
            EXPECT_FALSE(is_feasible(with_value(problem, relaxation, stricter))) << needed;
        }
    });
}

INSTANTIATE_TEST_SUITE_P(Families,
                         ExplainProperty,
                         testing::ValuesIn(families()),
                         [](const auto& family) { return std::string(family.param.name); });

} // namespace
} // namespace aisprint::optimizer
