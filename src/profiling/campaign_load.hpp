// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"

#include <cstdint>
#include <vector>

namespace aisprint::profiling {

/// The load of a synchronous test.
[[nodiscard]] SynchronousLoad load_of(const RunParameters& parameters, std::uint64_t seed);

/// How the objects of a synchronous test go through a single service again: in each interval as
/// often as requests of it were accepted, at its rate. `first` are the jobs of the first service.
[[nodiscard]] std::vector<ReplayInterval> replay_of(const RunParameters& parameters,
                                                    const std::vector<JobRecord>& first);

} // namespace aisprint::profiling
