// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/images/build_plan.hpp"

namespace aisprint::images {

/// Writes the files of a plan; initial ones only where there is none. Fails (io).
[[nodiscard]] Result<void> write_contexts(const config::ApplicationFolder& folder,
                                          const BuildPlan& plan);

/// SHA-256 of what an image is built from, as "sha256:HEX": architecture, Dockerfile, and the
/// files of the context (name, bytes, executable or not) that are not left out of every image.
/// Without a context folder, that of its absence. Fails (io).
[[nodiscard]] Result<std::string> digest_of_inputs(const config::ApplicationFolder& folder,
                                                   const Image& image);

/// Deletes the Dockerfiles in a context folder. Fails (io).
[[nodiscard]] Result<void> remove_recipes(const config::ApplicationFolder& folder,
                                          const BuildPlan& plan,
                                          const std::string& context);

} // namespace aisprint::images
