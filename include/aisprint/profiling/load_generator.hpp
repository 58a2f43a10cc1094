// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/parameters.hpp"
#include "aisprint/profiling/time_table.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// How requests follow each other.
enum class LoadTiming { constant, exponential };

/// A load of requests: intervals one after the other.
struct LoadPlan {
    std::vector<Interval> intervals;
    LoadTiming timing = LoadTiming::constant;
    std::chrono::milliseconds connect_timeout{0}; ///< 0: none
    std::chrono::milliseconds request_timeout{0}; ///< of the whole request; 0: none
    std::uint64_t seed = 1;
};

/// When the requests of an interval are due, in seconds after it begins. The rate rises in a line
/// over the ramp-up, and stays for the duration.
[[nodiscard]] std::vector<double>
plan_arrivals(const Interval& interval, LoadTiming timing, std::uint64_t seed);

/// A request that is to be sent.
struct LoadRequest {
    std::size_t number = 0;   ///< from 0, over all intervals
    std::size_t interval = 0; ///< from 0
    std::chrono::milliseconds connect_timeout{0};
    std::chrono::milliseconds request_timeout{0};
};

/// What came of it.
struct LoadAnswer {
    std::string code = "200"; ///< of HTTP, or what JMeter writes if there is none
    std::string message = "OK";
    std::uint64_t bytes = 0;
    std::uint64_t sent_bytes = 0;
    std::chrono::milliseconds latency{0}; ///< until the first byte
    std::chrono::milliseconds connect{0};
};

/// Sends a request and waits for its answer, not longer than its timeouts; called by many threads
/// at once. A stop ends the wait.
using SendRequest = std::function<LoadAnswer(const LoadRequest&, const std::stop_token&)>;

/// The answer that stands for one that did not come in time, in JMeter's words.
[[nodiscard]] LoadAnswer timed_out_answer();

/// A request that was sent: a row of JMeter's file of results.
struct LoadSample {
    std::size_t number = 0; ///< of the request
    Moment start;
    std::chrono::milliseconds elapsed{0};
    int interval = 1;       ///< from 1
    std::size_t thread = 1; ///< of the interval, from 1
    std::size_t busy = 1;   ///< requests under way as it was sent, itself included
    LoadAnswer answer;

    [[nodiscard]] bool accepted() const { return answer.code == "200"; }
};

/// What a load gave.
struct LoadResult {
    std::vector<LoadSample> samples; ///< in the order in which they were sent
    /// Requests that were due and not sent, by interval, since all threads of it were busy until
    /// its end.
    std::vector<std::size_t> missed;
    bool interrupted = false;
};

/// Sends the requests of a plan when they are due, whether or not earlier ones are answered, but
/// not more at once than the interval has threads: one that is due while all are busy waits for the
/// first that is free. An interval ends with its time; what is under way is waited for. Answers
/// that come after the request's timeout count as timed out.
[[nodiscard]] LoadResult
generate_load(const LoadPlan& plan, const SendRequest& send, const std::stop_token& stop);

/// The samples as JMeter writes them (jmeter_results.csv).
[[nodiscard]] std::string jmeter_csv(const std::vector<LoadSample>& samples,
                                     const std::string& url);

/// Reads such a file, ours or JMeter's: start, elapsed, response code, interval (the third word of
/// the thread's name); other columns may be missing. Fails (input, PRF084) with every row that
/// cannot be read.
[[nodiscard]] Result<std::vector<LoadSample>> parse_jmeter_csv(const SourceFile& source);

/// How many requests were rejected (not answered with 200), and how many there were, in two lines.
[[nodiscard]] std::string load_text(const std::vector<LoadSample>& samples);

} // namespace aisprint::profiling
