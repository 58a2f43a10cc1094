// SPDX-License-Identifier: Apache-2.0
// Random deployments: what a component writes is what its successors read, everything that a
// document names is there, and our own check agrees.
#include "aisprint/tosca/check.hpp"

#include "deployment_builder.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <set>

namespace aisprint::tosca {
namespace {

using enum LayerKind;

/// A place where files lie: the URL of a MinIO or "s3", and the path with its bucket.
using Place = std::pair<std::string, std::string>;

class RandomDeployment {
public:
    explicit RandomDeployment(std::uint32_t seed) : m_random(seed) { fill(); }

    DeploymentBuilder app;

private:
    std::size_t below(std::size_t count) { return m_random() % count; }
    bool chance(std::size_t percent) { return below(100) < percent; }

    void fill() {
        const std::size_t count = 1 + below(9);
        const std::size_t layers = 1 + below(4);
        std::vector<LayerKind> kinds;
        for (std::size_t i = 0; i < layers; ++i) {
            const LayerKind all[] = {virtual_machines, virtual_machines, physical_provisioned,
                                     lambda, physical_to_be_provisioned};
            kinds.push_back(all[below(5)]);
        }
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t layer = below(layers);
            add_component(i, kinds[layer], static_cast<std::int64_t>(layer + 1));
        }
        for (std::size_t to = 1; to < count; ++to) {
            for (std::size_t from = 0; from < to; ++from) {
                if (chance(30)) {
                    const double weights[] = {1, 1, 0.5, 0.25};
                    app.connect(m_names[from], m_names[to], weights[below(4)]);
                }
            }
        }
        choose_options();
    }

    void add_component(std::size_t i, LayerKind kind, std::int64_t layer) {
        const std::string number = std::to_string(i);
        m_names.push_back(chance(40) ? "part_partition" + number + "_" + number : "c" + number);
        Component& component = app.add(m_names.back(), kind, layer);
        component.has_early_exits = chance(40);
        component.gpu = chance(20);
        component.resource.total_nodes = static_cast<std::int64_t>(
            kind == physical_to_be_provisioned ? 1 + below(2) : 1 + below(5));
        if (component.gpu) {
            component.resource.gpus = 1;
            component.resource.gpu_vendor = "NVIDIA";
            component.resource.gpu_model = "Tesla V100";
        }
        if (component.physical && chance(30)) {
            component.physical->influx.reset();
        }
        if (chance(10)) {
            component.constraints.clear();
        }
    }

    void choose_options() {
        BuildOptions& options = app.options;
        options.elastic = chance(30) ? 3 : 0;
        options.im_auth = Secret("type = InfrastructureManager; token = t");
        options.space4ai_r = chance(20);
        options.application_url = "https://example.org/app.git";
        options.strict_elastic = chance(50);
        options.strict_names = chance(50);
        options.monitoring_parent =
            chance(50) ? MonitoringParent::next : MonitoringParent::greatest;
        if (chance(30)) {
            options.registry = RegistryAccess{"registry.example.org", "user", Secret("pw1")};
        }
        if (chance(40)) {
            app.deployment.drift_detector_image = "registry.example.org/drift:1";
        }
    }

    std::mt19937 m_random;
    std::vector<std::string> m_names;
};

/// Looks at the services of a deployment.
class Wires {
public:
    explicit Wires(const DeploymentBuilder& app) : m_app(app) {}

    void check() {
        for (const Component& component : m_app.deployment.components) {
            SCOPED_TRACE(component.name);
            for (const Link& link : component.successors) {
                expect_fed(component, m_app.deployment.components[link.component]);
            }
            expect_wanted(component);
        }
    }

private:
    [[nodiscard]] const yaml::Node& properties(const Component& component) const {
        const std::string path = m_app.service_path(component.name);
        return *m_app.at(component.name, path.substr(0, path.size() - 1));
    }

    /// MinIO of the component's own cluster, or "s3".
    [[nodiscard]] std::string home(const Component& component) const {
        if (component.layer.kind == lambda) {
            return "s3";
        }
        return component.layer.kind == physical_provisioned
                   ? component.physical->minio->endpoint
                   : "https://minio." + m_app.cluster(component.name) + ".im.grycap.net";
    }

    Place place(const Component& component, const yaml::Node& bucket) {
        const std::string provider = bucket.find("storage_provider")->scalar;
        const std::string path = bucket.find("path")->scalar;
        const std::size_t dot = provider.find('.');
        const std::string kind = provider.substr(0, dot);
        if (dot == std::string::npos) {
            EXPECT_EQ(kind, component.layer.kind == lambda ? "s3" : "minio");
            return {home(component), path};
        }
        const yaml::Node* of_kind = properties(component).find("storage_providers");
        of_kind = of_kind == nullptr ? nullptr : of_kind->find(kind);
        const yaml::Node* found =
            of_kind == nullptr ? nullptr : of_kind->find(provider.substr(dot + 1));
        if (found == nullptr) {
            ADD_FAILURE() << component.name << " names a provider that is not there: " << provider;
            return {"", path};
        }
        return {kind == "s3" ? "s3" : found->find("endpoint")->scalar, path};
    }

    std::set<Place> places(const Component& component, const char* direction) {
        std::set<Place> result;
        for (const yaml::Node& bucket : properties(component).find(direction)->items) {
            result.insert(place(component, bucket));
        }
        return result;
    }

    /// Something that `from` writes is something that `to` reads.
    void expect_fed(const Component& from, const Component& to) {
        const std::set<Place> read = places(to, "input");
        const std::set<Place> written = places(from, "output");
        EXPECT_TRUE(
            std::ranges::any_of(written, [&](const Place& at) { return read.contains(at); }))
            << from.name << " writes nothing for " << to.name;
    }

    /// What a component writes is read by a successor, lies at home, beside the results of the
    /// last segment, or is for the drift detector.
    void expect_wanted(const Component& component) {
        std::set<Place> known = places(component, "input");
        known.clear();
        for (const Component& other : m_app.deployment.components) {
            const std::string name = bucket_name(other);
            const std::string prefix =
                other.layer.kind == lambda ? other.physical->lambda->name + "/" : "";
            known.emplace(home(other), prefix + name + "/output");
            if (m_app.documents.at(other.name)
                    .find("topology_template")
                    ->find("node_templates")
                    ->find("drift_detector") != nullptr) {
                known.emplace(home(other), bucket_name(component) + "/drift_detection_data");
            }
        }
        for (const Link& link : component.successors) {
            known.merge(places(m_app.deployment.components[link.component], "input"));
        }
        for (const Place& at : places(component, "output")) {
            EXPECT_TRUE(known.contains(at)) << at.first << " " << at.second << " is for nobody";
        }
    }

    static std::string bucket_name(const Component& component) {
        std::string name = component.name;
        std::ranges::replace(name, '_', '-');
        return name;
    }

    const DeploymentBuilder& m_app;
};

/// Inputs that are asked for below `node`.
void collect_inputs(const yaml::Node& node, std::set<std::string>& names) {
    if (const yaml::Node* name = node.find("get_input")) {
        names.insert(name->scalar);
    }
    for (const yaml::Node& item : node.items) {
        collect_inputs(item, names);
    }
    for (const yaml::Entry& entry : node.entries) {
        collect_inputs(entry.value, names);
    }
}

TEST(DocumentsProperty, RandomDeploymentsAreConsistent) {
    const auto types =
        TypeCatalogue::load(std::filesystem::path(AISPRINT_SOURCE_DIR) / "templates/tosca");
    ASSERT_TRUE(types);
    const std::set<std::string> without_host{"TSC050", "TSC053", "TSC055"};
    std::size_t built = 0;
    for (std::uint32_t seed = 1; seed <= 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RandomDeployment random(seed);
        DeploymentBuilder& app = random.app;
        app.build();
        for (const Diagnostic& error : app.errors) {
            EXPECT_TRUE(without_host.contains(error.code)) << format_diagnostic(error);
        }
        if (!app.errors.empty()) {
            continue;
        }
        ++built;
        Wires(app).check();
        for (const auto& [component, document] : app.documents) {
            std::set<std::string> inputs;
            collect_inputs(document, inputs);
            for (const std::string& input : inputs) {
                EXPECT_TRUE(app.has(component, "inputs/" + input)) << component << ": " << input;
            }
            const SourceFile source(component, yaml::write(document));
            const auto parsed = yaml::parse(source);
            ASSERT_TRUE(parsed);
            EXPECT_TRUE(yaml::write(*parsed) == source.text()) << component;
            for (const Diagnostic& found : check_document(source, *parsed, *types)) {
                // What the Infrastructure Manager does with several providers is no fault of ours.
                EXPECT_EQ(found.code, "TSC124") << format_diagnostic(found);
            }
        }
        if (testing::Test::HasFailure()) {
            return;
        }
    }
    EXPECT_GT(built, 75U);
}

} // namespace
} // namespace aisprint::tosca
