// SPDX-License-Identifier: Apache-2.0
#include "answer_desk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::profiling {

namespace {

LoadAnswer failed(const std::string& code, const std::string& message) {
    LoadAnswer answer;
    answer.code = code;
    answer.message = message;
    return answer;
}

} // namespace

void AnswerDesk::answer(const std::string& key, const JobRecord& job) {
    LoadAnswer answer;
    if (job.status != JobStatus::succeeded) {
        answer = failed("500", "Internal Server Error");
    }
    answer.bytes = job.output_bytes;
    const std::scoped_lock lock(m_mutex);
    m_answers.emplace(key, std::move(answer));
    m_changed.notify_all();
}

LoadAnswer AnswerDesk::wait(const std::string& key,
                            std::chrono::milliseconds timeout,
                            const std::stop_token& stop) {
    std::unique_lock lock(m_mutex);
    const auto is_there = [&] { return m_answers.contains(key); };
    const bool there = timeout.count() > 0 ? m_changed.wait_for(lock, stop, timeout, is_there)
                                           : m_changed.wait(lock, stop, is_there);
    if (there) {
        return m_answers.at(key);
    }
    return stop.stop_requested() ? failed("503", "Service Unavailable") : timed_out_answer();
}

void mark_jobs(const LoadResult& load,
               const std::map<std::size_t, std::string>& keys,
               std::vector<JobRecord>& jobs) {
    std::map<std::string, const LoadSample*> samples;
    for (const LoadSample& sample : load.samples) {
        samples.emplace(keys.at(sample.number), &sample);
    }
    for (JobRecord& job : jobs) {
        const auto sample = samples.find(job.input_key);
        if (sample == samples.end()) {
            continue;
        }
        job.interval = sample->second->interval;
        job.response_code = sample->second->answer.code;
        if (!sample->second->accepted() && job.status == JobStatus::succeeded) {
            job.status = JobStatus::timed_out;
        }
    }
}

std::vector<std::string> load_health(const LoadResult& load, const std::string& unit) {
    std::vector<std::string> health;
    for (std::size_t i = 0; i < load.missed.size(); ++i) {
        if (load.missed[i] > 0) {
            health.push_back(fmt::format("{}: {} requests of interval {} were not sent, since all "
                                         "threads waited for answers",
                                         unit, load.missed[i], i + 1));
        }
    }
    return health;
}

} // namespace aisprint::profiling
