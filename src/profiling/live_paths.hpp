// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/config/application.hpp"
#include "aisprint/profiling/campaign.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// A stretch of a chain whose time is bounded.
struct PathConstraint {
    std::string name; ///< local_constraint_1, ...; "workflow" for the whole chain
    std::size_t first = 0;
    std::size_t last = 0;            ///< included
    std::optional<double> threshold; ///< s
};

/// The constraints of qos_constraints.yaml on a chain: those on components hold for all their
/// partitions together. The whole workflow is the last, unless a constraint is on all of it.
/// Without the file there is only that. Components of another deployment are left out with a
/// warning (PRF081). Fails (input) if the file has errors.
[[nodiscard]] Result<std::vector<PathConstraint>>
load_path_constraints(const config::ApplicationFolder& folder,
                      const CampaignPlan& plan,
                      const UnitChain& chain,
                      Reporter& reporter);

} // namespace aisprint::profiling
