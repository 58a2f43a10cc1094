// SPDX-License-Identifier: Apache-2.0
#include "oscar_cluster.hpp"

#include <fmt/format.h>

namespace aisprint::profiling {

namespace {

using clients::RemoteErrorKind;

constexpr std::chrono::milliseconds k_first_pause(1000);
constexpr double k_jitter = 0.25;
constexpr std::chrono::minutes k_storage_limit(5);

/// How a server is talked to that takes the keys of the cluster's storage.
clients::SignedOptions signed_options(const Cluster& cluster,
                                      const std::string& endpoint,
                                      int attempts,
                                      const OscarParts& parts) {
    clients::SignedOptions options;
    options.endpoint = endpoint;
    options.access_key = cluster.minio_access_key;
    options.secret_key = cluster.minio_secret_key;
    options.region = cluster.minio_region;
    options.retries = {attempts, k_first_pause, k_jitter};
    options.random = parts.random;
    return options;
}

std::string hint_for(const clients::RemoteError& error, const Cluster& facts) {
    if (facts.functions) {
        return "check the bucket of 'aws' in physical_nodes.yaml, and what the keys of AWS may do, "
               "then give the same command again: what is measured stays";
    }
    switch (error.kind) {
    case RemoteErrorKind::unauthorised:
        return "check user and password of the cluster";
    case RemoteErrorKind::unreachable:
    case RemoteErrorKind::server:
        return fmt::format("look whether {} and {} answer, then give the same command again: what "
                           "is measured stays",
                           facts.oscar_endpoint, facts.minio_endpoint);
    default:
        return "mend it on the cluster, then give the same command again: what is measured stays";
    }
}

} // namespace

Result<std::unique_ptr<OscarCluster>> OscarCluster::connect(const Cluster& cluster,
                                                            int attempts,
                                                            const OscarParts& parts,
                                                            const std::stop_token& stop) {
    std::unique_ptr<OscarCluster> made(new OscarCluster(cluster));
    made->hide_secrets_of(cluster);
    made->m_transport = parts.make_transport(cluster);
    made->m_s3 = std::make_unique<clients::S3Client>(
        *made->m_transport, parts.clock,
        clients::S3Options{signed_options(cluster, cluster.minio_endpoint, attempts, parts)});
    if (cluster.functions) {
        made->reach_logs(attempts, parts);
        AISPRINT_TRY(made->value("make bucket " + cluster.functions->bucket,
                                 made->m_s3->create_bucket(cluster.functions->bucket, stop)));
        return made;
    }
    AISPRINT_TRY(made->ask(attempts, parts, stop));
    AISPRINT_TRY(made->wait_for_storage(stop));
    return made;
}

void OscarCluster::reach_logs(int attempts, const OscarParts& parts) {
    m_logs = std::make_unique<clients::CloudWatchClient>(
        *m_transport, parts.clock,
        signed_options(m_facts, m_facts.functions->logs_endpoint, attempts, parts));
}

Result<void> OscarCluster::ask(int attempts, const OscarParts& parts, const std::stop_token& stop) {
    clients::OscarClientOptions oscar;
    oscar.url = m_facts.oscar_endpoint;
    oscar.user = m_facts.oscar_user;
    oscar.password = m_facts.oscar_password;
    oscar.retries = {attempts, k_first_pause, k_jitter};
    oscar.random = parts.random;
    m_oscar = std::make_unique<clients::OscarClient>(*m_transport, parts.clock, oscar);
    AISPRINT_TRY_ASSIGN(const clients::OscarInfo info,
                        value("ask for the version", m_oscar->info(stop)));
    if (!info.version) {
        return fail(ErrorKind::remote,
                    make_error("PRF101",
                               fmt::format("cluster {} says that its version is '{}'", resource(),
                                           info.version_text),
                               "look whether OSCAR answers at " + m_facts.oscar_endpoint));
    }
    if (!clients::is_known(*info.version)) {
        parts.reporter.report(as_warning(make_error(
            "PRF107",
            fmt::format("cluster {} runs version {} of OSCAR; 2.6 to 4.1 are known, and it is "
                        "taken for the nearest of them",
                        resource(), clients::to_string(*info.version)),
            "look whether services and buckets are made as they should be, or install a version "
            "that is known")));
    }
    m_behaviour = clients::behaviour_of(*info.version);
    AISPRINT_TRY_ASSIGN(m_config, value("ask for the configuration", m_oscar->config(stop)));
    if (m_facts.ssh) {
        m_shell = parts.make_shell(*m_facts.ssh);
        m_kubectl = std::make_unique<clients::Kubectl>(*m_shell, m_config.services_namespace.empty()
                                                                     ? "oscar-svc"
                                                                     : m_config.services_namespace);
    }
    return {};
}

void OscarCluster::hide_secrets_of(const Cluster& cluster) {
    m_redactor.add(cluster.oscar_password);
    m_redactor.add(cluster.minio_secret_key);
}

Failure OscarCluster::failure(const std::string& doing, const clients::RemoteError& error) const {
    const bool cancelled = error.kind == RemoteErrorKind::cancelled;
    return {cancelled ? ErrorKind::cancelled : ErrorKind::remote,
            {make_error("PRF101",
                        fmt::format("cannot {} on {} {}: {}", doing,
                                    m_facts.functions ? "resource" : "cluster", m_facts.resource,
                                    m_redactor.redact(error.message)),
                        hint_for(error, m_facts))}};
}

Result<void> OscarCluster::wait_for_storage(const std::stop_token& stop) const {
    return value("reach the storage", m_s3->wait_until_ready(k_storage_limit, stop));
}

} // namespace aisprint::profiling
