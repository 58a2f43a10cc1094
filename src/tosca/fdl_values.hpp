// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/yaml.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// A value of a document with its functions replaced by what they stand for: defaults of inputs,
/// texts put together. Places of functions that can only be told when machines run go to `left`.
[[nodiscard]] yaml::Node
resolve_value(const yaml::Node& value, const yaml::Node* inputs, std::vector<Span>& left);

/// True for null, an empty list and an empty map, which FDL leaves out.
[[nodiscard]] bool is_nothing(const yaml::Node& value);

/// A number as C's %g writes it; other texts as they are.
[[nodiscard]] std::string short_number(const yaml::Node& value);

/// An amount of memory such as 512Mi or 1Gi in MiB, rounded up.
[[nodiscard]] std::optional<std::int64_t> memory_mib(const std::string& text);

/// The region in the name of an ECR registry, or nothing.
[[nodiscard]] std::string ecr_region(const std::string& image);

/// An image without the scheme and the host that tell IM the cluster.
[[nodiscard]] std::string plain_image(const std::string& image);

/// Texts that are whole numbers or booleans as such, at every level.
[[nodiscard]] yaml::Node as_plain_values(const yaml::Node& value);

} // namespace aisprint::tosca
