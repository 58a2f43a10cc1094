// SPDX-License-Identifier: Apache-2.0
#include "function_log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <tuple>

namespace aisprint::profiling {

namespace {

using clients::OscarJobStatus;

constexpr std::string_view k_request = " RequestId: ";
constexpr std::string_view k_blanks = " \t\r\n";

/// The word that follows a mark, or nothing.
std::string_view word_after(std::string_view text, std::string_view mark) {
    const std::size_t place = text.find(mark);
    if (place == std::string_view::npos) {
        return {};
    }
    text.remove_prefix(place + mark.size());
    return text.substr(0, text.find_first_of(k_blanks));
}

/// "Init Duration: 150.12 ms" of a report, in seconds.
std::optional<double> init_of(std::string_view report) {
    constexpr double k_per_second = 1000;
    const std::string_view digits = word_after(report, "Init Duration: ");
    double value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
        return std::nullopt;
    }
    return value / k_per_second;
}

std::chrono::sys_seconds to_seconds(clients::LogMoment moment) {
    return std::chrono::floor<std::chrono::seconds>(moment);
}

} // namespace

void read_function_log(const std::vector<clients::LogEvent>& events, FunctionCalls& calls) {
    for (const clients::LogEvent& event : events) {
        const std::string_view line = event.message;
        const std::string_view kind = line.substr(0, line.find(' '));
        if (kind != "START" && kind != "END" && kind != "REPORT") {
            continue;
        }
        const std::string_view request = word_after(line, k_request);
        if (request.empty() || !line.substr(kind.size()).starts_with(k_request)) {
            continue; // a line of the function that begins alike
        }
        FunctionCall& call = calls[std::string(request)];
        if (kind == "START") {
            call.start = call.start ? std::min(*call.start, event.time) : event.time;
            if (call.end && *call.end <= event.time) {
                call.end.reset(); // AWS tries failed calls again
                call.has_failed = false;
            }
        } else if (kind == "END") {
            call.end = call.end ? std::max(*call.end, event.time) : event.time;
        } else {
            const std::string_view status = word_after(line, "Status: ");
            call.has_failed = !status.empty() && status != "success";
            if (const auto init = init_of(line)) {
                call.init_seconds = init;
            }
        }
    }
}

clients::OscarJob to_job(const std::string& request, const FunctionCall& call) {
    clients::OscarJob job;
    job.name = request;
    job.status = OscarJobStatus::running;
    if (call.start) {
        job.creation = to_seconds(*call.start);
        job.start = job.creation;
    }
    if (call.start && call.end) {
        job.finish = to_seconds(*call.end);
        job.status = call.has_failed ? OscarJobStatus::failed : OscarJobStatus::succeeded;
    }
    return job;
}

std::vector<JobRecord> make_function_records(const std::string& service,
                                             const std::string& resource,
                                             const std::map<std::string, clients::OscarJob>& jobs,
                                             const FunctionCalls& calls) {
    std::vector<JobRecord> records;
    for (const auto& [request, job] : jobs) {
        JobRecord record;
        record.name = request;
        record.service = service;
        record.resource = resource;
        const auto call = calls.find(request);
        if (call != calls.end()) {
            record.job_create = call->second.start;
            record.job_finish = call->second.end;
            record.init_seconds = call->second.init_seconds;
        }
        if (job.status != OscarJobStatus::succeeded) {
            record.status =
                job.status == OscarJobStatus::failed ? JobStatus::failed : JobStatus::timed_out;
            record.exit_code = 1; // functions tell no other
        }
        records.push_back(std::move(record));
    }
    std::sort(records.begin(), records.end(), [](const JobRecord& a, const JobRecord& b) {
        return std::tie(a.job_create, a.name) < std::tie(b.job_create, b.name);
    });
    return records;
}

void check_calls(const std::string& unit,
                 const std::vector<JobRecord>& calls,
                 std::vector<std::string>& health) {
    const auto failed = std::ranges::count_if(
        calls, [](const JobRecord& call) { return call.status != JobStatus::succeeded; });
    if (failed > 0) {
        health.push_back(fmt::format("{}: {} of {} calls failed", unit, failed, calls.size()));
    }
}

} // namespace aisprint::profiling
