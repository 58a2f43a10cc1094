// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/campaign.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// The folder of a campaign: where each test lies, what of it is done, and a lock on the whole.
class CampaignFiles {
public:
    /// The folder as it is, to be read; it is not locked.
    explicit CampaignFiles(const CampaignPlan& plan) : m_folder(plan.folder) {}

    /// Makes the folder and locks it. A folder of another campaign is refused, or, with
    /// Restart::yes, emptied. Fails (input, PRF062, PRF063), (io).
    [[nodiscard]] static Result<CampaignFiles> open(const CampaignPlan& plan, Restart restart);

    CampaignFiles(CampaignFiles&&) noexcept;
    CampaignFiles& operator=(CampaignFiles&&) = delete;
    ~CampaignFiles();

    /// Folder of a deployment, of its tests of a unit, and of one test.
    [[nodiscard]] std::filesystem::path deployment(std::size_t deployment) const;
    [[nodiscard]] std::filesystem::path tests(std::size_t deployment,
                                              const std::string& unit) const;
    [[nodiscard]] std::filesystem::path test(const TestId& id) const;

    /// Where the backend keeps what it needs between runs.
    [[nodiscard]] std::filesystem::path work() const;

    /// True if a test is done.
    [[nodiscard]] bool is_done(const TestId& id) const;

    /// Writes the time tables of a test, its record, and then `done`.
    [[nodiscard]] Result<void> write_test(const TestId& id,
                                          const Run& run,
                                          const std::vector<std::string>& services,
                                          const RunOutcome& outcome) const;

    /// The jobs of a service that succeeded in a test that is done.
    [[nodiscard]] Result<std::vector<JobRecord>> read_jobs(const TestId& id,
                                                           const std::string& service) const;

private:
    std::filesystem::path m_folder;
    int m_lock = -1;
};

/// What makes two campaigns the same: inputs, batches, units with their demands, levels.
[[nodiscard]] std::string fingerprint_of(const CampaignPlan& plan);

} // namespace aisprint::profiling
