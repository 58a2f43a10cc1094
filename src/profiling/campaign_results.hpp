// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "campaign_files.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Whether results were written, or were there and still those of the tests.
enum class Written { now, before };

/// Makes tables of the tests of a campaign that are done.
class CampaignResults {
public:
    CampaignResults(const CampaignPlan& plan, const CampaignFiles& files)
        : m_plan(plan), m_files(files) {}

    /// The tables of the full workflow of a deployment. Fails (io, input).
    [[nodiscard]] Result<Written> write_full(std::size_t deployment) const;

    /// The tables of a unit tested alone; those of the full workflow if it was not. They are
    /// written only if they are older than what they are made of.
    [[nodiscard]] Result<UnitResult>
    write_unit(std::size_t deployment, std::size_t unit, Written& written) const;

    /// The runs of a unit: alone, or of the full workflow if it was not tested alone.
    [[nodiscard]] Result<std::vector<ServiceRun>> read_unit(std::size_t deployment,
                                                            const Unit& unit) const;

private:
    [[nodiscard]] std::string tests_of(const Unit& unit) const;
    [[nodiscard]] Result<std::vector<ServiceRun>>
    read_runs(std::size_t deployment, const std::string& tests, const Unit& unit) const;
    [[nodiscard]] Result<double> mean_output_kb(std::size_t deployment, const Unit& unit) const;
    [[nodiscard]] Result<void>
    read_health(std::size_t deployment, const std::string& tests, UnitResult& result) const;
    void measure(const Unit& unit, const std::vector<ServiceRun>& runs, UnitResult& result) const;
    [[nodiscard]] Result<void> write_service(std::size_t deployment,
                                             const std::string& tests,
                                             const Unit& unit,
                                             const std::vector<ServiceRun>& runs,
                                             const UnitResult& result) const;

    const CampaignPlan& m_plan;
    const CampaignFiles& m_files;
};

} // namespace aisprint::profiling
