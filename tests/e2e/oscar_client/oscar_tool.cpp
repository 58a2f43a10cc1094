// SPDX-License-Identifier: Apache-2.0
// Our clients of a cluster (OSCAR, its MinIO, kubectl over ssh), driven line by line, for tests.
// Usage: oscar_tool FILE, which holds {"oscar", "oscar_password", "minio", "minio_access_key",
// "minio_secret_key", "ssh", "host", "known_hosts"}.
// Reads calls from standard input, a line of JSON each: ["CALL", ARGUMENTS...], and answers each
// with one of JSON: {"value": ...}, or {"kind": ..., "status": ..., "message": ...}.
#include "aisprint/base/files.hpp"
#include "aisprint/clients/kubectl.hpp"
#include "aisprint/clients/oscar_client.hpp"
#include "aisprint/clients/s3_client.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <functional>
#include <iostream>
#include <map>
#include <string>
#include <type_traits>

namespace {

using namespace aisprint;
using namespace aisprint::clients;
using Json = nlohmann::ordered_json;

constexpr std::chrono::milliseconds k_minio_patience{20000};

Json json_of(const std::string& text) {
    return text;
}

Json json_of(const std::optional<std::chrono::sys_seconds>& moment) {
    return moment ? Json(moment->time_since_epoch().count()) : Json();
}

Json json_of(const std::vector<OscarPath>& paths) {
    Json list = Json::array();
    for (const OscarPath& path : paths) {
        list.push_back({path.provider, path.path});
    }
    return list;
}

Json json_of(const OscarInfo& info) {
    const OscarBehaviour behaviour = behaviour_of(info.version.value_or(OscarVersion{}));
    return {{"version", info.version ? to_string(*info.version) : ""},
            {"kubernetes", info.kubernetes_version},
            {"deletes_buckets", behaviour.deletes_buckets},
            {"path_needs_folder", behaviour.path_needs_folder},
            {"paged_jobs", behaviour.paged_jobs},
            {"creation_is_pod_start", behaviour.creation_is_pod_start},
            {"prefixes_service_name_in_paths", behaviour.prefixes_service_name_in_paths},
            {"job_name_has_service", behaviour.job_name_has_service}};
}

Json json_of(const OscarConfig& config) {
    return {{"services_namespace", config.services_namespace},
            {"yunikorn_enabled", config.yunikorn_enabled},
            {"endpoint", config.minio.endpoint},
            {"secret_key", config.minio.secret_key.reveal()},
            {"verify", config.minio.verification == TlsVerification::on}};
}

Json json_of(const OscarDeployedService& service) {
    return {{"name", service.name},
            {"image", service.image},
            {"token", service.token.reveal()},
            {"inputs", json_of(service.inputs)},
            {"outputs", json_of(service.outputs)},
            {"labels", service.labels}};
}

Json json_of(const std::optional<OscarDeployedService>& service) {
    return service ? json_of(*service) : Json();
}

Json json_of(const OscarJob& job) {
    return {{"name", job.name},
            {"status", to_string(job.status)},
            {"creation", json_of(job.creation)},
            {"start", json_of(job.start)},
            {"finish", json_of(job.finish)}};
}

Json json_of(const OscarInvocation& invocation) {
    return {{"status", invocation.status}, {"body", invocation.body}};
}

Json json_of(const S3Object& object) {
    return {{"key", object.key}, {"size", object.size}};
}

Json json_of(const KubeNode& node) {
    return {{"name", node.name},
            {"short_name", node.short_name},
            {"ready", node.ready},
            {"schedulable", node.schedulable},
            {"worker", node.is_worker}};
}

Json json_of(const KubeJobs& found) {
    Json jobs = Json::object();
    for (const auto& [name, job] : found.jobs) {
        jobs[name] = json_of(job.creation);
    }
    Json pods = Json::array();
    for (const KubePod& pod : found.pods) {
        pods.push_back({{"name", pod.name},
                        {"job", pod.job},
                        {"node", pod.node},
                        {"start", json_of(pod.start)}});
    }
    return {{"jobs", jobs}, {"pods", pods}};
}

template <class T>
Json json_of(const std::vector<T>& items) {
    Json list = Json::array();
    for (const T& item : items) {
        list.push_back(json_of(item));
    }
    return list;
}

template <class T>
Json answer(const RemoteResult<T>& result) {
    if (!result) {
        constexpr std::array<const char*, 8> k_kinds = {"unreachable", "refused",  "unauthorised",
                                                        "gone",        "conflict", "server",
                                                        "malformed",   "cancelled"};
        return {{"kind", k_kinds.at(static_cast<std::size_t>(result.error().kind))},
                {"status", result.error().status},
                {"message", result.error().message}};
    }
    if constexpr (std::is_void_v<T>) {
        return {{"value", nullptr}};
    } else {
        return {{"value", json_of(*result)}};
    }
}

std::vector<OscarPath> paths_of(const Json& list) {
    std::vector<OscarPath> paths;
    for (const Json& item : list) {
        paths.push_back({item.at(0).get<std::string>(), item.at(1).get<std::string>()});
    }
    return paths;
}

OscarService service_of(const Json& json) {
    OscarService service;
    service.name = json.at("name").get<std::string>();
    service.image = json.at("image").get<std::string>();
    service.cpu = json.value("cpu", "1");
    service.memory = json.value("memory", "100Mi");
    service.total_cpu = json.value("total_cpu", "");
    service.script = "#!/bin/bash\nsh /opt/" + service.name + "/script.sh\n";
    service.inputs = paths_of(json.at("inputs"));
    service.outputs = paths_of(json.at("outputs"));
    if (const auto other = json.find("other"); other != json.end()) {
        service.minio_providers["other"] = {other->at("minio").get<std::string>(), "minio",
                                            Secret(other->at("minio_secret_key")), "us-east-1",
                                            TlsVerification::off};
    }
    return service;
}

/// The clients of one cluster, and what can be asked of them.
class Tool {
public:
    explicit Tool(const Json& cluster)
        : m_transport(make_curl_transport({})), m_shell(target_of(cluster)), m_kubectl(m_shell),
          m_oscar(*m_transport, m_clock, oscar_options(cluster)),
          m_minio(*m_transport, m_clock, minio_options(cluster)) {
        add_oscar_calls();
        add_other_calls();
    }

    [[nodiscard]] Json carry_out(const Json& words) const {
        const auto call = m_calls.find(words.at(0).get<std::string>());
        return call == m_calls.end() ? Json{{"kind", "unknown call"}} : call->second(words);
    }

private:
    static std::string text(const Json& words, std::size_t index) {
        return words.at(index).get<std::string>();
    }

    static SshTarget target_of(const Json& cluster) {
        SshTarget target;
        target.program = cluster.at("ssh").get<std::string>();
        target.host = cluster.at("host").get<std::string>();
        target.user = "cloudadm";
        target.known_hosts_file = cluster.at("known_hosts").get<std::string>();
        return target;
    }

    static OscarClientOptions oscar_options(const Json& cluster) {
        OscarClientOptions options;
        options.url = cluster.at("oscar").get<std::string>();
        options.password = Secret(cluster.at("oscar_password"));
        options.retries = {3, std::chrono::milliseconds(50), 0.0};
        return options;
    }

    static S3Options minio_options(const Json& cluster) {
        S3Options options;
        options.endpoint = cluster.at("minio").get<std::string>();
        options.access_key = cluster.at("minio_access_key").get<std::string>();
        options.secret_key = Secret(cluster.at("minio_secret_key"));
        options.retries = {1, std::chrono::milliseconds(50), 0.0};
        return options;
    }

    void add_oscar_calls() {
        m_calls["health"] = [this](const Json&) { return answer(m_oscar.health({})); };
        m_calls["info"] = [this](const Json&) { return answer(m_oscar.info({})); };
        m_calls["config"] = [this](const Json&) { return answer(m_oscar.config({})); };
        m_calls["services"] = [this](const Json&) { return answer(m_oscar.services({})); };
        m_calls["service"] = [this](const Json& words) {
            return answer(m_oscar.service(text(words, 1), {}));
        };
        m_calls["create"] = [this](const Json& words) {
            return answer(m_oscar.create(service_of(words.at(1)), {}));
        };
        m_calls["update"] = [this](const Json& words) {
            return answer(m_oscar.update(service_of(words.at(1)), {}));
        };
        m_calls["remove"] = [this](const Json& words) {
            return answer(m_oscar.remove(text(words, 1), {}));
        };
        m_calls["jobs"] = [this](const Json& words) {
            return answer(m_oscar.jobs(text(words, 1), {}));
        };
        m_calls["log"] = [this](const Json& words) {
            return answer(m_oscar.log(text(words, 1), text(words, 2), LogTimestamps::no, {}));
        };
        m_calls["timed_log"] = [this](const Json& words) {
            return answer(m_oscar.log(text(words, 1), text(words, 2), LogTimestamps::yes, {}));
        };
        m_calls["remove_logs"] = [this](const Json& words) {
            return answer(m_oscar.remove_logs(text(words, 1), OscarLogs::of_finished_jobs, {}));
        };
        m_calls["invoke"] = [this](const Json& words) {
            return answer(
                m_oscar.invoke(text(words, 1), Secret(text(words, 2)), text(words, 3), {}, {}));
        };
    }

    void add_other_calls() {
        m_calls["ready"] = [this](const Json&) {
            return answer(m_minio.wait_until_ready(k_minio_patience, {}));
        };
        m_calls["buckets"] = [this](const Json&) { return answer(m_minio.list_buckets({})); };
        m_calls["make_bucket"] = [this](const Json& words) {
            return answer(m_minio.create_bucket(text(words, 1), {}));
        };
        m_calls["objects"] = [this](const Json& words) {
            return answer(m_minio.list(text(words, 1), "", {}));
        };
        m_calls["put"] = [this](const Json& words) {
            return answer(m_minio.put(text(words, 1), text(words, 2), text(words, 3), {}));
        };
        m_calls["get"] = [this](const Json& words) {
            return answer(m_minio.get(text(words, 1), text(words, 2), {}));
        };
        m_calls["copy"] = [this](const Json& words) {
            return answer(
                m_minio.copy(text(words, 1), text(words, 2), text(words, 3), text(words, 4), {}));
        };
        m_calls["nodes"] = [this](const Json&) { return answer(m_kubectl.nodes({})); };
        m_calls["cordon"] = [this](const Json& words) {
            return answer(m_kubectl.cordon(text(words, 1), {}));
        };
        m_calls["uncordon"] = [this](const Json& words) {
            return answer(m_kubectl.uncordon(text(words, 1), {}));
        };
        m_calls["pods"] = [this](const Json& words) {
            return answer(m_kubectl.jobs_and_pods(text(words, 1), {}));
        };
    }

    std::unique_ptr<Transport> m_transport;
    SystemClock m_clock;
    SshShell m_shell;
    Kubectl m_kubectl;
    OscarClient m_oscar;
    S3Client m_minio;
    std::map<std::string, std::function<Json(const Json&)>> m_calls;
};

} // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "usage: oscar_tool FILE\n";
        return 2;
    }
    const Tool tool(Json::parse(read_file(argv[1]).value()));
    std::string line;
    while (std::getline(std::cin, line)) {
        std::cout << tool.carry_out(Json::parse(line)).dump() << std::endl;
    }
    return 0;
}
