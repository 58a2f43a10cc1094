// SPDX-License-Identifier: Apache-2.0
// Solution files of one small system.
#include "aisprint/base/result.hpp"
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/placement/solution_json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace aisprint;

/// Two components on a machine, a larger machine and a function.
optimizer::Problem small_problem() {
    using namespace optimizer;
    Problem problem;
    problem.layers = {{"L1", ResourceKind::edge, 0},
                      {"L2", ResourceKind::vm, 0},
                      {"L3", ResourceKind::function, 0}};
    problem.resources = {{"EN1", "", ResourceKind::edge, 0, 1, 1000, 3, 1, 0},
                         {"VM1", "", ResourceKind::vm, 1, 2, 1000, 3, 1, 0},
                         {"F1", "", ResourceKind::function, 2, 1, 1000, 1, 1, 600}};
    problem.domains = {{"ND1", {0, 1, 2}, 0.01, 100}};
    const std::vector<Candidate> candidates{{0, 100, QueueModel{"QTedge", 0.2}},
                                            {1, 100, QueueModel{"QTcloud", 0.1}},
                                            {2, 100, ServerlessModel{0.3, 0.6}}};
    const auto deployment = [&](const char* code, std::vector<std::string> partitions) {
        Deployment made{code, {}};
        for (const std::string& partition : partitions) {
            made.partitions.push_back({partition, partition, 0, {1}, candidates});
        }
        return made;
    };
    problem.components = {
        {"c1", "c1", {{1, 1}}, {deployment("s1", {"h1"}), deployment("s2", {"h2", "h3"})}},
        {"c2", "c2", {}, {deployment("s1", {"h1"})}}};
    return problem;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const optimizer::Problem problem = small_problem();
    CollectingReporter reporter;
    const SourceFile source("solution.json", std::string(data, data + size));
    const auto file = placement::parse_solution(source, problem, reporter);
    if (!file) {
        AISPRINT_ASSERT(!file.error().diagnostics.empty());
        return 0;
    }
    const optimizer::Instance instance(problem, 1);
    const auto evaluation = optimizer::evaluate(instance, file->solution);
    const auto again = placement::parse_solution(
        SourceFile("again.json",
                   placement::write_solution(instance, file->solution, evaluation, std::nullopt)),
        problem, reporter);
    AISPRINT_ASSERT(again.has_value());
    AISPRINT_ASSERT(again->solution == file->solution);
    return 0;
}
