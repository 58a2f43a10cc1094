// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/config/application.hpp"
#include "aisprint/profiling/units.hpp"

#include <vector>

namespace aisprint::profiling {

/// Holds what containers ask for against the device_constraints of common_config/annotations.yaml,
/// and GPUs that they ask for against the accelerators of their resources. Adds to `errors`
/// (PRF026, PRF027, PRF028); warns if there are no annotations (PRF025).
void check_devices(const config::ApplicationConfig& application,
                   const config::ApplicationFolder& folder,
                   const Testbed& testbed,
                   Reporter& reporter,
                   std::vector<Diagnostic>& errors);

} // namespace aisprint::profiling
