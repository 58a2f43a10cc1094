// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"

namespace aisprint::design {

/// Checks the components against candidate_deployments.yaml: each has an entry (DSN014), entries
/// belong to components (DSN015, warning), device_constraints can be met (DSN016, DSN017), security
/// annotations and containers agree (DSN018, DSN019), and some (layer, container, resource) of each
/// entry go together (DSN020).
[[nodiscard]] std::vector<Diagnostic>
check_candidates(const ApplicationModel& model, const DesignOptions& options, Reporter& reporter);

} // namespace aisprint::design
