// SPDX-License-Identifier: Apache-2.0
#include "virtual_outputs.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace aisprint::profiling {

namespace {

using nlohmann::ordered_json;

/// Reads texts from an object, and keeps in mind which are not there.
class Reader {
public:
    explicit Reader(const ordered_json& outputs) : m_outputs(outputs) {}

    std::string optional_text(const char* name) const {
        const auto found = m_outputs.find(name);
        return found != m_outputs.end() && found->is_string() ? found->get<std::string>()
                                                              : std::string();
    }

    std::string text(const char* name) {
        std::string value = optional_text(name);
        if (value.empty()) {
            m_missing.emplace_back(name);
        }
        return value;
    }

    std::string endpoint(const char* name) {
        std::string value = text(name);
        while (value.ends_with('/')) {
            value.pop_back();
        }
        return value;
    }

    [[nodiscard]] const std::vector<std::string>& missing() const { return m_missing; }

private:
    const ordered_json& m_outputs;
    std::vector<std::string> m_missing;
};

} // namespace

tl::expected<ClusterOutputs, std::vector<std::string>> parse_outputs(const std::string& json) {
    const ordered_json document = ordered_json::parse(json, nullptr, false);
    if (!document.is_object()) {
        return tl::unexpected(std::vector<std::string>{"outputs"});
    }
    Reader reader(document);
    ClusterOutputs outputs;
    outputs.oscar_endpoint = reader.endpoint("oscarui_endpoint");
    outputs.oscar_password = Secret(reader.text("oscar_password"));
    outputs.minio_endpoint = reader.endpoint("minio_endpoint");
    outputs.minio_password = Secret(reader.text("minio_password"));
    if (!reader.missing().empty()) {
        return tl::unexpected(reader.missing());
    }
    outputs.address = reader.optional_text("fe_node_ip");
    const auto credential = document.find("fe_node_creds");
    if (credential != document.end() && credential->is_object()) {
        const Reader login(*credential);
        outputs.user = login.optional_text("user");
        const std::string token = login.optional_text("token");
        // a password is no way in for us
        if (token.find("PRIVATE KEY-----") != std::string::npos) {
            outputs.key = Secret(token);
        }
    }
    return outputs;
}

std::string to_json_text(const std::map<std::string, VirtualInfrastructure>& infrastructures) {
    ordered_json document = ordered_json::object();
    for (const auto& [resource, infrastructure] : infrastructures) {
        const ClusterOutputs outputs = infrastructure.outputs.value_or(ClusterOutputs{});
        document[resource] = {
            {"inf_url", infrastructure.url},
            {"inf_id", infrastructure.url.substr(infrastructure.url.rfind('/') + 1)},
            {"tosca_file_path", infrastructure.document.string()},
            {"oscar_endpoint", outputs.oscar_endpoint},
            {"oscar_password", outputs.oscar_password.reveal()},
            {"minio_endpoint", outputs.minio_endpoint},
            {"minio_password", outputs.minio_password.reveal()},
            {"user", outputs.user},
            {"ip", outputs.address}};
    }
    return document.dump(4, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

} // namespace aisprint::profiling
