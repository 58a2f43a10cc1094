// SPDX-License-Identifier: Apache-2.0
#include "aisprint/images/build_plan.hpp"

#include "application.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::images {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

PlanOptions options() {
    PlanOptions result;
    result.registry = "docker.io";
    result.registry_folder = "/team/";
    result.ecr = "0.dkr.ecr.eu.amazonaws.com/repo";
    result.base_image = "python:3.11";
    return result;
}

std::vector<std::string> references(const BuildPlan& plan) {
    std::vector<std::string> result;
    for (const Image& image : plan.images) {
        result.push_back(image.reference);
    }
    return result;
}

std::string content_of(const BuildPlan& plan, const std::string& path) {
    for (const ContextFile& file : plan.files) {
        if (file.path == path) {
            return file.content;
        }
    }
    ADD_FAILURE() << "no " << path;
    return {};
}

std::vector<Diagnostic> errors_of(Application& application, const PlanOptions& chosen) {
    const auto plan = make_build_plan(application.folder(), chosen, application.reporter);
    EXPECT_FALSE(plan.has_value());
    return plan ? std::vector<Diagnostic>{} : plan.error().diagnostics;
}

BuildPlan plan_of(Application& application, const PlanOptions& chosen = options()) {
    auto plan = make_build_plan(application.folder(), chosen, application.reporter);
    EXPECT_TRUE(plan.has_value()) << plan.error().diagnostics.front().message;
    return plan.value_or(BuildPlan{});
}

TEST(BuildPlan, HasAnImageForEachDesignArchitectureAndKind) {
    Application application;
    const BuildPlan plan = plan_of(application);
    EXPECT_THAT(references(plan), ElementsAre("docker.io/team/reader_base_arm64:latest",
                                              "docker.io/team/reader_base_amd64:latest",
                                              "docker.io/team/reader_partition1_1_arm64:latest",
                                              "docker.io/team/reader_partition1_2_amd64:latest",
                                              "docker.io/team/writer_base_amd64:latest",
                                              "0.dkr.ecr.eu.amazonaws.com/repo:writer_base_amd64"));
    EXPECT_EQ(plan.images.back().kind, ImageKind::lambda);
    EXPECT_EQ(plan.images.back().dockerfile, "Dockerfile.aws");
    EXPECT_TRUE(application.reporter.diagnostics().empty());
}

TEST(BuildPlan, TakesAllResourcesOfTheLayersIfAsked) {
    Application application;
    PlanOptions chosen = options();
    chosen.resources = ResourceChoice::all;
    EXPECT_THAT(references(plan_of(application, chosen)),
                testing::Contains("docker.io/team/reader_partition1_1_amd64:latest"));
}

TEST(BuildPlan, NeedsNoEcrWithoutFunctions) {
    Application application;
    application.replace("common_config/candidate_deployments.yaml", "[3, 2]", "[2]");
    application.replace("common_config/candidate_deployments.yaml", "[F, VM]", "[VM]");
    PlanOptions chosen = options();
    chosen.ecr.clear();
    EXPECT_EQ(plan_of(application, chosen).images.size(), 5U);
}

TEST(BuildPlan, WithoutDesignsThereIsNothingToBuild) {
    Application application;
    ASSERT_TRUE(remove_tree(application.path("aisprint/designs")).has_value());
    EXPECT_THAT(codes(errors_of(application, options())), ElementsAre("IMG001"));
}

TEST(BuildPlan, TellsAllErrorsAtOnce) {
    Application application;
    application.replace("aisprint/designs/component_partitions.yaml",
                        "  writer:", "  extra:\n    partitions: [base, other]\n  writer:");
    application.replace("common_config/candidate_resources.yaml",
                        "              architecture: amd64\n", "");
    PlanOptions chosen = options();
    chosen.ecr.clear();
    chosen.base_image_of["raeder"] = "x";
    chosen.registry_folder = "Team";
    const auto errors = errors_of(application, chosen);
    EXPECT_THAT(codes(errors), ElementsAre("IMG005", "IMG005", "IMG005", "IMG005", "IMG002",
                                           "IMG002", "IMG003", "IMG005", "IMG007"));
    EXPECT_EQ(errors.back().hint, "did you mean 'reader'?");
    EXPECT_THAT(errors.front().message, HasSubstr("'Team' is not made of lower-case letters"));
}

TEST(BuildPlan, AFunctionNeedsARepository) {
    Application application;
    PlanOptions chosen = options();
    chosen.ecr.clear();
    const auto errors = errors_of(application, chosen);
    ASSERT_THAT(codes(errors), ElementsAre("IMG004"));
    EXPECT_THAT(errors.front().message, HasSubstr("AWS ECR repository URL parameter not set"));
}

TEST(BuildPlan, WritesRecipesAndScripts) {
    Application application;
    application.write("src/writer/env.yaml", "PLAIN: 10000\nTEXT: it's \"a\" $x \\ b\nNONE:\n");
    const BuildPlan plan = plan_of(application);
    const std::string base = content_of(plan, "aisprint/designs/reader/base/Dockerfile");
    EXPECT_THAT(base, testing::StartsWith("FROM python:3.11\n\nRUN mkdir -p /opt/reader\n"));
    EXPECT_THAT(content_of(plan, "aisprint/designs/reader/partition1_2/Dockerfile"),
                HasSubstr("mkdir -p /opt/reader && ln -s /opt/reader /opt/reader_partition1_2\n"));
    EXPECT_THAT(content_of(plan, "aisprint/designs/writer/base/Dockerfile"),
                testing::StartsWith("FROM python:3.11\n"
                                    "ENV PLAIN=10000\n"
                                    "ENV TEXT=\"it's \\\"a\\\" \\$x \\\\ b\"\n"
                                    "ENV NONE=\"\"\n"));
    const std::string lambda = content_of(plan, "aisprint/designs/writer/base/Dockerfile.aws");
    EXPECT_THAT(lambda, HasSubstr("telegraf-1.18.3_linux_$arch.tar.gz"));
    EXPECT_THAT(lambda, HasSubstr("faas-supervisor/releases/download/1.5.5"));
    EXPECT_THAT(lambda, testing::EndsWith("CMD [\"start.sh\"]\n"));
    EXPECT_THAT(content_of(plan, "aisprint/designs/writer/base/telegraf.conf"),
                HasSubstr("bucket = \"$INFLUX_BUCKET\""));
    EXPECT_THAT(content_of(plan, "aisprint/designs/writer/base/start.sh"),
                HasSubstr("exec supervisor"));
    EXPECT_THAT(content_of(plan, "aisprint/designs/reader/partition1_1/script.sh"),
                HasSubstr("cd \"/opt/reader/\""));
}

TEST(BuildPlan, RefusesVariablesThatADockerfileCannotHold) {
    Application application;
    application.write("src/writer/env.yaml",
                      "LINES: \"a\\nb\"\n2ND: x\nLIST: [1]\nDB_PASSWORD: pw1234\nTOKENIZER: t\n");
    EXPECT_THAT(codes(errors_of(application, options())),
                ElementsAre("IMG006", "IMG006", "IMG006"));
    ASSERT_THAT(codes(application.reporter.diagnostics()), ElementsAre("IMG010"));
    EXPECT_THAT(application.reporter.diagnostics().front().message,
                testing::AllOf(HasSubstr("DB_PASSWORD"), Not(HasSubstr("pw1234"))));
}

TEST(BuildPlan, TakesTheBaseImageFromOptionsThenFromTheSources) {
    Application application;
    application.write("src/reader/build.yaml", "base_image: compss:3\n");
    application.write("src/writer/build.yaml", "base_image: compss:4\n");
    PlanOptions chosen = options();
    chosen.base_image_of["writer"] = "compss:5";
    const BuildPlan plan = plan_of(application, chosen);
    EXPECT_THAT(content_of(plan, "aisprint/designs/reader/partition1_1/Dockerfile"),
                testing::StartsWith("FROM compss:3\n"));
    EXPECT_THAT(content_of(plan, "aisprint/designs/writer/base/Dockerfile"),
                testing::StartsWith("FROM compss:5\n"));
}

TEST(BuildPlan, ComponentsOfCompssNeedItsRuntime) {
    Application application;
    application.write("src/reader/requirements.txt", "numpy\nDisLib==0.9\n");
    application.write("aisprint/deployments/base/pycompss/writer.yaml", "component: writer\n");
    application.write("src/writer/build.yaml", "base_image: compss:4\n");
    const BuildPlan plan = plan_of(application);
    ASSERT_THAT(codes(application.reporter.diagnostics()), ElementsAre("IMG009"));
    EXPECT_THAT(application.reporter.diagnostics().front().message, HasSubstr("'reader'"));
    for (const std::string design : {"reader/base", "writer/base"}) {
        EXPECT_THAT(content_of(plan, "aisprint/designs/" + design + "/Dockerfile"),
                    HasSubstr("RUN test -d /opt/COMPSs"));
    }
}

TEST(BuildPlan, FindsTheSourcesOfAComponentByItsAnnotation) {
    Application application;
    application.write("common_config/annotations.yaml",
                      "app/src/first/main.py:\n  component_name: {name: reader}\n");
    application.write("src/first/build.yaml", "base_image: mine\n");
    EXPECT_THAT(content_of(plan_of(application), "aisprint/designs/reader/base/Dockerfile"),
                testing::StartsWith("FROM mine\n"));
}

TEST(BuildPlan, ADriftDetectorHasAnImageOfItsOwn) {
    Application application;
    application.write("common_config/drift_detector/Dockerfile", "FROM x\n");
    const BuildPlan plan = plan_of(application);
    EXPECT_EQ(plan.images.back().reference, "docker.io/team/drift-detector_main_amd64:latest");
    EXPECT_EQ(plan.images.back().context, "common_config/drift_detector");
}

TEST(BuildPlan, ProtectsImagesOfComponentsThatAskForIt) {
    Application application;
    application.replace("common_config/candidate_deployments.yaml", "trustedExecution: False",
                        "trustedExecution: True");
    PlanOptions chosen = options();
    chosen.sconify = "sconify_image";
    const BuildPlan plan = plan_of(application, chosen);
    EXPECT_EQ(plan.sconify, "sconify_image");
    EXPECT_EQ(plan.images[4].protected_reference, "docker.io/team/writer_base_amd64-sgx:latest");
    EXPECT_EQ(plan.images[5].protected_reference, "");
    EXPECT_EQ(plan.images[0].protected_reference, "");
    EXPECT_THAT(to_containers_yaml({plan.images[4]}),
                HasSubstr("- docker.io/team/writer_base_amd64:latest\n"
                          "    - docker.io/team/writer_base_amd64-sgx:latest\n"));
    EXPECT_TRUE(application.reporter.diagnostics().empty());
}

TEST(BuildPlan, WarnsOfProtectionThatIsNotGiven) {
    Application application;
    application.replace("common_config/candidate_deployments.yaml", "trustedExecution: False",
                        "networkProtection: True");
    application.write("common_config/annotations.yaml", "app/src/reader/main.py:\n"
                                                        "  component_name: {name: reader}\n"
                                                        "  security: {trustedExecution: true}\n");
    static_cast<void>(plan_of(application));
    // For each design of the reader: flag and annotation differ, and no tool is named.
    EXPECT_THAT(codes(application.reporter.diagnostics()),
                ElementsAre("IMG011", "IMG013", "IMG011", "IMG013", "IMG011", "IMG013", "IMG012"));
}

TEST(BuildPlan, SconeDoesNotProtectArm) {
    Application application;
    application.replace("common_config/candidate_deployments.yaml", "container1: {memorySize: 512",
                        "container1: {trustedExecution: true, memorySize: 512");
    PlanOptions chosen = options();
    chosen.sconify = "sconify_image";
    EXPECT_EQ(plan_of(application, chosen).images[2].protected_reference, "");
    ASSERT_THAT(codes(application.reporter.diagnostics()), ElementsAre("IMG013"));
    EXPECT_THAT(application.reporter.diagnostics().front().message, HasSubstr("amd64 only"));
}

Image image(const std::string& component, const std::string& reference) {
    Image result;
    result.component = component;
    result.reference = reference;
    return result;
}

TEST(Containers, ListTheImagesOfEachComponentInBuildOrder) {
    EXPECT_EQ(to_containers_yaml({image("b", "r/b_base_amd64:latest"),
                                  image("a", "r/a_base_amd64:latest"),
                                  image("b", "r/b_base_arm64:latest")}),
              "components:\n"
              "  b:\n"
              "    docker_images:\n"
              "    - r/b_base_amd64:latest\n"
              "    - r/b_base_arm64:latest\n"
              "  a:\n"
              "    docker_images:\n"
              "    - r/a_base_amd64:latest\n");
}

} // namespace
} // namespace aisprint::images
