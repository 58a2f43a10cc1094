// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/file_lock.hpp"
#include "aisprint/profiling/campaign.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// How the jobs of a service ended.
struct JobCounts {
    std::size_t succeeded = 0;
    std::size_t failed = 0;
};

/// What the record of a test that is done tells. Records of earlier versions lack some of it.
struct TestRecord {
    std::string started; ///< UTC, 2023-06-01T10:00:00Z
    std::string finished;
    std::vector<std::string> health; ///< why it is degraded; empty: it is not
    std::string oversubscribed;      ///< how it asked for more than there was, or empty
    std::vector<Upload> uploads;
    std::map<std::string, JobCounts> jobs; ///< by service
};

/// Now, in UTC, as records have it.
[[nodiscard]] std::string utc_text_of_now();

/// The folder of a campaign: where each test lies, what of it is done, and a lock on the whole.
class CampaignFiles {
public:
    /// The folder as it is, to be read; it is not locked.
    explicit CampaignFiles(const CampaignPlan& plan) : m_folder(plan.folder) {}

    /// Keeps other campaigns out of the folder, which is there. Fails (input, PRF062), (io).
    [[nodiscard]] static Result<FileLock> lock(const CampaignPlan& plan);

    /// Makes the folder and locks it. A folder of another campaign is refused: one with another
    /// plan, another backend, or other designs (on clusters: images). With Restart::yes, what was
    /// measured is thrown away. Fails (input, PRF062, PRF063), (io).
    [[nodiscard]] static Result<CampaignFiles> open(const CampaignPlan& plan,
                                                    const CampaignOptions& options);

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
                                          const std::string& started,
                                          const RunOutcome& outcome) const;

    /// The record of a test that is done. Fails (io), (input, PRF041).
    [[nodiscard]] Result<TestRecord> read_record(const TestId& id) const;

    /// True if the results of tests are newer than all of these tests and the run parameters.
    [[nodiscard]] bool results_are_current(std::size_t deployment, const std::string& unit) const;

    /// The jobs of a service that succeeded in a test that is done.
    [[nodiscard]] Result<std::vector<JobRecord>> read_jobs(const TestId& id,
                                                           const std::string& service) const;

    /// Those that did not.
    [[nodiscard]] Result<std::vector<JobRecord>> read_failed_jobs(const TestId& id,
                                                                  const std::string& service) const;

private:
    std::filesystem::path m_folder;
    FileLock m_lock;
};

/// What makes two plans the same: inputs, batches, units with their demands, levels.
[[nodiscard]] std::string fingerprint_of(const CampaignPlan& plan);

} // namespace aisprint::profiling
