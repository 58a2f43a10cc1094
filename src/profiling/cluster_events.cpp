// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/cluster_events.hpp"

#include <fmt/format.h>

#include <cmath>

namespace aisprint::profiling {

namespace {

/// Seconds as the reference prints them: two decimals at most.
std::string seconds_text(double seconds) {
    constexpr double k_hundred = 100;
    return fmt::format("{}", std::round(seconds * k_hundred) / k_hundred);
}

} // namespace

std::string to_text(const ClusterEvent& event) {
    switch (event.kind) {
    case ClusterEventKind::deleting_all:
        return "\nDeleting all infrastructures...";
    case ClusterEventKind::deleting_unused:
        return "\nDeleting unused infrastructures...";
    case ClusterEventKind::deleting:
        return fmt::format("Deleting infrastructure {}...", event.resource);
    case ClusterEventKind::untracking:
        return fmt::format("Untracking missing infrastructure {}...", event.resource);
    case ClusterEventKind::deploying:
        return "\nDeploying virtual infrastructures...";
    case ClusterEventKind::deploying_resource:
        return fmt::format("Resource {} is being deployed...", event.resource);
    case ClusterEventKind::waiting_for_deployment:
        return "\nWaiting for infrastructure deployment (this may take up to 15 minutes)...";
    case ClusterEventKind::deploying_functions:
        return "\nDeploying functions...";
    case ClusterEventKind::deploying_function:
        return fmt::format("Function {} is being deployed...", event.resource);
    case ClusterEventKind::updating_resource:
        return fmt::format("Resource {} is being updated...", event.resource);
    case ClusterEventKind::waiting_for_update:
        return "Waiting for infrastructure update (this should take only a minute)...";
    case ClusterEventKind::updated:
        return fmt::format("Update time: {} seconds", seconds_text(event.seconds));
    case ClusterEventKind::adjusting_physical:
        return "\nAdjusting physical infrastructure configuration...";
    case ClusterEventKind::restoring_physical:
        return "\nRestoring physical infrastructure configuration...";
    case ClusterEventKind::state:
        return {};
    case ClusterEventKind::retrying:
        return fmt::format("Resource {}: {}; trying again", event.resource, event.message);
    case ClusterEventKind::still_running:
        return fmt::format("Infrastructure {} is still running: {}", event.resource, event.message);
    case ClusterEventKind::done:
        return "Done!";
    }
    return {};
}

} // namespace aisprint::profiling
