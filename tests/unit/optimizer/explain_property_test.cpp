// SPDX-License-Identifier: Apache-2.0
// Explanations of small random problems against a list of all their placements with the
// requirements that each one breaks.
#include "aisprint/optimizer/explain.hpp"

#include "census.hpp"
#include "random_problem.hpp"
#include "repetitions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ostream>
#include <set>
#include <string>

namespace aisprint::optimizer {
namespace {

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
        keys.insert(key_of(requirement));
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
    result.push_back({"Mixed", profile, 1500});

    Family trained{"TrainedModels", profile, 300};
    trained.profile.trained_share = 0.7;
    result.push_back(trained);

    Family queues{"QueuesOnly", profile, 1000};
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
            EXPECT_GT(infeasible, count / 10);
        }
    }
};

TEST_P(ExplainProperty, ClashIsIrreducible) {
    for_each_infeasible([](const Problem& problem, const Explanation& explanation) {
        const std::set<std::size_t> bound(explanation.components.begin(),
                                          explanation.components.end());
        const Keys clash = keys_of(explanation.clash);
        Census census(problem, bound);
        EXPECT_FALSE(census.is_feasible(clash));
        for (const Requirement& requirement : explanation.clash) {
            EXPECT_TRUE(census.is_feasible(without(clash, key_of(requirement))))
                << describe(requirement) << " can be left out";
            EXPECT_EQ(requirement.value, value_of(problem, requirement)) << describe(requirement);
        }
    });
}

TEST_P(ExplainProperty, EveryComponentNamedHasAPart) {
    for_each_infeasible([](const Problem& problem, const Explanation& explanation) {
        const std::set<std::size_t> bound(explanation.components.begin(),
                                          explanation.components.end());
        const Keys all = all_keys(problem);
        EXPECT_FALSE(Census(problem, bound).is_feasible(all));
        for (const std::size_t component : bound) {
            EXPECT_TRUE(Census(problem, without(bound, component)).is_feasible(all))
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
        Census census(problem, bound);
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
            ASSERT_EQ(relaxation.needed.has_value(), has_value(relaxation.kind));
            if (!relaxation.needed) {
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
