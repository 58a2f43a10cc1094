// SPDX-License-Identifier: Apache-2.0
#include "legacy_system.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace aisprint::placement {

namespace {

using yaml::Entry;
using yaml::Node;

Node at(Node node, const Span& span) {
    node.span = span;
    return node;
}

/// True if `component` holds its one partition's fields directly (the oldest form).
bool is_flat(const Node& component) {
    return component.is_mapping() && component.find("memory") != nullptr;
}

bool is_old_partition(const Node& partition) {
    return partition.find("memory") != nullptr || partition.find("stop_probability") != nullptr;
}

bool has_old_components(const Node& components) {
    for (const Entry& component : components.entries) {
        if (is_flat(component.value)) {
            return true;
        }
        for (const Entry& deployment : component.value.entries) {
            for (const Entry& partition : deployment.value.entries) {
                if (is_old_partition(partition.value)) {
                    return true;
                }
            }
        }
    }
    return false;
}

bool is_old(const Node& document) {
    const Node* components = document.find("Components");
    return document.find("DemandMatrix") != nullptr || document.find("DataTransfer") != nullptr ||
           (components != nullptr && has_old_components(*components));
}

void rename(Node& mapping, std::string_view from, std::string_view to) {
    for (Entry& entry : mapping.entries) {
        if (entry.key == from && mapping.find(to) == nullptr) {
            entry.key = to;
            return;
        }
    }
}

/// A scalar becomes a list of one; an empty text an empty list.
void make_list(Node* value) {
    if (value == nullptr || value->is_sequence() || value->is_mapping()) {
        return;
    }
    Node list = at(yaml::sequence(), value->span);
    if (!value->is_null() && !value->scalar.empty()) {
        list.push(std::move(*value));
    }
    *value = std::move(list);
}

/// Puts the value in a map under `key`.
void wrap(Node& value, std::string key) {
    Node outer = at(yaml::mapping(), value.span);
    const Span span = value.span;
    outer.add(std::move(key), std::move(value));
    outer.entries.back().key_span = span;
    value = std::move(outer);
}

/// The oldest form: a component is one partition, data sizes stand beside the graph.
void deepen_components(Node& document) {
    Node* components = document.find("Components");
    const Node* transfer = document.find("DataTransfer");
    if (components == nullptr) {
        return;
    }
    for (Entry& component : components->entries) {
        if (!is_flat(component.value)) {
            continue;
        }
        const Node* moves = transfer == nullptr ? nullptr : transfer->find(component.key);
        for (const char* field : {"next", "data_size"}) {
            if (component.value.find(field) == nullptr) {
                const Node* given = moves == nullptr ? nullptr : moves->find(field);
                component.value.add(
                    field, given != nullptr ? *given : at(yaml::sequence(), component.value.span));
            }
        }
        wrap(component.value, "h1");
        wrap(component.value, "s1");
        for (const char* name : {"CompatibilityMatrix", "DemandMatrix"}) {
            Node* section = document.find(name);
            Node* value = section == nullptr ? nullptr : section->find(component.key);
            if (value != nullptr && value->find("h1") == nullptr) {
                wrap(*value, "h1");
            }
        }
    }
}

/// The graph of the oldest form, which has no probabilities.
void add_graph(Node& document) {
    const Node* transfer = document.find("DataTransfer");
    if (transfer == nullptr || document.find("DirectedAcyclicGraph") != nullptr) {
        return;
    }
    Node graph = at(yaml::mapping(), transfer->span);
    for (const Entry& entry : transfer->entries) {
        const Node* next = entry.value.find("next");
        if (next == nullptr) {
            continue;
        }
        Node successors = at(yaml::mapping(), entry.value.span);
        Node probabilities = at(yaml::sequence(), next->span);
        for (const Node& item : next->items) {
            probabilities.push(at(yaml::integer(1), item.span));
        }
        successors.add("next", *next);
        successors.add("transition_probability", std::move(probabilities));
        graph.add(entry.key, std::move(successors));
        graph.entries.back().key_span = entry.key_span;
    }
    std::erase_if(document.entries, [](const Entry& entry) { return entry.key == "DataTransfer"; });
    document.add("DirectedAcyclicGraph", std::move(graph));
}

/// In older files a probability stands on the partition that is skipped; now it stands on the one
/// after which the requests leave.
void shift_exits(Node& deployment) {
    constexpr std::string_view k_exit = "early_exit_probability";
    for (std::size_t i = 0; i < deployment.entries.size(); ++i) {
        Node& partition = deployment.entries[i].value;
        Node* own = partition.find(k_exit);
        const Node* later = i + 1 < deployment.entries.size()
                                ? deployment.entries[i + 1].value.find(k_exit)
                                : nullptr;
        Node value = later != nullptr ? *later : at(yaml::integer(0), partition.span);
        if (own != nullptr) {
            *own = std::move(value);
        } else if (partition.is_mapping()) {
            partition.add(std::string(k_exit), std::move(value));
        }
    }
}

void modernise_partitions(Node& document) {
    Node* components = document.find("Components");
    if (components == nullptr) {
        return;
    }
    for (Entry& component : components->entries) {
        for (Entry& deployment : component.value.entries) {
            for (Entry& partition : deployment.value.entries) {
                rename(partition.value, "stop_probability", "early_exit_probability");
                make_list(partition.value.find("next"));
                make_list(partition.value.find("data_size"));
            }
            shift_exits(deployment.value);
        }
    }
}

/// Memory of a partition by its code, over all deployments of a component.
const Node* memory_of(const Node* component, std::string_view code) {
    if (component == nullptr) {
        return nullptr;
    }
    for (const Entry& deployment : component->entries) {
        const Node* partition = deployment.value.find(code);
        if (partition != nullptr) {
            return partition->find("memory");
        }
    }
    return nullptr;
}

/// Names of resources become pairs of name and memory.
void modernise_compatibility(Node& document) {
    const Node* components = document.find("Components");
    Node* matrix = document.find("CompatibilityMatrix");
    if (components == nullptr || matrix == nullptr) {
        return;
    }
    for (Entry& component : matrix->entries) {
        const Node* described = components->find(component.key);
        for (Entry& partition : component.value.entries) {
            const Node* memory = memory_of(described, partition.key);
            for (Node& item : partition.value.items) {
                if (!item.is_scalar()) {
                    continue;
                }
                wrap(item, "resource");
                if (memory != nullptr) {
                    item.add("memory", *memory);
                }
            }
        }
    }
}

/// Resource names below a section, over its layers.
bool has_resource(const Node* section, std::string_view name) {
    return section != nullptr && std::ranges::any_of(section->entries, [&](const Entry& layer) {
               return layer.value.find(name) != nullptr;
           });
}

Node performance_of(Node demand, const Node& document, std::string_view resource) {
    Node model = at(yaml::mapping(), demand.span);
    if (demand.is_sequence() && demand.items.size() == 2) {
        model.add("model", at(yaml::text("PACSLTK"), demand.span));
        model.add("demandWarm", std::move(demand.items[0]));
        model.add("demandCold", std::move(demand.items[1]));
        return model;
    }
    const bool edge = has_resource(document.find("EdgeResources"), resource);
    model.add("model", at(yaml::text(edge ? "QTedge" : "QTcloud"), demand.span));
    model.add("demand", std::move(demand));
    return model;
}

void modernise_demands(Node& document) {
    Node* demands = document.find("DemandMatrix");
    if (demands == nullptr || document.find("Performance") != nullptr) {
        return;
    }
    for (Entry& component : demands->entries) {
        for (Entry& partition : component.value.entries) {
            for (Entry& resource : partition.value.entries) {
                resource.value = performance_of(std::move(resource.value), document, resource.key);
            }
        }
    }
    rename(document, "DemandMatrix", "Performance");
}

void add_default(Node& mapping, const char* key, Node value) {
    if (mapping.is_mapping() && mapping.find(key) == nullptr) {
        mapping.add(key, at(std::move(value), mapping.span));
    }
}

void modernise_resources(Node& document) {
    for (const char* name : {"EdgeResources", "CloudResources"}) {
        Node* section = document.find(name);
        if (section == nullptr) {
            continue;
        }
        for (Entry& layer : section->entries) {
            for (Entry& resource : layer.value.entries) {
                add_default(resource.value, "n_cores", yaml::integer(1));
            }
        }
    }
    Node* functions = document.find("FaaSResources");
    if (functions == nullptr) {
        return;
    }
    Node cost = at(yaml::integer(0), functions->span);
    const Entry* beside = functions->find_entry("transition_cost");
    if (beside != nullptr) {
        cost = beside->value;
        std::erase_if(functions->entries,
                      [](const Entry& entry) { return entry.key == "transition_cost"; });
    }
    for (Entry& layer : functions->entries) {
        if (layer.value.is_mapping() && layer.value.find("transition_cost") == nullptr) {
            layer.value.add("transition_cost", cost);
        }
    }
}

} // namespace

void modernise_system(Node& document) {
    if (!document.is_mapping() || !is_old(document)) {
        return;
    }
    deepen_components(document);
    add_graph(document);
    modernise_compatibility(document);
    modernise_partitions(document);
    modernise_demands(document);
    modernise_resources(document);
}

} // namespace aisprint::placement
