// SPDX-License-Identifier: Apache-2.0
#include "function_document.hpp"

#include <cmath>
#include <cstdint>

namespace aisprint::profiling {

namespace {

yaml::Node map_of(std::vector<std::pair<std::string, yaml::Node>> entries) {
    yaml::Node map = yaml::mapping();
    for (auto& [key, value] : entries) {
        map.add(std::move(key), std::move(value));
    }
    return map;
}

yaml::Node place_of(const std::string& provider, const std::string& path) {
    return yaml::sequence(
        {map_of({{"path", yaml::text(path)}, {"storage_provider", yaml::text(provider)}})});
}

/// Replaces a value, or adds it.
void set(yaml::Node& map, const std::string& key, yaml::Node value) {
    if (yaml::Node* found = map.find(key)) {
        *found = std::move(value);
    } else {
        map.add(key, std::move(value));
    }
}

yaml::Node provider_of(const ForeignStorage& storage) {
    yaml::Node minio =
        map_of({{"access_key", yaml::text(storage.access_key)},
                {"endpoint", yaml::text(storage.endpoint)},
                {"region", yaml::text(storage.region)},
                {"secret_key", yaml::text(storage.secret_key.reveal())},
                {"verify", yaml::boolean(storage.verification == clients::TlsVerification::on)}});
    return map_of({{"minio", map_of({{storage.alias, std::move(minio)}})}});
}

} // namespace

tosca::Component function_component(const FunctionNeed& need, const tosca::Component& resource) {
    tosca::Component function = resource;
    function.name = need.unit->partition;
    function.image = need.image;
    function.memory_mb =
        std::to_string(static_cast<std::int64_t>(std::llround(need.unit->memory_mb)));
    function.computing_units = yaml::number(need.unit->cpu);
    return function;
}

Result<tosca::Document> build_function_document(const FunctionNeed& need,
                                                const tosca::Deployment& functions,
                                                const tosca::Component& function,
                                                const tosca::DeploymentNames& names,
                                                const tosca::BuildOptions& options,
                                                Reporter& reporter) {
    tosca::Deployment one = functions;
    one.components = {function};
    AISPRINT_TRY_ASSIGN(std::vector<tosca::Document> built,
                        tosca::build_documents(one, names, options, reporter));
    AISPRINT_ASSERT(built.size() == 1);
    tosca::Document document = std::move(built.front());
    yaml::Node* node = &document.content;
    for (const std::string& key : {std::string("topology_template"), std::string("node_templates"),
                                   "lambda_function_" + function.name, std::string("properties")}) {
        node = node->find(key);
        AISPRINT_ASSERT(node != nullptr);
    }
    set(*node, "input", place_of("s3", need.input));
    set(*node, "output",
        place_of(need.storage ? "minio." + need.storage->alias : "s3", need.output));
    if (need.storage) {
        set(*node, "storage_providers", provider_of(*need.storage));
    }
    yaml::sort_keys(document.content);
    return document;
}

} // namespace aisprint::profiling
