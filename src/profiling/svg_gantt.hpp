// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/results.hpp"

#include "svg_picture.hpp"

#include <cstddef>
#include <string>

namespace aisprint::profiling {

/// Up to so many jobs of a run are drawn as bars of their own.
inline constexpr std::size_t k_most_job_bars = 500;

/// Draws the jobs of a run over time, in the order of their start, with the parts of their response
/// times; runs of more than `most_bars` jobs as the number of jobs in each part over time. Jobs of
/// which less than two moments are known are counted, not drawn. Takes time linear in the jobs but
/// for sorting.
[[nodiscard]] SvgPicture
draw_gantt(const ServiceRun& run, const std::string& title, std::size_t most_bars);

} // namespace aisprint::profiling
