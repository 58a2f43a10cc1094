// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/tosca/deployment.hpp"

#include "input_file.hpp"

#include <cstdint>
#include <map>
#include <string>

namespace aisprint::tosca {

/// A layer of the resources file with its resources by name.
struct LayerEntry {
    Layer layer;
    std::string type; ///< as spelt
    Span type_span;
    std::map<std::string, const yaml::Entry*> resources;
    std::size_t resource_count = 0;
    const yaml::Entry* same_number = nullptr; ///< another layer of that number
};

/// Layers of all network domains, by number: keys may repeat from domain to domain.
using LayerIndex = std::map<std::int64_t, LayerEntry>;

/// The layers of a resources file. Points into `file`. Fields that no component needs are not
/// looked at.
[[nodiscard]] LayerIndex index_layers(const InputFile& file, Findings& findings);

/// Settles the kind of a layer that is used: unknown types (TSC004), numbers that are used twice
/// (TSC019) and clusters that exist with more than one resource (TSC018) are errors.
[[nodiscard]] bool check_layer(LayerEntry& entry, const InputFile& file, Findings& findings);

/// A resource as TOSCA wants it. Only clusters of ours need hardware, disk and system (TSC009,
/// TSC010, TSC011); for other kinds of layers what cannot be read counts as not told.
[[nodiscard]] NodeResource
read_resource(const yaml::Entry& entry, LayerKind kind, const InputFile& file, Findings& findings);

} // namespace aisprint::tosca
