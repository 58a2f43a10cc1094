// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checker.hpp"

#include "aisprint/annotations/typed.hpp"

namespace aisprint::annotations {

/// Brings detect_metric_drift into its general form and checks it; errors go to the checker.
/// What is returned is complete only if there were none.
[[nodiscard]] MetricDrift normalise_drift(Checker& checker);

} // namespace aisprint::annotations
