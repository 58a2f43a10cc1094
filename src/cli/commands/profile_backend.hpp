// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "im_connection.hpp"
#include "session.hpp"

#include "aisprint/profiling/campaign.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::cli {

/// The options about where a campaign measures, as typed.
struct BackendArguments {
    std::string where;  ///< local, oscar, or empty: as the run parameters say
    std::string python; ///< interpreter of components on this machine, or empty
    ImArguments im;     ///< for clusters that are to be made
    bool im_url_is_typed = false;
};

/// What a command is about to do with a backend.
enum class BackendUse { check, measure };

/// A backend with all that it stands on.
class ChosenBackend {
public:
    ChosenBackend() = default;
    ChosenBackend(const ChosenBackend&) = delete;
    ChosenBackend& operator=(const ChosenBackend&) = delete;
    virtual ~ChosenBackend() = default;

    [[nodiscard]] virtual profiling::Backend& backend() = 0;

    /// How limits of containers are kept on this machine; nothing if it is not measured here.
    [[nodiscard]] virtual std::optional<profiling::LimitMethods> limits() const = 0;

    /// What a report says of where it was measured.
    [[nodiscard]] virtual std::vector<std::string> environment() const = 0;
};

/// The backend that was asked for. To check, nothing is written and no request is sent. Clusters
/// are those of common_config/physical_nodes.yaml, or made by the Infrastructure Manager, whose
/// address is --im_url, else IM_URL, else other.im_url, else the usual one. Fails (input) with all
/// that is wrong in the files of clusters, images and credentials.
[[nodiscard]] Result<std::unique_ptr<ChosenBackend>>
choose_backend(const BackendArguments& arguments,
               const config::ApplicationFolder& folder,
               const profiling::CampaignPlan& plan,
               BackendUse use,
               Session& session);

} // namespace aisprint::cli
