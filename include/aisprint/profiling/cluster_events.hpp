// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>

namespace aisprint::profiling {

/// What happens to clusters, in the order in which it does.
enum class ClusterEventKind {
    deleting_all,           ///< before or after testing, as the user wishes
    deleting_unused,        ///< the deployment to come does not use them
    deleting,               ///< one resource's
    untracking,             ///< one resource's infrastructure has vanished at IM
    deploying,              ///< some are to be made
    deploying_resource,     ///< one is being made
    waiting_for_deployment, ///< until all of them are configured
    deploying_functions,    ///< some are to be made
    deploying_function,     ///< one is being made; `resource` has its name
    updating_resource,      ///< one gets another number of nodes
    waiting_for_update,
    updated,            ///< `seconds` it took
    adjusting_physical, ///< numbers of nodes of clusters that exist
    restoring_physical, ///< as they were before the campaign
    state,              ///< of one infrastructure, in `message`
    retrying,           ///< a request failed and is repeated; `message` says why
    still_running,      ///< after the end: one infrastructure that costs money; `message` has its
                        ///< address
    done                ///< the phase that was told last
};

/// An event; `message` holds no secrets.
struct ClusterEvent {
    ClusterEventKind kind = ClusterEventKind::done;
    std::string resource;
    std::string message;
    double seconds = 0;
};

/// Takes events, from one thread at a time.
using ClusterSink = std::function<void(const ClusterEvent&)>;

/// What the console shows for an event, without the last line end: one line, with a blank one
/// before a phase; empty for those that it does not show.
[[nodiscard]] std::string to_text(const ClusterEvent& event);

} // namespace aisprint::profiling
