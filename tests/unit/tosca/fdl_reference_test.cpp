// SPDX-License-Identifier: Apache-2.0
// The published FDL from the published documents.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/tosca/fdl.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace aisprint::tosca {
namespace {

class FdlReference : public testing::Test {
protected:
    void SetUp() override {
        if (!std::filesystem::exists(m_data)) {
            GTEST_SKIP() << "no reference data in " << m_data;
        }
    }

    yaml::Node read(const std::string& name) {
        const auto source = load_source(m_data / "test" / name, name);
        const auto node = source ? yaml::parse(*source) : Result<yaml::Node>(yaml::null());
        EXPECT_TRUE(source && node) << name;
        return node ? *node : yaml::null();
    }

    Deployment load(DeploymentKind kind) {
        auto deployment = load_deployment(
            config::ApplicationFolder{m_data / "app_demo", "app_demo"}, kind, m_reporter);
        EXPECT_TRUE(deployment);
        return deployment ? std::move(*deployment) : Deployment{};
    }

    yaml::Node build(const Deployment& deployment,
                     const std::map<std::string, std::string>& files,
                     Compatibility compatibility) {
        std::vector<StoredDocument> documents;
        for (const Component& component : deployment.components) {
            const std::string& file = files.at(component.name);
            documents.push_back({component.name, file, "", read(file)});
        }
        auto fdl = build_fdl(deployment, documents, FdlStyle::api, compatibility);
        EXPECT_TRUE(fdl);
        return fdl ? std::move(fdl->content) : yaml::null();
    }

    /// The services of an FDL as texts with sorted keys, in any order of services.
    static std::vector<std::string> services(const yaml::Node& fdl) {
        std::vector<std::string> texts;
        const yaml::Node* list = fdl.find("functions")->find("oscar");
        for (yaml::Node item : list->items) {
            yaml::sort_keys(item);
            texts.push_back(yaml::write(item));
        }
        std::ranges::sort(texts);
        return texts;
    }

    /// Renames a cluster.
    static yaml::Node renamed(yaml::Node fdl, const std::string& from, const std::string& to) {
        for (yaml::Node& item : fdl.find("functions")->find("oscar")->items) {
            if (item.entries.front().key == from) {
                item.entries.front().key = to;
            }
        }
        return fdl;
    }

    std::filesystem::path m_data = std::filesystem::path(AISPRINT_SHARED_DATA) / "toscarizer";
    CollectingReporter m_reporter;
};

TEST_F(FdlReference, Base) {
    const Deployment demo = load(DeploymentKind::base);
    const std::map<std::string, std::string> files{{"blurry-faces-onnx", "blurry-faces-onnx.yaml"},
                                                   {"mask-detector", "mask-detector_elastic.yaml"}};
    const yaml::Node expected = read("fdl.yaml");
    EXPECT_EQ(services(build(demo, files, Compatibility::reference)), services(expected));
    // Ours names the cluster that exists.
    const yaml::Node ours = build(demo, files, Compatibility::ours);
    EXPECT_EQ(services(ours), services(renamed(expected, "oscar-cluster-fixed1", "oscar-test")));
    EXPECT_EQ(ours.find("functions")->find("oscar")->items[0].entries.front().key, "oscar-test")
        << "in the order of the graph";
}

TEST_F(FdlReference, Optimal) {
    const Deployment demo = load(DeploymentKind::optimal);
    const std::map<std::string, std::string> files{
        {"blurry-faces-onnx_partition1_1", "blurry-faces-onnx_partition1_1.yaml"},
        {"blurry-faces-onnx_partition1_2", "blurry-faces-onnx_partition1_2.yaml"},
        {"mask-detector", "mask-detector-optimal.yaml"}};
    const yaml::Node expected = read("fdl_optimal.yaml");
    EXPECT_EQ(services(build(demo, files, Compatibility::reference)), services(expected));
    EXPECT_EQ(services(build(demo, files, Compatibility::ours)),
              services(renamed(expected, "oscar-cluster-fixed17", "oscar-test")));
}

} // namespace
} // namespace aisprint::tosca
