// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/tosca/document.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::tosca {

/// Draws "r1", "r2", ..., so that every value is different.
class NumberedValues final : public RandomSource {
public:
    std::string draw(std::size_t) override { return "r" + std::to_string(++m_last); }

private:
    std::size_t m_last = 0;
};

/// Puts a deployment together by hand, and builds its documents.
class DeploymentBuilder {
public:
    DeploymentBuilder() { deployment.app_name = "my-app"; }

    /// A component on a layer of that kind. Clusters that exist have MinIO and InfluxDB of their
    /// own name; functions have the bucket b<layer>.
    Component& add(const std::string& name, LayerKind kind, std::int64_t layer) {
        Component component;
        component.name = name;
        component.layer.number = layer;
        component.layer.kind = kind;
        component.resource.key = "resource1";
        component.resource.name = "R" + std::to_string(layer);
        component.resource.cores = 4;
        component.resource.memory_mb = "8192";
        component.image = "registry.example.org/" + name + ":1";
        component.memory_mb = "512";
        component.computing_units = yaml::integer(1);
        component.constraints = "system:\n  name: my-app\n";
        component.constraints_name = "my-app";
        component.span = {"candidate_deployments.yaml", deployment.components.size() + 1, 1, 1};
        add_physical(component);
        deployment.components.push_back(std::move(component));
        return deployment.components.back();
    }

    void connect(const std::string& from, const std::string& to, double weight = 1) {
        deployment.components[index(from)].successors.push_back({index(to), weight});
        deployment.components[index(to)].predecessors.push_back({index(from), weight});
    }

    Component& component(const std::string& name) { return deployment.components[index(name)]; }

    /// Builds the documents; a failure is kept in `errors`.
    void build() {
        NumberedValues random;
        names = draw_names(deployment, {}, KeepNames::no, random);
        documents.clear();
        errors.clear();
        CollectingReporter reporter;
        auto built = build_documents(deployment, names, options, reporter);
        warnings = reporter.diagnostics();
        if (!built) {
            errors = built.error().diagnostics;
            return;
        }
        for (Document& document : *built) {
            documents.emplace(document.component, std::move(document.content));
        }
    }

    /// Codes of the errors of a build, in order.
    std::vector<std::string> error_codes() {
        build();
        std::vector<std::string> codes;
        for (const Diagnostic& error : errors) {
            codes.push_back(error.code);
        }
        return codes;
    }

    /// Codes of the warnings and notes of the last build.
    [[nodiscard]] std::vector<std::string> warning_codes() const {
        std::vector<std::string> codes;
        for (const Diagnostic& warning : warnings) {
            codes.push_back(warning.code);
        }
        return codes;
    }

    /// The node at a path of keys and numbers, such as "inputs/x/default" or "output/0"; null, and
    /// a failure of the test, if there is none.
    [[nodiscard]] const yaml::Node* at(const std::string& component,
                                       const std::string& path) const {
        const auto document = documents.find(component);
        if (document == documents.end()) {
            ADD_FAILURE() << "no document of " << component;
            return nullptr;
        }
        const yaml::Node* node = walk(document->second, "topology_template/" + path);
        EXPECT_NE(node, nullptr) << component << " has no " << path;
        return node;
    }

    [[nodiscard]] bool has(const std::string& component, const std::string& path) const {
        return walk(documents.at(component), "topology_template/" + path) != nullptr;
    }

    /// The YAML text at a path, without its last newline.
    [[nodiscard]] std::string text(const std::string& component, const std::string& path) const {
        const yaml::Node* node = at(component, path);
        if (node == nullptr || node->is_null()) {
            return node == nullptr ? "(absent)" : "null";
        }
        std::string result = node->is_scalar() ? node->scalar : yaml::write(*node);
        if (result.ends_with('\n')) {
            result.pop_back();
        }
        return result;
    }

    /// A property of a component's service.
    [[nodiscard]] std::string service(const std::string& component, const std::string& path) const {
        return text(component, service_path(component) + path);
    }

    [[nodiscard]] std::string service_path(const std::string& name) const {
        const Component* found = deployment.find(name);
        const bool lambda = found != nullptr && found->layer.kind == LayerKind::lambda;
        return "node_templates/" + std::string(lambda ? "lambda_function_" : "oscar_service_") +
               name + "/properties/";
    }

    [[nodiscard]] std::string cluster(const std::string& component) const {
        return names.at(component).cluster;
    }

    Deployment deployment;
    BuildOptions options;
    DeploymentNames names;
    std::vector<Diagnostic> warnings; ///< warnings and notes of the last build
    std::map<std::string, yaml::Node> documents;
    std::vector<Diagnostic> errors;

private:
    [[nodiscard]] std::size_t index(const std::string& name) const {
        const auto found = std::ranges::find(deployment.components, name, &Component::name);
        EXPECT_NE(found, deployment.components.end()) << "no component " << name;
        return static_cast<std::size_t>(found - deployment.components.begin());
    }

    static const yaml::Node* walk(const yaml::Node& from, const std::string& path) {
        const yaml::Node* node = &from;
        for (std::size_t begin = 0; node != nullptr && begin <= path.size();) {
            const std::size_t end = std::min(path.find('/', begin), path.size());
            const std::string key = path.substr(begin, end - begin);
            if (node->is_sequence()) {
                const std::size_t item = std::stoul(key);
                node = item < node->items.size() ? &node->items[item] : nullptr;
            } else {
                node = node->find(key);
            }
            begin = end + 1;
        }
        return node;
    }

    static void add_physical(Component& component) {
        const std::string& name = component.name;
        PhysicalResource physical;
        physical.name = component.resource.name;
        switch (component.layer.kind) {
        case LayerKind::virtual_machines:
            return;
        case LayerKind::physical_provisioned:
            physical.oscar_name = name;
            physical.minio = ClusterService{"https://minio." + name + ".example.org",
                                            "user-" + name,
                                            Secret("secret-" + name),
                                            {}};
            physical.influx = ClusterService{
                "https://influx." + name + ".example.org", "", {}, Secret("token-" + name)};
            break;
        case LayerKind::physical_to_be_provisioned:
            physical.front_end =
                PhysicalNode{"203.0.113.1", "10.0.0.1", "root", Secret("key-front"), 22};
            physical.workers = {{"", "10.0.0.2", "w1", Secret("key-1"), 22},
                                {"", "10.0.0.3", "w2", Secret("key-2"), 22}};
            component.resource.total_nodes = 2;
            break;
        case LayerKind::lambda:
            physical.lambda = LambdaBucket{"b" + std::to_string(component.layer.number),
                                           "eu-west-1", "ak-" + name, Secret("sk-" + name)};
            break;
        }
        component.physical = std::move(physical);
    }
};

} // namespace aisprint::tosca
