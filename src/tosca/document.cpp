// SPDX-License-Identifier: Apache-2.0
// The TOSCA documents of a deployment, one for each component.
#include "aisprint/tosca/document.hpp"

#include "document_parts.hpp"
#include "document_yaml.hpp"
#include "input_file.hpp"

#include <algorithm>
#include <utility>

namespace aisprint::tosca {

namespace {

void add_secret(const std::optional<ClusterService>& service, Redactor& redactor) {
    if (service) {
        redactor.add(service->secret_key);
        redactor.add(service->token);
    }
}

/// The published types want one suffix where OSCAR takes a list, and the Infrastructure Manager
/// believes them. What a document declares itself comes before what it imports.
yaml::Node corrected_types() {
    const auto property = [](const char* type, bool required) {
        return map_of({{"type", yaml::text(type)}, {"required", yaml::boolean(required)}});
    };
    const auto list = [&] {
        yaml::Node node = property("list", false);
        node.add("entry_schema", map_of({{"type", yaml::text("string")}}));
        return node;
    };
    yaml::Node properties = map_of({{"storage_provider", property("string", true)},
                                    {"path", property("string", true)},
                                    {"suffix", list()},
                                    {"prefix", list()}});
    return map_of({{"tosca.datatypes.oscar.StorageIOConfig",
                    map_of({{"derived_from", yaml::text("tosca.datatypes.Root")},
                            {"properties", std::move(properties)}})}});
}

/// Whether an output of the component's service takes some files only.
bool has_suffixes(const Topology& topology) {
    for (const yaml::Entry& node : topology.nodes.entries) {
        const yaml::Node* properties = node.value.find("properties");
        const yaml::Node* outputs = properties == nullptr ? nullptr : properties->find("output");
        if (outputs != nullptr && std::ranges::any_of(outputs->items, [](const yaml::Node& item) {
                return item.find("suffix") != nullptr;
            })) {
            return true;
        }
    }
    return false;
}

yaml::Node build_document(const DocumentPlan& plan, std::size_t index, Findings& findings) {
    const Component& component = plan.component(index);
    Topology topology;
    topology.inputs.add("cluster_name", input_of("string", yaml::text(plan.cluster(index))));
    add_monitoring_inputs(plan, index, topology);
    if (has_own_cluster(component.layer.kind)) {
        add_cluster(plan, index, topology);
        if (component.layer.kind == LayerKind::physical_to_be_provisioned) {
            add_machines(plan, index, topology);
        } else {
            add_virtual_workers(plan, index, topology);
        }
    }
    if (plan.options.services == ServiceNodes::yes) {
        add_service(plan, index, topology, findings);
    }
    add_extras(plan, index, topology);
    const bool corrected =
        !plan.as_reference() && plan.options.types_url.empty() && has_suffixes(topology);
    yaml::Node parts = map_of(
        {{"inputs", std::move(topology.inputs)}, {"node_templates", std::move(topology.nodes)}});
    if (!topology.outputs.entries.empty()) {
        parts.add("outputs", std::move(topology.outputs));
    }
    yaml::Node metadata = map_of({{"infra_name", yaml::text("OSCAR " + component.name)}});
    for (const auto& [key, value] : plan.options.tags) {
        metadata.add(key, yaml::text(value));
    }
    yaml::Node document = map_of(
        {{"tosca_definitions_version", yaml::text("tosca_simple_yaml_1_0")},
         {"imports", yaml::sequence({map_of({{"ec3_custom_types", yaml::text(plan.types_file)}})})},
         {"metadata", std::move(metadata)},
         {"topology_template", std::move(parts)}});
    if (has_own_cluster(component.layer.kind)) {
        document.add("description", yaml::text("Template for launching an OSCAR Virtual Cluster"));
    }
    if (corrected) {
        document.add("data_types", corrected_types());
    }
    yaml::sort_keys(document);
    return document;
}

} // namespace

Result<std::vector<Document>> build_documents(const Deployment& deployment,
                                              const DeploymentNames& names,
                                              const BuildOptions& options,
                                              Reporter& reporter) {
    Findings findings;
    const DocumentPlan plan = make_plan(deployment, names, options, findings);
    std::vector<Document> documents;
    if (findings.errors.empty()) {
        documents.reserve(deployment.components.size());
        for (std::size_t i = 0; i < deployment.components.size(); ++i) {
            documents.push_back({deployment.components[i].name, build_document(plan, i, findings)});
        }
    }
    AISPRINT_TRY(conclude(std::move(findings), reporter));
    return documents;
}

void add_secrets(const Deployment& deployment, const DeploymentNames& names, Redactor& redactor) {
    for (const auto& [component, drawn] : names) {
        for (const Secret* secret :
             {&drawn.admin_token, &drawn.oscar_password, &drawn.minio_password, &drawn.influx_token,
              &drawn.influx_password}) {
            redactor.add(*secret);
        }
    }
    for (const Component& component : deployment.components) {
        if (!component.physical) {
            continue;
        }
        const PhysicalResource& physical = *component.physical;
        if (physical.front_end) {
            redactor.add(physical.front_end->ssh_key);
        }
        for (const PhysicalNode& worker : physical.workers) {
            redactor.add(worker.ssh_key);
        }
        add_secret(physical.minio, redactor);
        add_secret(physical.influx, redactor);
        add_secret(physical.oscar, redactor);
        if (physical.lambda) {
            redactor.add(physical.lambda->secret_key);
        }
    }
}

} // namespace aisprint::tosca
