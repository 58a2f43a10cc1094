// SPDX-License-Identifier: Apache-2.0
#include "deployment_layers.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace aisprint::tosca {

namespace {

constexpr std::array<std::pair<LayerKind, const char*>, 4> k_kinds{{
    {LayerKind::virtual_machines, "Virtual"},
    {LayerKind::physical_to_be_provisioned, "PhysicalToBeProvisioned"},
    {LayerKind::physical_provisioned, "PhysicalAlreadyProvisioned"},
    {LayerKind::lambda, "NativeCloudFunction"},
}};

/// The user guide's word for clusters that exist.
constexpr const char* k_word_of_guide = "AlreadyDeployed";

void index_resources(const yaml::Node& layer, LayerEntry& entry) {
    const yaml::Node* resources = layer.find("Resources");
    if (resources == nullptr) {
        return;
    }
    entry.resource_count = resources->entries.size();
    for (const yaml::Entry& resource : resources->entries) {
        entry.resources.try_emplace(text_of(resource.value, "name"), &resource);
    }
}

} // namespace

std::string to_string(LayerKind kind) {
    for (const auto& [known, word] : k_kinds) {
        if (known == kind) {
            return word;
        }
    }
    return {};
}

std::optional<LayerKind> parse_layer_kind(const std::string& word) {
    if (word == k_word_of_guide) {
        return LayerKind::physical_provisioned;
    }
    for (const auto& [kind, known] : k_kinds) {
        if (known == word) {
            return kind;
        }
    }
    return std::nullopt;
}

bool has_own_cluster(LayerKind kind) {
    return kind == LayerKind::virtual_machines || kind == LayerKind::physical_to_be_provisioned;
}

LayerIndex index_layers(const InputFile& file, Findings& findings) {
    LayerIndex index;
    const yaml::Entry* domains = find_section(file.document, "NetworkDomains");
    if (domains == nullptr || !domains->value.is_mapping()) {
        findings.errors.push_back(
            file.error(domains == nullptr ? file.document.span : place_of(*domains), "TSC003",
                       fmt::format("NetworkDomains must be a map of network domains, found {}",
                                   describe(domains)),
                       "'aisprint schema candidate_resources' describes the format"));
        return index;
    }
    for (const yaml::Entry& domain : domains->value.entries) {
        const yaml::Node* layers = domain.value.find("ComputationalLayers");
        if (layers == nullptr) {
            continue;
        }
        for (const yaml::Entry& layer : layers->entries) {
            const yaml::Node* number = layer.value.find("number");
            const auto value = number == nullptr ? std::nullopt : yaml::as_integer(*number);
            if (!value) {
                findings.errors.push_back(file.error(
                    number == nullptr ? layer.key_span : number->span, "TSC003",
                    fmt::format("number of layer '{}' must be a whole number, found {}", layer.key,
                                number == nullptr ? "nothing" : yaml::describe(*number)),
                    "write for example number: 1"));
                continue;
            }
            const auto [place, fresh] = index.try_emplace(*value);
            LayerEntry& entry = place->second;
            if (!fresh) {
                entry.same_number = &layer;
                continue;
            }
            entry.layer.number = *value;
            entry.layer.key = layer.key;
            entry.layer.name = text_of(layer.value, "name");
            entry.layer.span = layer.key_span;
            entry.type = text_of(layer.value, "type");
            entry.type_span = place_of(layer.value, "type");
            index_resources(layer.value, entry);
        }
    }
    return index;
}

bool check_layer(LayerEntry& entry, const InputFile& file, Findings& findings) {
    if (entry.same_number != nullptr) {
        findings.errors.push_back(
            file.error(entry.same_number->key_span, "TSC019",
                       fmt::format("layer number {} is used twice", entry.layer.number),
                       "give each layer a number of its own"));
        findings.errors.back().notes.push_back({"first used here", entry.layer.span});
        return false;
    }
    const std::optional<LayerKind> kind = parse_layer_kind(entry.type);
    if (!kind) {
        const std::string found = entry.type.empty() ? "nothing" : "'" + entry.type + "'";
        findings.errors.push_back(
            file.error(entry.type_span, "TSC004",
                       fmt::format("type of layer {} must be one of Virtual, "
                                   "PhysicalToBeProvisioned, PhysicalAlreadyProvisioned, "
                                   "NativeCloudFunction, found {}",
                                   entry.layer.number, found),
                       "write how the resources of the layer come about"));
        return false;
    }
    entry.layer.kind = *kind;
    if (*kind == LayerKind::physical_provisioned && entry.resource_count > 1) {
        findings.errors.push_back(
            file.error(entry.layer.span, "TSC018",
                       fmt::format("PhysicalAlreadyProvisioned ComputeLayer must only have 1 "
                                   "resource. Layer {} has {}",
                                   entry.layer.number, entry.resource_count),
                       "give each cluster that exists a layer of its own"));
        return false;
    }
    return true;
}

} // namespace aisprint::tosca
