// SPDX-License-Identifier: Apache-2.0
// What requirements cost: a worked example, and small random problems against brute force.
#include "aisprint/optimizer/tradeoffs.hpp"

#include "brute_force.hpp"
#include "random_problem.hpp"
#include "repetitions.hpp"
#include "worked_example.hpp"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <set>
#include <string>

namespace aisprint::optimizer {
namespace {

TradeoffOptions unlimited() {
    TradeoffOptions options;
    options.duration_s = 1e9;
    return options;
}

std::vector<Sensitivity> sensitivity_of(const Problem& problem) {
    ExactOptions options;
    options.duration_s = k_infinite;
    return sensitivity(problem, branch_and_bound(Instance(problem), options), unlimited());
}

const Sensitivity&
line_of(const std::vector<Sensitivity>& lines, RequirementKind kind, std::size_t subject) {
    const auto found = std::ranges::find_if(lines, [&](const Sensitivity& line) {
        return line.requirement.kind == kind && line.requirement.subject == subject;
    });
    EXPECT_NE(found, lines.end());
    static const Sensitivity none;
    return found == lines.end() ? none : *found;
}

TEST(Sensitivity, APathLimitThatExcludesTheFunction) {
    Problem problem = test::worked_example();
    problem.path_constraints[0].threshold_s = 2; // c1 0.5 s, transfer 0.041 s, function above 1.5 s
    const std::vector<Sensitivity> lines = sensitivity_of(problem);
    const Sensitivity& path = line_of(lines, RequirementKind::path_limit, 0);
    EXPECT_NEAR(path.cost, 4.30, 1e-9);
    EXPECT_NEAR(path.cost_without, 3.71, 1e-9);
    EXPECT_EQ(path.relaxed_value, 2 * 1.1);
    EXPECT_NEAR(path.cost_relaxed, 3.71, 1e-9);
    EXPECT_TRUE(path.proved);
    const Sensitivity& local = line_of(lines, RequirementKind::local_limit, 0);
    EXPECT_NEAR(local.cost_without, 4.30, 1e-9);
    EXPECT_NEAR(local.cost_relaxed, 4.30, 1e-9);
}

TEST(Sensitivity, ChargesOfTheFunctionFallWithTheRate) {
    const std::vector<Sensitivity> lines = sensitivity_of(test::worked_example());
    const Sensitivity& rate = line_of(lines, RequirementKind::arrival_rate, 0);
    EXPECT_NEAR(rate.cost, 3.5 + 0.4 * 1.5 * 0.35, 1e-9);
    EXPECT_NEAR(rate.cost_without, 3.5, 1e-6);
    ASSERT_TRUE(rate.relaxed_value.has_value());
    EXPECT_NEAR(*rate.relaxed_value, 0.45, 1e-12);
    EXPECT_NEAR(rate.cost_relaxed, 3.5 + 0.4 * 1.5 * 0.35 * 0.9, 1e-9);
    for (const Sensitivity& line : lines) {
        if (line.requirement.kind != RequirementKind::arrival_rate) {
            EXPECT_NEAR(line.cost_without, line.cost, 1e-9);
        }
    }
}

TEST(Sensitivity, HasALinePerRequirementInTheirOrder) {
    const std::vector<Sensitivity> lines = sensitivity_of(test::worked_example());
    std::vector<RequirementKind> kinds;
    for (const Sensitivity& line : lines) {
        kinds.push_back(line.requirement.kind);
    }
    const std::vector<RequirementKind> expected{
        RequirementKind::local_limit,      RequirementKind::path_limit,
        RequirementKind::node_limit,       RequirementKind::node_limit,
        RequirementKind::memory_limit,     RequirementKind::memory_limit,
        RequirementKind::memory_limit,     RequirementKind::arrival_rate,
        RequirementKind::no_return_to_edge};
    EXPECT_EQ(kinds, expected);
}

TEST(Sensitivity, OfNoSolutionIsEmpty) {
    EXPECT_TRUE(sensitivity(test::worked_example(), ExactResult{}, unlimited()).empty());
}

double optimum(const Problem& problem, double rate) {
    return test::brute_force(problem, rate).cost;
}

void set_limit(Problem& problem, const Requirement& requirement, double value) {
    const std::size_t subject = requirement.subject;
    switch (requirement.kind) {
    case RequirementKind::local_limit:
        problem.local_constraints[subject].threshold_s = value;
        break;
    case RequirementKind::path_limit:
        problem.path_constraints[subject].threshold_s = value;
        break;
    case RequirementKind::node_limit:
        problem.resources[subject].nodes = static_cast<int>(value);
        break;
    case RequirementKind::memory_limit:
        problem.resources[subject].memory_mb = value;
        break;
    default:
        problem.arrival_rate = value;
        break;
    }
}

/// The machines of a layer, each in a layer of its own in the same domains.
void split_layer(Problem& problem, std::size_t layer) {
    for (Resource& resource : problem.resources) {
        if (resource.layer != layer) {
            continue;
        }
        const std::size_t copy = problem.layers.size();
        problem.layers.push_back({resource.name, resource.kind, 0});
        for (NetworkDomain& domain : problem.domains) {
            if (std::ranges::count(domain.layers, layer) > 0) {
                domain.layers.push_back(copy);
            }
        }
        resource.layer = copy;
    }
}

/// The optimum without a requirement, which costs `cost` when it is in force.
double optimum_without(Problem problem, const Requirement& requirement, double cost) {
    const double rate = problem.arrival_rate;
    const Resource* machine = nullptr;
    double least = k_infinite;
    switch (requirement.kind) {
    case RequirementKind::local_limit:
    case RequirementKind::path_limit:
    case RequirementKind::memory_limit:
        set_limit(problem, requirement, 1e12);
        break;
    case RequirementKind::node_limit:
        machine = &problem.resources[requirement.subject];
        set_limit(
            problem, requirement, // more nodes are dearer than the optimum
            std::max(1.0 * machine->nodes, std::floor(cost / (problem.horizon_h * machine->cost))));
        break;
    case RequirementKind::arrival_rate:
        for (const double share : {1e-6, 0.01, 0.1, 0.5, 0.9}) {
            least = std::min(least, optimum(problem, share * rate));
        }
        return least;
    case RequirementKind::one_resource_per_layer:
        split_layer(problem, requirement.subject);
        break;
    case RequirementKind::no_return_to_edge:
        for (Resource& resource : problem.resources) {
            resource.kind = resource.kind == ResourceKind::edge ? ResourceKind::vm : resource.kind;
        }
        break;
    case RequirementKind::network_domain:
        ADD_FAILURE() << "links between layers are not for brute force";
        break;
    }
    return optimum(problem, rate);
}

double optimum_relaxed(Problem problem, const Requirement& requirement) {
    const double value = requirement.value;
    if (requirement.kind == RequirementKind::node_limit) {
        set_limit(problem, requirement, value + 1);
    } else if (requirement.kind == RequirementKind::arrival_rate) {
        set_limit(problem, requirement, 0.9 * value);
    } else {
        set_limit(problem, requirement, 1.1 * value);
    }
    return optimum(problem, problem.arrival_rate);
}

TEST(Sensitivity, AgreesWithBruteForce) {
    test::ProblemProfile profile;
    profile.max_components = 3;
    profile.max_placements = 300;
    std::set<RequirementKind> dear; // kinds that cost something somewhere
    for (std::uint64_t seed = 0; seed < test::repetitions(600) && !HasFailure(); ++seed) {
        const Problem problem = test::random_problem(profile, seed).problem;
        const double cost = optimum(problem, problem.arrival_rate);
        if (cost == k_infinite) {
            continue;
        }
        for (const Sensitivity& line : sensitivity_of(problem)) {
            const Requirement& requirement = line.requirement;
            SCOPED_TRACE("seed " + std::to_string(seed) + ", requirement of kind " +
                         std::to_string(static_cast<int>(requirement.kind)) + ", subject " +
                         std::to_string(requirement.subject));
            EXPECT_TRUE(line.proved);
            EXPECT_NEAR(line.cost, cost, 1e-9 * cost);
            if (requirement.kind == RequirementKind::network_domain) {
                EXPECT_LE(line.cost_without, cost * (1 + 1e-9));
                continue;
            }
            const double without = std::min(cost, optimum_without(problem, requirement, cost));
            EXPECT_NEAR(line.cost_without, without, 1e-9 * cost);
            ASSERT_EQ(line.relaxed_value.has_value(), has_value(requirement.kind));
            const double relaxed =
                line.relaxed_value ? std::min(cost, optimum_relaxed(problem, requirement)) : cost;
            EXPECT_NEAR(line.cost_relaxed, relaxed, 1e-9 * cost);
            if (without < cost * (1 - 1e-6)) {
                dear.insert(requirement.kind);
            }
        }
    }
    if (!HasFailure()) {
        EXPECT_GE(dear.size(), 5U);
    }
}

} // namespace
} // namespace aisprint::optimizer
