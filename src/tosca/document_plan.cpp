// SPDX-License-Identifier: Apache-2.0
// What the documents of a deployment have in common, and what keeps them from being written.
#include "document_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <regex>
#include <set>
#include <string_view>

namespace aisprint::tosca {

namespace {

const char* const k_domain = "im.grycap.net";
const char* const k_influxdb_url = "https://influx.oncloudandheat.com/";
const char* const k_published = "https://raw.githubusercontent.com/grycap/ec3/tosca/tosca/";
const char* const k_type_file = "custom_types.yaml";

/// A URL without blanks, quotes and control characters.
bool is_clean(std::string_view text) {
    return std::ranges::all_of(text, [](unsigned char c) {
        return std::isgraph(c) != 0 &&
               std::string_view("\"'`\\<>{}|^").find(static_cast<char>(c)) ==
                   std::string_view::npos;
    });
}

bool has_scheme(std::string_view text, std::initializer_list<std::string_view> schemes) {
    return std::ranges::any_of(schemes, [&](std::string_view scheme) {
        return text.starts_with(scheme) && text.size() > scheme.size() &&
               text[scheme.size()] != '/';
    });
}

bool is_http_url(const std::string& text) {
    return is_clean(text) && has_scheme(text, {"http://", "https://"});
}

bool is_domain(const std::string& text) {
    const std::regex domain("[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
                            "(\\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*");
    return text.size() <= 253 && std::regex_match(text, domain);
}

/// Whether QoS constraints hold a limit.
bool limits_time(const std::string& constraints) {
    const auto document = yaml::parse(SourceFile("qos_constraints", constraints));
    const yaml::Node* system = document ? document->find("system") : nullptr;
    for (const char* kind : {"local_constraints", "global_constraints"}) {
        const yaml::Node* limits = system == nullptr ? nullptr : system->find(kind);
        if (limits != nullptr && !limits->entries.empty()) {
            return true;
        }
    }
    return false;
}

/// Finds what is wrong with the options of a run, and fills in what they leave to us.
class Planner {
public:
    Planner(DocumentPlan& plan, Findings& findings) : m_plan(plan), m_findings(findings) {}

    void run() {
        read_urls();
        m_plan.last_partitions = last_partitions();
        m_plan.monitoring = plan_monitoring(m_plan);
        choose_host();
        suggest_space4ai_r();
        check_names();
        check_elastic();
        check_clusters();
    }

private:
    using Components = std::vector<Component>;

    [[nodiscard]] const Components& components() const { return m_plan.deployment.components; }

    void add(const char* code, std::string message, std::string hint) {
        m_findings.errors.push_back(make_error(code, std::move(message), std::move(hint)));
    }

    void read_urls() {
        const BuildOptions& options = m_plan.options;
        m_plan.domain = options.domain.empty() ? k_domain : options.domain;
        if (!is_domain(m_plan.domain)) {
            add("TSC058", fmt::format("--domain '{}' is no DNS domain", m_plan.domain),
                "give a domain as example.org");
        }
        m_plan.influxdb_url = options.influxdb_url.empty() ? k_influxdb_url : options.influxdb_url;
        if (!is_http_url(m_plan.influxdb_url)) {
            add("TSC058", fmt::format("--influxdb_url '{}' is no URL", m_plan.influxdb_url),
                "give a URL as https://influx.example.org");
        }
        m_plan.artifacts_url = k_published;
        m_plan.types_file = std::string(k_published) + k_type_file;
        if (options.types_url.empty()) {
            return;
        }
        if (options.types_url.ends_with(".yaml") || options.types_url.ends_with(".yml")) {
            m_plan.types_file = options.types_url;
        } else {
            m_plan.artifacts_url = options.types_url;
            if (!m_plan.artifacts_url.ends_with('/')) {
                m_plan.artifacts_url += '/';
            }
            m_plan.types_file = m_plan.artifacts_url + k_type_file;
        }
        if (!is_http_url(options.types_url)) {
            add("TSC058", fmt::format("--tosca_types '{}' is no URL", options.types_url),
                "give the URL of a type file, or of a folder with custom_types.yaml and "
                "artifacts/");
        }
    }

    /// The last segment that follows each component, found once for every chain of segments.
    [[nodiscard]] std::vector<std::size_t> last_partitions() const {
        std::vector<std::string> bases;
        for (const Component& component : components()) {
            bases.push_back(base_component(component.name));
        }
        const std::size_t none = components().size();
        std::vector<std::size_t> last(components().size(), none);
        std::vector<std::size_t> chain;
        for (std::size_t i = 0; i < components().size(); ++i) {
            std::size_t at = i;
            while (last[at] == none) {
                last[at] = at; // ends the walk if segments form a ring
                chain.push_back(at);
                for (const Link& link : components()[at].successors) {
                    if (bases[link.component] == bases[at]) {
                        at = link.component;
                        break;
                    }
                }
            }
            for (; !chain.empty(); chain.pop_back()) {
                last[chain.back()] = last[at];
            }
        }
        return last;
    }

    /// The cluster of the first component of the highest layer that is not on Lambda.
    void choose_host() {
        std::map<std::int64_t, std::size_t> first;
        for (std::size_t i = 0; i < components().size(); ++i) {
            first.emplace(components()[i].layer.number, i);
        }
        const auto found = std::find_if(first.rbegin(), first.rend(), [&](const auto& entry) {
            return components()[entry.second].layer.kind != LayerKind::lambda;
        });
        if (found != first.rend()) {
            m_plan.host = found->second;
        }
        if (m_plan.has_drift_detector()) {
            check_host("drift detector", "Drift detector not supported for already deployed "
                                         "clusters.");
            check_drift_constraints();
        }
        if (m_plan.options.space4ai_r) {
            check_host("SPACE4AI-R", "SPACE4AI-R not supported for already deployed clusters.");
            check_application_url();
        }
    }

    void check_host(const char* what, const char* existing) {
        if (!m_plan.host) {
            add("TSC055",
                fmt::format("no cluster for the {}: all components run on AWS Lambda", what),
                "run a component on a cluster, or leave it out");
            return;
        }
        const Component& host = components()[*m_plan.host];
        if (!has_own_cluster(host.layer.kind)) {
            m_findings.errors.push_back(about(
                host, "TSC053", fmt::format("{} It would run on that of '{}'", existing, host.name),
                "let the highest layer that is not on Lambda have a cluster of its own"));
        }
    }

    void check_drift_constraints() {
        if (m_plan.host && components()[*m_plan.host].constraints_name.empty()) {
            const Component& host = components()[*m_plan.host];
            m_findings.errors.push_back(
                about(host, "TSC054",
                      fmt::format("No QoS constraints found for the Drift detector layer level "
                                  "({}).",
                                  host.layer.number),
                      "run 'aisprint design', which writes the QoS constraints"));
        }
    }

    void check_application_url() {
        const std::string& url = m_plan.options.application_url;
        if (url.empty()) {
            add("TSC057", "--space4ai_r needs the Git URL of the application",
                "add --application_url URL");
        } else if (!is_clean(url) || !has_scheme(url, {"http://", "https://", "ssh://"})) {
            add("TSC057", fmt::format("--application_url '{}' is no Git URL", url),
                "give a URL that starts with https://, http:// or ssh://");
        }
    }

    void check_names() {
        for (const Component& component : components()) {
            if (component.name == "infras") {
                m_findings.errors.push_back(
                    about(component, "TSC059",
                          "a component cannot be called 'infras': infras.yaml is the file of what "
                          "is deployed",
                          "choose another name for the component"));
            }
        }
    }

    /// Limits on time are what SPACE4AI-R keeps to while the application runs.
    void suggest_space4ai_r() {
        if (m_plan.options.space4ai_r || m_plan.as_reference() || !m_plan.host ||
            !has_own_cluster(components()[*m_plan.host].layer.kind)) {
            return;
        }
        std::set<std::int64_t> layers; // components of a layer have the same constraints
        for (const Component& component : components()) {
            if (layers.insert(component.layer.number).second &&
                limits_time(component.constraints)) {
                Diagnostic note =
                    make_error("TSC062",
                               "the QoS constraints limit times, and no SPACE4AI-R is deployed to "
                               "keep to them when the load changes",
                               "add --space4ai_r --application_url URL to deploy it");
                note.severity = Severity::note;
                m_findings.warnings.push_back(std::move(note));
                return;
            }
        }
    }

    void check_elastic() {
        if (m_plan.options.elastic <= 0) {
            return;
        }
        bool any = false;
        for (const Component& component : components()) {
            if (component.layer.kind == LayerKind::physical_to_be_provisioned) {
                m_findings.errors.push_back(
                    about(component, "TSC050",
                          fmt::format("'{}' runs on given machines, which cannot be elastic",
                                      component.name),
                          "leave out --elastic, or use a layer of type Virtual"));
            } else if (component.layer.kind != LayerKind::virtual_machines) {
                Diagnostic note =
                    about(component, "TSC052",
                          fmt::format("--elastic does nothing for '{}': its layer is of type {}",
                                      component.name, to_string(component.layer.kind)),
                          "");
                note.severity = Severity::note;
                m_findings.warnings.push_back(std::move(note));
            } else {
                any = true;
            }
        }
        if (any && m_plan.options.im_auth.empty()) {
            add("TSC051", "--elastic needs the credentials of the Infrastructure Manager",
                "add --im_auth FILE");
        }
    }

    /// IM may take any OSCAR cluster for a service without host, so with several each service
    /// says where it belongs.
    void check_clusters() {
        std::set<std::string> endpoints;
        for (const Component& component : components()) {
            if (component.layer.kind == LayerKind::physical_provisioned && component.physical &&
                component.physical->minio) {
                endpoints.insert(component.physical->minio->endpoint);
            }
        }
        m_plan.names_clusters = endpoints.size() > 1 && !m_plan.as_reference();
    }

    DocumentPlan& m_plan;
    Findings& m_findings;
};

} // namespace

std::string DocumentPlan::minio_url(std::size_t index) const {
    return "https://minio." + cluster(index) + "." + domain;
}

std::string DocumentPlan::monitoring_name(std::size_t index) const {
    const std::string& strict = component(index).constraints_name;
    return options.strict_names && !strict.empty() ? strict : deployment.app_name;
}

DocumentPlan make_plan(const Deployment& deployment,
                       const DeploymentNames& names,
                       const BuildOptions& options,
                       Findings& findings) {
    DocumentPlan plan{deployment, options, {}, {}, {}, {}, {}, {}, {}, {}, false};
    for (const Component& component : deployment.components) {
        const auto found = names.find(component.name);
        AISPRINT_ASSERT(found != names.end());
        plan.names.push_back(&found->second);
    }
    Planner(plan, findings).run();
    return plan;
}

Diagnostic
about(const Component& component, const char* code, std::string message, std::string hint) {
    Diagnostic diagnostic = make_error(code, std::move(message), std::move(hint));
    diagnostic.span = component.span;
    return diagnostic;
}

std::string service_name(const Component& component) {
    std::string name = component.name;
    std::ranges::replace(name, '_', '-');
    return name;
}

std::string host_of(const std::string& url) {
    if (!is_http_url(url)) {
        return {};
    }
    const std::size_t begin = url.find("//") + 2;
    std::string authority = url.substr(begin, url.find_first_of("/?#", begin) - begin);
    authority.erase(0, authority.find('@') == std::string::npos ? 0 : authority.find('@') + 1);
    return authority.substr(0, authority.find(':'));
}

} // namespace aisprint::tosca
