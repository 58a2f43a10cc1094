// SPDX-License-Identifier: Apache-2.0
#include "deployment_physical.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/config/schema.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string_view>

namespace aisprint::tosca {

namespace {

/// Takes the source lines out: they may hold keys and passwords.
std::vector<Diagnostic> without_snippets(std::vector<Diagnostic> diagnostics) {
    for (Diagnostic& diagnostic : diagnostics) {
        diagnostic.snippet.clear();
    }
    return diagnostics;
}

/// Whether `text` is an address that other machines can reach: neither unspecified nor loopback
/// nor multicast.
bool is_address(const std::string& text) {
    in_addr four{};
    if (inet_pton(AF_INET, text.c_str(), &four) == 1) {
        constexpr std::uint32_t k_loopback = 127;
        constexpr std::uint32_t k_first_multicast = 224;
        const std::uint32_t first = ntohl(four.s_addr) >> 24U;
        return first != 0 && first != k_loopback && first < k_first_multicast;
    }
    in6_addr six{};
    constexpr unsigned k_multicast = 0xff;
    return inet_pton(AF_INET6, text.c_str(), &six) == 1 && six.s6_addr[0] != k_multicast &&
           text != "::" && text != "::1";
}

/// The value under the first of two keys that has one: older files use other names.
std::string either(const yaml::Node& node, const std::string& key, const std::string& older) {
    std::string value = text_of(node, key);
    return value.empty() ? text_of(node, older) : value;
}

std::optional<ClusterService> read_service(const yaml::Node& resource, const std::string& key) {
    const yaml::Node* node = resource.find(key);
    if (node == nullptr || !node->is_mapping()) {
        return std::nullopt;
    }
    ClusterService service;
    service.endpoint = either(*node, "endpoint", "url");
    service.access_key = text_of(*node, "access_key");
    service.secret_key = Secret(either(*node, "secret_key", "password"));
    service.token = Secret(text_of(*node, "token"));
    while (service.endpoint.ends_with('/')) {
        service.endpoint.pop_back();
    }
    return service;
}

/// Reads one resource and collects what is missing in it.
class PhysicalReader {
public:
    PhysicalReader(const config::ApplicationFolder& folder,
                   const InputFile& file,
                   Findings& findings,
                   PhysicalUse use)
        : m_folder(folder), m_file(file), m_findings(findings), m_use(use) {}

    std::optional<PhysicalResource>
    read(const yaml::Node& node, const LayerEntry& layer, const NodeResource& resource) {
        const std::size_t errors_before = m_findings.errors.size();
        m_result.name = text_of(node, "name");
        m_result.span = place_of(node, "name");
        switch (layer.layer.kind) {
        case LayerKind::virtual_machines:
            break;
        case LayerKind::physical_to_be_provisioned:
            read_machines(node, layer, resource);
            break;
        case LayerKind::physical_provisioned:
            read_cluster(node);
            break;
        case LayerKind::lambda:
            read_bucket(node);
            break;
        }
        if (!m_missing.empty()) {
            add(m_result.span, "TSC021",
                fmt::format("resource '{}' of layer {} ({}) lacks {}", m_result.name,
                            layer.layer.number, to_string(layer.layer.kind),
                            fmt::join(m_missing, ", ")),
                "add what is missing; 'aisprint schema physical_nodes' describes the format");
        }
        if (m_findings.errors.size() != errors_before) {
            return std::nullopt;
        }
        return std::move(m_result);
    }

private:
    void add(const Span& span, const char* code, std::string message, std::string hint) {
        Diagnostic found = m_file.error(span, code, std::move(message), std::move(hint));
        found.snippet.clear();
        m_findings.errors.push_back(std::move(found));
    }

    void need(const std::string& value, const std::string& name) {
        if (value.empty()) {
            m_missing.push_back(name);
        }
    }

    void read_cluster(const yaml::Node& node) {
        m_result.minio = read_service(node, "minio");
        m_result.oscar = read_service(node, "oscar");
        m_result.influx = read_service(node, "influx");
        const ClusterService minio = m_result.minio.value_or(ClusterService{});
        need(minio.endpoint, "minio.endpoint");
        need(minio.access_key, "minio.access_key");
        need(minio.secret_key.reveal(), "minio.secret_key");
        check_url(node, "minio", minio.endpoint);
        if (const yaml::Node* oscar = node.find("oscar")) {
            m_result.oscar_name = text_of(*oscar, "name");
            m_result.pull_secret = text_of(*oscar, "pull_secret");
            check_url(node, "oscar", m_result.oscar.value_or(ClusterService{}).endpoint);
        }
        if (m_use == PhysicalUse::access) {
            read_access(node);
            return;
        }
        need(m_result.oscar_name, "oscar.name");
        if (m_result.influx) {
            need(m_result.influx->endpoint, "influx.endpoint");
            need(m_result.influx->token.reveal(), "influx.token");
            check_url(node, "influx", m_result.influx->endpoint);
        }
    }

    /// What it takes to run services on a cluster, and, if its front end is told of, to reach it.
    void read_access(const yaml::Node& node) {
        constexpr std::string_view k_minio_host = "minio.";
        ClusterService oscar = m_result.oscar.value_or(ClusterService{});
        need(oscar.secret_key.reveal(), "oscar.secret_key");
        if (oscar.endpoint.empty() && m_result.minio) {
            oscar.endpoint = m_result.minio->endpoint;
            const std::size_t host = oscar.endpoint.find("://");
            if (host != std::string::npos &&
                oscar.endpoint.compare(host + 3, k_minio_host.size(), k_minio_host) == 0) {
                oscar.endpoint.erase(host + 3, k_minio_host.size());
            } else {
                need({}, "oscar.endpoint"); // both would be at the same address
            }
        }
        if (oscar.access_key.empty()) {
            oscar.access_key = "oscar";
        }
        m_result.oscar = std::move(oscar);
        const yaml::Node* front = node.find("fe_node");
        if (front == nullptr || !front->is_mapping()) {
            return;
        }
        PhysicalNode machine = read_login(*front, "fe_node");
        need(either(*front, "public_ip", "private_ip"), "fe_node.public_ip");
        const std::string& key = machine.ssh_key.reveal();
        if (!key.empty() && key.find("PRIVATE KEY-----") == std::string::npos) {
            add_unreadable(*front, "fe_node", "it is no private key in PEM form");
        }
        m_result.front_end = std::move(machine);
    }

    void check_url(const yaml::Node& resource, const std::string& key, const std::string& url) {
        const bool valid = url.starts_with("https://") || url.starts_with("http://");
        if (url.empty() || valid) {
            return;
        }
        const yaml::Node& service = *resource.find(key);
        add(place_of(service, service.find("endpoint") != nullptr ? "endpoint" : "url"), "TSC023",
            fmt::format("endpoint of {} must begin with https:// or http://, found '{}'", key, url),
            "write for example https://minio.example.org");
    }

    void read_bucket(const yaml::Node& node) {
        LambdaBucket bucket;
        if (const yaml::Node* aws = node.find("aws")) {
            bucket.name = text_of(*aws, "bucket");
            bucket.region = text_of(*aws, "region");
            bucket.access_key = text_of(*aws, "access_key");
            bucket.secret_key = Secret(either(*aws, "secret_key", "password"));
        }
        need(bucket.name, "aws.bucket");
        need(bucket.region, "aws.region");
        need(bucket.access_key, "aws.access_key");
        need(bucket.secret_key.reveal(), "aws.secret_key");
        m_result.lambda = std::move(bucket);
    }

    void
    read_machines(const yaml::Node& node, const LayerEntry& layer, const NodeResource& resource) {
        const yaml::Node* front = node.find("fe_node");
        const yaml::Node nothing = yaml::mapping();
        m_result.front_end = read_machine(front == nullptr ? nothing : *front, "fe_node");
        need(m_result.front_end->public_ip, "fe_node.public_ip");
        const yaml::Node* workers = node.find("wns");
        const std::size_t count = workers == nullptr ? 0 : workers->items.size();
        const auto wanted = static_cast<std::size_t>(resource.total_nodes);
        if (count < wanted) {
            add(workers == nullptr ? m_result.span : place_of(node, "wns"), "TSC022",
                fmt::format("resource '{}' of layer {} has {} nodes (totalNodes), but only {} "
                            "under wns",
                            m_result.name, layer.layer.number, wanted, count),
                "add the missing worker nodes, or lower totalNodes");
        }
        for (std::size_t i = 0; i < std::min(count, wanted); ++i) {
            m_result.workers.push_back(
                read_machine(workers->items[i], fmt::format("wns[{}]", i + 1)));
        }
    }

    PhysicalNode read_login(const yaml::Node& node, const std::string& path) {
        PhysicalNode machine;
        machine.public_ip = text_of(node, "public_ip");
        machine.private_ip = text_of(node, "private_ip");
        machine.ssh_user = text_of(node, "ssh_user");
        machine.ssh_key = read_key(node, path);
        if (const yaml::Node* port = node.find("ssh_port")) {
            machine.ssh_port = static_cast<int>(yaml::as_integer(*port).value_or(machine.ssh_port));
        }
        need(machine.ssh_user, path + ".ssh_user");
        need(text_of(node, "ssh_key"), path + ".ssh_key");
        return machine;
    }

    PhysicalNode read_machine(const yaml::Node& node, const std::string& path) {
        need(text_of(node, "private_ip"), path + ".private_ip");
        PhysicalNode machine = read_login(node, path);
        check_address(node, path, "public_ip", machine.public_ip);
        check_address(node, path, "private_ip", machine.private_ip);
        return machine;
    }

    void check_address(const yaml::Node& node,
                       const std::string& path,
                       const std::string& key,
                       const std::string& address) {
        if (address.empty()) {
            return;
        }
        const Span place = place_of(node, key);
        if (!is_address(address)) {
            add(place, "TSC023",
                fmt::format("{}.{} must be the IP address of a machine, found '{}'", path, key,
                            address),
                "write for example 192.168.1.10");
            return;
        }
        const auto [known, fresh] = m_addresses.try_emplace({key, address}, place);
        if (!fresh) {
            add(place, "TSC023",
                fmt::format("{}.{} is {}, which another node of the resource has, too", path, key,
                            address),
                "give each node an address of its own");
            m_findings.errors.back().notes.push_back({"the other one is here", known->second});
        }
    }

    /// The key itself, or the content of the file that `file(PATH)` names, from the folder of
    /// physical_nodes.yaml.
    Secret read_key(const yaml::Node& node, const std::string& path) {
        const std::string text = text_of(node, "ssh_key");
        if (!text.starts_with("file(") || !text.ends_with(')')) {
            if (text.starts_with('/') || text.starts_with("~/")) {
                Diagnostic warning = as_warning(
                    m_file.error(place_of(node, "ssh_key"), "TSC025",
                                 fmt::format("{}.ssh_key looks like a path, but is taken as the "
                                             "key itself",
                                             path),
                                 "write file(PATH) for a key in a file"));
                warning.snippet.clear();
                m_findings.warnings.push_back(std::move(warning));
            }
            return Secret(text);
        }
        const std::string name = text.substr(5, text.size() - 6);
        const std::filesystem::path from =
            (m_folder.path / "common_config" / name).lexically_normal();
        std::error_code unknown;
        if (!std::filesystem::is_regular_file(from, unknown)) {
            add_unreadable(node, path, fmt::format("'{}' is no file", name));
            return {};
        }
        auto content = read_file(from);
        if (!content) {
            add_unreadable(node, path, content.error().diagnostics.front().message);
            return {};
        }
        warn_of_readers(node, path, name, from);
        return Secret(std::move(*content));
    }

    /// ssh refuses keys that others can read; ours is a copy, so that it would not notice.
    void warn_of_readers(const yaml::Node& node,
                         const std::string& path,
                         const std::string& name,
                         const std::filesystem::path& from) {
        using std::filesystem::perms;
        std::error_code unknown;
        const perms mode = std::filesystem::status(from, unknown).permissions();
        if (m_use != PhysicalUse::access || unknown ||
            (mode & (perms::group_all | perms::others_all)) == perms::none) {
            return;
        }
        Diagnostic warning = as_warning(m_file.error(
            place_of(node, "ssh_key"), "TSC067",
            fmt::format("the key of {} in '{}' can be read by other users", path, name),
            fmt::format("run: chmod 600 {}", name)));
        warning.snippet.clear();
        m_findings.warnings.push_back(std::move(warning));
    }

    void add_unreadable(const yaml::Node& node, const std::string& path, const std::string& why) {
        add(place_of(node, "ssh_key"), "TSC024",
            fmt::format("the key of {} cannot be read: {}", path, why),
            "paths in file(...) start at the folder of physical_nodes.yaml");
    }

    const config::ApplicationFolder& m_folder;
    const InputFile& m_file;
    Findings& m_findings;
    PhysicalUse m_use;
    PhysicalResource m_result;
    std::vector<std::string> m_missing;
    std::map<std::pair<std::string, std::string>, Span> m_addresses;
};

} // namespace

PhysicalNodes::PhysicalNodes(const config::ApplicationFolder& folder,
                             const DeploymentFiles& files,
                             Findings& findings,
                             PhysicalUse use)
    : m_folder(folder), m_relative(files.physical_nodes), m_findings(findings), m_use(use) {}

std::optional<PhysicalResource> PhysicalNodes::of_resource(const LayerEntry& layer,
                                                           const NodeResource& resource) {
    if (layer.layer.kind == LayerKind::virtual_machines) {
        return std::nullopt;
    }
    const std::pair key{layer.layer.number, resource.name};
    const auto known = m_read.find(key);
    if (known != m_read.end()) {
        return known->second;
    }
    load();
    std::optional<PhysicalResource>& result = m_read[key];
    if (!m_exists) {
        m_findings.errors.push_back(
            make_error_in(m_folder.shown(m_relative), "TSC020",
                          fmt::format("Computational layer of type {}, but Physical Data File not "
                                      "exists. Layer {} needs it",
                                      to_string(layer.layer.kind), layer.layer.number),
                          "'aisprint schema physical_nodes' describes the format"));
        return result;
    }
    if (!m_file) {
        return result; // its errors are known
    }
    const auto node = m_resources.find(key);
    if (node == m_resources.end()) {
        const auto place = m_layers.find(layer.layer.number);
        Diagnostic missing = m_file->error(
            place == m_layers.end() ? m_file->document.span : place->second, "TSC021",
            fmt::format("there is no entry for resource '{}' of layer {} ({})", resource.name,
                        layer.layer.number, to_string(layer.layer.kind)),
            "entries are found by number of the layer and name of the resource");
        missing.snippet.clear();
        m_findings.errors.push_back(std::move(missing));
        return result;
    }
    result =
        PhysicalReader(m_folder, *m_file, m_findings, m_use).read(*node->second, layer, resource);
    return result;
}

void PhysicalNodes::load() {
    if (m_loaded) {
        return;
    }
    m_loaded = true;
    m_exists = has_file(m_folder, m_relative);
    if (!m_exists) {
        return;
    }
    Findings found;
    m_file = read_input(m_folder, m_relative, found);
    if (m_file) {
        CollectingReporter warnings;
        const auto checked =
            config::check_document(m_file->source, m_file->document, "physical_nodes", warnings);
        append(m_findings.warnings, without_snippets(warnings.diagnostics()));
        if (!checked) {
            append(found.errors, checked.error().diagnostics);
            m_file.reset();
        } else if (const yaml::Node* layers = m_file->document.find("ComputationalLayers")) {
            index(*layers);
        }
    }
    append(m_findings.errors, without_snippets(std::move(found.errors)));
}

void PhysicalNodes::index(const yaml::Node& layers) {
    for (const yaml::Entry& layer : layers.entries) {
        const std::int64_t number = yaml::as_integer(*layer.value.find("number")).value_or(0);
        m_layers.try_emplace(number, layer.key_span);
        for (const yaml::Entry& resource : layer.value.find("Resources")->entries) {
            m_resources.try_emplace({number, text_of(resource.value, "name")}, &resource.value);
        }
    }
}

} // namespace aisprint::tosca
