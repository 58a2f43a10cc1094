// SPDX-License-Identifier: Apache-2.0
#include "aisprint/perf/input_range.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace aisprint::perf {

namespace {

constexpr double k_reach = 0.5; ///< of the profiled range, at each of its ends

constexpr std::array<std::string_view, 3> k_loads{"observed_throughput", "requested_throughput",
                                                  "Lambda"};
constexpr std::array<std::string_view, 7> k_capacities{
    "cores",     "log(cores)", "parallelism", "requested_parallelism", "actual_parallelism",
    "warm_pods", "warm_cores"};

} // namespace

bool is_load(const std::string& input) {
    return std::ranges::find(k_loads, input) != k_loads.end();
}

bool saturates(const std::string& input) {
    return is_load(input) || std::ranges::find(k_capacities, input) != k_capacities.end();
}

InputRange usable_range(const std::string& input, double low, double high) {
    if (saturates(input)) {
        return {low, high};
    }
    const double reach = k_reach * (high - low);
    // sizes are above 0, and so are those that logarithms and inverses are taken of
    return {low < 0 ? low - reach : std::max(low - reach, k_reach * low), high + reach};
}

} // namespace aisprint::perf
