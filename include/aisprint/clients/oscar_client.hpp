// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/secret.hpp"
#include "aisprint/clients/http.hpp"
#include "aisprint/clients/oscar_version.hpp"
#include "aisprint/clients/pause.hpp"
#include "aisprint/clients/remote_error.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::clients {

class RemoteCaller;

/// What a server tells of itself.
struct OscarInfo {
    std::string version_text;            ///< as the server spells it
    std::optional<OscarVersion> version; ///< nothing if its words are no version
    std::string architecture;
    std::string kubernetes_version;
    std::string serverless_backend; ///< its name, or empty
};

/// Where a MinIO server is, and its keys.
struct OscarMinio {
    std::string endpoint;
    std::string access_key;
    Secret secret_key;
    std::string region;
    TlsVerification verification = TlsVerification::on;
    bool operator==(const OscarMinio&) const = default;
};

/// Keys for the storage of AWS.
struct OscarS3 {
    std::string access_key;
    Secret secret_key;
    std::string region;
    bool operator==(const OscarS3&) const = default;
};

/// How a cluster is set up.
struct OscarConfig {
    std::string name;
    std::string namespace_name;     ///< of OSCAR itself
    std::string services_namespace; ///< of the services' jobs and pods
    std::string serverless_backend;
    bool gpu_available = false;
    bool yunikorn_enabled = false; ///< total_cpu and total_memory are enforced
    OscarMinio minio;              ///< the cluster's own
};

/// A folder of a bucket that a service reads or writes.
struct OscarPath {
    std::string provider; ///< "minio.default", "minio.<alias>", "s3.<alias>"
    std::string path;     ///< "bucket0", "bucket0/in"
    auto operator<=>(const OscarPath&) const = default;
};

/// A service to be created or updated; quantities in Kubernetes' spelling ("0.9", "1024Mi").
/// Empty texts are not sent: the server's defaults hold.
struct OscarService {
    std::string name;
    std::string image;
    std::string cpu;
    std::string memory;
    std::string total_cpu;
    std::string total_memory;
    std::string log_level = "INFO";
    int min_scale = 0;  ///< pods that wait for synchronous calls
    int max_scale = 0;  ///< pods that serve them at most; 0: as many as there is room for
    std::string script; ///< its text
    std::vector<OscarPath> inputs;
    std::vector<OscarPath> outputs;
    std::map<std::string, OscarMinio> minio_providers; ///< by alias
    std::map<std::string, OscarS3> s3_providers;       ///< by alias
    std::map<std::string, std::string> environment;
    std::map<std::string, std::string> labels;
};

/// A service as the server keeps it.
struct OscarDeployedService {
    std::string name;
    std::string image;
    std::string cpu;
    std::string memory;
    std::string total_cpu;
    std::string total_memory;
    std::string log_level;
    std::string script;
    Secret token; ///< for calls; another one after an update by old servers
    std::vector<OscarPath> inputs;
    std::vector<OscarPath> outputs;
    std::map<std::string, std::string> labels;
};

/// States of a job; `none`: the server names none, since there is no pod yet.
enum class OscarJobStatus { none, pending, running, succeeded, failed, suspended, unknown };

/// The server's word for a status; empty for none.
[[nodiscard]] std::string to_string(OscarJobStatus status);

/// The status for a server's word; `unknown` for words that are not of the protocol.
[[nodiscard]] OscarJobStatus parse_oscar_job_status(std::string_view word);

/// A job, in whole seconds of UTC. Times are absent until they are known.
struct OscarJob {
    std::string name;
    OscarJobStatus status = OscarJobStatus::none;
    std::optional<std::chrono::sys_seconds> creation;
    std::optional<std::chrono::sys_seconds> start;
    std::optional<std::chrono::sys_seconds> finish;
};

/// What a synchronous call came back with, whatever its status.
struct OscarInvocation {
    int status = 0;
    std::string body; ///< as sent: base64 of the outputs, or text
};

/// How long a synchronous call may take.
struct OscarCallLimits {
    std::chrono::milliseconds connect{0};    ///< 0: as the transport has it
    std::chrono::milliseconds whole{600000}; ///< 0: for ever
};

/// Whether each line of a log begins with its time (RFC 3339, nanoseconds) and a blank.
enum class LogTimestamps { no, yes };

/// Whose logs are removed: those of finished jobs, or of all (which ends the running ones).
enum class OscarLogs { of_finished_jobs, of_all_jobs };

/// How a client talks to its cluster.
struct OscarClientOptions {
    std::string url; ///< of the cluster; trailing slashes are dropped
    std::string user = "oscar";
    Secret password;
    RetryPolicy retries{6, std::chrono::milliseconds{1000}, 0.25};
    /// The server's Retry-After is followed up to this.
    std::chrono::milliseconds longest_pause{60000};
    std::chrono::milliseconds request_timeout{60000};
    std::chrono::milliseconds change_timeout{120000}; ///< the server restarts its MinIO meanwhile
    std::function<double()> random;                   ///< in [0, 1), for jitter; null: no jitter
};

/// Speaks the REST protocol of OSCAR 2.6 to 4.1. Calls that say what should be are repeated as the
/// policy says (no answer, 429, 5xx). May be used by several threads at once.
class OscarClient {
public:
    OscarClient(Transport& transport, Clock& clock, OscarClientOptions options);

    /// GET /health, asked once: success if the server is there.
    [[nodiscard]] RemoteResult<void> health(std::stop_token stop) const;

    /// GET /system/info.
    [[nodiscard]] RemoteResult<OscarInfo> info(std::stop_token stop) const;

    /// GET /system/config.
    [[nodiscard]] RemoteResult<OscarConfig> config(std::stop_token stop) const;

    /// GET /system/services, in the server's order.
    [[nodiscard]] RemoteResult<std::vector<OscarDeployedService>>
    services(std::stop_token stop) const;

    /// GET /system/services/<name>: nothing if there is none of that name.
    [[nodiscard]] RemoteResult<std::optional<OscarDeployedService>>
    service(const std::string& name, std::stop_token stop) const;

    /// POST /system/services: `conflict` if there is one of that name, whatever status the version
    /// gives. If an answer is lost, it is looked whether the service is there before it is sent
    /// again.
    [[nodiscard]] RemoteResult<void> create(const OscarService& service,
                                            std::stop_token stop) const;

    /// PUT /system/services: `gone` if there is none of that name.
    [[nodiscard]] RemoteResult<void> update(const OscarService& service,
                                            std::stop_token stop) const;

    /// DELETE /system/services/<name>. A service that is gone is success.
    [[nodiscard]] RemoteResult<void> remove(const std::string& name, std::stop_token stop) const;

    /// GET /system/logs/<service>, all pages, in either form: jobs by name. `gone` if there is no
    /// such service; old versions tell of no jobs then.
    [[nodiscard]] RemoteResult<std::vector<OscarJob>> jobs(const std::string& service,
                                                           std::stop_token stop) const;

    /// GET /system/logs/<service>/<job>: `gone` or `server` if there is no log yet, or no more.
    /// Asked once.
    [[nodiscard]] RemoteResult<std::string> log(const std::string& service,
                                                const std::string& job,
                                                LogTimestamps timestamps,
                                                std::stop_token stop) const;

    /// DELETE /system/logs/<service>. A service that is gone is success.
    [[nodiscard]] RemoteResult<void>
    remove_logs(const std::string& service, OscarLogs which, std::stop_token stop) const;

    /// POST /run/<service> with `payload` in base64, once. Fails only if no complete answer came.
    [[nodiscard]] RemoteResult<OscarInvocation> invoke(const std::string& service,
                                                       const Secret& token,
                                                       std::string_view payload,
                                                       const OscarCallLimits& limits,
                                                       std::stop_token stop) const;

private:
    [[nodiscard]] RemoteCaller caller() const;
    [[nodiscard]] HttpRequest request_to(const std::string& method, const std::string& path) const;
    [[nodiscard]] RemoteResult<HttpResponse> send_repeatedly(const HttpRequest& request,
                                                             const std::stop_token& stop) const;

    Transport& m_transport;
    Clock& m_clock;
    OscarClientOptions m_options;
};

} // namespace aisprint::clients
