// SPDX-License-Identifier: Apache-2.0
// The service of a component on OSCAR, or its function on AWS Lambda.
#include "document_parts.hpp"
#include "document_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace aisprint::tosca {

namespace {

const char* const k_monitoring_port = "8094";
const char* const k_lambda = "AWS Lambda";
const char* const k_central_organisation = "aisprint";
const char* const k_central_bucket = "bucket";
const char* const k_organisation = "ai-sprint";

/// Whether a URL parser takes the part before the first colon for a scheme, as in
/// "localhost:5000/image" and "image:tag".
bool seems_to_have_scheme(const std::string& image) {
    const std::size_t colon = image.find(':');
    return colon != std::string::npos && colon > 0 &&
           std::all_of(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(colon),
                       [](unsigned char c) {
                           return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
                       }) &&
           image.compare(colon, 3, "://") != 0;
}

/// Puts together the service of one component.
class ServiceBuilder {
public:
    ServiceBuilder(const DocumentPlan& plan, std::size_t index, Findings& findings)
        : m_plan(plan), m_index(index), m_component(plan.component(index)), m_findings(findings) {}

    yaml::Node build() {
        yaml::Node properties =
            map_of({{"name", yaml::text(service_name(m_component))},
                    {"image", yaml::text(image())},
                    {"script", yaml::text("/opt/" + m_component.name + "/script.sh")},
                    {"memory", yaml::text(m_component.memory_mb + "Mi")},
                    {"cpu", cpu()},
                    {"env_variables", environment()}});
        add_demands(properties);
        add_pull_secret(properties);
        add_buckets(m_plan, m_index, properties);
        yaml::Node node = map_of({{"type", yaml::text("tosca.nodes.aisprint.FaaS.Function")},
                                  {"properties", std::move(properties)}});
        if (has_own_cluster(kind())) {
            node.add("requirements", yaml::sequence({requirement("host", "oscar")}));
        }
        return node;
    }

private:
    [[nodiscard]] LayerKind kind() const { return m_component.layer.kind; }

    /// For clusters that exist, IM reads the image as a URL: with several of them it tells which
    /// one is meant, and what could pass for a scheme needs one.
    std::string image() {
        if (kind() != LayerKind::physical_provisioned || m_plan.as_reference()) {
            return m_component.image;
        }
        if (!m_plan.names_clusters) {
            return (seems_to_have_scheme(m_component.image) ? "docker://" : "") + m_component.image;
        }
        const PhysicalResource& physical = *m_component.physical;
        std::string host = physical.oscar ? host_of(physical.oscar->endpoint) : std::string();
        if (host.empty() && physical.minio) {
            const std::string of_minio = host_of(physical.minio->endpoint);
            host = of_minio.starts_with("minio.") ? of_minio.substr(6) : std::string();
        }
        if (host.empty()) {
            m_findings.errors.push_back(
                about(m_component, "TSC066",
                      fmt::format("there are several OSCAR clusters, and none is known to be that "
                                  "of resource '{}'",
                                  m_component.resource.name),
                      "add oscar: {endpoint: https://HOST} to it in physical_nodes.yaml"));
        }
        return "oscar://" + host + "/" + m_component.image;
    }

    /// IM takes nothing but a float here: 1 is refused, 1.0 is fine.
    [[nodiscard]] yaml::Node cpu() const {
        const auto value = yaml::as_number(m_component.computing_units);
        return value && !m_plan.as_reference() ? yaml::number(*value) : m_component.computing_units;
    }

    [[nodiscard]] yaml::Node environment() const {
        yaml::Node result = yaml::mapping();
        const auto add = [&](const char* name, std::string value) {
            result.add(name, yaml::text(std::move(value)));
        };
        add("COMPONENT_NAME", m_component.name);
        add("MONIT_PORT", k_monitoring_port);
        add("COMPUTING_UNITS", m_component.computing_units.scalar);
        if (kind() == LayerKind::lambda) {
            add("MONIT_HOST", "localhost");
            add("KCI", k_lambda);
            add("RESOURCE_ID", k_lambda);
            add_influxdb(result);
        } else {
            add("MONIT_HOST", m_plan.monitoring_name(m_index) + "-telegraf");
            add("KCI", minio_endpoint());
        }
        if (m_plan.has_drift_detector()) {
            AISPRINT_ASSERT(m_plan.host);
            add("DRIFT_DETECTOR_MINIO_URL", m_plan.minio_url(*m_plan.host));
            add("DRIFT_DETECTOR_MINIO_BUCKET", service_name(m_plan.component(*m_plan.host)));
            add("DRIFT_DETECTOR_MINIO_AK", "minio");
            add("DRIFT_DETECTOR_MINIO_SK", m_plan.names[*m_plan.host]->minio_password.reveal());
        }
        return result;
    }

    [[nodiscard]] std::string minio_endpoint() const {
        if (has_own_cluster(kind())) {
            return m_plan.minio_url(m_index);
        }
        AISPRINT_ASSERT(m_component.physical && m_component.physical->minio);
        return m_component.physical->minio->endpoint;
    }

    void add_influxdb(yaml::Node& environment) const {
        const auto& target = m_plan.monitoring[m_index];
        environment.add("INFLUX_ENDPOINT", target ? target->url : yaml::text(m_plan.influxdb_url));
        environment.add("INFLUX_TOKEN", target
                                            ? target->token
                                            : yaml::text(m_plan.options.influxdb_token.reveal()));
        if (!m_plan.as_reference()) {
            environment.add("INFLUX_ORG",
                            yaml::text(target ? k_organisation : k_central_organisation));
            environment.add("INFLUX_BUCKET",
                            yaml::text(target ? target->bucket : k_central_bucket));
        }
    }

    void add_demands(yaml::Node& properties) {
        const bool sgx =
            m_component.trusted_execution && (m_component.resource.sgx || m_plan.as_reference());
        if (sgx) {
            properties.add("enable_sgx", yaml::boolean(true));
        }
        if (m_component.gpu) {
            properties.add("enable_gpu", yaml::boolean(true));
        }
        const yaml::Node& exposed = m_component.expose_service;
        if (!exposed.is_null() && m_plan.as_reference()) {
            properties.add("expose_service", exposed);
        } else if (!exposed.is_null()) {
            yaml::Node map = yaml::mapping();
            for (const yaml::Entry& entry : exposed.entries) {
                map.add(entry.key, yaml::text(entry.value.scalar));
            }
            properties.add("exposed", std::move(map));
        }
        if (has_own_cluster(kind()) && (sgx || !exposed.is_null())) {
            m_findings.warnings.push_back(as_warning(about(
                m_component, "TSC061",
                fmt::format("the Infrastructure Manager drops {} of services on clusters that "
                            "it makes: '{}' would run without",
                            sgx ? "enable_sgx" : "exposed", m_component.name),
                "apply the FDL with oscar-cli once the cluster is configured")));
        }
    }

    void add_pull_secret(yaml::Node& properties) const {
        if (m_plan.as_reference()) {
            if (m_plan.options.registry) {
                properties.add("image_pull_secrets", yaml::text(pull_secret_name(m_plan)));
            }
        } else if (has_own_cluster(kind()) && m_plan.options.registry) {
            properties.add("image_pull_secrets", yaml::texts({pull_secret_name(m_plan)}));
        } else if (m_component.physical && !m_component.physical->pull_secret.empty()) {
            properties.add("image_pull_secrets", yaml::texts({m_component.physical->pull_secret}));
        }
    }

    const DocumentPlan& m_plan;
    std::size_t m_index;
    const Component& m_component;
    Findings& m_findings;
};

} // namespace

void add_monitoring_inputs(const DocumentPlan& plan, std::size_t index, Topology& topology) {
    yaml::Node& inputs = topology.inputs;
    if (const auto& target = plan.monitoring[index]) {
        inputs.add("top_influx_url", input_of("string", target->url));
        inputs.add("top_influx_token", input_of("string", target->token));
        inputs.add("top_influx_org", input_of("string", yaml::text(k_organisation)));
        inputs.add("top_influx_bucket", input_of("string", yaml::text(target->bucket)));
        return;
    }
    yaml::Node url = yaml::text(plan.influxdb_url);
    yaml::Node token = yaml::text(plan.options.influxdb_token.reveal());
    const LayerKind kind = plan.component(index).layer.kind;
    if (kind == LayerKind::lambda) {
        inputs.add("top_influx_url", input_of("string", std::move(url)));
        inputs.add("top_influx_token", input_of("string", std::move(token)));
    } else if (has_own_cluster(kind)) {
        inputs.add("top_influx_url",
                   described_input(std::move(url), "URL of the Top level InfluxDB instance"));
        inputs.add("top_influx_token",
                   described_input(std::move(token), "Token to access the Top level InfluxDB API"));
        inputs.add("top_influx_org",
                   described_input(yaml::text(k_central_organisation),
                                   "Organization configured in the Top level InfluxDB"));
        inputs.add("top_influx_bucket",
                   described_input(yaml::text(k_central_bucket),
                                   "Bucket to store the data in the Top level InfluxDB"));
    }
}

void add_service(const DocumentPlan& plan,
                 std::size_t index,
                 Topology& topology,
                 Findings& findings) {
    const Component& component = plan.component(index);
    const bool lambda = component.layer.kind == LayerKind::lambda;
    const std::string node = (lambda ? "lambda_function_" : "oscar_service_") + component.name;
    topology.nodes.add(node, ServiceBuilder(plan, index, findings).build());
    if (!lambda) {
        topology.outputs.add("oscar_service_url",
                             map_of({{"value", get_attribute(node, "endpoint")}}));
        topology.outputs.add("oscar_service_cred",
                             map_of({{"value", get_attribute(node, "credential")}}));
    }
}

} // namespace aisprint::tosca
