// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"

#include "aisprint/base/yaml.hpp"

namespace aisprint::design {

/// The production deployment of the base design: every component on the first (layer, container,
/// resource) of its entry that goes together, and the part of the candidate resources that this
/// uses. Fails (input, DSN020) for entries in which nothing goes together.
[[nodiscard]] Result<yaml::Node> base_production_deployment(const ApplicationModel& model);

} // namespace aisprint::design
