// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/load_generator.hpp"
#include "aisprint/profiling/time_table.hpp"

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Where those who sent a request wait for the end of its job.
class AnswerDesk {
public:
    /// The job of an object ended.
    void answer(const std::string& key, const JobRecord& job);

    /// Waits for the end of the job of an object, not longer than `timeout` (0: for ever). 200 if
    /// it succeeded, else 500, or 503 after a stop.
    [[nodiscard]] LoadAnswer
    wait(const std::string& key, std::chrono::milliseconds timeout, const std::stop_token& stop);

private:
    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::map<std::string, LoadAnswer> m_answers; ///< by object
};

/// Gives the jobs of the first service the interval and the code of their requests (keys by number
/// of request). Jobs whose answer came too late count as timed out.
void mark_jobs(const LoadResult& load,
               const std::map<std::size_t, std::string>& keys,
               std::vector<JobRecord>& jobs);

/// What is wrong with a load: requests that were not sent, or not accepted.
[[nodiscard]] std::vector<std::string> load_health(const LoadResult& load, const std::string& unit);

} // namespace aisprint::profiling
