// SPDX-License-Identifier: Apache-2.0
// The tables of every YAML format of an application. Loaders, JSON Schemas and documentation
// are driven by them.
#include "aisprint/config/schema.hpp"

namespace aisprint::config {

namespace {

constexpr Presence k_required = Presence::required;
constexpr Presence k_optional = Presence::optional;

const char* const k_layer_key = "computationalLayer[0-9]+";

TypeSpec text() {
    return of(ValueType::text);
}
TypeSpec number() {
    return of(ValueType::number);
}
TypeSpec integer() {
    return of(ValueType::integer);
}
TypeSpec boolean() {
    return of(ValueType::boolean);
}
TypeSpec texts() {
    return list_of(text());
}

TypeSpec dag_type() {
    return object_of(
        {{"System",
          object_of({{"name", text(), k_required, "name of the application"},
                     {"components", texts().or_null(), k_required, "names of the components"},
                     {"dependencies", list_of(list_of(of(ValueType::any))).or_null(), k_required,
                      "triplets [source, target, probability]"},
                     {"alternative_components", map_of(texts()).or_null(), k_optional,
                      "degraded alternatives of a component"}}),
          k_required, "the application"}});
}

TypeSpec processor_type() {
    return object_of(
        {{"name", text(), k_optional, "name of the processor"},
         {"type", text(), k_optional, "family of the processor"},
         {"architecture", text().one_of({"amd64", "arm64"}), k_required, "amd64 or arm64"},
         {"computingUnits", number().more_than(0), k_required, "number of cores"},
         {"internalMemory", of(ValueType::number_or_text), k_optional, "memory of the processor"},
         {"SGXFlag", boolean(), k_optional, "whether the processor has SGX"}});
}

TypeSpec accelerator_type() {
    return object_of({{"name", text(), k_optional, "name of the accelerator"},
                      {"GFLOPS", number(), k_optional, "billions of operations per second"},
                      {"powerDraw", number(), k_optional, "watts"},
                      {"memory", number().at_least(0), k_optional, "memory in MB"},
                      {"memorySize", number().at_least(0), k_optional, "memory in MB"},
                      {"processors", map_of(of(ValueType::any)), k_optional, "its processors"}});
}

TypeSpec resource_type() {
    return object_of(
        {{"name", text(), k_required, "unique name of the resource"},
         {"totalNodes", integer().at_least(1), k_optional, "number of nodes"},
         {"description", text(), k_optional, "flavour of the machine"},
         {"flavorName", text(), k_optional, "name of the flavour at the provider"},
         {"cost", number().at_least(0), k_required,
          "$ per hour of a node (a function: per hour of busy time)"},
         {"memorySize", number().more_than(0), k_required, "memory of a node in MB"},
         {"storageSize", of(ValueType::number_or_text), k_optional, "storage, in GB by default"},
         {"storageType", text(), k_optional, "kind of storage"},
         {"operatingSystemDistribution", text(), k_optional, "for example Ubuntu"},
         {"operatingSystemType", text(), k_optional, "for example Linux"},
         {"operatingSystemVersion", text(), k_optional, "for example 22.04"},
         {"operatingSystemImageId", text(), k_optional, "image to start, provider://region/id"},
         {"secureBoot", of(ValueType::boolean_or_text), k_optional, "secure boot is on"},
         {"measuredBoot", of(ValueType::boolean_or_text), k_optional, "measured boot is on"},
         {"onSpot", boolean(), k_optional, "a spot instance"},
         {"processors", map_of(processor_type()), k_optional, "processors of a node"},
         {"accelerators", map_of(accelerator_type()), k_optional, "accelerators of a node"},
         {"architecture", text().one_of({"amd64", "arm64"}), k_optional,
          "architecture of a cloud function"},
         {"region", text(), k_optional, "region of a cloud function"},
         {"idleTime", number().at_least(0), k_optional,
          "seconds until an idle function is stopped"},
         {"transitionCost", number().at_least(0), k_optional,
          "cost of one orchestration step of a cloud function"}});
}

TypeSpec layer_type() {
    return object_of(
        {{"name", text(), k_optional, "name of the layer"},
         {"number", integer().at_least(0), k_required, "the number in the key computationalLayerN"},
         {"type",
          text().one_of({"Virtual", "Physical", "PhysicalAlreadyProvisioned",
                         "PhysicalToBeProvisioned", "NativeCloudFunction", "AlreadyDeployed"}),
          k_required, "how its resources come about"},
         {"Resources", map_of(resource_type()), k_required, "candidate resources"}});
}

TypeSpec network_domains_type() {
    return map_of(object_of(
        {{"name", text(), k_optional, "name of the network domain"},
         {"AccessDelay", number().at_least(0), k_optional, "access delay in seconds"},
         {"Bandwidth", number().more_than(0), k_optional, "bandwidth in kbit/s"},
         {"subNetworkDomains", texts().or_null(), k_optional, "keys of the domains inside"},
         {"ComputationalLayers", map_of(layer_type(), k_layer_key).or_null(), k_optional,
          "computational layers"}}));
}

TypeSpec resources_type() {
    return object_of({{"System",
                       object_of({{"name", text(), k_required, "name of the system"},
                                  {"NetworkDomains", network_domains_type(), k_required,
                                   "network domains with their layers"}}),
                       k_required, "the candidate resources"}});
}

std::vector<FieldSpec> container_fields() {
    return {{"image", of(ValueType::image), k_optional, "container image"},
            {"memorySize", of(ValueType::numbers).more_than(0), k_required,
             "memory of a container in MB; of a segment: one value, or one for each cut"},
            {"computingUnits", number().more_than(0), k_required, "cores of a container"},
            {"trustedExecution", boolean(), k_optional, "runs in an enclave"},
            {"networkProtection", boolean(), k_optional, "network shield"},
            {"fileSystemProtection", boolean(), k_optional, "file system shield"},
            {"GPURequirement", boolean(), k_optional, "needs an accelerator"},
            {"ExposeService", of(ValueType::any), k_optional,
             "map with min_scale, max_scale, port, cpu_threshold: the service listens on a port"},
            {"synchronous", of(ValueType::any), k_optional,
             "map with min_scale, max_scale: containers that wait for synchronous requests"}};
}

TypeSpec deployments_type() {
    std::vector<FieldSpec> container = container_fields();
    container.push_back(
        {"candidateExecutionResources", texts().with_items(1), k_required, "names of resources"});
    const TypeSpec entry = object_of(
        {{"name", text(), k_required, "component, or component_partitionX_SEGMENT"},
         {"candidateExecutionLayers", list_of(integer()).with_items(1), k_required,
          "numbers of computational layers"},
         {"Containers", map_of(object_of(container)), k_required, "containers to choose from"}});
    return object_of(
        {{"Components", map_of(entry, "component[0-9]+(_partitionX_[0-9]+|_alternative[0-9]+)?"),
          k_required, "one entry for each component and segment"}});
}

TypeSpec annotations_type() {
    return map_of(map_of(map_of(of(ValueType::any))));
}

TypeSpec partitions_type() {
    return object_of(
        {{"components",
          map_of(object_of({{"partitions", texts(), k_required, "names of the designs"}})),
          k_required, "designs of each component"}});
}

std::vector<FieldSpec> constraint_fields() {
    return {{"local_constraints",
             map_of(object_of({{"component_name", text(), k_required, "the component"},
                               {"threshold", number().more_than(0), k_required, "seconds"}})),
             k_required, "bounds on single components"},
            {"global_constraints",
             map_of(object_of({{"path_components", texts(), k_required, "the path, in order"},
                               {"threshold", number().more_than(0), k_required, "seconds"}})),
             k_required, "bounds on paths"},
            {"throughput_component", of(ValueType::any), k_optional,
             "component whose throughput is watched, or {}"}};
}

TypeSpec qos_type() {
    std::vector<FieldSpec> fields = constraint_fields();
    fields.insert(fields.begin(), {"name", text(), k_required, "name of the application"});
    return object_of({{"system", object_of(fields), k_required, "the application"}});
}

TypeSpec multi_cluster_type() {
    std::vector<FieldSpec> layer = constraint_fields();
    layer.insert(layer.begin(), {"components", texts(), k_required, "components of the layer"});
    const TypeSpec deployment = object_of(
        {{"ExecutionLayers", map_of(object_of(layer), "[0-9]+"), k_required, "layers by number"}});
    return object_of({{"System",
                       object_of({{"Deployments", map_of(deployment.or_null()), k_required,
                                   "all deployments, base first"}}),
                       k_required, "the application"}});
}

TypeSpec production_type() {
    std::vector<FieldSpec> container = container_fields();
    container.push_back({"selectedExecutionResource", text(), k_required, "name of a resource"});
    const TypeSpec component =
        object_of({{"name", text(), k_required, "component or segment"},
                   {"executionLayer", integer(), k_required, "number of the layer"},
                   {"Containers", map_of(object_of(container)), k_required, "one container"}});
    return object_of(
        {{"System",
          object_of({{"name", text(), k_optional, "name of the system"},
                     {"NetworkDomains", network_domains_type(), k_optional,
                      "the part of candidate_resources.yaml that is used"},
                     {"Components", map_of(component), k_required, "placed components"},
                     {"Resources", of(ValueType::any), k_optional, "chosen resources"},
                     {"Feasible", boolean(), k_optional, "all constraints are met"},
                     {"DeploymentName", text(), k_optional, "deployment that it belongs to"}}),
          k_required, "the chosen deployment"}});
}

TypeSpec performance_type() {
    const TypeSpec deployment = object_of(
        {{"components", texts(), k_required, "components of the deployment"},
         {"dependencies", list_of(list_of(of(ValueType::any))), k_required, "its dependencies"},
         {"metric_value", number(), k_required, "value of the metric"},
         {"deployment", text(), k_optional, "folder of the deployment"}});
    return object_of(
        {{"System",
          object_of({{"metric_name", text(), k_required, "name of the metric"},
                     {"metric_thr", number().or_null(), k_required, "smallest accepted value"},
                     {"sorted_deployments_performance", list_of(map_of(deployment)), k_required,
                      "deployments, best first"}}),
          k_required, "the application"}});
}

TypeSpec drift_type() {
    const TypeSpec test = object_of(
        {{"monitoring_period", number().more_than(0), k_required, "hours of data of a test"},
         {"statistical_test",
          text().one_of(
              {"kolmogorov-smirnov", "cramer-von-mises", "fisher-exact-test", "chi-squared"}),
          k_required, "the test"},
         {"test_threshold", number().more_than(0).at_most(1), k_required, "p-value"}});
    return object_of(
        {{"data_collection_period", number().more_than(0), k_required, "hours after a drift"},
         {"detection_interval", number().more_than(0), k_required, "hours between tests"},
         {"metrics", map_of(map_of(test)), k_required, "tests by metric and field"},
         {"notification_endpoint", text(), k_optional, "address told of a drift"}});
}

TypeSpec security_type() {
    const TypeSpec program = object_of({{"confProc", boolean(), k_optional, "confidential"},
                                        {"integrityProc", boolean(), k_optional, "integrity"},
                                        {"confRest", boolean(), k_optional, "encrypted at rest"},
                                        {"volumes", texts(), k_optional, "folders"},
                                        {"secureBoot", of(ValueType::any), k_optional, "agents"}});
    return object_of({{"applications", list_of(map_of(program)).or_null(), k_optional,
                       "one program each"},
                      {"secureBoot", of(ValueType::any), k_optional, "agents and whitelists"}})
        .or_null();
}

TypeSpec methods_type() {
    const TypeSpec method = object_of(
        {{"name", text(), k_required, "RandomGreedy, LocalSearch, TabuSearch, ..."},
         {"iterations", integer().at_least(0), k_optional, "number of iterations"},
         {"duration", number().at_least(0), k_optional, "seconds"},
         {"startingPointNumber", integer().at_least(1), k_optional, "number of starting points"},
         {"specialParameters", map_of(of(ValueType::any)), k_optional, "of this method only"},
         {"upperBoundLambda", number().more_than(0), k_optional, "requests per second"},
         {"epsilon", number().more_than(0), k_optional, "precision, requests per second"},
         {"gap", number().at_least(0), k_optional, "accepted relative gap of an exact search"},
         {"threads", integer().at_least(1), k_optional, "number of threads"}});
    return map_of(method);
}

TypeSpec space4aid_type() {
    return object_of({{"EdgeResources", texts(), k_optional, "layers at the edge"},
                      {"CloudResources", texts(), k_optional, "layers of virtual machines"},
                      {"FaaSResources", texts(), k_optional, "layers of cloud functions"},
                      {"Components", of(ValueType::any), k_optional, "data sizes (older files)"},
                      {"Time", number().more_than(0), k_optional, "hours that the cost covers"},
                      {"Methods", methods_type(), k_required, "search methods, by any keys"},
                      {"Seed", integer(), k_optional, "seed of the random numbers"},
                      {"VerboseLevel", integer().at_least(0), k_optional, "how much is printed"}});
}

TypeSpec physical_nodes_type() {
    const TypeSpec node = object_of(
        {{"public_ip", text(), k_optional, "public address"},
         {"private_ip", text(), k_optional, "private address"},
         {"ssh_user", text(), k_optional, "user"},
         {"ssh_key", text(), k_optional, "private key, or file(PATH)"},
         {"ssh_port", integer().at_least(1).at_most(65535), k_optional, "port, 22 by default"}});
    const TypeSpec service =
        object_of({{"name", text(), k_optional, "name of the cluster"},
                   {"endpoint", text(), k_optional, "address of the service"},
                   {"url", text(), k_optional, "the same as endpoint"},
                   {"access_key", text(), k_optional, "user"},
                   {"secret_key", text(), k_optional, "password"},
                   {"password", text(), k_optional, "the same as secret_key"},
                   {"token", text(), k_optional, "token of InfluxDB"},
                   {"pull_secret", text(), k_optional, "secret of the cluster for a registry"}});
    const TypeSpec bucket = object_of({{"bucket", text(), k_optional, "name of the bucket"},
                                       {"region", text(), k_optional, "its region"},
                                       {"access_key", text(), k_optional, "access key"},
                                       {"secret_key", text(), k_optional, "secret key"},
                                       {"password", text(), k_optional, "the same as secret_key"}});
    const TypeSpec resource = object_of({{"name", text(), k_required, "name of the resource"},
                                         {"fe_node", node, k_optional, "front-end node"},
                                         {"wns", list_of(node), k_optional, "worker nodes"},
                                         {"minio", service, k_optional, "its MinIO"},
                                         {"oscar", service, k_optional, "its OSCAR"},
                                         {"influx", service, k_optional, "its InfluxDB"},
                                         {"aws", bucket, k_optional, "bucket for functions"}});
    const TypeSpec layer =
        object_of({{"number", integer(), k_required, "number of the layer"},
                   {"Resources", map_of(resource), k_required, "resources, by any keys"}});
    return object_of({{"ComputationalLayers", map_of(layer), k_required, "layers, by any keys"}})
        .or_null();
}

TypeSpec early_exits_type() {
    return object_of({{"exits",
                       list_of(object_of({{"label", text(), k_required, "label of the exit"},
                                          {"input_nodes", texts().with_items(1), k_required,
                                           "tensors that feed the next segment"},
                                          {"output_nodes", texts().with_items(1), k_required,
                                           "outputs of this exit"}})),
                       k_required, "exits in network order"}});
}

TypeSpec build_type() {
    return object_of({{"base_image", text(), k_optional, "image that it is made from"}}).or_null();
}

std::vector<Format> make_formats() {
    return {
        {"application_dag", "common_config/application_dag.yaml",
         "Components of the application and their dependencies", dag_type()},
        {"candidate_resources", "common_config/candidate_resources.yaml",
         "Network domains, computational layers and candidate resources", resources_type()},
        {"candidate_deployments", "common_config/candidate_deployments.yaml",
         "Where each component may run, and in which containers", deployments_type()},
        {"physical_nodes", "common_config/physical_nodes.yaml",
         "Clusters and nodes that exist already", physical_nodes_type()},
        {"security", "scone/policy.yaml", "Protected programs of the application", security_type()},
        {"env", "src/COMPONENT/env.yaml", "Environment variables of a component",
         map_of(of(ValueType::any)).or_null()},
        {"build", "src/COMPONENT/build.yaml", "How the image of a component is built",
         build_type()},
        {"early_exits", "src/COMPONENT/onnx/early_exits.yaml",
         "Early exits of a model, instead of early_exits.csv", early_exits_type()},
        {"space4ai-d", "space4ai-d/SPACE4AI-D.yaml", "Layers and search methods of the optimiser",
         space4aid_type()},
        {"annotations", "common_config/annotations.yaml",
         "Annotations of the components (generated)", annotations_type()},
        {"component_partitions", "aisprint/designs/component_partitions.yaml",
         "Designs of each component (generated)", partitions_type()},
        {"qos_constraints", "aisprint/deployments/DEPLOYMENT/ams/qos_constraints_LN.yaml",
         "QoS constraints of a layer or a deployment (generated)", qos_type()},
        {"multi_cluster_qos_constraints", "aisprint/deployments/multi_cluster_qos_constraints.yaml",
         "QoS constraints of every deployment and layer (generated)", multi_cluster_type()},
        {"production_deployment",
         "aisprint/deployments/optimal_deployment/production_deployment.yaml",
         "The chosen deployment (generated)", production_type()},
        {"deployments_performance", "space4ai-r/deployments_performance.yaml",
         "Quality of each degraded deployment (generated)", performance_type()},
        {"drift_detector_config", "common_config/drift_detector/drift_detector_config.yaml",
         "Tests of the drift detector (generated)", drift_type()},
    };
}

} // namespace

const std::vector<Format>& formats() {
    static const std::vector<Format> all = make_formats();
    return all;
}

} // namespace aisprint::config
