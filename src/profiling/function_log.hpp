// SPDX-License-Identifier: Apache-2.0
// What the log of an AWS Lambda function tells of its calls. Pure functions.
#pragma once

#include "aisprint/clients/cloudwatch_client.hpp"
#include "aisprint/clients/oscar_client.hpp"
#include "aisprint/profiling/time_table.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// A call of a function, all its attempts together.
struct FunctionCall {
    std::optional<clients::LogMoment> start; ///< of the first attempt
    std::optional<clients::LogMoment> end;   ///< of the last attempt; nothing while it runs
    std::optional<double> init_seconds; ///< what a new instance took before the call: a cold start
    bool has_failed = false;            ///< the last attempt has
};

/// Calls by the number of their request.
using FunctionCalls = std::map<std::string, FunctionCall>;

/// Reads START, END and REPORT lines, of all streams of a function and in the order of time, into
/// `calls`; other lines are the function's own.
void read_function_log(const std::vector<clients::LogEvent>& events, FunctionCalls& calls);

/// A call as OSCAR would tell of a job; in whole seconds, as those are.
[[nodiscard]] clients::OscarJob to_job(const std::string& request, const FunctionCall& call);

/// Records of these jobs, sorted by their creation. Only creation, end and cold start are known.
[[nodiscard]] std::vector<JobRecord>
make_function_records(const std::string& service,
                      const std::string& resource,
                      const std::map<std::string, clients::OscarJob>& jobs,
                      const FunctionCalls& calls);

/// Adds to `health` why calls of a function make their run a degraded one: calls that failed. How
/// many run at once is not ours to say.
void check_calls(const std::string& unit,
                 const std::vector<JobRecord>& calls,
                 std::vector<std::string>& health);

} // namespace aisprint::profiling
