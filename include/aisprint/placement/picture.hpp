// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/optimizer/instance.hpp"
#include "aisprint/optimizer/solution.hpp"
#include "aisprint/placement/solution_json.hpp"

#include <optional>
#include <string>

namespace aisprint::placement {

/// One self-contained HTML page (inline SVG, no script, nothing loaded from elsewhere) that shows a
/// placement: layers with their resources, node numbers and utilisation, the partitions on them,
/// data sizes between components, response times against their limits, and the certificate.
[[nodiscard]] std::string draw_placement(const optimizer::Instance& instance,
                                         const optimizer::Solution& solution,
                                         const optimizer::Evaluation& evaluation,
                                         const std::optional<Certificate>& certificate);

} // namespace aisprint::placement
