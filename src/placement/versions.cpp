// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/diagnostic.hpp"
#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/instance.hpp"
#include "aisprint/placement/application.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

namespace aisprint::placement {

namespace {

using optimizer::k_none;

/// So many placements of moved components are tried at most.
constexpr std::size_t k_max_trials = 20000;

/// The machines that a solution uses, with their numbers of nodes, and all functions.
class Restriction {
public:
    Restriction(const optimizer::Problem& problem, const optimizer::Solution& solution)
        : m_problem(problem), m_nodes(solution.nodes), m_resource(problem.resources.size(), k_none),
          m_layer(problem.layers.size(), k_none) {
        for (std::size_t j = 0; j < problem.resources.size(); ++j) {
            if (keeps(j)) {
                m_resource[j] = m_resource_count++;
                m_layer[problem.resources[j].layer] = 0;
            }
        }
        std::size_t count = 0;
        for (std::size_t& layer : m_layer) {
            layer = layer == k_none ? k_none : count++;
        }
    }

    /// Index of a resource after the restriction, or k_none.
    [[nodiscard]] std::size_t resource(std::size_t index) const { return m_resource[index]; }

    [[nodiscard]] std::size_t resource_count() const { return m_resource_count; }

    /// The problem without what was left out. Components may be left without deployments.
    [[nodiscard]] optimizer::Problem apply(const optimizer::Problem& version) const {
        optimizer::Problem problem = version;
        problem.resources.clear();
        problem.layers.clear();
        problem.domains.clear();
        for (std::size_t j = 0; j < m_problem.resources.size(); ++j) {
            if (keeps(j)) {
                optimizer::Resource resource = m_problem.resources[j];
                resource.layer = m_layer[resource.layer];
                resource.nodes =
                    resource.kind == optimizer::ResourceKind::function ? 1 : m_nodes[j];
                problem.resources.push_back(std::move(resource));
            }
        }
        for (std::size_t l = 0; l < m_problem.layers.size(); ++l) {
            if (m_layer[l] != k_none) {
                problem.layers.push_back(m_problem.layers[l]);
            }
        }
        for (const optimizer::NetworkDomain& domain : m_problem.domains) {
            add_domain(domain, problem);
        }
        for (optimizer::Component& component : problem.components) {
            restrict_component(component);
        }
        return problem;
    }

private:
    [[nodiscard]] bool keeps(std::size_t resource) const {
        return m_problem.resources[resource].kind == optimizer::ResourceKind::function ||
               m_nodes[resource] > 0;
    }

    void add_domain(const optimizer::NetworkDomain& domain, optimizer::Problem& problem) const {
        optimizer::NetworkDomain kept = domain;
        kept.layers.clear();
        for (const std::size_t layer : domain.layers) {
            if (m_layer[layer] != k_none) {
                kept.layers.push_back(m_layer[layer]);
            }
        }
        if (!kept.layers.empty()) {
            problem.domains.push_back(std::move(kept));
        }
    }

    void restrict_component(optimizer::Component& component) const {
        for (optimizer::Deployment& deployment : component.deployments) {
            for (optimizer::Partition& partition : deployment.partitions) {
                std::erase_if(partition.candidates, [&](const optimizer::Candidate& candidate) {
                    return m_resource[candidate.resource] == k_none;
                });
                for (optimizer::Candidate& candidate : partition.candidates) {
                    candidate.resource = m_resource[candidate.resource];
                }
            }
        }
        std::erase_if(component.deployments, [](const optimizer::Deployment& deployment) {
            return std::ranges::any_of(deployment.partitions, [](const auto& partition) {
                return partition.candidates.empty();
            });
        });
    }

    const optimizer::Problem& m_problem;
    const std::vector<int>& m_nodes;
    std::vector<std::size_t> m_resource;
    std::vector<std::size_t> m_layer;
    std::size_t m_resource_count = 0;
};

bool is_candidate(const optimizer::Partition& partition, std::size_t resource) {
    return std::ranges::find(partition.candidates, resource, &optimizer::Candidate::resource) !=
           partition.candidates.end();
}

/// All ways to place a component, as deployment and resources.
std::vector<optimizer::Choice> all_choices(const optimizer::Component& component) {
    std::vector<optimizer::Choice> choices;
    for (std::size_t s = 0; s < component.deployments.size(); ++s) {
        std::vector<optimizer::Choice> partial{{s, {}}};
        for (const optimizer::Partition& partition : component.deployments[s].partitions) {
            std::vector<optimizer::Choice> longer;
            for (const optimizer::Choice& choice : partial) {
                for (const optimizer::Candidate& candidate : partition.candidates) {
                    longer.push_back(choice);
                    longer.back().resources.push_back(candidate.resource);
                    if (longer.size() >= k_max_trials) {
                        break;
                    }
                }
            }
            partial = std::move(longer);
        }
        choices.insert(choices.end(), partial.begin(), partial.end());
    }
    return choices;
}

/// Places a version: each component where the one it stands for is, others where they can be.
class VersionPlacer {
public:
    VersionPlacer(const Restriction& restriction,
                  const PerformanceVersion& version,
                  const ApplicationProblem& application,
                  const optimizer::Solution& solution,
                  const optimizer::Problem& problem)
        : m_problem(problem) {
        for (std::size_t i = 0; i < problem.components.size(); ++i) {
            const std::size_t original = version.originals[i];
            if (auto same = same_place(restriction, problem.components[i],
                                       application.problem.components[original],
                                       solution.components[original])) {
                m_choices.push_back({std::move(*same)});
            } else {
                m_choices.push_back(all_choices(problem.components[i]));
            }
        }
    }

    /// The first placement in which all conditions hold; the very first one if there is none.
    optimizer::Solution place() {
        std::vector<std::size_t> digits(m_choices.size(), 0);
        const optimizer::Instance instance(m_problem);
        for (std::size_t trial = 0; trial < k_max_trials; ++trial) {
            optimizer::Solution candidate = make(digits);
            if (optimizer::evaluate(instance, candidate).feasible()) {
                return candidate;
            }
            if (!advance(digits)) {
                break;
            }
        }
        return make(std::vector<std::size_t>(m_choices.size(), 0));
    }

private:
    /// The deployment of the same code with the same resources, if they are candidates.
    static std::optional<optimizer::Choice> same_place(const Restriction& restriction,
                                                       const optimizer::Component& component,
                                                       const optimizer::Component& original,
                                                       const optimizer::Choice& choice) {
        const std::string& code = original.deployments[choice.deployment].code;
        const auto found =
            std::ranges::find(component.deployments, code, &optimizer::Deployment::code);
        if (found == component.deployments.end() ||
            found->partitions.size() != choice.resources.size()) {
            return std::nullopt;
        }
        optimizer::Choice same;
        same.deployment = static_cast<std::size_t>(found - component.deployments.begin());
        for (std::size_t q = 0; q < choice.resources.size(); ++q) {
            const std::size_t resource = restriction.resource(choice.resources[q]);
            if (!is_candidate(found->partitions[q], resource)) {
                return std::nullopt;
            }
            same.resources.push_back(resource);
        }
        return same;
    }

    [[nodiscard]] optimizer::Solution make(const std::vector<std::size_t>& digits) const {
        optimizer::Solution solution;
        solution.nodes.assign(m_problem.resources.size(), 0);
        for (std::size_t i = 0; i < digits.size(); ++i) {
            solution.components.push_back(m_choices[i][digits[i]]);
            for (const std::size_t resource : solution.components.back().resources) {
                solution.nodes[resource] = m_problem.resources[resource].nodes;
            }
        }
        return solution;
    }

    /// Counts up; false after the last combination.
    [[nodiscard]] bool advance(std::vector<std::size_t>& digits) const {
        for (std::size_t i = digits.size(); i-- > 0;) {
            if (++digits[i] < m_choices[i].size()) {
                return true;
            }
            digits[i] = 0;
        }
        return false;
    }

    const optimizer::Problem& m_problem;
    std::vector<std::vector<optimizer::Choice>> m_choices;
};

} // namespace

std::vector<ApplicationVersion> application_versions(const ApplicationProblem& application,
                                                     const optimizer::Solution& solution,
                                                     Reporter& reporter) {
    std::vector<ApplicationVersion> result;
    if (!application.is_degraded) {
        result.push_back({"original_deployment", application.problem, solution});
        return result;
    }
    const Restriction restriction(application.problem, solution);
    for (const PerformanceVersion& version : application.versions) {
        optimizer::Problem problem = restriction.apply(version.problem);
        const auto stranded =
            std::ranges::find_if(problem.components, [](const optimizer::Component& component) {
                return component.deployments.empty();
            });
        if (stranded != problem.components.end()) {
            reporter.report(as_warning(make_error(
                "OPT251",
                fmt::format("'{}' cannot run on the chosen resources: component '{}' has no "
                            "candidate among them",
                            version.name, stranded->name),
                "give it the candidate resources of the component that it replaces")));
            continue;
        }
        optimizer::Solution placed =
            VersionPlacer(restriction, version, application, solution, problem).place();
        result.push_back({version.name, std::move(problem), std::move(placed)});
    }
    return result;
}

std::filesystem::path max_rate_file(const std::string& version) {
    return fmt::format("space4ai-r/Output_max_Lambda_{}.json", version);
}

std::vector<std::filesystem::path>
outdated_max_rate_files(const ApplicationProblem& application,
                        const std::vector<ApplicationVersion>& current) {
    std::vector<std::filesystem::path> outdated;
    for (const std::string& name : application.version_names) {
        const std::filesystem::path path = max_rate_file(name);
        std::error_code ignored; // what cannot be looked at is not ours
        // a name with a slash would lead elsewhere
        if (std::ranges::find(current, name, &ApplicationVersion::name) == current.end() &&
            name.find('/') == std::string::npos &&
            std::filesystem::is_regular_file(
                std::filesystem::symlink_status(application.directory / path, ignored))) {
            outdated.push_back(path);
        }
    }
    return outdated;
}

} // namespace aisprint::placement
