// SPDX-License-Identifier: Apache-2.0
// The file that keeps names and passwords from run to run.
#include "aisprint/tosca/names.hpp"

#include "input_file.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace aisprint::tosca {

namespace {

const char* const k_file_name = ".secrets.yaml";
constexpr std::int64_t k_version = 1;

constexpr std::array<std::pair<const char*, Secret ComponentNames::*>, 5> k_secrets{{
    {"admin_token", &ComponentNames::admin_token},
    {"oscar_password", &ComponentNames::oscar_password},
    {"minio_password", &ComponentNames::minio_password},
    {"local_influx_token", &ComponentNames::influx_token},
    {"local_influx_pass", &ComponentNames::influx_password},
}};

class NamesReader {
public:
    explicit NamesReader(const InputFile& file) : m_file(file) {}

    Result<DeploymentNames> read() {
        const yaml::Node* version = m_file.document.find("format_version");
        if (version == nullptr || yaml::as_integer(*version) != k_version) {
            add(version == nullptr ? m_file.document.span : version->span,
                fmt::format("format_version must be {}: this is no file of names, or one of "
                            "another version",
                            k_version));
        } else if (const yaml::Node* components = m_file.document.find("components")) {
            for (const yaml::Entry& entry : components->entries) {
                m_names[entry.key] = read_component(entry);
            }
        }
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        return std::move(m_names);
    }

private:
    /// No line of the file is shown: it holds passwords.
    void add(const Span& span, std::string message) {
        Diagnostic found = m_file.error(
            span, "TSC034", std::move(message),
            "draw new names with --rotate; what runs keeps the old ones until it is replaced");
        found.snippet.clear();
        m_errors.push_back(std::move(found));
    }

    ComponentNames read_component(const yaml::Entry& entry) {
        ComponentNames names;
        const auto kind = parse_layer_kind(text_of(entry.value, "layer_type"));
        names.cluster = text_of(entry.value, "cluster");
        if (!kind || names.cluster.empty()) {
            add(entry.key_span,
                fmt::format("names of component '{}' lack layer_type or cluster", entry.key));
            return names;
        }
        names.kind = *kind;
        for (const auto& [key, member] : k_secrets) {
            names.*member = Secret(text_of(entry.value, key));
            if (has_own_cluster(*kind) && (names.*member).empty()) {
                add(entry.key_span, fmt::format("names of component '{}' lack {}", entry.key, key));
            }
        }
        return names;
    }

    const InputFile& m_file;
    DeploymentNames m_names;
    std::vector<Diagnostic> m_errors;
};

} // namespace

Result<DeploymentNames> load_names(const config::ApplicationFolder& folder,
                                   const std::string& im_folder) {
    const std::string relative = fmt::format("{}/{}", im_folder, k_file_name);
    if (!has_file(folder, relative)) {
        return DeploymentNames();
    }
    Findings findings;
    const auto file = read_input(folder, relative, findings);
    if (!file) {
        for (Diagnostic& found : findings.errors) {
            found.snippet.clear();
        }
        return fail(ErrorKind::input, std::move(findings.errors));
    }
    return NamesReader(*file).read();
}

std::string to_yaml_text(const DeploymentNames& names) {
    yaml::Node components = yaml::mapping();
    for (const auto& [component, drawn] : names) {
        yaml::Node entry = yaml::mapping();
        entry.add("layer_type", yaml::text(to_string(drawn.kind)));
        entry.add("cluster", yaml::text(drawn.cluster));
        for (const auto& [key, member] : k_secrets) {
            if (!(drawn.*member).empty()) {
                entry.add(key, yaml::text((drawn.*member).reveal()));
            }
        }
        components.add(component, std::move(entry));
    }
    yaml::Node document = yaml::mapping();
    document.add("format_version", yaml::integer(k_version));
    document.add("components", std::move(components));
    return yaml::write(document);
}

} // namespace aisprint::tosca
