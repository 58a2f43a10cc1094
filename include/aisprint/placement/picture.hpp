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
/// `data_unit` is the unit of data sizes, KB for example; empty if it is not known. The evaluation
/// may be of a placement that breaks constraints; they are marked.
[[nodiscard]] std::string draw_placement(const optimizer::Instance& instance,
                                         const optimizer::Solution& solution,
                                         const optimizer::Evaluation& evaluation,
                                         const std::optional<Certificate>& certificate,
                                         const std::string& data_unit);

} // namespace aisprint::placement
