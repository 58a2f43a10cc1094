// SPDX-License-Identifier: Apache-2.0
#include "run_health.hpp"

#include "aisprint/profiling/results.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::profiling {

namespace {

constexpr double k_long_wait_seconds = 1;

} // namespace

void check_health(const RunService& service,
                  const std::vector<JobRecord>& jobs,
                  std::vector<std::string>& health) {
    const std::string& id = service.unit->id;
    const auto failed = std::count_if(jobs.begin(), jobs.end(), [](const JobRecord& job) {
        return job.status != JobStatus::succeeded;
    });
    if (failed > 0) {
        health.push_back(fmt::format("{}: {} of {} jobs failed", id, failed, jobs.size()));
    }
    // without a log that tells of the script, it is not known what a job wrote
    const auto silent = std::count_if(jobs.begin(), jobs.end(), [](const JobRecord& job) {
        return job.status == JobStatus::succeeded && job.output_keys.empty() && job.script_end;
    });
    if (silent > 0) {
        health.push_back(fmt::format("{}: {} of {} jobs wrote nothing", id, silent, jobs.size()));
    }
    const std::size_t asked = static_cast<std::size_t>(service.parallelism);
    const std::size_t reached = actual_parallelism(jobs);
    if (reached > asked) {
        health.push_back(
            fmt::format("{}: {} jobs ran at once, {} were asked for", id, reached, asked));
    }
    // fewer are no fault when there was nothing more to do
    const bool waited = std::any_of(jobs.begin(), jobs.end(), [](const JobRecord& job) {
        return times_of(job).wait.value_or(0) > k_long_wait_seconds;
    });
    if (waited && reached < std::min(asked, jobs.size())) {
        health.push_back(fmt::format("{}: never more than {} jobs at once, {} were asked for", id,
                                     reached, asked));
    }
}

} // namespace aisprint::profiling
