// SPDX-License-Identifier: Apache-2.0
#include "aisprint/deploy/credentials.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace aisprint::deploy {

namespace {

using clients::ImCredential;
using tosca::LayerKind;

/// Types of credentials that do not stand for a provider of virtual machines.
bool is_machine_provider(const ImCredential& credential) {
    static const std::set<std::string_view> others{"InfrastructureManager", "OSCAR", "Lambda",
                                                   "DeployedNode",          "VMRC",  "Vault"};
    return !others.contains(credential.type);
}

/// Host of a URL, without port.
std::string_view host_of(std::string_view url) {
    const std::size_t scheme = url.find("://");
    if (scheme != std::string_view::npos) {
        url.remove_prefix(scheme + 3);
    }
    return url.substr(0, url.find_first_of(":/"));
}

/// True if an OSCAR credential of that host serves the cluster of `physical`: the same host as its
/// OSCAR, or a MinIO below it.
bool serves(std::string_view host, const tosca::PhysicalResource& physical) {
    if (physical.oscar && !physical.oscar->endpoint.empty()) {
        return host_of(physical.oscar->endpoint) == host;
    }
    if (!physical.minio) {
        return false;
    }
    const std::string_view minio = host_of(physical.minio->endpoint);
    return minio == host || minio.ends_with("." + std::string(host));
}

class Checker {
public:
    Checker(const clients::ImAuth& auth, const std::string& shown_as)
        : m_auth(auth), m_shown_as(shown_as) {}

    void check(const tosca::Component& component) {
        switch (component.layer.kind) {
        case LayerKind::virtual_machines:
            if (std::ranges::none_of(m_auth.credentials(), is_machine_provider)) {
                add("DPL050", component, "a type that provides virtual machines",
                    "add a line of type EC2, OpenStack, OpenNebula, ...");
            }
            break;
        case LayerKind::physical_to_be_provisioned:
            if (!m_auth.has_type("DeployedNode")) {
                add("DPL051", component, "type DeployedNode",
                    "add: id = phys; type = DeployedNode");
            }
            break;
        case LayerKind::physical_provisioned:
            check_cluster(component);
            break;
        case LayerKind::lambda:
            check_lambda(component);
            break;
        }
    }

    [[nodiscard]] std::vector<Diagnostic> take() { return std::move(m_found); }

private:
    void check_cluster(const tosca::Component& component) {
        std::vector<const ImCredential*> clusters;
        for (const ImCredential& credential : m_auth.credentials()) {
            if (credential.type == "OSCAR") {
                clusters.push_back(&credential);
            }
        }
        if (clusters.empty()) {
            add("DPL052", component, "type OSCAR",
                "add: id = NAME; type = OSCAR; host = https://...; username = ...; password = ...");
            return;
        }
        const bool matches =
            clusters.size() == 1 || !component.physical ||
            std::ranges::any_of(clusters, [&](const ImCredential* credential) {
                return serves(host_of(credential->field("host")), *component.physical);
            });
        if (!matches) {
            add("DPL053", component,
                fmt::format("type OSCAR whose host is that of resource '{}'",
                            component.resource.name),
                "with several clusters, name the right one: oscar.endpoint in "
                "physical_nodes.yaml must have the host of one line");
        }
    }

    void check_lambda(const tosca::Component& component) {
        const auto found = std::ranges::find(m_auth.credentials(), "Lambda", &ImCredential::type);
        if (found == m_auth.credentials().end() || found->field("role").empty()) {
            add("DPL054", component, "type Lambda with a role",
                "add: id = aws; type = Lambda; username = KEY; password = SECRET; "
                "role = arn:aws:iam::...");
        }
    }

    /// One finding for each lack, however many components share it.
    void add(const std::string& code,
             const tosca::Component& component,
             const std::string& lack,
             const std::string& hint) {
        if (m_seen.insert({code, component.layer.number}).second) {
            m_found.push_back(make_error_in(
                m_shown_as, code,
                fmt::format("layer {} is of type {} (component '{}'), and there is no line of {}",
                            component.layer.number, tosca::to_string(component.layer.kind),
                            component.name, lack),
                hint));
        }
    }

    const clients::ImAuth& m_auth;
    const std::string& m_shown_as;
    std::set<std::pair<std::string, std::int64_t>> m_seen;
    std::vector<Diagnostic> m_found;
};

} // namespace

std::vector<Diagnostic> check_credentials(const tosca::Deployment& deployment,
                                          const clients::ImAuth& auth,
                                          const std::string& shown_as) {
    if (auth.credentials().empty()) {
        return {}; // a bearer token: the server knows the rest
    }
    Checker checker(auth, shown_as);
    for (const tosca::Component& component : deployment.components) {
        checker.check(component);
    }
    return checker.take();
}

} // namespace aisprint::deploy
