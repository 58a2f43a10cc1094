// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/oscar_backend.hpp"

#include "aisprint/clients/cloudwatch_client.hpp"
#include "aisprint/clients/kubectl.hpp"
#include "aisprint/clients/oscar_client.hpp"
#include "aisprint/clients/s3_client.hpp"

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace aisprint::profiling {

/// Connections to one cluster, and what it said of itself; or to where functions are, which has no
/// OSCAR.
class OscarCluster {
public:
    /// Connects, and asks for version and configuration; requests are sent up to `attempts` times.
    /// Fails (remote, PRF101) if there is no
    /// answer, it is turned away, or the version is no version.
    [[nodiscard]] static Result<std::unique_ptr<OscarCluster>> connect(const Cluster& cluster,
                                                                       int attempts,
                                                                       const OscarParts& parts,
                                                                       const std::stop_token& stop);

    [[nodiscard]] const Cluster& facts() const { return m_facts; }
    [[nodiscard]] const std::string& resource() const { return m_facts.resource; }
    [[nodiscard]] const clients::OscarClient& oscar() const { return *m_oscar; }
    [[nodiscard]] const clients::S3Client& s3() const { return *m_s3; }
    /// Whether this is no cluster, but where cloud functions are.
    [[nodiscard]] bool is_functions() const { return m_facts.functions.has_value(); }
    /// Logs of functions; null for a cluster.
    [[nodiscard]] const clients::CloudWatchClient* logs() const { return m_logs.get(); }
    /// Null if there is no shell on the front end.
    [[nodiscard]] const clients::Kubectl* kubectl() const { return m_kubectl.get(); }
    [[nodiscard]] const clients::OscarBehaviour& behaviour() const { return m_behaviour; }
    [[nodiscard]] const clients::OscarConfig& config() const { return m_config; }

    /// "cannot DO on cluster R: WHY" without secrets, PRF101; (cancelled) after a stop.
    [[nodiscard]] Failure failure(const std::string& doing,
                                  const clients::RemoteError& error) const;

    /// The value of a result, or its failure.
    template <class T>
    [[nodiscard]] Result<T> value(const std::string& doing, clients::RemoteResult<T> result) const {
        if (!result) {
            return tl::unexpected<Failure>(failure(doing, result.error()));
        }
        return std::move(result).value();
    }
    [[nodiscard]] Result<void> value(const std::string& doing,
                                     const clients::RemoteResult<void>& result) const {
        return result ? Result<void>() : tl::unexpected<Failure>(failure(doing, result.error()));
    }

    /// Its passwords, and those of clusters that it knows the keys of, are hidden from now on.
    void hide_secrets_of(const Cluster& cluster);

    /// A text from the cluster without passwords.
    [[nodiscard]] std::string redacted(std::string_view text) const {
        return m_redactor.redact(text);
    }

    /// Waits until MinIO is back: OSCAR restarts it when a service is made or deleted.
    [[nodiscard]] Result<void> wait_for_storage(const std::stop_token& stop) const;

private:
    [[nodiscard]] Result<void>
    ask(int attempts, const OscarParts& parts, const std::stop_token& stop);
    void reach_logs(int attempts, const OscarParts& parts);

    explicit OscarCluster(Cluster facts) : m_facts(std::move(facts)) {}

    Cluster m_facts;
    Redactor m_redactor;
    std::unique_ptr<clients::Transport> m_transport;
    std::unique_ptr<clients::OscarClient> m_oscar;
    std::unique_ptr<clients::S3Client> m_s3;
    std::unique_ptr<clients::CloudWatchClient> m_logs;
    std::unique_ptr<clients::RemoteShell> m_shell;
    std::unique_ptr<clients::Kubectl> m_kubectl;
    clients::OscarBehaviour m_behaviour;
    clients::OscarConfig m_config;
};

} // namespace aisprint::profiling
