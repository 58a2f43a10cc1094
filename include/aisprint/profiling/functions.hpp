// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/clusters.hpp"
#include "aisprint/profiling/units.hpp"

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// The storage of a cluster that a function writes to.
struct ForeignStorage {
    std::string alias;
    std::string endpoint; ///< URL
    std::string access_key;
    Secret secret_key;
    std::string region;
    clients::TlsVerification verification = clients::TlsVerification::on;
};

/// A function as a deployment needs it. Paths begin with the bucket.
struct FunctionNeed {
    const Unit* unit = nullptr;
    std::string image;
    std::string input;  ///< in S3
    std::string output; ///< in S3, or in `storage`
    std::optional<ForeignStorage> storage;
};

/// Where functions come from.
class FunctionSource {
public:
    FunctionSource() = default;
    FunctionSource(const FunctionSource&) = delete;
    FunctionSource& operator=(const FunctionSource&) = delete;
    virtual ~FunctionSource() = default;

    /// Where functions of these resources keep objects and logs: clusters with `functions`. Asks
    /// nobody. Fails (input) if a resource is none with functions.
    [[nodiscard]] virtual Result<ClusterMap> homes(const std::vector<std::string>& resources) = 0;

    /// Makes the functions of a deployment, and deletes others that it has made. What is as it
    /// should be is left alone. Fails (remote) if a function cannot be had, (cancelled) on a stop.
    [[nodiscard]] virtual Result<void> prepare(const std::vector<FunctionNeed>& needs,
                                               std::stop_token stop) = 0;

    /// Deletes what was made, if the user wishes so for that end. Called once, also after failures.
    [[nodiscard]] virtual Result<void> finish(CampaignEnd end) = 0;
};

} // namespace aisprint::profiling
