// SPDX-License-Identifier: Apache-2.0
#include "oscar_downloads.hpp"

#include "aisprint/base/files.hpp"

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

namespace aisprint::profiling {

namespace {

using clients::RemoteErrorKind;

constexpr int k_attempts = 3;
constexpr std::chrono::seconds k_pause(2);

class Downloads {
public:
    Downloads(const OscarSite& site,
              const std::vector<std::string>& jobs,
              const std::filesystem::path& folder,
              clients::Clock& clock,
              const std::stop_token& stop)
        : m_site(site), m_jobs(jobs), m_folder(folder), m_clock(clock), m_stop(stop) {}

    Result<std::map<std::string, SupervisorLog>> run(std::size_t at_once) {
        {
            std::vector<std::jthread> threads;
            for (std::size_t i = 0; i < std::min(at_once, m_jobs.size()); ++i) {
                m_clock.thread_begins();
                threads.emplace_back([this] {
                    work();
                    m_clock.thread_ends();
                });
            }
        } // all have ended
        if (m_failure) {
            return tl::unexpected<Failure>(std::move(*m_failure));
        }
        return std::move(m_logs);
    }

private:
    void work() {
        while (const std::string* job = next()) {
            const Result<void> done = download(*job);
            if (!done) {
                const std::scoped_lock lock(m_mutex);
                m_failure = done.error();
            }
        }
    }

    const std::string* next() {
        const std::scoped_lock lock(m_mutex);
        return m_failure || m_stop.stop_requested() || m_next == m_jobs.size() ? nullptr
                                                                               : &m_jobs[m_next++];
    }

    Result<void> download(const std::string& job) {
        const OscarCluster& cluster = m_site.home();
        for (int attempt = 1; attempt <= k_attempts; ++attempt) {
            const auto text =
                cluster.oscar().log(m_site.name(), job, clients::LogTimestamps::no, m_stop);
            if (text) {
                AISPRINT_TRY(write_file_atomic(m_folder / (file_name(job) + ".txt"),
                                               cluster.redacted(*text)));
                SupervisorLog log = parse_supervisor_log(*text);
                const std::scoped_lock lock(m_mutex);
                m_logs[job] = std::move(log);
                return {};
            }
            if (text.error().kind == RemoteErrorKind::unauthorised ||
                text.error().kind == RemoteErrorKind::cancelled) {
                return tl::unexpected<Failure>(
                    cluster.failure("read the log of a job", text.error()));
            }
            if (text.error().kind == RemoteErrorKind::gone) {
                return {};
            }
            if (attempt < k_attempts) {
                m_clock.sleep(k_pause, m_stop);
            }
        }
        return {}; // the run tells how many are missing
    }

    const OscarSite& m_site;
    const std::vector<std::string>& m_jobs;
    const std::filesystem::path& m_folder;
    clients::Clock& m_clock;
    std::stop_token m_stop;
    std::mutex m_mutex; ///< of all below
    std::size_t m_next = 0;
    std::map<std::string, SupervisorLog> m_logs;
    std::optional<Failure> m_failure;
};

} // namespace

Result<std::map<std::string, SupervisorLog>> download_logs(const OscarSite& site,
                                                           const std::vector<std::string>& jobs,
                                                           const std::filesystem::path& folder,
                                                           std::size_t at_once,
                                                           clients::Clock& clock,
                                                           const std::stop_token& stop) {
    return Downloads(site, jobs, folder, clock, stop).run(at_once);
}

std::string file_name(const std::string& name) {
    std::string safe = name;
    std::replace(safe.begin(), safe.end(), '/', '_');
    if (safe.starts_with('.')) {
        safe.front() = '_';
    }
    return safe;
}

} // namespace aisprint::profiling
