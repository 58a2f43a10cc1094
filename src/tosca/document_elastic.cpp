// SPDX-License-Identifier: Apache-2.0
// Worker nodes in a cloud: a fixed number of them, or as many as CLUES switches on.
#include "document_parts.hpp"
#include "document_yaml.hpp"

#include <algorithm>

namespace aisprint::tosca {

namespace {

/// Newlines as IM wants them inside of a value.
std::string escaped_lines(const std::string& text) {
    std::string result;
    for (const char c : text.substr(0, text.find_last_not_of("\r\n") + 1)) {
        if (c == '\n') {
            result += "\\n";
        } else if (c != '\r') {
            result += c;
        }
    }
    return result;
}

yaml::Node clues_options() {
    yaml::Node list = yaml::sequence();
    const auto add = [&](const char* section, const char* option, const char* value) {
        list.push(map_of({{"section", yaml::text(section)},
                          {"option", yaml::text(option)},
                          {"value", yaml::text(value)}}));
    };
    add("scheduling", "IDLE_TIME", "300");
    add("scheduling", "RECONSIDER_JOB_TIME", "60");
    add("monitoring", "MAX_WAIT_POWERON", "3000");
    add("monitoring", "MAX_WAIT_POWEROFF", "600");
    add("monitoring", "PERIOD_LIFECYCLE", "20");
    add("monitoring", "PERIOD_MONITORING_NODES", "20");
    add("client", "CLUES_REQUEST_WAIT_TIMEOUT", "3000");
    add("scheduling", "SCHEDULER_CLASSES",
        "clueslib.schedulers.CLUES_Scheduler_PowOn_Requests, "
        "clueslib.schedulers.CLUES_Scheduler_Reconsider_Jobs, "
        "clueslib.schedulers.CLUES_Scheduler_PowOff_IDLE, "
        "clueslib.schedulers.CLUES_Scheduler_PowOn_Free");
    add("scheduling", "EXTRA_SLOTS_FREE", "1");
    return list;
}

yaml::Node clues(const DocumentPlan& plan, std::size_t index) {
    const NodeResource& resource = plan.component(index).resource;
    yaml::Node properties =
        map_of({{"im_auth", yaml::text(escaped_lines(plan.options.im_auth.reveal()))},
                {"powermanager_plugin", yaml::text("im")},
                {"kube_token", get_input("admin_token")},
                {"config_options", clues_options()}});
    if (!plan.as_reference()) {
        properties.add("kube_wn_cpus", yaml::integer(resource.cores));
        properties.add("kube_wn_mem", yaml::text(resource.memory_mb + " MB"));
    }
    yaml::Node requirements = yaml::sequence(
        {requirement("lrms", "lrms_front_end"), requirement("wn", "wn_node_" + resource.key)});
    if (plan.options.strict_elastic) {
        requirements.push(requirement("host", "lrms_front_end"));
    }
    yaml::Node configure = map_of(
        {{"implementation", yaml::text(plan.artifacts_url + "artifacts/use_external_im.yml")}});
    return map_of(
        {{"type", yaml::text("tosca.nodes.ec3.ElasticCluster")},
         {"interfaces", map_of({{"Standard", map_of({{"configure", std::move(configure)}})}})},
         {"properties", std::move(properties)},
         {"requirements", std::move(requirements)}});
}

} // namespace

void add_virtual_workers(const DocumentPlan& plan, std::size_t index, Topology& topology) {
    const NodeResource& resource = plan.component(index).resource;
    const std::int64_t elastic = plan.options.elastic;
    const bool limited = elastic > 0 && !plan.as_reference();
    add_worker(plan, index,
               limited ? std::min(resource.total_nodes, elastic) : resource.total_nodes, "",
               topology);
    if (elastic <= 0) {
        return;
    }
    yaml::Node* machine = topology.nodes.find("wn_" + resource.key);
    yaml::Node* software = topology.nodes.find("wn_node_" + resource.key);
    AISPRINT_ASSERT(machine != nullptr && software != nullptr);
    yaml::Node* capabilities = machine->find("capabilities");
    AISPRINT_ASSERT(capabilities != nullptr);
    yaml::Node name = map_of({{"dns_name", yaml::text("vnode-#N#.localdomain")}});
    capabilities->add("endpoint", map_of({{"properties", std::move(name)}}));
    yaml::Node instances =
        map_of({{"max_instances", get_input("max_wn_num")}, {"min_instances", yaml::integer(0)}});
    software->add("capabilities", map_of({{"wn", map_of({{"properties", std::move(instances)}})}}));
    topology.nodes.add("elastic_cluster_front_end", clues(plan, index));
}

} // namespace aisprint::tosca
