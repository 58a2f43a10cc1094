// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/units.hpp"

#include <map>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// How many containers of a unit fit on a node, and what would make one more fit.
struct HardwareFit {
    std::int64_t containers = 0; ///< 0: not even one; a tenth of each node is kept for the system
    bool cpu_is_scarce = true;   ///< else memory
    double needed = 0; ///< cores, or MB, that each container may ask for so that one more fits
};

/// The fit of demands on a node; exact for decimal fractions.
[[nodiscard]] HardwareFit fit_on_node(double cpu, double memory_mb, const ResourceFacts& resource);

/// One execution of a whole workload.
struct Run {
    std::size_t number = 1;                    ///< from 1
    std::size_t level = 0;                     ///< from 0
    std::size_t repetition = 0;                ///< from 0
    std::map<std::string, int> parallelism;    ///< by unit id
    std::map<std::string, std::int64_t> nodes; ///< by resource; functions are left out

    bool operator==(const Run&) const = default;
};

/// The runs of a deployment, in order, and the fit of each of its units.
struct Schedule {
    std::vector<Run> runs;
    std::size_t levels = 0;
    std::vector<HardwareFit> fits; ///< by position in the chain
};

/// Schedules a deployment: levels times repetitions, or all combinations of parallelism. Fails
/// (input, PRF03x) where a container fits on no node, or a resource has too few nodes at any level.
[[nodiscard]] Result<Schedule>
make_schedule(const Testbed& testbed, const UnitChain& chain, const RunParameters& parameters);

} // namespace aisprint::profiling
