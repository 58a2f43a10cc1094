// SPDX-License-Identifier: Apache-2.0
// From the files of an application to its documents.
#include "aisprint/tosca/document.hpp"

#include "application_files.hpp"
#include "deployment_builder.hpp"

#include <gtest/gtest.h>

namespace aisprint::tosca {
namespace {

/// Loads the application and builds its documents.
void build(ApplicationFiles& files, DeploymentBuilder& app) {
    auto deployment = files.load();
    ASSERT_TRUE(deployment) << format_diagnostic(deployment.error().diagnostics.front());
    app.deployment = std::move(*deployment);
    app.build();
    for (const Diagnostic& error : app.errors) {
        ADD_FAILURE() << format_diagnostic(error);
    }
}

TEST(ApplicationDocuments, LayersOfEqualKeysInTwoDomainsAreKeptApart) {
    ApplicationFiles files; // computationalLayer1 is layer 1 in one domain, layer 2 in the other
    DeploymentBuilder app;
    build(files, app);
    ASSERT_EQ(app.documents.size(), 3U);
    EXPECT_FALSE(app.has("camera", "node_templates/front"));
    EXPECT_EQ(app.service("camera", "env_variables/KCI"), "https://minio.example.org");
    EXPECT_EQ(app.text("filter", "node_templates/wn_resource1/capabilities/host/properties"),
              "disk_size: 100 GB\nmem_size: 8192 MB\nnum_cpus: 12\nnum_gpus: 0\n"
              "preemtible_instance: false\nsgx: false");
    EXPECT_EQ(app.service("filter", "output"),
              "- path: b1/filter/output\n  storage_provider: s3." + app.cluster("report"));
    EXPECT_EQ(app.service("report", "input"), "- path: b1/filter/output\n  storage_provider: s3");
    EXPECT_EQ(app.service("camera", "image_pull_secrets"), "- pulls");
}

TEST(ApplicationDocuments, OneComponentAndNullDependencies) {
    ApplicationFiles files;
    files.set(ApplicationFiles::k_graph,
              "System:\n  name: my_app\n  components: [filter]\n  dependencies:\n");
    DeploymentBuilder app;
    build(files, app);
    ASSERT_EQ(app.documents.size(), 1U);
    EXPECT_EQ(app.service("filter", "input"), "- path: filter/input\n  storage_provider: minio");
    EXPECT_EQ(app.service("filter", "output"), "- path: filter/output\n  storage_provider: minio");
    EXPECT_EQ(app.text("filter", "inputs/top_influx_org/default"), "aisprint");
}

TEST(ApplicationDocuments, AllOnLambda) {
    ApplicationFiles files;
    files.set(ApplicationFiles::k_graph,
              "System:\n  name: my_app\n  components: [report]\n  dependencies: []\n");
    DeploymentBuilder app;
    build(files, app);
    ASSERT_EQ(app.documents.size(), 1U);
    EXPECT_FALSE(app.has("report", "outputs"));
    EXPECT_EQ(app.service("report", "input"), "- path: b1/report/input\n  storage_provider: s3");
    EXPECT_EQ(app.service("report", "output"), "- path: b1/report/output\n  storage_provider: s3");
}

} // namespace
} // namespace aisprint::tosca
