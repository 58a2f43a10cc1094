// SPDX-License-Identifier: Apache-2.0
// The `docker` cases of published applications: which files are written, and which images there
// are. Nothing is built.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/images/build.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace aisprint::images {
namespace {

namespace fs = std::filesystem;
using testing::UnorderedElementsAre;

const fs::path k_data = fs::path(AISPRINT_SHARED_DATA) / "toscarizer";
const std::string k_ecr = "000000000000.dkr.ecr.us-east-1.amazonaws.com/repo";

class DockerReference : public testing::Test {
protected:
    /// A dry run on a copy of an application.
    void run(const std::string& application, const std::string& ecr) {
        if (!fs::is_directory(k_data)) {
            GTEST_SKIP() << "reference data are not at " << k_data;
        }
        m_folder = {m_scratch.path() / application, application};
        fs::copy(k_data / application, m_folder.path, fs::copy_options::recursive);
        PlanOptions options;
        options.registry = "docker.io";
        options.registry_folder = "/micafer";
        options.ecr = ecr;
        const auto plan = make_build_plan(m_folder, options, m_reporter);
        ASSERT_TRUE(plan.has_value()) << plan.error().diagnostics.front().message;
        BuildOptions build;
        build.dry_run = DryRun::yes;
        const auto summary = build_images(m_folder, *plan, build, [](const ImageEvent&) {}, {});
        ASSERT_TRUE(summary.has_value());
        EXPECT_TRUE(summary->errors.empty());
        m_ran = true;
    }

    /// Files of a design that the run wrote, without those of the application.
    [[nodiscard]] std::set<std::string> written(const std::string& design) const {
        std::set<std::string> names;
        for (const auto& entry :
             fs::directory_iterator(m_folder.path / "aisprint/designs" / design)) {
            const std::string name = entry.path().filename().string();
            if (!name.starts_with("requirements.")) {
                names.insert(name);
            }
        }
        return names;
    }

    /// Images of a component in containers.yaml, without the registry's part.
    [[nodiscard]] std::vector<std::string> images_of(const std::string& component) const {
        const auto source =
            load_source(m_folder.path / "aisprint/designs/containers.yaml", "containers.yaml");
        EXPECT_TRUE(source.has_value());
        const auto document = yaml::parse(*source);
        EXPECT_TRUE(document.has_value());
        std::vector<std::string> images;
        const yaml::Node* entry = document->find("components")->find(component);
        for (std::size_t i = 0; entry != nullptr && i < entry->find("docker_images")->items.size();
             ++i) {
            const std::string image = entry->find("docker_images")->items[i].scalar;
            const std::string prefix = "docker.io/micafer/";
            images.push_back(image.starts_with(prefix) ? image.substr(prefix.size()) : image);
        }
        return images;
    }

    ScratchDirectory m_scratch;
    config::ApplicationFolder m_folder;
    CollectingReporter m_reporter;
    bool m_ran = false;
};

const std::set<std::string> k_plain{".dockerignore", "Dockerfile", "script.sh"};

TEST_F(DockerReference, Aws) {
    run("app_test", k_ecr);
    if (!m_ran) {
        return;
    }
    for (const std::string design : {"base", "partition1_1", "partition1_2"}) {
        EXPECT_EQ(written("blurry-faces-onnx/" + design), k_plain) << design;
    }
    EXPECT_EQ(written("mask-detector/base"),
              (std::set<std::string>{".dockerignore", "Dockerfile", "Dockerfile.aws", "script.sh",
                                     "start.sh", "telegraf.conf"}));
    EXPECT_EQ(images_of("blurry-faces-onnx"),
              (std::vector<std::string>{"blurry-faces-onnx_base_arm64:latest",
                                        "blurry-faces-onnx_base_amd64:latest",
                                        "blurry-faces-onnx_partition1_2_amd64:latest",
                                        "blurry-faces-onnx_partition1_1_arm64:latest"}));
    EXPECT_EQ(images_of("mask-detector"),
              (std::vector<std::string>{"mask-detector_base_amd64:latest",
                                        k_ecr + ":mask-detector_base_amd64"}));
    EXPECT_TRUE(images_of("drift-detector").empty());
}

TEST_F(DockerReference, Drift) {
    run("app_demo", "");
    if (!m_ran) {
        return;
    }
    for (const std::string design : {"blurry-faces-onnx/base", "blurry-faces-onnx/partition1_1",
                                     "blurry-faces-onnx/partition1_2", "mask-detector/base"}) {
        EXPECT_EQ(written(design), k_plain) << design;
    }
    EXPECT_EQ(images_of("blurry-faces-onnx").size(), 4U);
    EXPECT_EQ(images_of("mask-detector"),
              (std::vector<std::string>{"mask-detector_base_amd64:latest"}));
    EXPECT_EQ(images_of("drift-detector"),
              (std::vector<std::string>{"drift-detector_main_amd64:latest"}));
}

TEST_F(DockerReference, EarlyExits) {
    run("app_early", "");
    if (!m_ran) {
        return;
    }
    EXPECT_THAT(images_of("filter"),
                UnorderedElementsAre("filter_base_amd64:latest", "filter_partition1_1_amd64:latest",
                                     "filter_partition1_2_amd64:latest"));
    EXPECT_THAT(images_of("classifier"),
                UnorderedElementsAre("classifier_base_amd64:latest",
                                     "classifier_partition1_1_amd64:latest",
                                     "classifier_partition1_2_amd64:latest"));
}

} // namespace
} // namespace aisprint::images
