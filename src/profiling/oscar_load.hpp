// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oscar_services.hpp"

#include "aisprint/profiling/oscar_backend.hpp"

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Errors (PRF085) for deployments that begin with a cloud function: none is called synchronously.
[[nodiscard]] std::vector<Diagnostic> check_first_units(const Testbed& testbed);

/// Fails (input, PRF085) if the first of the services is to be called synchronously on a cluster
/// that cannot do so.
[[nodiscard]] Result<void> check_calls_possible(const std::vector<OscarSite>& sites);

/// The requests of a synchronous test to the first service of a run.
class OscarLoad {
public:
    OscarLoad(const RunRequest& request,
              const OscarSite& site,
              const OscarOptions& options,
              const OscarParts& parts)
        : m_request(request), m_site(site), m_options(options), m_parts(parts) {}

    /// Reads the inputs and asks for the service's token; waits until calls reach the service and
    /// its pods are ready. Pods that are not ready in time make the run a degraded one. Fails (io)
    /// if an input cannot be read, (remote) if the cluster cannot be asked.
    [[nodiscard]] Result<void> prepare(const std::stop_token& stop);

    /// Sends all requests when they are due, waits for their answers, and writes
    /// jmeter_results.csv. Fails (remote) if the service turns its token away, (io).
    [[nodiscard]] Result<void> drive(const std::stop_token& stop);

    /// Whether drive() is over. Before, only the two counters may be asked for.
    [[nodiscard]] bool is_over() const { return m_is_over; }
    [[nodiscard]] std::size_t sent() const { return m_sent; }
    [[nodiscard]] std::size_t answered() const { return m_answered; }

    /// Whether no more outputs come of requests that were not waited for. Fails (remote).
    [[nodiscard]] Result<bool> is_settled(const std::stop_token& stop);

    /// When which input was sent, since the first.
    [[nodiscard]] std::vector<Upload> uploads() const;

    /// A record for each request, in the order in which they were sent, with the moments that the
    /// client saw: no others are told.
    [[nodiscard]] std::vector<JobRecord> records() const;

    /// How many requests were rejected, and sent.
    [[nodiscard]] std::string text() const;

    /// Adds what makes the run a degraded one.
    void check(const std::vector<JobRecord>& records, std::vector<std::string>& health) const;

    /// Puts the inputs of requests that were accepted where the service would have found them, for
    /// its test alone. Fails (remote).
    [[nodiscard]] Result<void> store_inputs(const OscarPlace& from,
                                            const std::vector<JobRecord>& records,
                                            const std::stop_token& stop) const;

    /// Why it is not known which pods there are, or empty.
    [[nodiscard]] const std::string& without_pods() const { return m_without_pods; }

private:
    /// What an accepted request gave.
    struct Output {
        std::uint64_t bytes = 0;
        bool broke_down = false; ///< the component did; the server does not notice
    };

    [[nodiscard]] Result<void> read_token(const std::stop_token& stop);
    [[nodiscard]] Result<void> wait_for_pods(const std::stop_token& stop);
    [[nodiscard]] LoadAnswer send(const LoadRequest& request, const std::stop_token& stop);
    [[nodiscard]] const std::filesystem::path& file_of(std::size_t request) const;
    [[nodiscard]] JobRecord record_of(const LoadSample& sample) const;

    const RunRequest& m_request;
    const OscarSite& m_site;
    const OscarOptions& m_options;
    const OscarParts& m_parts;
    Secret m_token;
    std::vector<std::string> m_payloads; ///< by input file
    std::string m_too_few_pods;          ///< how few were ready, if so
    std::string m_without_pods;
    std::atomic<bool> m_is_over{false};
    std::atomic<std::size_t> m_sent{0};
    std::atomic<std::size_t> m_answered{0};
    LoadResult m_load;
    std::optional<std::size_t> m_outputs; ///< objects that were there when it was last looked
    std::chrono::milliseconds m_quiet_since{0};
    std::stop_source m_turned_away;
    std::mutex m_mutex;
    std::map<std::size_t, Output> m_given; ///< by request; guarded by m_mutex until it is over
};

} // namespace aisprint::profiling
