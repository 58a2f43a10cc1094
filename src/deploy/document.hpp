// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/yaml.hpp"

#include <string>

namespace aisprint::deploy {

/// The name of the entry of a document's metadata that holds our tag.
inline constexpr const char* k_tag_entry = "aisprint_tag";

/// The text of a document with a tag in its metadata; without one for an empty tag.
[[nodiscard]] std::string text_with_tag(const yaml::Node& document, const std::string& tag);

} // namespace aisprint::deploy
