// SPDX-License-Identifier: Apache-2.0
#include "aisprint/images/build.hpp"

#include "application.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::images {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const char* const k_candidates = "common_config/candidate_deployments.yaml";
const char* const k_production =
    "aisprint/deployments/optimal_deployment/production_deployment.yaml";

std::vector<Image> images_of(Application& application, const std::string& sconify = {}) {
    PlanOptions options;
    options.registry = "r.io";
    options.ecr = "ecr.io/repo";
    options.sconify = sconify;
    const auto plan = make_build_plan(application.folder(), options, application.reporter);
    EXPECT_TRUE(plan.has_value());
    return plan ? plan->images : std::vector<Image>{};
}

std::vector<std::string> complete(Application& application, const std::vector<Image>& images) {
    const auto files = complete_deployments(application.folder(), images, application.reporter);
    EXPECT_TRUE(files.has_value());
    return files.value_or(std::vector<std::string>{});
}

TEST(Complete, FillsImagesInAndLeavesTheRest) {
    Application application;
    const std::vector<Image> images = images_of(application);
    std::string expected = application.read(k_candidates);
    const auto replace = [&expected](const std::string& from, const std::string& to) {
        const std::size_t place = expected.find(from);
        ASSERT_NE(place, std::string::npos) << from;
        expected.replace(place, from.size(), to);
    };
    replace("old/reader:tag   # by hand", "r.io/reader_base_arm64:latest   # by hand");
    replace("        memorySize: 2048", "        image: r.io/reader_base_amd64:latest\n"
                                        "        memorySize: 2048");
    replace("{memorySize: 512", "{image: r.io/reader_partition1_1_arm64:latest, memorySize: 512");
    replace("image:\n        memorySize: 512",
            "image: r.io/reader_partition1_2_amd64:latest\n        memorySize: 512");
    replace("image:\n          - one   # first\n          - two",
            "image: [r.io/writer_base_amd64:latest, 'ecr.io/repo:writer_base_amd64']");
    replace("'ecr.io/repo:writer_base_amd64'", "ecr.io/repo:writer_base_amd64");
    EXPECT_THAT(complete(application, images), ElementsAre("app/" + std::string(k_candidates)));
    EXPECT_EQ(application.read(k_candidates), expected);
    // A second run finds nothing to do.
    EXPECT_THAT(complete(application, images), IsEmpty());
    EXPECT_EQ(application.read(k_candidates), expected);
    EXPECT_THAT(application.reporter.diagnostics(), IsEmpty());
}

TEST(Complete, SegmentsOfSeveralCutsAreAList) {
    Application application;
    std::vector<Image> images = images_of(application);
    Image other = images[2];
    other.partition = "partition2_1";
    other.reference = "r.io/reader_partition2_1_arm64:latest";
    images.push_back(other);
    complete(application, images);
    EXPECT_THAT(application.read(k_candidates),
                testing::HasSubstr("{image: [r.io/reader_partition1_1_arm64:latest, "
                                   "r.io/reader_partition2_1_arm64:latest], memorySize: 512"));
}

TEST(Complete, FillsInTheProductionDeployment) {
    Application application;
    application.write(k_production,
                      "System:\n"
                      "  Components:\n"
                      "    component1_partition1_2:\n"
                      "      name: reader_partition1_2\n"
                      "      executionLayer: 2\n"
                      "      Containers:\n"
                      "        container1: {image: x, selectedExecutionResource: VM}\n"
                      "    component2:\n"
                      "      name: writer\n"
                      "      executionLayer: 3\n"
                      "      Containers:\n"
                      "        container1:\n"
                      "          # the function\n"
                      "          selectedExecutionResource: F\n");
    EXPECT_THAT(
        complete(application, images_of(application)),
        ElementsAre("app/" + std::string(k_candidates), "app/" + std::string(k_production)));
    EXPECT_EQ(application.read(k_production),
              "System:\n"
              "  Components:\n"
              "    component1_partition1_2:\n"
              "      name: reader_partition1_2\n"
              "      executionLayer: 2\n"
              "      Containers:\n"
              "        container1: {image: r.io/reader_partition1_2_amd64:latest, "
              "selectedExecutionResource: VM}\n"
              "    component2:\n"
              "      name: writer\n"
              "      executionLayer: 3\n"
              "      Containers:\n"
              "        container1:\n"
              "          # the function\n"
              "          image: ecr.io/repo:writer_base_amd64\n"
              "          selectedExecutionResource: F\n");
}

TEST(Complete, ProtectedImagesGoToEnclaves) {
    Application application;
    application.replace(k_candidates, "trustedExecution: False", "trustedExecution: True");
    application.replace(k_candidates, "[F, VM]", "[VM, Safe]");
    application.replace(k_candidates, "[3, 2]", "[2]");
    complete(application, images_of(application, "tool"));
    EXPECT_THAT(application.read(k_candidates),
                testing::HasSubstr("image: [r.io/writer_base_amd64:latest, "
                                   "r.io/writer_base_amd64-sgx:latest]\n"));
}

TEST(Complete, TellsOfPlacesThatHaveToBeFilledInByHand) {
    Application application;
    application.replace(k_candidates, "image: old/reader:tag   # by hand",
                        "image: >-\n            old/reader:tag");
    complete(application, images_of(application));
    ASSERT_THAT(codes(application.reporter.diagnostics()), ElementsAre("IMG030"));
    EXPECT_EQ(application.reporter.diagnostics().front().hint,
              "write image: r.io/reader_base_arm64:latest");
    EXPECT_THAT(application.read(k_candidates), testing::HasSubstr("old/reader:tag"));
    EXPECT_THAT(application.read(k_candidates),
                testing::HasSubstr("image: r.io/reader_base_amd64:latest"));
}

TEST(Complete, FailsForABrokenFile) {
    Application application;
    const std::vector<Image> images = images_of(application);
    application.write(k_candidates, "Components: [\n");
    const auto files = complete_deployments(application.folder(), images, application.reporter);
    ASSERT_FALSE(files.has_value());
    EXPECT_EQ(files.error().diagnostics.front().code, "BAS010");
}

} // namespace
} // namespace aisprint::images
