// SPDX-License-Identifier: Apache-2.0
// A Kubernetes cluster with OSCAR and monitoring, as the Infrastructure Manager makes it.
#include "document_parts.hpp"
#include "document_yaml.hpp"

namespace aisprint::tosca {

namespace {

const char* const k_kubernetes_version = "1.23.6";
const char* const k_no_constraints_of_reference = "null\n...\n";

std::string constraints_text(const DocumentPlan& plan, std::size_t index) {
    const std::string& text = plan.component(index).constraints;
    return text.empty() && plan.as_reference() ? k_no_constraints_of_reference : text;
}

/// Numbers that stand for texts, such as a distribution `12`, are no texts for IM.
yaml::Node as_text(const yaml::Node& node, const DocumentPlan& plan) {
    return node.is_null() || plan.as_reference() ? node : yaml::text(node.scalar);
}

/// IM searches no image for machines that are there, if it is given one.
yaml::Node front_end_image(const DocumentPlan& plan, std::size_t index) {
    const Component& component = plan.component(index);
    const bool given = component.layer.kind == LayerKind::physical_to_be_provisioned;
    return given && !plan.as_reference() ? yaml::text("none")
                                         : as_text(component.resource.os_image, plan);
}

void add_inputs(const DocumentPlan& plan, std::size_t index, yaml::Node& inputs) {
    const ComponentNames& names = *plan.names[index];
    const auto secret = [](const Secret& value) {
        return input_of("string", yaml::text(value.reveal()));
    };
    inputs.add("fe_cpus", input_of("integer", yaml::integer(4)));
    inputs.add("fe_mem", input_of("scalar-unit.size", yaml::text("4 GB")));
    inputs.add("fe_disk", input_of("scalar-unit.size", yaml::text("40 GB")));
    inputs.add("storage_size", input_of("string", yaml::text("100 GB")));
    yaml::Node image = front_end_image(plan, index);
    if (!image.is_null() || plan.as_reference()) {
        inputs.add("fe_os_image", input_of("string", std::move(image)));
    }
    inputs.add("admin_token", secret(names.admin_token));
    inputs.add("oscar_password", secret(names.oscar_password));
    inputs.add("minio_password", secret(names.minio_password));
    inputs.add("local_influx_token", described_input(yaml::text(names.influx_token.reveal()),
                                                     "API TOKEN for the local influx endpoint"));
    inputs.add("local_influx_pass", described_input(yaml::text(names.influx_password.reveal()),
                                                    "Admin pass for the local influx endpoint"));
    inputs.add("cert_user_email", input_of("string", yaml::text("jhondoe@server.com")));
    inputs.add("domain_name", input_of("string", yaml::text(plan.domain)));
    const std::int64_t elastic = plan.options.elastic;
    yaml::Node most = input_of("integer", yaml::integer(elastic > 0 ? elastic : 1));
    most.add("description", yaml::text("Maximum Number of WNs in the OSCAR cluster"));
    most.add("required", yaml::boolean(true));
    inputs.add("max_wn_num", std::move(most));
    inputs.add("qos_constraints",
               described_input(yaml::text(constraints_text(plan, index)), "App QoS Constraints"));
    inputs.add("app_name", described_input(yaml::text(plan.monitoring_name(index)), "App name"));
}

void add_outputs(yaml::Node& outputs) {
    const auto add = [&](const char* name, yaml::Node value) {
        outputs.add(name, map_of({{"value", std::move(value)}}));
    };
    add("dashboard_endpoint", cluster_host("https://", ".", "/dashboard/"));
    add("oscarui_endpoint", cluster_host("https://", ".", "/"));
    add("minio_endpoint", cluster_host("https://minio.", ".", "/"));
    add("console_minio_endpoint", cluster_host("https://console.minio.", ".", "/"));
    add("influx_endpoint", cluster_host("https://influx.", ".", ""));
    for (const char* name : {"admin_token", "oscar_password", "minio_password"}) {
        add(name, get_input(name));
    }
    add("influx_password", get_input("local_influx_pass"));
    add("influx_token", get_input("local_influx_token"));
    add("fe_node_ip", get_first("front", {"public_address"}));
    add("fe_node_creds", get_first("front", {"endpoint", "credential"}));
}

yaml::Node front_end(const Topology& topology) {
    yaml::Node os = map_of({{"type", yaml::text("linux")}});
    if (topology.inputs.find("fe_os_image") != nullptr) {
        os.add("image", get_input("fe_os_image"));
    }
    yaml::Node endpoint =
        map_of({{"dns_name", yaml::text("kubeserver")},
                {"network_name", yaml::text("PUBLIC")},
                {"additional_dns_names",
                 yaml::sequence({cluster_host("", "@", ""), cluster_host("minio.", "@", ""),
                                 cluster_host("console.minio.", "@", ""),
                                 cluster_host("influx.", "@", "")})}});
    yaml::Node host = map_of({{"num_cpus", get_input("fe_cpus")},
                              {"mem_size", get_input("fe_mem")},
                              {"disk_size", get_input("fe_disk")}});
    yaml::Node storage = map_of(
        {{"node", yaml::text("my_block_storage")},
         {"capability", yaml::text("tosca.capabilities.Attachment")},
         {"relationship", map_of({{"type", yaml::text("tosca.relationships.AttachesTo")},
                                  {"properties", map_of({{"location", yaml::text("/pv")},
                                                         {"device", yaml::text("hdb")}})}})}});
    return map_of(
        {{"type", yaml::text("tosca.nodes.indigo.Compute")},
         {"capabilities", map_of({{"endpoint", map_of({{"properties", std::move(endpoint)}})},
                                  {"host", map_of({{"properties", std::move(host)}})},
                                  {"os", map_of({{"properties", std::move(os)}})}})},
         {"requirements", yaml::sequence({map_of({{"local_storage", std::move(storage)}})})}});
}

yaml::Node kubernetes_role() {
    return map_of(
        {{"kube_role", map_of({{"file", yaml::text("grycap.kubernetes,ai-sprint")},
                               {"type", yaml::text("tosca.artifacts.AnsibleGalaxy.role")}})}});
}

/// Kubernetes leaves GPUs alone unless it is told of them.
bool wants_nvidia(const DocumentPlan& plan, std::size_t index) {
    return plan.component(index).resource.gpus > 0 && !plan.as_reference();
}

yaml::Node kubernetes(const DocumentPlan& plan, std::size_t index) {
    yaml::Node properties = map_of({{"admin_username", yaml::text("kubeuser")},
                                    {"admin_token", get_input("admin_token")},
                                    {"install_kubeapps", yaml::boolean(false)},
                                    {"install_metrics", yaml::boolean(true)},
                                    {"install_nfs_client", yaml::boolean(true)},
                                    {"install_ingress", yaml::boolean(true)},
                                    {"cert_manager", yaml::boolean(true)},
                                    {"version", yaml::text(k_kubernetes_version)},
                                    {"cert_user_email", get_input("cert_user_email")},
                                    {"public_dns_name", cluster_host("", ".", "")}});
    if (wants_nvidia(plan, index)) {
        properties.add("nvidia_support", yaml::boolean(true));
    }
    yaml::Node endpoint = map_of({{"port", yaml::integer(30443)}, {"protocol", yaml::text("tcp")}});
    return map_of(
        {{"type", yaml::text("tosca.nodes.indigo.LRMS.FrontEnd.Kubernetes")},
         {"artifacts", kubernetes_role()},
         {"capabilities", map_of({{"endpoint", map_of({{"properties", std::move(endpoint)}})}})},
         {"properties", std::move(properties)},
         {"requirements", yaml::sequence({requirement("host", "front")})}});
}

yaml::Node oscar() {
    const auto port = [](std::int64_t number) {
        return map_of({{"protocol", yaml::text("tcp")}, {"source", yaml::integer(number)}});
    };
    yaml::Node ports =
        map_of({{"http_port", port(80)}, {"https_port", port(443)}, {"minio_port", port(30300)}});
    return map_of(
        {{"type", yaml::text("tosca.nodes.indigo.OSCAR")},
         {"capabilities",
          map_of({{"endpoint", map_of({{"properties", map_of({{"ports", std::move(ports)}})}})}})},
         {"properties",
          map_of({{"minio_secretkey", get_input("minio_password")},
                  {"password", get_input("oscar_password")},
                  {"dns_host", cluster_host("", ".", "")},
                  {"minio_dns_host", cluster_host("minio.", ".", "")},
                  {"minio_dns_host_console", cluster_host("console.minio.", ".", "")}})},
         {"requirements", yaml::sequence({requirement("host", "lrms_front_end")})}});
}

yaml::Node monitoring(const DocumentPlan& plan) {
    yaml::Node inputs = map_of({{"REMOTE_INFLUX_URL", get_input("top_influx_url")},
                                {"REMOTE_INFLUX_TOKEN", get_input("top_influx_token")},
                                {"REMOTE_INFLUX_BUCKET", get_input("top_influx_bucket")},
                                {"REMOTE_INFLUX_ORG", get_input("top_influx_org")},
                                {"QOS_CONSTRAINTS", get_input("qos_constraints")},
                                {"APP_NAME", get_input("app_name")},
                                {"LOCAL_INFLUX_PASS", get_input("local_influx_pass")},
                                {"LOCAL_INFLUX_TOKEN", get_input("local_influx_token")},
                                {"LOCAL_INFLUX_HOSTNAME", cluster_host("influx.", ".", "")}});
    yaml::Node configure =
        map_of({{"implementation", yaml::text(plan.artifacts_url +
                                              "artifacts/ai-monitoring/ai-sprint-monit-site.yaml")},
                {"inputs", std::move(inputs)}});
    return map_of(
        {{"type", yaml::text("tosca.nodes.SoftwareComponent")},
         {"interfaces", map_of({{"Standard", map_of({{"configure", std::move(configure)}})}})},
         {"requirements", yaml::sequence({requirement("host", "lrms_front_end")})}});
}

yaml::Node worker_compute(const DocumentPlan& plan, std::size_t index, std::int64_t count) {
    const NodeResource& resource = plan.component(index).resource;
    yaml::Node host = map_of({{"num_cpus", yaml::integer(resource.cores)},
                              {"mem_size", yaml::text(resource.memory_mb + " MB")},
                              {"preemtible_instance", yaml::boolean(resource.spot)},
                              {"sgx", yaml::boolean(resource.sgx)},
                              {"num_gpus", yaml::integer(resource.gpus)}});
    const auto add_text = [&](const char* key, const std::string& value) {
        if (!value.empty()) {
            host.add(key, yaml::text(value));
        }
    };
    add_text("disk_size", resource.disk_gb.empty() ? "" : resource.disk_gb + " GB");
    add_text("disk_type", resource.disk_type);
    add_text("instance_type", resource.flavor);
    if (resource.gpus > 0) {
        add_text("gpu_vendor", resource.gpu_vendor);
        add_text("gpu_model", resource.gpu_model);
    }
    yaml::Node os = map_of({{"type", yaml::text("linux")}});
    const auto add_node = [&](const char* key, const yaml::Node& value) {
        if (!value.is_null() || plan.as_reference()) {
            os.add(key, value);
        }
    };
    add_node("distribution", as_text(resource.os_distribution, plan));
    add_node("version", resource.os_version);
    add_node("image", front_end_image(plan, index));
    return map_of(
        {{"type", yaml::text("tosca.nodes.indigo.Compute")},
         {"capabilities",
          map_of({{"host", map_of({{"properties", std::move(host)}})},
                  {"os", map_of({{"properties", std::move(os)}})},
                  {"scalable",
                   map_of({{"properties", map_of({{"count", yaml::integer(count)}})}})}})}});
}

yaml::Node worker_software(const DocumentPlan& plan, std::size_t index, const std::string& host) {
    yaml::Node properties = map_of({{"front_end_ip", get_first("front", {"private_address"})},
                                    {"version", yaml::text(k_kubernetes_version)}});
    if (wants_nvidia(plan, index)) {
        properties.add("nvidia_support", yaml::boolean(true));
    }
    return map_of({{"type", yaml::text("tosca.nodes.indigo.LRMS.WorkerNode.Kubernetes")},
                   {"artifacts", kubernetes_role()},
                   {"properties", std::move(properties)},
                   {"requirements", yaml::sequence({requirement("host", host)})}});
}

} // namespace

void add_cluster(const DocumentPlan& plan, std::size_t index, Topology& topology) {
    add_inputs(plan, index, topology.inputs);
    add_outputs(topology.outputs);
    topology.nodes.add("front", front_end(topology));
    topology.nodes.add("my_block_storage",
                       map_of({{"type", yaml::text("tosca.nodes.BlockStorage")},
                               {"properties", map_of({{"size", get_input("storage_size")}})}}));
    topology.nodes.add("lrms_front_end", kubernetes(plan, index));
    topology.nodes.add("oscar", oscar());
    topology.nodes.add("monitoring", monitoring(plan));
}

void add_worker(const DocumentPlan& plan,
                std::size_t index,
                std::int64_t count,
                const std::string& suffix,
                Topology& topology) {
    const std::string key = plan.component(index).resource.key + suffix;
    topology.nodes.add("wn_" + key, worker_compute(plan, index, count));
    topology.nodes.add("wn_node_" + key, worker_software(plan, index, "wn_" + key));
}

} // namespace aisprint::tosca
