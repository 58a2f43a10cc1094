// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/campaign_clusters.hpp"
#include "aisprint/profiling/functions.hpp"

#include <memory>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Where documents and state of functions lie, below the application's folder.
inline constexpr const char* k_functions_folder = "oscarp/.toscarizer/functions";

/// Keys of AWS.
struct AwsKeys {
    std::string access_key;
    Secret secret_key;
};

/// How the functions of a campaign are worked on.
struct FunctionOptions {
    config::ApplicationFolder folder;
    std::optional<AwsKeys> keys; ///< nothing: those of the resource in physical_nodes.yaml
    std::string endpoint;        ///< URL of a server like AWS; empty: AWS itself
    std::string types_url;       ///< of TOSCA types; empty: the published ones
    CleanRules clean;
    deploy::RunOptions run;
    clients::TlsVerification verification = clients::TlsVerification::on;
    ClusterSink events; ///< null: nobody listens
};

/// The resources with functions that the units of a testbed run on. Fails (input) as
/// tosca::load_clusters does.
[[nodiscard]] Result<tosca::Deployment>
load_campaign_functions(const config::ApplicationFolder& folder,
                        const Testbed& testbed,
                        Reporter& reporter);

/// Functions that the Infrastructure Manager makes: one infrastructure for each. Only what its own
/// record tells of is ever changed or deleted. A run that is killed is gone on with by the next
/// one: nothing is made twice, nothing is lost (see the deploy library).
class CampaignFunctions final : public FunctionSource {
public:
    /// Locks the folder of functions against other campaigns of the application. Sends nothing.
    /// `resources` are those of load_campaign_functions(). Fails (input, DPL001) if another
    /// campaign holds the lock, and if names that were drawn earlier cannot be read.
    [[nodiscard]] static Result<std::unique_ptr<CampaignFunctions>>
    open(const tosca::Deployment& resources,
         FunctionOptions options,
         ImServer im,
         Reporter& reporter);

    ~CampaignFunctions() override;

    [[nodiscard]] Result<ClusterMap> homes(const std::vector<std::string>& resources) override;

    /// Makes what is not there, replaces what failed or was made for other folders, and deletes
    /// what of ours is not needed. Fails (remote, PRF094, PRF096), (input, DPL008, TSC0xx),
    /// (cancelled, PRF099), (io).
    [[nodiscard]] Result<void> prepare(const std::vector<FunctionNeed>& needs,
                                       std::stop_token stop) override;

    /// Deletes all that we track if the rules for this end say so; else tells what is still there.
    /// Fails (remote, PRF096) with what could not be deleted.
    [[nodiscard]] Result<void> finish(CampaignEnd end) override;

private:
    struct Impl;
    explicit CampaignFunctions(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aisprint::profiling
