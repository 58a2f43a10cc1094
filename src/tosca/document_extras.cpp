// SPDX-License-Identifier: Apache-2.0
// What runs beside the service on some clusters: drift detector and SPACE4AI-R; and the secret
// for a private registry.
#include "document_parts.hpp"
#include "document_yaml.hpp"

namespace aisprint::tosca {

namespace {

const char* const k_drift_detector = "drift-detector";
const char* const k_space4air = "space4air";
const char* const k_load_job = "pv-load-space4air-app-data";

void add_pull_secret(const DocumentPlan& plan, Topology& topology) {
    const RegistryAccess& registry = *plan.options.registry;
    yaml::Node properties = map_of({{"name", yaml::text(pull_secret_name(plan))},
                                    {"server", yaml::text(registry.server)},
                                    {"username", yaml::text(registry.username)},
                                    {"password", yaml::text(registry.password.reveal())}});
    yaml::Node requirements = yaml::sequence({requirement("host", "lrms_front_end")});
    if (!plan.as_reference()) {
        properties.add("namespace", yaml::text("oscar-svc")); // where OSCAR runs services
        requirements.push(requirement("dependency", "oscar"));
    }
    topology.nodes.add("registry_secret_private_registry",
                       map_of({{"type", yaml::text("tosca.nodes.indigo.KubernetesSecretRegistry")},
                               {"properties", std::move(properties)},
                               {"requirements", std::move(requirements)}}));
}

/// Kubernetes documents as the text of a property.
yaml::Node kubernetes_text(const std::vector<yaml::Node>& documents) {
    std::string text;
    for (const yaml::Node& document : documents) {
        text += (text.empty() ? "" : "---\n") + yaml::write(document);
    }
    return yaml::text(std::move(text));
}

yaml::Node drift_environment(const DocumentPlan& plan, std::size_t index) {
    yaml::Node list = yaml::sequence();
    const auto add = [&](const char* name, std::string value) {
        list.push(map_of({{"name", yaml::text(name)}, {"value", yaml::text(std::move(value))}}));
    };
    const Component& component = plan.component(index);
    add("DRIFT_DETECTOR_INFLUXDB_URL", "http://ai-sprint-monit-influxdb.ai-sprint-monitoring:8086");
    add("DRIFT_DETECTOR_INFLUXDB_TOKEN", plan.names[index]->influx_token.reveal());
    add("BUCKET_NAME", component.constraints_name + "-bucket");
    add("DRIFT_DETECTOR_MINIO_BUCKET", service_name(component));
    add("DRIFT_DETECTOR_MINIO_URL", "http://minio.minio:9000");
    add("DRIFT_DETECTOR_MINIO_AK", "minio");
    add("DRIFT_DETECTOR_MINIO_SK", plan.names[index]->minio_password.reveal());
    return list;
}

void add_drift_detector(const DocumentPlan& plan, std::size_t index, Topology& topology) {
    const auto name = yaml::text(k_drift_detector);
    const yaml::Node label = map_of({{"app", name}});
    const yaml::Node space = map_of({{"apiVersion", yaml::text("v1")},
                                     {"kind", yaml::text("Namespace")},
                                     {"metadata", map_of({{"name", name}})}});
    const yaml::Node container =
        map_of({{"name", name},
                {"env", drift_environment(plan, index)},
                {"image", yaml::text(plan.deployment.drift_detector_image)}});
    const yaml::Node pods =
        map_of({{"metadata", map_of({{"labels", label}})},
                {"spec", map_of({{"containers", yaml::sequence({container})}})}});
    const yaml::Node deployment =
        map_of({{"apiVersion", yaml::text("apps/v1")},
                {"kind", yaml::text("Deployment")},
                {"metadata", map_of({{"name", name}, {"namespace", name}})},
                {"spec", map_of({{"replicas", yaml::integer(1)},
                                 {"selector", map_of({{"matchLabels", label}})},
                                 {"template", pods}})}});
    topology.nodes.add(
        "drift_detector",
        map_of({{"type", yaml::text("tosca.nodes.indigo.KubernetesObject")},
                {"properties", map_of({{"spec", kubernetes_text({space, deployment})}})},
                {"requirements", yaml::sequence({requirement("host", "lrms_front_end")})}}));
}

/// The shell line that puts the application where SPACE4AI-R looks for it. Ours can be repeated
/// when it was cut off; the URL is one of those that make_plan lets pass, without quotes.
std::string load_command(const DocumentPlan& plan) {
    const std::string& url = plan.options.application_url;
    if (plan.as_reference()) {
        return "apk add git && mkdir /data/git && cd /data/git && git clone " + url +
               " && mv * /data/app && rm -rf /data/git";
    }
    return "apk add git && rm -rf /data/git && mkdir /data/git && cd /data/git && "
           "git clone -- '" +
           url + "' && mv * /data/app && rm -rf /data/git";
}

void add_space4air(const DocumentPlan& plan, Topology& topology) {
    yaml::Node chart =
        map_of({{"name", yaml::text(k_space4air)},
                {"namespace", yaml::text(k_space4air)},
                {"chart_url",
                 yaml::text("https://gitlab.polimi.it/ai-sprint/runtime-manager-docker-archive"
                            "/-/raw/master/s4air-helm.tar.gz")},
                {"values", map_of({{"dummy", yaml::text("no")}})}});
    topology.nodes.add(
        k_space4air,
        map_of({{"type", yaml::text("tosca.nodes.indigo.Helm.Chart")},
                {"properties", std::move(chart)},
                {"requirements", yaml::sequence({requirement("host", "lrms_front_end"),
                                                 requirement("dependency", "lrms_front_end")})}}));
    const yaml::Node volume =
        map_of({{"name", yaml::text("pv-storage")},
                {"persistentVolumeClaim", map_of({{"claimName", yaml::text("aml-claim0")}})}});
    const yaml::Node mount =
        map_of({{"name", yaml::text("pv-storage")}, {"mountPath", yaml::text("/data")}});
    const yaml::Node container = map_of({{"name", yaml::text("pv-load")},
                                         {"image", yaml::text("alpine")},
                                         {"command", yaml::texts({"sh", "-c", load_command(plan)})},
                                         {"volumeMounts", yaml::sequence({mount})}});
    const yaml::Node pod = map_of({{"restartPolicy", yaml::text("OnFailure")},
                                   {"volumes", yaml::sequence({volume})},
                                   {"containers", yaml::sequence({container})}});
    const yaml::Node job = map_of({{"apiVersion", yaml::text("batch/v1")},
                                   {"kind", yaml::text("Job")},
                                   {"metadata", map_of({{"name", yaml::text(k_load_job)},
                                                        {"namespace", yaml::text(k_space4air)}})},
                                   {"spec", map_of({{"template", map_of({{"spec", pod}})}})}});
    topology.nodes.add(
        "get_space4air_app_data",
        map_of({{"type", yaml::text("tosca.nodes.indigo.KubernetesObject")},
                {"properties", map_of({{"spec", kubernetes_text({job})}})},
                {"requirements", yaml::sequence({requirement("host", "lrms_front_end"),
                                                 requirement("dependency", k_space4air)})}}));
}

} // namespace

std::string pull_secret_name(const DocumentPlan& plan) {
    return plan.as_reference() ? "private_registry" : "private-registry";
}

void add_extras(const DocumentPlan& plan, std::size_t index, Topology& topology) {
    if (plan.options.registry && has_own_cluster(plan.component(index).layer.kind)) {
        add_pull_secret(plan, topology);
    }
    if (plan.host != index) {
        return;
    }
    if (plan.has_drift_detector()) {
        add_drift_detector(plan, index, topology);
    }
    if (plan.options.space4ai_r) {
        add_space4air(plan, topology);
    }
}

} // namespace aisprint::tosca
