// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace aisprint::perf {

/// The values from which a model is asked; what lies outside is moved to the nearer end.
struct InputRange {
    double low = 0;
    double high = 0;
};

/// True for rates of arrival: above the profiled ones a service may be saturated.
[[nodiscard]] bool is_load(const std::string& input);

/// True for inputs beyond whose profiled range nothing is gained or known: cores, parallelism and
/// rates. Regressions of them go wrong there, while those of sizes do not.
[[nodiscard]] bool saturates(const std::string& input);

/// Where the model of an input that was profiled from `low` to `high` may be asked: there, and for
/// inputs that do not saturate half as far again at each end; what is not below 0 stays so.
[[nodiscard]] InputRange usable_range(const std::string& input, double low, double high);

} // namespace aisprint::perf
