// SPDX-License-Identifier: Apache-2.0
// Resources, layers, network and constraints of a system description.
#include "aisprint/placement/system_json.hpp"

#include "legacy_system.hpp"
#include "system_reader.hpp"

#include "aisprint/base/yaml.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <utility>

namespace aisprint::placement {

namespace {

using optimizer::ResourceKind;
using yaml::Entry;
using yaml::Node;

constexpr std::array<std::string_view, 12> k_sections{
    "DirectedAcyclicGraph", "Components",          "EdgeResources",     "CloudResources",
    "FaaSResources",        "CompatibilityMatrix", "Performance",       "Lambda",
    "LocalConstraints",     "GlobalConstraints",   "NetworkTechnology", "Time"};

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

const Node* find_ignoring_case(const Node& mapping, const std::string& key) {
    for (const Entry& entry : mapping.entries) {
        if (lower(entry.key) == lower(key)) {
            return &entry.value;
        }
    }
    return nullptr;
}

} // namespace

SystemReader::SystemReader(const SourceFile& source, Reporter& reporter)
    : m_in(source, {"OPT101", "OPT102", "OPT103"}), m_reporter(reporter),
      m_regressors(std::filesystem::path(source.name()).parent_path()) {}

std::vector<std::string> SystemReader::component_codes() const {
    std::vector<std::string> codes;
    for (const optimizer::Component& component : m_problem.components) {
        codes.push_back(component.code);
    }
    return codes;
}

std::vector<std::string> SystemReader::resource_names() const {
    std::vector<std::string> names;
    for (const optimizer::Resource& resource : m_problem.resources) {
        names.push_back(resource.name);
    }
    return names;
}

std::vector<std::string> SystemReader::layer_names() const {
    std::vector<std::string> names;
    for (const optimizer::Layer& layer : m_problem.layers) {
        names.push_back(layer.name);
    }
    return names;
}

const Node* SystemReader::section(const Node& document, const std::string& name) {
    return m_in.as_mapping(m_in.required(document, name, "the system description"),
                           fmt::format("'{}'", name));
}

void SystemReader::check_sections(const Node& document) {
    std::vector<std::string> known(k_sections.begin(), k_sections.end());
    for (const Entry& entry : document.entries) {
        if (std::ranges::find(known, entry.key) == known.end()) {
            m_reporter.report(m_in.warning(
                entry.key_span, "OPT120", fmt::format("the section '{}' is ignored", entry.key),
                config::suggestion(entry.key, known,
                                   "remove it if it is not meant for another program")));
        }
    }
}

void SystemReader::read_resource(const Entry& entry, std::size_t layer, ResourceKind kind) {
    const std::string what = fmt::format("resource '{}'", entry.key);
    if (m_in.as_mapping(&entry.value, what) == nullptr) {
        return;
    }
    optimizer::Resource resource;
    resource.name = entry.key;
    resource.kind = kind;
    resource.layer = layer;
    const Node* description = entry.value.find("description");
    if (description != nullptr && !description->is_null()) {
        resource.description = m_in.text(description, fmt::format("'description' of {}", what));
    }
    resource.cost = m_in.required_number(entry.value, "cost", config::NumberRange::at_least_zero,
                                         what, "$/h", 0);
    resource.memory_mb =
        m_in.required_number(entry.value, "memory", config::NumberRange::above_zero, what, "MB", 1);
    if (kind == ResourceKind::function) {
        resource.idle_time_s = m_in.required_number(
            entry.value, "idle_time_before_kill", config::NumberRange::at_least_zero, what, "s", 0);
    } else {
        const Node* number = m_in.required(entry.value, "number", what);
        resource.nodes = static_cast<int>(
            m_in.integer(number, 1, fmt::format("'number' of {}", what)).value_or(1));
        resource.cores = m_in.required_number(entry.value, "n_cores",
                                              config::NumberRange::above_zero, what, "", 1);
    }
    const auto [place, fresh] = m_resource_spans.try_emplace(entry.key, entry.key_span);
    if (!fresh) {
        m_in.error(
            entry.key_span, "OPT104",
            fmt::format("{} is defined twice, here and in line {}", what, place->second.line),
            "give each resource a name of its own");
        return;
    }
    m_resources.emplace(entry.key, m_problem.resources.size());
    m_problem.resources.push_back(std::move(resource));
}

void SystemReader::read_layers(const Node& section, ResourceKind kind) {
    for (const Entry& entry : section.entries) {
        const std::string what = fmt::format("layer '{}'", entry.key);
        if (m_in.as_mapping(&entry.value, what) == nullptr) {
            continue;
        }
        if (!m_layers.emplace(entry.key, m_problem.layers.size()).second) {
            m_in.error(entry.key_span, "OPT104",
                       fmt::format("{} stands in two sections of resources", what),
                       "keep all its resources in one section");
            continue;
        }
        optimizer::Layer layer{entry.key, kind, 0};
        if (kind == ResourceKind::function) {
            layer.transition_cost = m_in.required_number(
                entry.value, "transition_cost", config::NumberRange::at_least_zero, what, "$", 0);
            if (layer.transition_cost > 0) {
                m_reporter.report(m_in.warning(
                    entry.value.find("transition_cost")->span, "OPT119",
                    fmt::format("the transition cost {} $ of {} is reported, but not charged",
                                layer.transition_cost, what)));
            }
        }
        m_problem.layers.push_back(std::move(layer));
        for (const Entry& resource : entry.value.entries) {
            if (kind != ResourceKind::function || resource.key != "transition_cost") {
                read_resource(resource, m_problem.layers.size() - 1, kind);
            }
        }
    }
}

void SystemReader::read_resources(const Node& document) {
    constexpr std::array<std::pair<const char*, ResourceKind>, 3> k_kinds{
        {{"EdgeResources", ResourceKind::edge},
         {"CloudResources", ResourceKind::vm},
         {"FaaSResources", ResourceKind::function}}};
    bool any = false;
    for (const auto& [name, kind] : k_kinds) {
        const Node* given = document.find(name);
        if (given == nullptr || given->is_null()) {
            continue;
        }
        any = true;
        if (m_in.as_mapping(given, fmt::format("'{}'", name)) != nullptr) {
            read_layers(*given, kind);
        }
    }
    if (!any) {
        m_in.error(document.span, "OPT102",
                   "the system description has no resources; expected is at least one of "
                   "'EdgeResources', 'CloudResources' and 'FaaSResources'",
                   "add the resources");
    }
}

void SystemReader::read_domains(const Node& section) {
    for (const Entry& entry : section.entries) {
        const std::string what = fmt::format("network domain '{}'", entry.key);
        if (m_in.as_mapping(&entry.value, what) == nullptr) {
            continue;
        }
        optimizer::NetworkDomain domain;
        domain.name = entry.key;
        domain.access_delay_s = m_in.required_number(
            entry.value, "AccessDelay", config::NumberRange::at_least_zero, what, "s", 0);
        domain.bandwidth = m_in.required_number(
            entry.value, "Bandwidth", config::NumberRange::above_zero, what, "Mbit/s or kbit/s", 1);
        const Node* layers = find_ignoring_case(entry.value, "computationalLayers");
        if (layers == nullptr) {
            layers = m_in.required(entry.value, "computationalLayers", what);
        }
        layers = m_in.as_sequence(layers, fmt::format("'computationalLayers' of {}", what));
        for (std::size_t i = 0; layers != nullptr && i < layers->items.size(); ++i) {
            const Node& item = layers->items[i];
            const std::string name = m_in.text(&item, fmt::format("a layer of {}", what));
            const auto found = m_layers.find(name);
            if (found == m_layers.end()) {
                m_in.error(
                    item.span, "OPT105",
                    fmt::format("{} contains the layer '{}', which has no resources", what, name),
                    config::suggestion(name, layer_names(), "define the layer, or remove it here"));
            } else if (std::ranges::find(domain.layers, found->second) == domain.layers.end()) {
                domain.layers.push_back(found->second);
            }
        }
        m_problem.domains.push_back(std::move(domain));
    }
}

std::size_t SystemReader::component_named(const std::string& name) const {
    const auto found = m_components.find(name);
    return found == m_components.end() ? m_components.size() : found->second;
}

void SystemReader::read_local_constraint(const Entry& entry) {
    const std::string what = fmt::format("the local constraint of '{}'", entry.key);
    const std::size_t component = component_named(entry.key);
    if (component == m_components.size()) {
        m_in.error(
            entry.key_span, "OPT105",
            fmt::format("there is a local constraint of '{}', but no such component", entry.key),
            config::suggestion(entry.key, component_codes(), "correct the name"));
    }
    if (m_in.as_mapping(&entry.value, what) == nullptr) {
        return;
    }
    const double threshold = m_in.required_number(entry.value, "local_res_time",
                                                  config::NumberRange::above_zero, what, "s", 1);
    m_problem.local_constraints.push_back({entry.key, component, threshold});
}

void SystemReader::read_path_constraint(const Entry& entry) {
    const std::string what = fmt::format("the global constraint '{}'", entry.key);
    if (m_in.as_mapping(&entry.value, what) == nullptr) {
        return;
    }
    optimizer::PathConstraint path;
    path.name = entry.key;
    path.threshold_s = m_in.required_number(entry.value, "global_res_time",
                                            config::NumberRange::above_zero, what, "s", 1);
    const Node* list = m_in.as_sequence(m_in.required(entry.value, "components", what),
                                        fmt::format("'components' of {}", what));
    if (list == nullptr) {
        return;
    }
    if (list->items.empty()) {
        m_in.error(list->span, "OPT103", fmt::format("{} has no components", what),
                   "list the components of a path, in order");
    }
    for (const Node& item : list->items) {
        const std::string name = m_in.text(&item, fmt::format("a component of {}", what));
        const std::size_t component = component_named(name);
        if (component == m_components.size()) {
            m_in.error(item.span, "OPT105",
                       fmt::format("{} names the component '{}', which does not exist", what, name),
                       config::suggestion(name, component_codes(), "correct the name"));
            return;
        }
        const bool linked =
            path.components.empty() ||
            std::ranges::any_of(m_problem.components[path.components.back()].successors,
                                [&](const optimizer::Successor& successor) {
                                    return successor.component == component;
                                });
        if (!linked) {
            m_in.error(item.span, "OPT113",
                       fmt::format("{} leads from '{}' to '{}', which are not linked in the graph",
                                   what, m_problem.components[path.components.back()].code, name),
                       "list components that follow each other in the graph");
        }
        path.components.push_back(component);
    }
    m_problem.path_constraints.push_back(std::move(path));
}

void SystemReader::read_constraints(const Node& document) {
    const Node* local = document.find("LocalConstraints");
    if (local != nullptr && !local->is_null() &&
        m_in.as_mapping(local, "'LocalConstraints'") != nullptr) {
        for (const Entry& entry : local->entries) {
            read_local_constraint(entry);
        }
    }
    const Node* global = document.find("GlobalConstraints");
    if (global != nullptr && !global->is_null() &&
        m_in.as_mapping(global, "'GlobalConstraints'") != nullptr) {
        for (const Entry& entry : global->entries) {
            read_path_constraint(entry);
        }
    }
}

Result<optimizer::Problem> SystemReader::read(const Node& document) {
    if (m_in.as_mapping(&document, "the system description") == nullptr) {
        return m_in.failure();
    }
    check_sections(document);
    read_resources(document);
    const Node* network = section(document, "NetworkTechnology");
    if (network != nullptr) {
        read_domains(*network);
    }
    const Node* components = section(document, "Components");
    const Node* graph = section(document, "DirectedAcyclicGraph");
    if (components != nullptr) {
        read_components(*components);
        if (graph != nullptr) {
            read_graph(*graph);
        }
    }
    const Node* compatibility = section(document, "CompatibilityMatrix");
    const Node* performance = section(document, "Performance");
    if (components != nullptr && compatibility != nullptr && performance != nullptr) {
        read_candidates(*compatibility, *performance);
    }
    if (components != nullptr) {
        read_constraints(document);
    }
    m_problem.arrival_rate = m_in.required_number(
        document, "Lambda", config::NumberRange::above_zero, "the system description", "req/s", 1);
    m_problem.horizon_h = m_in.required_number(document, "Time", config::NumberRange::above_zero,
                                               "the system description", "h", 1);
    if (m_in.failed()) {
        return m_in.failure();
    }
    if (components != nullptr && graph != nullptr) {
        check_sequence(*components);
    }
    if (m_in.failed()) {
        return m_in.failure();
    }
    check_domains(*network);
    return std::move(m_problem);
}

Result<optimizer::Problem> parse_system(const SourceFile& source, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(Node document, yaml::parse(source));
    modernise_system(document);
    return SystemReader(source, reporter).read(document);
}

} // namespace aisprint::placement
