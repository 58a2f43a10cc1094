// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/campaign.hpp"
#include "aisprint/profiling/estimate.hpp"

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// What jobs of units take, one of each.
struct Calibration {
    Knowledge knowledge;                 ///< of units that `known` does not tell of
    std::map<std::string, double> parts; ///< seconds of each component and partition that ran
    std::vector<std::string> failed;     ///< what did not run, or failed, and why
    bool interrupted = false;
};

/// Lets one input go through each deployment that the campaign tests and of which something is not
/// known yet, one job at a time, in the empty folder `scratch`. The same part of a component on
/// several resources runs once. `backend` must be one that has checked the testbed. Fails as the
/// backend does; jobs that fail are part of what comes back.
[[nodiscard]] Result<Calibration> calibrate(const CampaignPlan& plan,
                                            const std::vector<std::string>& only,
                                            const Knowledge& known,
                                            Backend& backend,
                                            const std::filesystem::path& scratch,
                                            const std::stop_token& stop);

} // namespace aisprint::profiling
