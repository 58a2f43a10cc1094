// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/images/build_plan.hpp"

#include <optional>
#include <string>

namespace aisprint::images {

/// REGISTRY/FOLDER/NAME:latest without empty parts; slashes at the ends do not count.
[[nodiscard]] std::string plain_reference(const PlanOptions& options, const std::string& name);

/// ECR:NAME: in ECR one repository holds all images, and the tag tells them apart.
[[nodiscard]] std::string ecr_reference(const PlanOptions& options, const std::string& name);

/// The reference of the image that SCONE makes: `-sgx` after the name, the tag stays.
[[nodiscard]] std::string protected_reference(const std::string& reference);

/// What registries refuse in an image reference, as the end of a sentence; nothing if it is fine.
/// The grammar is that of the OCI distribution specification.
[[nodiscard]] std::optional<std::string> flaw_of_reference(const std::string& reference);

} // namespace aisprint::images
