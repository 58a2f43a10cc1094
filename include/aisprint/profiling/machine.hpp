// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/campaign.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::profiling {

/// The machine that the program runs on.
struct Machine {
    std::string host;
    std::string system;    ///< Linux 6.1.0 x86_64
    std::string cpu_model; ///< may be empty
    std::string governor;  ///< of the clock's frequency; may be empty
    double cores = 1;      ///< that this process may use: affinity and control group's quota
    double memory_mb = 0;  ///< of the machine
    Capacity capacity;     ///< for components
};

/// Asks the system. What it does not tell stays empty.
[[nodiscard]] Machine describe_machine();

/// The machine as names and values, for records of campaigns.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> to_lines(const Machine& machine);

/// Holds the tests of a campaign that are in `only` (all if it is empty) against what the machine
/// has. Where other.allow_oversubscription is false, fails (input, PRF054) with all levels that ask
/// for more and the largest parallelism that would fit; else warns once (PRF055).
[[nodiscard]] Result<void> check_capacity(const CampaignPlan& plan,
                                          const std::vector<std::string>& only,
                                          const Capacity& capacity,
                                          Reporter& reporter);

} // namespace aisprint::profiling
