// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/images/build.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::images {

/// Label of an image with the digest of what it was built from.
inline constexpr const char* k_inputs_label = "aisprint.inputs";

/// The command that builds an image.
[[nodiscard]] std::vector<std::string> build_command(const Engine& engine,
                                                     const Image& image,
                                                     const std::filesystem::path& context,
                                                     const std::string& inputs);

/// The command that pushes an image; podman and buildah write its digest into `digest_file`.
[[nodiscard]] std::vector<std::string> push_command(const Engine& engine,
                                                    const std::string& reference,
                                                    const std::filesystem::path& digest_file);

/// The command that prints the label of an image that is there.
[[nodiscard]] std::vector<std::string> label_command(const Engine& engine,
                                                     const std::string& reference);

/// The digest in what docker prints when it pushes; nothing if there is none.
[[nodiscard]] std::optional<std::string> find_digest(const std::string& output);

/// amd64, arm64, or what else this machine calls itself.
[[nodiscard]] std::string architecture_of_machine();

} // namespace aisprint::images
