// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/images/build.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace aisprint::cli {

/// One line for what happened to an image, with its newline.
[[nodiscard]] std::string image_line(const images::ImageEvent& event);

/// The closing lines of a successful run.
[[nodiscard]] std::string images_story(bool dry_run,
                                       const std::string& containers,
                                       const std::vector<std::string>& completed);

/// Images with their digests.
[[nodiscard]] nlohmann::ordered_json to_json(const images::BuildSummary& summary);

} // namespace aisprint::cli
