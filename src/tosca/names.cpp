// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/names.hpp"

namespace aisprint::tosca {

namespace {

constexpr std::size_t k_cluster_id_length = 8;
constexpr std::size_t k_password_length = 16;

ComponentNames draw_for(LayerKind kind, RandomSource& random) {
    ComponentNames names;
    names.kind = kind;
    std::string id = random.draw(k_cluster_id_length);
    if (has_own_cluster(kind)) {
        id = random.draw(k_cluster_id_length);
        names.admin_token = Secret(random.draw(k_password_length));
        names.oscar_password = Secret(random.draw(k_password_length));
        names.minio_password = Secret(random.draw(k_password_length));
        names.influx_token = Secret(random.draw(k_password_length));
        names.influx_password = Secret(random.draw(k_password_length));
    }
    names.cluster = "oscar-cluster-" + id;
    return names;
}

} // namespace

DeploymentNames draw_names(const Deployment& deployment,
                           const DeploymentNames& before,
                           KeepNames keep,
                           RandomSource& random) {
    DeploymentNames names;
    for (const Component& component : deployment.components) {
        const auto old = before.find(component.name);
        const bool kept = keep == KeepNames::yes && old != before.end() &&
                          old->second.kind == component.layer.kind;
        names[component.name] = kept ? old->second : draw_for(component.layer.kind, random);
    }
    return names;
}

} // namespace aisprint::tosca
