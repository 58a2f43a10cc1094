// SPDX-License-Identifier: Apache-2.0
#include "oscar_answer.hpp"

#include "json_fields.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace aisprint::clients {

namespace {

struct StatusWord {
    OscarJobStatus status;
    std::string_view word;
};

constexpr std::array<StatusWord, 7> k_statuses = {{{OscarJobStatus::none, ""},
                                                   {OscarJobStatus::pending, "Pending"},
                                                   {OscarJobStatus::running, "Running"},
                                                   {OscarJobStatus::succeeded, "Succeeded"},
                                                   {OscarJobStatus::failed, "Failed"},
                                                   {OscarJobStatus::suspended, "Suspended"},
                                                   {OscarJobStatus::unknown, "Unknown"}}};

/// True for refusals that no repetition cures, although old servers give them the status 500.
bool is_final_refusal(std::string_view text) {
    constexpr std::array<std::string_view, 3> k_phrases = {"already exists", "is not defined",
                                                           "is not the configured in OSCAR"};
    return std::any_of(k_phrases.begin(), k_phrases.end(), [&](std::string_view phrase) {
        return text.find(phrase) != std::string_view::npos;
    });
}

std::vector<OscarPath> paths_of(JsonFields& fields, const std::string& key) {
    std::vector<OscarPath> paths;
    for (const Json& item : fields.list(key)) {
        JsonFields path(item);
        if (!item.is_object()) {
            fields.complain(key, "a list of objects");
            continue;
        }
        paths.push_back({path.text("storage_provider"), path.text("path")});
        fields.complain_of(path);
    }
    return paths;
}

std::map<std::string, std::string> texts_of(JsonFields& fields, const std::string& key) {
    std::map<std::string, std::string> texts;
    for (const auto& item : fields.object(key).items()) {
        if (item.value().is_string()) {
            texts[item.key()] = item.value().get<std::string>();
        } else {
            fields.complain(key, "an object of texts");
        }
    }
    return texts;
}

OscarDeployedService service_of(JsonFields& fields) {
    OscarDeployedService service;
    service.name = fields.required_text("name");
    service.image = fields.text("image");
    service.cpu = fields.text("cpu");
    service.memory = fields.text("memory");
    service.total_cpu = fields.text("total_cpu");
    service.total_memory = fields.text("total_memory");
    service.log_level = fields.text("log_level");
    service.script = fields.text("script");
    service.token = Secret(fields.text("token"));
    service.inputs = paths_of(fields, "input");
    service.outputs = paths_of(fields, "output");
    service.labels = texts_of(fields, "labels");
    return service;
}

OscarMinio minio_of(JsonFields& fields) {
    OscarMinio minio;
    minio.endpoint = fields.text("endpoint");
    minio.access_key = fields.text("access_key");
    minio.secret_key = Secret(fields.text("secret_key"));
    minio.region = fields.text("region");
    minio.verification = fields.truth("verify", true) ? TlsVerification::on : TlsVerification::off;
    return minio;
}

OscarJob job_of(const std::string& name, JsonFields& fields) {
    OscarJob job;
    job.name = name;
    job.status = parse_oscar_job_status(fields.text("status"));
    job.creation = fields.time("creation_time");
    job.start = fields.time("start_time");
    job.finish = fields.time("finish_time");
    return job;
}

Json json_of_paths(const std::vector<OscarPath>& paths) {
    Json list = Json::array();
    for (const OscarPath& path : paths) {
        list.push_back({{"storage_provider", path.provider}, {"path", path.path}});
    }
    return list;
}

void add_text(Json& json, const char* key, const std::string& value) {
    if (!value.empty()) {
        json[key] = value;
    }
}

} // namespace

std::string to_string(OscarJobStatus status) {
    const auto found = std::find_if(k_statuses.begin(), k_statuses.end(),
                                    [&](const StatusWord& item) { return item.status == status; });
    return std::string(found->word);
}

OscarJobStatus parse_oscar_job_status(std::string_view word) {
    const auto found = std::find_if(k_statuses.begin(), k_statuses.end(),
                                    [&](const StatusWord& item) { return item.word == word; });
    return found == k_statuses.end() ? OscarJobStatus::unknown : found->status;
}

RemoteError oscar_error_of(const HttpResponse& response) {
    RemoteError error;
    error.status = response.status;
    if (response.status >= 300 && response.status < 400) {
        const std::string target = shortened_text(response.header("Location"));
        error.kind = RemoteErrorKind::refused;
        error.delivery = Delivery::not_sent;
        error.message = target.empty() ? text_of_status(response)
                                       : fmt::format("the server redirects to {}; if that is the "
                                                     "OSCAR cluster, use its address",
                                                     target);
        return error;
    }
    error.kind = kind_of_status(response.status);
    error.delivery = delivery_of_status(response.status);
    const bool is_page = is_html(response);
    const std::string words = is_page ? std::string() : shortened_text(response.body);
    error.message = words.empty() ? text_of_status(response) : words;
    if (error.kind == RemoteErrorKind::unauthorised && words.empty()) {
        error.message = fmt::format("the cluster refuses the user name or the password (status {})",
                                    response.status);
    }
    if (error.kind == RemoteErrorKind::gone && is_page) {
        error.kind = RemoteErrorKind::malformed; // not OSCAR that speaks: nothing is known
        error.message += ", which is no answer of an OSCAR cluster; is the address right?";
    }
    if (error.status == 400 && words.find("already exists") != std::string::npos) {
        error.kind = RemoteErrorKind::conflict;
    } else if (error.status == 500 && is_final_refusal(words)) {
        error.kind = RemoteErrorKind::refused;
        error.delivery = Delivery::not_sent;
    }
    return error;
}

Parsed<OscarInfo> parse_oscar_info(const HttpResponse& response) {
    const Parsed<Json> json = object_of(response);
    if (!json) {
        return wrong(json.error());
    }
    JsonFields fields(*json);
    OscarInfo info;
    info.version_text = fields.required_text("version");
    info.version = parse_oscar_version(info.version_text);
    info.architecture = fields.text("architecture");
    info.kubernetes_version = fields.text("kubernetes_version");
    JsonFields serverless(fields.object("serverless_backend"));
    info.serverless_backend = serverless.text("name");
    fields.complain_of(serverless);
    return checked(std::move(info), fields);
}

Parsed<OscarConfig> parse_oscar_config(const HttpResponse& response) {
    const Parsed<Json> json = object_of(response);
    if (!json) {
        return wrong(json.error());
    }
    JsonFields fields(*json);
    OscarConfig config;
    config.name = fields.text("name");
    config.namespace_name = fields.text("namespace");
    config.services_namespace = fields.text("services_namespace");
    config.serverless_backend = fields.text("serverless_backend");
    config.gpu_available = fields.truth("gpu_available", false);
    config.yunikorn_enabled = fields.truth("yunikorn_enable", false);
    JsonFields minio(fields.object("minio_provider"));
    config.minio = minio_of(minio);
    fields.complain_of(minio);
    return checked(std::move(config), fields);
}

Parsed<OscarDeployedService> parse_oscar_service(const HttpResponse& response) {
    const Parsed<Json> json = object_of(response);
    if (!json) {
        return wrong(json.error());
    }
    JsonFields fields(*json);
    return checked(service_of(fields), fields);
}

Parsed<std::vector<OscarDeployedService>> parse_oscar_services(const HttpResponse& response) {
    const Parsed<Json> json = array_of(response);
    if (!json) {
        return wrong(json.error());
    }
    std::vector<OscarDeployedService> services;
    for (const Json& item : *json) {
        if (!item.is_object()) {
            return wrong("answered with a list that holds something else than services");
        }
        JsonFields fields(item);
        services.push_back(service_of(fields));
        if (!fields.is_right()) {
            return wrong(fields.what_is_wrong());
        }
    }
    return services;
}

Parsed<OscarJobPage> parse_oscar_jobs(const HttpResponse& response) {
    const Parsed<Json> json = object_of(response);
    if (!json) {
        return wrong(json.error());
    }
    // old servers answer with the map alone; none of its names is "jobs"
    const bool is_page = json->contains("jobs");
    JsonFields page(*json);
    const Json& map = is_page ? page.object("jobs") : *json;
    OscarJobPage result;
    if (is_page) {
        result.next = page.text("next_page");
    }
    for (const auto& item : map.items()) {
        if (!item.value().is_object()) {
            return wrong("answered with a list that holds something else than jobs");
        }
        JsonFields fields(item.value());
        result.jobs[item.key()] = job_of(item.key(), fields);
        page.complain_of(fields);
    }
    return checked(std::move(result), page);
}

std::string to_oscar_json(const OscarService& service) {
    Json json = {{"name", service.name}, {"image", service.image}};
    add_text(json, "cpu", service.cpu);
    add_text(json, "memory", service.memory);
    add_text(json, "total_cpu", service.total_cpu);
    add_text(json, "total_memory", service.total_memory);
    add_text(json, "log_level", service.log_level);
    json["synchronous"] = {{"min_scale", service.min_scale}};
    if (service.max_scale > 0) {
        json["synchronous"]["max_scale"] = service.max_scale;
    }
    json["script"] = service.script;
    json["input"] = json_of_paths(service.inputs);
    json["output"] = json_of_paths(service.outputs);
    for (const auto& [alias, minio] : service.minio_providers) {
        json["storage_providers"]["minio"][alias] = {
            {"endpoint", minio.endpoint},
            {"access_key", minio.access_key},
            {"secret_key", minio.secret_key.reveal()},
            {"region", minio.region},
            {"verify", minio.verification == TlsVerification::on}};
    }
    for (const auto& [alias, s3] : service.s3_providers) {
        json["storage_providers"]["s3"][alias] = {{"access_key", s3.access_key},
                                                  {"secret_key", s3.secret_key.reveal()},
                                                  {"region", s3.region}};
    }
    for (const auto& [name, value] : service.environment) {
        json["environment"]["Variables"][name] = value;
    }
    for (const auto& [name, value] : service.labels) {
        json["labels"][name] = value;
    }
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

} // namespace aisprint::clients
