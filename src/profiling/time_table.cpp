// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/time_table.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <array>
#include <charconv>

namespace aisprint::profiling {

namespace {

using Json = nlohmann::ordered_json;
using std::chrono::microseconds;

constexpr int k_indent = 4;

/// A field of a time table: its key and where it is kept.
struct MomentField {
    const char* key;
    std::optional<Moment> JobRecord::*member;
};
constexpr std::array<MomentField, 6> k_moments{{{"job_create", &JobRecord::job_create},
                                                {"pod_create", &JobRecord::pod_create},
                                                {"job_start", &JobRecord::job_start},
                                                {"bash_script_start", &JobRecord::script_start},
                                                {"bash_script_end", &JobRecord::script_end},
                                                {"job_finish", &JobRecord::job_finish}}};

/// Fields that are not written unless they are known.
constexpr std::array<MomentField, 2> k_supervisor{
    {{"supervisor_start", &JobRecord::supervisor_start},
     {"supervisor_end", &JobRecord::supervisor_end}}};

/// Reads `digits` digits at the start of `text` and drops them with the separator behind them.
bool take_number(std::string_view& text, std::size_t digits, char separator, int& value) {
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + std::min(digits, text.size()), value);
    if (error != std::errc{} || end != text.data() + digits) {
        return false;
    }
    text.remove_prefix(digits);
    if (separator != '\0') {
        if (text.empty() || text.front() != separator) {
            return false;
        }
        text.remove_prefix(1);
    }
    return true;
}

/// Digits behind the point as microseconds; further ones are cut off.
std::optional<microseconds> parse_fraction(std::string_view digits) {
    if (digits.empty() || digits.find_first_not_of("0123456789") != std::string_view::npos) {
        return std::nullopt;
    }
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 6; ++i) {
        value = 10 * value + (i < digits.size() ? digits[i] - '0' : 0);
    }
    return microseconds(value);
}

std::optional<double> seconds_between(const std::optional<Moment>& begin,
                                      const std::optional<Moment>& end) {
    if (!begin || !end) {
        return std::nullopt;
    }
    return std::chrono::duration<double>(*end - *begin).count();
}

JobStatus parse_status(const std::string& word) {
    for (const JobStatus status :
         {JobStatus::failed, JobStatus::out_of_memory, JobStatus::timed_out}) {
        if (to_string(status) == word) {
            return status;
        }
    }
    return JobStatus::succeeded;
}

Json to_json(const JobRecord& job) {
    Json entry{{"service", job.service}, {"resource", job.resource}, {"node", job.node}};
    for (const MomentField& field : k_moments) {
        const std::optional<Moment>& moment = job.*field.member;
        entry[field.key] = moment ? Json(to_text(*moment)) : Json(nullptr);
    }
    entry["status"] = to_string(job.status);
    entry["exit_code"] = job.exit_code;
    entry["input_key"] = job.input_key;
    entry["output_keys"] = job.output_keys;
    entry["output_bytes"] = job.output_bytes;
    entry["cpu_seconds"] = job.cpu_seconds;
    entry["peak_memory_bytes"] = job.peak_memory_bytes;
    if (job.interval) {
        entry["interval"] = *job.interval;
        entry["response_code"] = job.response_code;
    }
    if (job.init_seconds) {
        entry["init_seconds"] = *job.init_seconds;
    }
    for (const MomentField& field : k_supervisor) {
        if (const std::optional<Moment>& moment = job.*field.member) {
            entry[field.key] = to_text(*moment);
        }
    }
    return entry;
}

/// The value under `key` if it is there and of that type, else the fallback.
template <class T>
T value_or(const Json& entry, const char* key, T fallback) {
    const auto found = entry.find(key);
    if constexpr (std::is_same_v<T, std::string>) {
        return found != entry.end() && found->is_string() ? found->get<std::string>() : fallback;
    } else {
        return found != entry.end() && found->is_number() ? found->get<T>() : fallback;
    }
}

/// Reads numbers that are written as texts, too: the reference writes intervals so.
std::optional<int> interval_of(const Json& entry) {
    const auto found = entry.find("interval");
    if (found == entry.end()) {
        return std::nullopt;
    }
    if (found->is_number_integer()) {
        return found->get<int>();
    }
    int value = 0;
    const std::string text = found->is_string() ? found->get<std::string>() : "";
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional<int>(value)
                                                                    : std::nullopt;
}

class TableReader {
public:
    explicit TableReader(const SourceFile& source) : m_source(source) {}

    JobRecord read(const std::string& name, const Json& entry) {
        JobRecord job;
        job.name = name;
        if (!entry.is_object()) {
            add(fmt::format("job '{}' is no object", name));
            return job;
        }
        job.service = value_or<std::string>(entry, "service", {});
        job.resource = value_or<std::string>(entry, "resource", {});
        job.node = value_or<std::string>(entry, "node", {});
        for (const MomentField& field : k_moments) {
            job.*field.member = read_moment(name, entry, field.key);
        }
        for (const MomentField& field : k_supervisor) {
            job.*field.member = read_moment(name, entry, field.key);
        }
        job.status = parse_status(value_or<std::string>(entry, "status", {}));
        job.exit_code = value_or<int>(entry, "exit_code", 0);
        job.input_key = value_or<std::string>(entry, "input_key", {});
        if (const auto keys = entry.find("output_keys"); keys != entry.end() && keys->is_array()) {
            for (const Json& key : *keys) {
                if (key.is_string()) {
                    job.output_keys.push_back(key.get<std::string>());
                }
            }
        }
        job.output_bytes = value_or<std::uint64_t>(entry, "output_bytes", 0);
        job.cpu_seconds = value_or<double>(entry, "cpu_seconds", 0);
        job.peak_memory_bytes = value_or<std::uint64_t>(entry, "peak_memory_bytes", 0);
        job.interval = interval_of(entry);
        job.response_code = value_or<std::string>(entry, "response_code", {});
        if (const auto init = entry.find("init_seconds");
            init != entry.end() && init->is_number()) {
            job.init_seconds = init->get<double>();
        }
        return job;
    }

    [[nodiscard]] std::vector<Diagnostic> take() { return std::move(m_found); }

private:
    std::optional<Moment> read_moment(const std::string& name, const Json& entry, const char* key) {
        const auto found = entry.find(key);
        // the reference writes an empty text for what it does not know
        if (found == entry.end() || found->is_null() ||
            (found->is_string() && found->get_ref<const std::string&>().empty())) {
            return std::nullopt;
        }
        const std::string text = found->is_string() ? found->get<std::string>() : found->dump();
        const auto moment = parse_moment(text);
        if (!moment) {
            add(fmt::format("{} of job '{}' is '{}', not YYYY-MM-DD HH:MM:SS[.ffffff]", key, name,
                            text));
        }
        return moment;
    }

    void add(std::string message) {
        m_found.push_back(make_error_in(m_source.name(), "PRF040", std::move(message),
                                        "delete the run's folder and repeat the run"));
    }

    const SourceFile& m_source;
    std::vector<Diagnostic> m_found;
};

} // namespace

std::string to_text(Moment moment) {
    const auto day = std::chrono::floor<std::chrono::days>(moment);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss<microseconds> time(moment - day);
    std::string text =
        fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                    time.hours().count(), time.minutes().count(), time.seconds().count());
    if (time.subseconds().count() != 0) {
        text += fmt::format(".{:06}", time.subseconds().count());
    }
    return text;
}

std::optional<Moment> parse_moment(std::string_view text) {
    int year = 0;
    int month = 0;
    int day = 0;
    int hour = 0;
    int minute = 0;
    int second = 0;
    if (!take_number(text, 4, '-', year) || !take_number(text, 2, '-', month) ||
        !take_number(text, 2, ' ', day) || !take_number(text, 2, ':', hour) ||
        !take_number(text, 2, ':', minute) || !take_number(text, 2, '\0', second)) {
        return std::nullopt;
    }
    microseconds fraction(0);
    if (!text.empty()) {
        const auto parsed = text.front() == '.' ? parse_fraction(text.substr(1)) : std::nullopt;
        if (!parsed) {
            return std::nullopt;
        }
        fraction = *parsed;
    }
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) {
        return std::nullopt;
    }
    return Moment(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
           std::chrono::minutes(minute) + std::chrono::seconds(second) + fraction;
}

std::string to_string(JobStatus status) {
    switch (status) {
    case JobStatus::succeeded:
        return "Succeeded";
    case JobStatus::failed:
        return "Failed";
    case JobStatus::out_of_memory:
        return "OOMKilled";
    case JobStatus::timed_out:
        return "TimedOut";
    }
    return {};
}

JobTimes times_of(const JobRecord& job) {
    return {seconds_between(job.job_create, job.job_finish),
            seconds_between(job.job_create, job.pod_create),
            seconds_between(job.pod_create, job.job_start),
            seconds_between(job.job_start, job.script_start),
            seconds_between(job.script_start, job.script_end),
            seconds_between(job.script_end, job.job_finish)};
}

std::string to_time_table(const std::vector<JobRecord>& jobs) {
    // as one JSON object would be written, which looks for every new key among all others;
    // names of files need not be UTF-8
    const auto text_of = [](const Json& json, int indent) {
        return json.dump(indent, ' ', false, Json::error_handler_t::replace);
    };
    std::string text = "{";
    for (const JobRecord& job : jobs) {
        text += text.size() == 1 ? "\n" : ",\n";
        text += std::string(k_indent, ' ') + text_of(job.name, -1) + ": ";
        for (const char c : text_of(to_json(job), k_indent)) {
            text += c;
            if (c == '\n') {
                text.append(k_indent, ' ');
            }
        }
    }
    return text + (jobs.empty() ? "}\n" : "\n}\n");
}

Result<std::vector<JobRecord>> parse_time_table(const SourceFile& source) {
    TableReader reader(source);
    std::vector<JobRecord> jobs;
    std::string name;
    // each job is taken as soon as it is read: a whole object would look for every key among all
    const auto take = [&](int depth, Json::parse_event_t event, Json& parsed) {
        if (depth != 1) {
            return true;
        }
        if (event == Json::parse_event_t::key) {
            name = parsed.get<std::string>();
            return true;
        }
        const bool is_whole = event == Json::parse_event_t::object_end ||
                              event == Json::parse_event_t::array_end ||
                              event == Json::parse_event_t::value;
        if (is_whole) {
            jobs.push_back(reader.read(name, parsed));
        }
        return !is_whole;
    };
    const Json document = Json::parse(source.text(), take, false);
    if (!document.is_object()) {
        return fail(ErrorKind::input,
                    make_error_in(source.name(), "PRF040", "no JSON object of jobs",
                                  "delete the run's folder and repeat the run"));
    }
    if (std::vector<Diagnostic> found = reader.take(); !found.empty()) {
        return fail(ErrorKind::input, std::move(found));
    }
    return jobs;
}

} // namespace aisprint::profiling
