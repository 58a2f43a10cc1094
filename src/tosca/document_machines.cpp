// SPDX-License-Identifier: Apache-2.0
// A cluster on machines that exist: IM reaches them over SSH.
#include "document_parts.hpp"
#include "document_yaml.hpp"

#include <fmt/format.h>

namespace aisprint::tosca {

namespace {

const char* const k_public_network = "pub_network";
const char* const k_private_network = "priv_network";

yaml::Node network(const char* type) {
    return map_of({{"type", yaml::text("tosca.nodes.network.Network")},
                   {"properties", map_of({{"network_type", yaml::text(type)}})}});
}

yaml::Node port(const std::string& node,
                const char* network_name,
                std::int64_t order,
                const std::string& address) {
    return map_of({{"type", yaml::text("tosca.nodes.network.Port")},
                   {"properties",
                    map_of({{"order", yaml::integer(order)}, {"ip_address", yaml::text(address)}})},
                   {"requirements", yaml::sequence({requirement("binding", node),
                                                    requirement("link", network_name)})}});
}

void add_credential(const PhysicalNode& machine, const std::string& node, Topology& topology) {
    yaml::Node* properties = &topology.nodes;
    for (const std::string& key :
         {node, std::string("capabilities"), std::string("os"), std::string("properties")}) {
        properties = properties->find(key);
        AISPRINT_ASSERT(properties != nullptr);
    }
    properties->add("credential", map_of({{"user", yaml::text(machine.ssh_user)},
                                          {"token_type", yaml::text("private_key")},
                                          {"token", yaml::text(machine.ssh_key.reveal())}}));
}

} // namespace

void add_machines(const DocumentPlan& plan, std::size_t index, Topology& topology) {
    const Component& component = plan.component(index);
    AISPRINT_ASSERT(component.physical && component.physical->front_end);
    const PhysicalNode& front = *component.physical->front_end;
    topology.nodes.add(k_public_network, network("public"));
    topology.nodes.add(k_private_network, network("private"));
    topology.nodes.add("front_pub_network_port",
                       port("front", k_public_network, 1, front.public_ip));
    topology.nodes.add("front_priv_network_port",
                       port("front", k_private_network, 0, front.private_ip));
    add_credential(front, "front", topology);
    const std::vector<PhysicalNode>& workers = component.physical->workers;
    for (std::size_t i = 0; i < static_cast<std::size_t>(component.resource.total_nodes); ++i) {
        AISPRINT_ASSERT(i < workers.size());
        const std::string suffix = fmt::format("_{}", i + 1);
        add_worker(plan, index, 1, suffix, topology);
        const std::string node = "wn_" + component.resource.key + suffix;
        topology.nodes.add(node + "_priv_network_port",
                           port(node, k_private_network, 0, workers[i].private_ip));
        add_credential(workers[i], node, topology);
    }
}

} // namespace aisprint::tosca
