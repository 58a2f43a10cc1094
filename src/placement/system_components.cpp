// SPDX-License-Identifier: Apache-2.0
// Components, their graph, their partitions and the candidates of these.
#include "system_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <utility>

namespace aisprint::placement {

namespace {

using yaml::Entry;
using yaml::Node;

std::string partition_name(const std::string& partition, const std::string& component) {
    return fmt::format("partition '{}' of '{}'", partition, component);
}

} // namespace

optimizer::Deployment SystemReader::read_deployment(const Entry& entry,
                                                    const std::string& component,
                                                    std::map<std::string, Span>& codes) {
    optimizer::Deployment deployment;
    deployment.code = entry.key;
    const std::string name = fmt::format("deployment '{}' of '{}'", entry.key, component);
    if (m_in.as_mapping(&entry.value, name) == nullptr) {
        return deployment;
    }
    if (entry.value.entries.empty()) {
        m_in.error(entry.key_span, "OPT102", fmt::format("{} has no partitions", name),
                   "add its partitions in the order in which they run");
    }
    for (const Entry& item : entry.value.entries) {
        const std::string what = partition_name(item.key, component);
        if (!codes.try_emplace(item.key, item.key_span).second) {
            m_in.error(item.key_span, "OPT104", fmt::format("{} stands in two deployments", what),
                       "give each partition of a component a code of its own");
        }
        optimizer::Partition partition;
        partition.code = item.key;
        partition.name = item.key;
        if (m_in.as_mapping(&item.value, what) != nullptr) {
            partition.early_exit_probability =
                m_in.required_number(item.value, "early_exit_probability",
                                     config::NumberRange::probability, what, "", 0);
            const Node* sizes = m_in.as_sequence(m_in.required(item.value, "data_size", what),
                                                 fmt::format("'data_size' of {}", what));
            for (std::size_t i = 0; sizes != nullptr && i < sizes->items.size(); ++i) {
                partition.data_sizes.push_back(
                    m_in.number(&sizes->items[i], config::NumberRange::at_least_zero,
                                fmt::format("a data size of {}", what), "(MB or KB)")
                        .value_or(0));
            }
        }
        deployment.partitions.push_back(std::move(partition));
    }
    return deployment;
}

void SystemReader::read_components(const Node& section) {
    if (section.entries.empty()) {
        m_in.error(section.span, "OPT102", "the system description has no components",
                   "add the components to 'Components'");
    }
    for (const Entry& entry : section.entries) {
        optimizer::Component component;
        component.code = entry.key;
        component.name = entry.key;
        const std::string what = fmt::format("component '{}'", entry.key);
        if (m_in.as_mapping(&entry.value, what) != nullptr) {
            if (entry.value.entries.empty()) {
                m_in.error(entry.key_span, "OPT102", fmt::format("{} has no deployments", what),
                           "add at least one deployment");
            }
            std::map<std::string, Span> codes;
            for (const Entry& deployment : entry.value.entries) {
                component.deployments.push_back(read_deployment(deployment, entry.key, codes));
            }
        }
        m_components.emplace(entry.key, m_problem.components.size());
        m_problem.components.push_back(std::move(component));
    }
}

void SystemReader::read_successors(const Entry& entry) {
    const std::string what = fmt::format("the graph entry of '{}'", entry.key);
    const std::size_t component = component_named(entry.key);
    if (component == m_components.size()) {
        m_in.error(
            entry.key_span, "OPT105",
            fmt::format("the graph names the component '{}', which does not exist", entry.key),
            config::suggestion(entry.key, component_codes(), "add it to 'Components'"));
    }
    if (m_in.as_mapping(&entry.value, what) == nullptr) {
        return;
    }
    const Node* next = m_in.as_sequence(m_in.required(entry.value, "next", what),
                                        fmt::format("'next' in {}", what));
    if (next == nullptr) {
        return;
    }
    static const Node k_no_items = yaml::sequence();
    const Node* probabilities = entry.value.find("transition_probability");
    if (probabilities == nullptr && next->items.empty()) {
        probabilities = &k_no_items;
    } else {
        probabilities = m_in.as_sequence(m_in.required(entry.value, "transition_probability", what),
                                         fmt::format("'transition_probability' in {}", what));
    }
    if (probabilities == nullptr) {
        return;
    }
    if (probabilities->items.size() != next->items.size()) {
        m_in.error(probabilities->span, "OPT108",
                   fmt::format("{} has {} successors, but {} transition probabilities", what,
                               next->items.size(), probabilities->items.size()),
                   "give one probability for each successor");
        return;
    }
    for (std::size_t i = 0; i < next->items.size(); ++i) {
        const Node& item = next->items[i];
        const std::string name = m_in.text(&item, fmt::format("a successor in {}", what));
        const double probability =
            m_in.number(&probabilities->items[i], config::NumberRange::probability,
                        fmt::format("a transition probability in {}", what))
                .value_or(0);
        const std::size_t successor = component_named(name);
        if (successor == m_components.size()) {
            m_in.error(
                item.span, "OPT105",
                fmt::format("{} leads to the component '{}', which does not exist", what, name),
                config::suggestion(name, component_codes(), "add it to 'Components'"));
        } else if (component < m_components.size()) {
            m_problem.components[component].successors.push_back({successor, probability});
        }
    }
}

void SystemReader::read_graph(const Node& section) {
    for (const Entry& entry : section.entries) {
        read_successors(entry);
    }
    for (const optimizer::Component& component : m_problem.components) {
        std::set<std::size_t> seen;
        for (const optimizer::Successor& successor : component.successors) {
            if (!seen.insert(successor.component).second) {
                m_in.error(section.find(component.code)->span, "OPT104",
                           fmt::format("the graph leads from '{}' to '{}' twice", component.code,
                                       m_problem.components[successor.component].code),
                           "keep one of the two links");
            }
        }
    }
    check_graph(section);
}

void SystemReader::check_graph(const Node& section) {
    const std::size_t count = m_problem.components.size();
    std::vector<std::size_t> incoming(count, 0);
    for (const optimizer::Component& component : m_problem.components) {
        for (const optimizer::Successor& successor : component.successors) {
            ++incoming[successor.component];
        }
    }
    std::vector<std::size_t> order;
    std::vector<std::string> starts;
    for (std::size_t i = 0; i < count; ++i) {
        if (incoming[i] == 0) {
            order.push_back(i);
            starts.push_back(fmt::format("'{}'", m_problem.components[i].code));
        }
    }
    if (starts.size() > 1) {
        m_reporter.report(m_in.warning(
            section.span, "OPT106",
            fmt::format("the graph has {} start components ({}); each of them receives the whole "
                        "arrival rate",
                        starts.size(), fmt::join(starts, ", ")),
            "add links if requests enter at one component only"));
    }
    for (std::size_t at = 0; at < order.size(); ++at) {
        for (const optimizer::Successor& successor : m_problem.components[order[at]].successors) {
            if (--incoming[successor.component] == 0) {
                order.push_back(successor.component);
            }
        }
    }
    if (order.size() < count) {
        std::vector<std::string> rest;
        for (std::size_t i = 0; i < count; ++i) {
            if (incoming[i] > 0) {
                rest.push_back(fmt::format("'{}'", m_problem.components[i].code));
            }
        }
        m_in.error(
            section.span, "OPT107",
            fmt::format("the graph has a cycle through, or before, {}", fmt::join(rest, ", ")),
            "remove one link of the cycle");
    }
}

void SystemReader::check_sequence(const Node& section) {
    for (std::size_t i = 0; i < m_problem.components.size(); ++i) {
        const Node& component = section.entries[i].value;
        for (std::size_t s = 0; s < m_problem.components[i].deployments.size(); ++s) {
            check_partition_order(component.entries[s].value, i,
                                  m_problem.components[i].deployments[s]);
        }
    }
}

void SystemReader::check_partition_order(const Node& deployment,
                                         std::size_t component,
                                         optimizer::Deployment& parsed) {
    const std::string& code = m_problem.components[component].code;
    for (std::size_t h = 0; h < parsed.partitions.size(); ++h) {
        const Entry& entry = deployment.entries[h];
        const std::string what = partition_name(entry.key, code);
        if (h + 1 == parsed.partitions.size()) {
            check_last_partition(entry.value, component, what, parsed.partitions[h]);
            continue;
        }
        if (parsed.partitions[h].data_sizes.size() != 1) {
            m_in.error(entry.value.find("data_size")->span, "OPT108",
                       fmt::format("{} has {} data sizes; it must have 1, as one partition follows",
                                   what, parsed.partitions[h].data_sizes.size()),
                       "give one data size");
        }
        const Node* next = m_in.as_sequence(m_in.required(entry.value, "next", what),
                                            fmt::format("'next' of {}", what));
        const std::string& follower = parsed.partitions[h + 1].code;
        if (next != nullptr &&
            (next->items.size() != 1 || next->items.front().scalar != follower)) {
            m_in.error(
                next->span, "OPT109",
                fmt::format("'next' of {} is not '{}', the partition after it", what, follower),
                "list the partitions of a deployment in the order in which they run");
        }
    }
}

void SystemReader::check_last_partition(const Node& partition,
                                        std::size_t component,
                                        const std::string& what,
                                        optimizer::Partition& parsed) {
    const Node* next =
        m_in.as_sequence(m_in.required(partition, "next", what), fmt::format("'next' of {}", what));
    if (next == nullptr) {
        return;
    }
    const auto& successors = m_problem.components[component].successors;
    const std::vector<double> sizes = std::move(parsed.data_sizes);
    const std::size_t expected = std::max<std::size_t>(successors.size(), 1);
    parsed.data_sizes.assign(expected, 0);
    if (sizes.size() > 1 && sizes.size() != next->items.size()) {
        m_in.error(partition.find("data_size")->span, "OPT108",
                   fmt::format("{} has {} successors, but {} data sizes", what, next->items.size(),
                               sizes.size()),
                   "give one data size for each successor, or one for all");
        return;
    }
    if (sizes.empty() && !successors.empty()) {
        m_in.error(partition.find("data_size")->span, "OPT108",
                   fmt::format("{} has {} successors, but no data size", what, successors.size()),
                   "give one data size for each successor, or one for all");
        return;
    }
    std::size_t matched = 0;
    for (std::size_t k = 0; k < successors.size(); ++k) {
        const std::string& code = m_problem.components[successors[k].component].code;
        const auto found = std::ranges::find(next->items, code, &Node::scalar);
        if (found != next->items.end()) {
            const auto place = static_cast<std::size_t>(found - next->items.begin());
            parsed.data_sizes[k] = sizes[sizes.size() == 1 ? 0 : place];
            ++matched;
        }
    }
    if (successors.empty() && !sizes.empty()) {
        parsed.data_sizes.front() = sizes.front();
    }
    if (matched != successors.size() || matched != next->items.size()) {
        m_in.error(
            next->span, "OPT109",
            fmt::format("'next' of {} does not list the components that follow in the graph", what),
            "list the successors of the component, as in 'DirectedAcyclicGraph'");
    }
}

void SystemReader::check_superfluous(const Node& given,
                                     const std::vector<std::string>& known,
                                     const std::string& what,
                                     const std::string& kind) {
    for (const Entry& entry : given.entries) {
        if (std::ranges::find(known, entry.key) == known.end()) {
            m_in.error(entry.key_span, "OPT105",
                       fmt::format("{} has an entry for the {} '{}', which it does not have", what,
                                   kind, entry.key),
                       config::suggestion(entry.key, known, "remove the entry"));
        }
    }
}

void SystemReader::read_candidates(const Node& compatibility, const Node& performance) {
    check_superfluous(compatibility, component_codes(), "'CompatibilityMatrix'", "component");
    check_superfluous(performance, component_codes(), "'Performance'", "component");
    for (optimizer::Component& component : m_problem.components) {
        const Node* lists =
            m_in.as_mapping(m_in.required(compatibility, component.code, "'CompatibilityMatrix'"),
                            fmt::format("compatibility of '{}'", component.code));
        const Node* models =
            m_in.as_mapping(m_in.required(performance, component.code, "'Performance'"),
                            fmt::format("performance of '{}'", component.code));
        if (lists == nullptr || models == nullptr) {
            continue;
        }
        std::vector<std::string> codes;
        for (optimizer::Deployment& deployment : component.deployments) {
            for (optimizer::Partition& partition : deployment.partitions) {
                codes.push_back(partition.code);
                const std::string what = partition_name(partition.code, component.code);
                const Node* list = m_in.as_sequence(
                    m_in.required(*lists, partition.code,
                                  fmt::format("compatibility of '{}'", component.code)),
                    fmt::format("compatibility of {}", what));
                const Node* entries = m_in.as_mapping(
                    m_in.required(*models, partition.code,
                                  fmt::format("performance of '{}'", component.code)),
                    fmt::format("performance of {}", what));
                if (list != nullptr && entries != nullptr) {
                    read_partition_candidates(*list, *entries, what, partition);
                }
            }
        }
        check_superfluous(*lists, codes, fmt::format("compatibility of '{}'", component.code),
                          "partition");
        check_superfluous(*models, codes, fmt::format("performance of '{}'", component.code),
                          "partition");
    }
}

void SystemReader::read_partition_candidates(const Node& list,
                                             const Node& models,
                                             const std::string& what,
                                             optimizer::Partition& partition) {
    if (list.items.empty()) {
        m_in.error(list.span, "OPT110", fmt::format("{} has no compatible resource", what),
                   "add at least one");
    }
    std::vector<std::string> named;
    for (const Node& item : list.items) {
        const std::string place = fmt::format("a compatibility entry of {}", what);
        if (m_in.as_mapping(&item, place) == nullptr) {
            continue;
        }
        const Node* resource = m_in.required(item, "resource", place);
        const std::string name = m_in.text(resource, fmt::format("'resource' of {}", place));
        const double memory = m_in.required_number(
            item, "memory", config::NumberRange::at_least_zero, place, "MB", 0);
        if (name.empty()) {
            continue;
        }
        if (std::ranges::find(named, name) != named.end()) {
            m_in.error(resource->span, "OPT104",
                       fmt::format("the resource '{}' is listed twice for {}", name, what),
                       "keep one of the two entries");
            continue;
        }
        named.push_back(name);
        const auto found = m_resources.find(name);
        if (found == m_resources.end()) {
            if (m_resource_spans.find(name) == m_resource_spans.end()) {
                m_in.error(
                    resource->span, "OPT105",
                    fmt::format("{} may run on '{}', but there is no such resource", what, name),
                    config::suggestion(name, resource_names(), "define the resource"));
            }
            continue;
        }
        const Node* model = models.find(name);
        if (model == nullptr) {
            m_in.error(resource->span, "OPT111",
                       fmt::format("{} may run on '{}', but 'Performance' does not tell how fast",
                                   what, name),
                       "add an entry to 'Performance'");
            continue;
        }
        auto read = read_performance(*model, m_problem.resources[found->second],
                                     fmt::format("performance of {} on '{}'", what, name),
                                     m_regressors, m_in);
        if (read) {
            partition.candidates.push_back({found->second, memory, std::move(*read)});
        }
    }
    for (const Entry& entry : models.entries) {
        if (std::ranges::find(named, entry.key) == named.end()) {
            m_in.error(entry.key_span, "OPT112",
                       fmt::format("'Performance' has an entry of {} on '{}', which is not among "
                                   "its compatible resources",
                                   what, entry.key),
                       config::suggestion(entry.key, named,
                                          "remove the entry, or add the resource to "
                                          "'CompatibilityMatrix'"));
        }
    }
}

void SystemReader::check_domains(const Node& section) {
    for (const auto& [a, b] : optimizer::unlinked_layers(m_problem)) {
        if (a == b && m_problem.layers[a].kind != optimizer::ResourceKind::function) {
            continue; // only one kind of machine of a layer is used
        }
        m_reporter.report(m_in.warning(
            section.span, "OPT121",
            fmt::format("no network domain holds both '{}' and '{}'; partitions that follow each "
                        "other cannot be placed on these two layers",
                        m_problem.layers[a].name, m_problem.layers[b].name),
            "add a domain with both layers if they can reach each other"));
    }
}

} // namespace aisprint::placement
