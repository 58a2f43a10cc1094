// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/solution_json.hpp"

#include "aisprint/base/yaml.hpp"
#include "aisprint/config/document_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

namespace aisprint::placement {

namespace {

using optimizer::Component;
using optimizer::Problem;
using yaml::Entry;
using yaml::Node;

/// Where a partition runs, as the file says.
struct Place {
    std::size_t resource = 0;
    int nodes = 1;
    Span span;
};

class SolutionReader {
public:
    SolutionReader(const SourceFile& source, const Problem& problem, Reporter& reporter)
        : m_in(source, {"OPT101", "OPT102", "OPT103"}), m_problem(problem), m_reporter(reporter) {
        m_file.solution.components.resize(problem.components.size());
        m_file.solution.nodes.assign(problem.resources.size(), 0);
    }

    [[nodiscard]] Result<SolutionFile> read(const Node& document) {
        if (m_in.as_mapping(&document, "the solution") == nullptr) {
            return m_in.failure();
        }
        m_file.arrival_rate = m_in.required_number(
            document, "Lambda", config::NumberRange::above_zero, "the solution", "req/s", 1);
        read_cost(document.find("total_cost"));
        const Node* components =
            m_in.as_mapping(m_in.required(document, "components", "the solution"), "'components'");
        if (components != nullptr) {
            read_components(*components);
        }
        if (m_in.failed()) {
            return m_in.failure();
        }
        return std::move(m_file);
    }

private:
    /// A number, or a text that holds one.
    void read_cost(const Node* node) {
        if (node == nullptr || node->is_null()) {
            return;
        }
        Node plain = *node;
        plain.spelling = yaml::Spelling::plain;
        m_file.total_cost =
            m_in.number(&plain, config::NumberRange::at_least_zero, "'total_cost'", "$");
    }

    void read_components(const Node& components) {
        std::vector<std::string> codes;
        for (const Component& component : m_problem.components) {
            codes.push_back(component.code);
        }
        for (const Entry& entry : components.entries) {
            if (std::ranges::find(codes, entry.key) == codes.end()) {
                m_in.error(entry.key_span, "OPT105",
                           fmt::format("the solution places the component '{}', which the system "
                                       "does not have",
                                       entry.key),
                           config::suggestion(entry.key, codes, "use the solution of this system"));
            }
        }
        for (std::size_t i = 0; i < codes.size(); ++i) {
            const Entry* entry = components.find_entry(codes[i]);
            if (entry == nullptr) {
                m_in.error(components.span, "OPT131",
                           fmt::format("the solution does not place the component '{}'", codes[i]),
                           "use a complete solution of this system");
            } else {
                read_component(*entry, i);
            }
        }
    }

    void read_component(const Entry& entry, std::size_t index) {
        const Component& component = m_problem.components[index];
        if (m_in.as_mapping(&entry.value, fmt::format("component '{}'", entry.key)) == nullptr) {
            return;
        }
        std::map<std::string, Place> places;
        std::string deployment;
        for (const Entry& item : entry.value.entries) {
            if (item.key == "response_time" || item.key == "response_time_threshold") {
                continue;
            }
            const bool is_deployment = std::ranges::any_of(
                component.deployments, [&](const auto& known) { return known.code == item.key; });
            if (!is_deployment) {
                read_partition(item, component, places);
                continue;
            }
            deployment = item.key;
            if (m_in.as_mapping(&item.value, fmt::format("deployment '{}'", item.key)) != nullptr) {
                for (const Entry& partition : item.value.entries) {
                    read_partition(partition, component, places);
                }
            }
        }
        if (!m_in.failed()) {
            choose_deployment(entry, index, deployment, places);
        }
    }

    void read_partition(const Entry& entry,
                        const Component& component,
                        std::map<std::string, Place>& places) {
        std::vector<std::string> codes;
        for (const auto& deployment : component.deployments) {
            codes.push_back(deployment.code);
            for (const auto& partition : deployment.partitions) {
                codes.push_back(partition.code);
            }
        }
        const std::string what = fmt::format("'{}' of '{}'", entry.key, component.code);
        if (std::ranges::find(codes, entry.key) == codes.end()) {
            m_in.error(entry.key_span, "OPT105",
                       fmt::format("the solution names {}, which is no deployment or partition of "
                                   "the system",
                                   what),
                       config::suggestion(entry.key, codes, "use the solution of this system"));
            return;
        }
        if (m_in.as_mapping(&entry.value, what) == nullptr) {
            return;
        }
        std::size_t found = 0;
        for (const Entry& layer : entry.value.entries) {
            if (layer.key == "response_time") {
                continue;
            }
            for (const Entry& resource : layer.value.entries) {
                ++found;
                if (const std::optional<Place> place = read_place(resource, what)) {
                    places.insert_or_assign(entry.key, *place);
                }
            }
        }
        if (found != 1) {
            m_in.error(
                entry.key_span, "OPT132",
                fmt::format("the solution places {} on {} resources; it must be 1", what, found),
                "name one resource, below its layer");
        }
    }

    std::optional<Place> read_place(const Entry& entry, const std::string& what) {
        const auto found =
            std::ranges::find(m_problem.resources, entry.key, &optimizer::Resource::name);
        if (found == m_problem.resources.end()) {
            std::vector<std::string> names;
            for (const optimizer::Resource& resource : m_problem.resources) {
                names.push_back(resource.name);
            }
            m_in.error(entry.key_span, "OPT105",
                       fmt::format("the solution places {} on '{}', which the system does not have",
                                   what, entry.key),
                       config::suggestion(entry.key, names, "use the solution of this system"));
            return std::nullopt;
        }
        Place place{static_cast<std::size_t>(found - m_problem.resources.begin()), 1,
                    entry.key_span};
        if (found->kind != optimizer::ResourceKind::function) {
            const Node* number =
                m_in.required(entry.value, "number", fmt::format("'{}' for {}", entry.key, what));
            place.nodes = static_cast<int>(
                m_in.integer(number, 1, fmt::format("'number' of '{}' for {}", entry.key, what))
                    .value_or(1));
        }
        return place;
    }

    /// The deployment whose partitions are those placed.
    void choose_deployment(const Entry& entry,
                           std::size_t index,
                           const std::string& named,
                           const std::map<std::string, Place>& places) {
        const Component& component = m_problem.components[index];
        for (std::size_t s = 0; s < component.deployments.size(); ++s) {
            const optimizer::Deployment& deployment = component.deployments[s];
            const bool matches =
                (named.empty() || named == deployment.code) &&
                deployment.partitions.size() == places.size() &&
                std::ranges::all_of(deployment.partitions, [&](const auto& partition) {
                    return places.contains(partition.code);
                });
            if (!matches) {
                continue;
            }
            optimizer::Choice& choice = m_file.solution.components[index];
            choice.deployment = s;
            for (const optimizer::Partition& partition : deployment.partitions) {
                const Place& place = places.at(partition.code);
                choice.resources.push_back(place.resource);
                count_nodes(place);
            }
            return;
        }
        m_in.error(entry.key_span, "OPT132",
                   fmt::format("the solution does not place the partitions of one deployment of "
                               "'{}'",
                               component.code),
                   "place each partition of one deployment");
    }

    void count_nodes(const Place& place) {
        int& nodes = m_file.solution.nodes[place.resource];
        if (nodes != 0 && nodes != place.nodes) {
            m_reporter.report(m_in.warning(
                place.span, "OPT133",
                fmt::format("the solution gives '{}' {} nodes for one partition and {} for another",
                            m_problem.resources[place.resource].name, nodes, place.nodes),
                "the larger number is used"));
        }
        nodes = std::max(nodes, place.nodes);
    }

    config::DocumentReader m_in;
    const Problem& m_problem;
    Reporter& m_reporter;
    SolutionFile m_file;
};

} // namespace

Result<SolutionFile>
parse_solution(const SourceFile& source, const Problem& problem, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const Node document, yaml::parse(source));
    return SolutionReader(source, problem, reporter).read(document);
}

} // namespace aisprint::placement
