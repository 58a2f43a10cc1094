// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/load_generator.hpp"

#include "random.hpp"

#include "aisprint/base/csv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace aisprint::profiling {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* k_header =
    "timeStamp,elapsed,label,responseCode,responseMessage,threadName,dataType,success,"
    "failureMessage,bytes,sentBytes,grpThreads,allThreads,URL,Latency,IdleTime,Connect\n";
/// What JMeter writes when an answer takes too long.
constexpr const char* k_timeout_code = "Non HTTP response code: java.net.SocketTimeoutException";
constexpr const char* k_timeout_message = "Non HTTP response message: Read timed out";
constexpr double k_seconds_per_minute = 60;

Clock::duration to_duration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

/// When so many requests are due in all: the inverse of the integral of the rate.
double due_time(double count, double rate, double ramp_up) {
    const double in_ramp = rate * ramp_up / 2;
    return count < in_ramp ? std::sqrt(2 * count * ramp_up / rate)
                           : ramp_up + (count - in_ramp) / rate;
}

/// One interval of a load: threads that take what is due, one after the other.
class IntervalRun {
public:
    IntervalRun(const LoadPlan& plan,
                std::size_t number,
                std::size_t first_request,
                const SendRequest& send,
                const std::stop_token& stop)
        : m_plan(plan), m_interval(plan.intervals[number]), m_number(number),
          m_first(first_request), m_send(send), m_stop(stop),
          m_arrivals(plan_arrivals(m_interval, plan.timing, plan.seed + number)),
          m_begin(Clock::now()),
          m_end(m_begin + to_duration(m_interval.ramp_up_seconds + m_interval.duration_seconds)) {}

    /// Returns when the interval is over and nothing is under way any more.
    std::vector<LoadSample> run() {
        {
            std::vector<std::jthread> threads;
            const auto count = static_cast<std::size_t>(std::max(1, m_interval.threads));
            for (std::size_t t = 0; t < std::min(count, m_arrivals.size()); ++t) {
                threads.emplace_back([this, t] { serve(t + 1); });
            }
        }
        wait_until(m_end);
        std::sort(m_samples.begin(), m_samples.end(),
                  [](const LoadSample& a, const LoadSample& b) { return a.start < b.start; });
        return std::move(m_samples);
    }

    [[nodiscard]] std::size_t arrivals() const { return m_arrivals.size(); }
    [[nodiscard]] std::size_t missed() const { return m_missed; }

private:
    void serve(std::size_t thread) {
        for (;;) {
            const std::size_t next = m_next++;
            if (next >= m_arrivals.size() || !wait_until(m_begin + to_duration(m_arrivals[next]))) {
                return;
            }
            if (Clock::now() >= m_end) {
                ++m_missed;
                continue;
            }
            send(thread, m_first + next);
        }
    }

    void send(std::size_t thread, std::size_t number) {
        LoadSample sample;
        sample.number = number;
        sample.interval = static_cast<int>(m_number) + 1;
        sample.thread = thread;
        sample.busy = ++m_busy;
        sample.start = std::chrono::time_point_cast<std::chrono::microseconds>(
            std::chrono::system_clock::now());
        const Clock::time_point begin = Clock::now();
        sample.answer =
            m_send({number, m_number, m_plan.connect_timeout, m_plan.request_timeout}, m_stop);
        sample.elapsed = std::chrono::round<std::chrono::milliseconds>(Clock::now() - begin);
        --m_busy;
        if (m_plan.request_timeout.count() > 0 && sample.accepted() &&
            sample.elapsed > m_plan.request_timeout) {
            sample.answer = timed_out_answer();
        }
        const std::scoped_lock lock(m_mutex);
        m_samples.push_back(std::move(sample));
    }

    /// False if a stop was asked for before.
    bool wait_until(Clock::time_point moment) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any never;
        never.wait_until(lock, m_stop, moment, [] { return false; });
        return !m_stop.stop_requested();
    }

    const LoadPlan& m_plan;
    const Interval& m_interval;
    std::size_t m_number;
    std::size_t m_first;
    const SendRequest& m_send;
    std::stop_token m_stop;
    std::vector<double> m_arrivals;
    Clock::time_point m_begin;
    Clock::time_point m_end;
    std::atomic<std::size_t> m_next{0};
    std::atomic<std::size_t> m_busy{0};
    std::atomic<std::size_t> m_missed{0};
    std::mutex m_mutex;
    std::vector<LoadSample> m_samples;
};

/// A row of a CSV file and the line on which it begins, from 1.
struct CsvRow {
    std::size_t line = 1;
    std::vector<std::string> fields;
};

/// The rows of a CSV file; fields in quotes may hold commas and line ends.
std::vector<CsvRow> csv_rows(std::string_view text) {
    std::vector<CsvRow> rows;
    CsvRow row;
    std::string field;
    std::size_t line = 1;
    bool inside = false;
    const auto end_row = [&] {
        if (!row.fields.empty() || !field.empty()) {
            row.fields.push_back(std::move(field));
            rows.push_back(std::move(row));
        }
        row = CsvRow{line, {}};
        field.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        line += c == '\n' ? 1U : 0U;
        if (inside && c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
            field += '"';
            ++i;
        } else if (c == '"') {
            inside = !inside;
        } else if (inside || (c != ',' && c != '\n' && c != '\r')) {
            field += c;
        } else if (c == ',') {
            row.fields.push_back(std::move(field));
            field.clear();
        } else if (c == '\n') {
            end_row();
        }
    }
    end_row();
    return rows;
}

std::optional<std::int64_t> whole_number(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, reason] = std::from_chars(text.data(), text.data() + text.size(), value);
    return reason == std::errc() && end == text.data() + text.size()
               ? std::optional<std::int64_t>(value)
               : std::nullopt;
}

/// The interval in a thread's name, `Thread Group 2 2-7`: its third word.
std::optional<std::int64_t> interval_of(const std::string& thread) {
    std::size_t begin = 0;
    for (int word = 0; word < 2; ++word) {
        begin = thread.find(' ', begin);
        if (begin == std::string::npos) {
            return std::nullopt;
        }
        begin = thread.find_first_not_of(' ', begin);
    }
    if (begin == std::string::npos) {
        return std::nullopt;
    }
    return whole_number(thread.substr(begin, thread.find(' ', begin) - begin));
}

} // namespace

LoadAnswer timed_out_answer() {
    LoadAnswer answer;
    answer.code = k_timeout_code;
    answer.message = k_timeout_message;
    return answer;
}

std::vector<double> plan_arrivals(const Interval& interval, LoadTiming timing, std::uint64_t seed) {
    const double rate = interval.throughput_per_minute / k_seconds_per_minute;
    const double end = interval.ramp_up_seconds + interval.duration_seconds;
    std::vector<double> arrivals;
    if (rate <= 0) {
        return arrivals;
    }
    Random random(seed);
    const auto step = [&] {
        return timing == LoadTiming::constant ? 1.0 : -std::log(random.unit());
    };
    double count = timing == LoadTiming::constant ? 0.0 : step();
    for (double due = due_time(count, rate, interval.ramp_up_seconds); due < end;
         due = due_time(count, rate, interval.ramp_up_seconds)) {
        arrivals.push_back(due);
        count += step();
    }
    return arrivals;
}

LoadResult
generate_load(const LoadPlan& plan, const SendRequest& send, const std::stop_token& stop) {
    LoadResult result;
    std::size_t requests = 0;
    for (std::size_t i = 0; i < plan.intervals.size() && !stop.stop_requested(); ++i) {
        IntervalRun interval(plan, i, requests, send, stop);
        std::vector<LoadSample> samples = interval.run();
        requests += interval.arrivals();
        result.missed.push_back(interval.missed());
        result.samples.insert(result.samples.end(), samples.begin(), samples.end());
    }
    result.interrupted = stop.stop_requested();
    return result;
}

std::string jmeter_csv(const std::vector<LoadSample>& samples, const std::string& url) {
    std::string text = k_header;
    for (const LoadSample& sample : samples) {
        const auto start = std::chrono::floor<std::chrono::milliseconds>(sample.start);
        text += fmt::format("{},{},HTTP Request,{},{},Thread Group {} {}-{},text,{},,{},{},{},{},"
                            "{},{},0,{}\n",
                            start.time_since_epoch().count(), sample.elapsed.count(),
                            csv_field(sample.answer.code), csv_field(sample.answer.message),
                            sample.interval, sample.interval, sample.thread,
                            sample.accepted() ? "true" : "false", sample.answer.bytes,
                            sample.answer.sent_bytes, sample.busy, sample.busy, csv_field(url),
                            sample.answer.latency.count(), sample.answer.connect.count());
    }
    return text;
}

Result<std::vector<LoadSample>> parse_jmeter_csv(const SourceFile& source) {
    constexpr std::size_t k_code = 3;
    constexpr std::size_t k_thread = 5;
    std::vector<LoadSample> samples;
    std::vector<Diagnostic> errors;
    const std::vector<CsvRow> rows = csv_rows(source.text());
    for (std::size_t r = 1; r < rows.size(); ++r) { // the first is the header
        const std::vector<std::string>& fields = rows[r].fields;
        const auto start = fields.size() > k_thread ? whole_number(fields[0]) : std::nullopt;
        const auto elapsed = fields.size() > k_thread ? whole_number(fields[1]) : std::nullopt;
        const auto interval =
            fields.size() > k_thread ? interval_of(fields[k_thread]) : std::nullopt;
        if (!start || !elapsed || !interval || *elapsed < 0 || *interval < 1) {
            errors.push_back(make_error_at(
                source, Span{source.name(), rows[r].line, 1, 0}, "PRF084",
                "no row of a result of JMeter: a start and a time in ms, a label, a code, a "
                "message and 'Thread Group K' are needed",
                "delete the run's folder and repeat the run"));
            continue;
        }
        LoadSample sample;
        sample.number = samples.size();
        sample.start = Moment(std::chrono::milliseconds(*start));
        sample.elapsed = std::chrono::milliseconds(*elapsed);
        sample.answer.code = fields[k_code];
        sample.answer.message = fields[k_code + 1];
        sample.interval = static_cast<int>(*interval);
        samples.push_back(std::move(sample));
    }
    if (!errors.empty()) {
        return fail(ErrorKind::input, std::move(errors));
    }
    return samples;
}

std::string load_text(const std::vector<LoadSample>& samples) {
    const auto rejected = std::count_if(samples.begin(), samples.end(),
                                        [](const LoadSample& one) { return !one.accepted(); });
    return fmt::format("Rejected requests:  {}\nTotal requests:  {}\n", rejected, samples.size());
}

} // namespace aisprint::profiling
