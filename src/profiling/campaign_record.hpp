// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "campaign_files.hpp"

#include "aisprint/base/yaml.hpp"
#include "aisprint/profiling/campaign.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::profiling {

/// The file that describes a deployment and what was run of it so far: input.yaml in its folder.
/// It holds no secrets, and everything that is needed to run the campaign again.
class DeploymentRecord {
public:
    DeploymentRecord(const CampaignPlan& plan,
                     const CampaignFiles& files,
                     const CampaignOptions& options,
                     const Backend& backend,
                     std::size_t deployment);

    /// Reads the records of the tests that are done. Fails (io, input).
    [[nodiscard]] Result<void> load(const std::vector<std::size_t>& units_alone);

    /// Writes the file with a test that is under way. Fails (io).
    [[nodiscard]] Result<void> begin(const TestId& test, const std::string& started);

    /// Writes the file with a test that is done. Fails (io, input).
    [[nodiscard]] Result<void> end(const TestId& test);

private:
    /// Order of tests in the file: by run, the full workflow first, then as they are tested.
    using Place = std::pair<std::size_t, std::size_t>;

    [[nodiscard]] Place place_of(const TestId& test) const;
    [[nodiscard]] Result<void> add_done(const TestId& test);
    [[nodiscard]] yaml::Node services() const;
    [[nodiscard]] yaml::Node service(std::size_t unit, std::size_t position) const;
    [[nodiscard]] yaml::Node clusters() const;
    void add_parameters(yaml::Node& configuration) const;
    [[nodiscard]] yaml::Node tool() const;
    [[nodiscard]] yaml::Node run_head(const TestId& test) const;
    [[nodiscard]] Result<void> write() const;

    const CampaignPlan& m_plan;
    const CampaignFiles& m_files;
    const CampaignOptions& m_options;
    const Backend& m_backend;
    std::size_t m_deployment;
    std::vector<std::size_t> m_units; ///< that are tested alone
    std::map<Place, yaml::Node> m_runs;
};

} // namespace aisprint::profiling
