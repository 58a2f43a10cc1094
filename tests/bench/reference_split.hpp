// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

namespace aisprint::bench {

/// Whether the reference standardizes the data: it then draws one more number before it splits.
enum class Standardized { no, yes };

/// The rows that the reference sets apart for validation by HoldOut, ascending: `rows` of them in
/// all, seed 0, one run, neither Hyperopt nor feature selection.
[[nodiscard]] std::vector<std::size_t>
reference_hold_out(std::size_t rows, double ratio, Standardized standardized);

} // namespace aisprint::bench
