// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "campaign_files.hpp"

#include <cstddef>
#include <vector>

namespace aisprint::profiling {

/// Makes tables of the tests of a campaign that are done.
class CampaignResults {
public:
    CampaignResults(const CampaignPlan& plan, const CampaignFiles& files)
        : m_plan(plan), m_files(files) {}

    /// The dataframes of the full workflow of a deployment. Fails (io, input).
    [[nodiscard]] Result<void> write_full(std::size_t deployment) const;

    /// The dataframes of a unit tested alone; those of the full workflow if it was not.
    [[nodiscard]] Result<UnitResult> write_unit(std::size_t deployment, std::size_t unit) const;

    /// The runs of a unit: alone, or of the full workflow if it was not tested alone.
    [[nodiscard]] Result<std::vector<ServiceRun>> read_unit(std::size_t deployment,
                                                            const Unit& unit) const;

private:
    [[nodiscard]] std::string tests_of(const Unit& unit) const;
    [[nodiscard]] Result<std::vector<ServiceRun>>
    read_runs(std::size_t deployment, const std::string& tests, const Unit& unit) const;
    [[nodiscard]] Result<double> mean_output_kb(std::size_t deployment, const Unit& unit) const;
    [[nodiscard]] Result<std::filesystem::path>
    write_service(std::size_t deployment,
                  const std::string& tests,
                  const Unit& unit,
                  const std::vector<ServiceRun>& runs) const;

    const CampaignPlan& m_plan;
    const CampaignFiles& m_files;
};

} // namespace aisprint::profiling
