// SPDX-License-Identifier: Apache-2.0
// Where components read and write: every pair of kinds of layers, early exits and drift detection.
#include "deployment_builder.hpp"

#include <gtest/gtest.h>

namespace aisprint::tosca {
namespace {

using enum LayerKind;

/// first -> second, on layers 1 and 2.
DeploymentBuilder pair_of(LayerKind first, LayerKind second) {
    DeploymentBuilder app;
    app.add("first_one", first, 1);
    app.add("second", second, 2);
    app.connect("first_one", "second");
    return app;
}

std::string minio_provider(const std::string& cluster,
                           const std::string& endpoint,
                           const std::string& user,
                           const std::string& secret) {
    return "minio:\n  " + cluster + ":\n    access_key: " + user + "\n    endpoint: " + endpoint +
           "\n    region: us-east-1\n    secret_key: " + secret;
}

std::string bucket(const std::string& provider, const std::string& path) {
    return "- path: " + path + "\n  storage_provider: " + provider;
}

TEST(Buckets, OscarToAClusterOfOurs) {
    for (const LayerKind first : {virtual_machines, physical_provisioned}) {
        DeploymentBuilder app = pair_of(first, virtual_machines);
        app.build();
        const std::string cluster = app.cluster("second");
        EXPECT_EQ(app.service("first_one", "input"), bucket("minio", "first-one/input"));
        EXPECT_EQ(app.service("first_one", "output"),
                  bucket("minio." + cluster, "first-one/output"));
        EXPECT_EQ(app.service("first_one", "storage_providers"),
                  minio_provider(cluster, "https://minio." + cluster + ".im.grycap.net", "minio",
                                 app.names.at("second").minio_password.reveal()));
        EXPECT_EQ(app.service("second", "input"), bucket("minio", "first-one/output"));
        EXPECT_EQ(app.service("second", "output"), bucket("minio", "second/output"));
        EXPECT_FALSE(app.has("second", app.service_path("second") + "storage_providers"));
    }
}

TEST(Buckets, OscarToMachinesThatGetACluster) {
    DeploymentBuilder app = pair_of(virtual_machines, physical_to_be_provisioned);
    app.options.domain = "example.org";
    app.build();
    const std::string cluster = app.cluster("second");
    EXPECT_EQ(app.service("first_one", "storage_providers"),
              minio_provider(cluster, "https://minio." + cluster + ".example.org", "minio",
                             app.names.at("second").minio_password.reveal()));
}

TEST(Buckets, OscarToAClusterThatExists) {
    DeploymentBuilder app = pair_of(virtual_machines, physical_provisioned);
    app.build();
    const std::string cluster = app.cluster("second");
    EXPECT_EQ(app.service("first_one", "output"), bucket("minio." + cluster, "first-one/output"));
    EXPECT_EQ(app.service("first_one", "storage_providers"),
              minio_provider(cluster, "https://minio.second.example.org", "user-second",
                             "secret-second"));
}

TEST(Buckets, OscarToLambda) {
    DeploymentBuilder app = pair_of(virtual_machines, lambda);
    app.build();
    const std::string cluster = app.cluster("second");
    EXPECT_EQ(app.service("first_one", "output"), bucket("s3." + cluster, "b2/first-one/output"));
    EXPECT_EQ(app.service("first_one", "storage_providers"),
              "s3:\n  " + cluster +
                  ":\n    access_key: ak-second\n    region: eu-west-1\n    secret_key: sk-second");
    EXPECT_EQ(app.service("second", "input"), bucket("s3", "b2/first-one/output"));
    EXPECT_EQ(app.service("second", "output"), bucket("s3", "b2/second/output"));
}

TEST(Buckets, LambdaToAClusterOfOurs) {
    DeploymentBuilder app = pair_of(lambda, virtual_machines);
    app.build();
    const std::string cluster = app.cluster("second");
    EXPECT_EQ(app.service("first_one", "input"), bucket("s3", "b1/first-one/input"));
    EXPECT_EQ(app.service("first_one", "output"), bucket("minio." + cluster, "first-one/output"));
    EXPECT_EQ(app.service("first_one", "storage_providers"),
              minio_provider(cluster, "https://minio." + cluster + ".im.grycap.net", "minio",
                             app.names.at("second").minio_password.reveal()));
}

TEST(Buckets, LambdaToAClusterThatExistsHasAProvider) {
    DeploymentBuilder app = pair_of(lambda, physical_provisioned);
    app.build();
    const std::string cluster = app.cluster("second");
    EXPECT_EQ(app.service("first_one", "output"), bucket("minio." + cluster, "first-one/output"));
    EXPECT_EQ(app.service("first_one", "storage_providers"),
              minio_provider(cluster, "https://minio.second.example.org", "user-second",
                             "secret-second"));
    app.options.compatibility = Compatibility::reference;
    app.build();
    EXPECT_FALSE(app.has("first_one", app.service_path("first_one") + "storage_providers"));
}

TEST(Buckets, LambdaToSeveralFunctionsWritesOnce) {
    DeploymentBuilder app = pair_of(lambda, lambda);
    app.add("third", lambda, 2);
    app.connect("first_one", "third");
    app.build();
    EXPECT_EQ(app.service("first_one", "output"), bucket("s3", "b2/first-one/output"));
    EXPECT_FALSE(app.has("first_one", app.service_path("first_one") + "storage_providers"));
    EXPECT_EQ(app.service("third", "input"), bucket("s3", "b2/first-one/output"));
    EXPECT_FALSE(app.has("third", "outputs"));
    app.options.compatibility = Compatibility::reference;
    app.build();
    EXPECT_EQ(app.service("first_one", "output"),
              bucket("s3", "b2/first-one/output") + "\n" + bucket("s3", "b2/first-one/output"));
}

TEST(Buckets, FilesGoToAllSuccessorsAndComeFromAllPredecessors) {
    DeploymentBuilder app = pair_of(virtual_machines, virtual_machines);
    app.add("third", physical_provisioned, 3);
    app.connect("first_one", "third");
    app.connect("second", "third");
    app.build();
    EXPECT_EQ(app.service("first_one", "output"),
              bucket("minio." + app.cluster("second"), "first-one/output") + "\n" +
                  bucket("minio." + app.cluster("third"), "first-one/output"));
    EXPECT_EQ(app.service("third", "input"),
              bucket("minio", "first-one/output") + "\n" + bucket("minio", "second/output"));
}

/// A model in two segments, of which the first may be left early; `last` is the kind of the
/// layer of the second one.
DeploymentBuilder segments(LayerKind first, LayerKind last, double weight) {
    DeploymentBuilder app;
    app.add("m_partition1_1", first, 1).has_early_exits = true;
    app.add("m_partition1_2", last, 2).has_early_exits = true;
    app.connect("m_partition1_1", "m_partition1_2", weight);
    return app;
}

std::string with_suffix(const std::string& output, const std::string& suffix) {
    return output + "\n  suffix:\n  - " + suffix;
}

TEST(Buckets, EarlyExitsLieBesideTheResultsOfTheLastSegment) {
    DeploymentBuilder app = segments(virtual_machines, virtual_machines, 0.75);
    app.add("after", virtual_machines, 2);
    app.connect("m_partition1_2", "after");
    app.build();
    const std::string provider = "minio." + app.cluster("m_partition1_2");
    EXPECT_EQ(app.service("m_partition1_1", "output"),
              with_suffix(bucket(provider, "m-partition1-1/output"), "_NO_EARLYEXIT") + "\n" +
                  with_suffix(bucket(provider, "m-partition1-2/output"), "_EARLY_EXIT"));
    EXPECT_EQ(app.service("m_partition1_2", "output"),
              bucket("minio." + app.cluster("after"), "m-partition1-2/output"));
    EXPECT_EQ(app.warning_codes(), std::vector<std::string>{});
}

TEST(Buckets, EarlyExitsOfALambdaSegmentGoToItsBucket) {
    DeploymentBuilder app = segments(virtual_machines, lambda, 0.75);
    app.build();
    const std::string provider = "s3." + app.cluster("m_partition1_2");
    EXPECT_EQ(app.service("m_partition1_1", "output"),
              with_suffix(bucket(provider, "b2/m-partition1-1/output"), "_NO_EARLYEXIT") + "\n" +
                  with_suffix(bucket(provider, "b2/m-partition1-2/output"), "_EARLY_EXIT"));
    DeploymentBuilder functions = segments(lambda, lambda, 0.75);
    functions.build();
    EXPECT_EQ(functions.service("m_partition1_1", "output"),
              with_suffix(bucket("s3", "b2/m-partition1-1/output"), "_NO_EARLYEXIT") + "\n" +
                  with_suffix(bucket("s3", "b2/m-partition1-2/output"), "_EARLY_EXIT"));
}

TEST(Buckets, EarlyExitsOfAWholeModelStayOnItsCluster) {
    DeploymentBuilder app;
    app.add("m", virtual_machines, 1).has_early_exits = true;
    app.add("n", virtual_machines, 2);
    app.connect("m", "n", 0.5);
    app.build();
    EXPECT_EQ(app.service("m", "output"),
              with_suffix(bucket("minio." + app.cluster("n"), "m/output"), "_EARLY_EXIT") + "\n" +
                  with_suffix(bucket("minio", "m/output"), "_EARLY_EXIT"));
}

TEST(Buckets, ProbabilitiesThatAddUpToOneLeaveNothing) {
    DeploymentBuilder app;
    app.add("a", virtual_machines, 1);
    app.add("b", virtual_machines, 1);
    app.add("c", virtual_machines, 1);
    app.add("d", virtual_machines, 1);
    app.connect("a", "b", 0.1);
    app.connect("a", "c", 0.2);
    app.connect("a", "d", 0.7);
    app.build();
    EXPECT_EQ(app.at("a", app.service_path("a") + "output")->items.size(), 3U);
    EXPECT_EQ(app.warning_codes(), std::vector<std::string>{});
}

TEST(Buckets, WithoutEarlyExitsWhatIsLeftIsKept) {
    DeploymentBuilder app = pair_of(virtual_machines, virtual_machines);
    app.component("first_one").successors[0].weight = 0.5;
    app.build();
    EXPECT_EQ(app.service("first_one", "output"),
              bucket("minio." + app.cluster("second"), "first-one/output") + "\n" +
                  bucket("minio", "first-one/output"));
}

TEST(Buckets, DriftDetectionTakesAwayWhatDrifts) {
    DeploymentBuilder app = pair_of(lambda, virtual_machines);
    app.deployment.drift_detector_image = "drift:1";
    app.build();
    const std::string provider = "minio." + app.cluster("second");
    EXPECT_EQ(app.service("first_one", "output"),
              with_suffix(bucket(provider, "first-one/output"), "_NO_DRIFT") + "\n" +
                  with_suffix(bucket(provider, "first-one/drift_detection_data"), "_DRIFTED"));
    EXPECT_EQ(app.service("second", "output"),
              with_suffix(bucket("minio", "second/output"), "_NO_DRIFT") + "\n" +
                  with_suffix(bucket(provider, "second/drift_detection_data"), "_DRIFTED"));
    EXPECT_EQ(app.service("second", "storage_providers"),
              minio_provider(app.cluster("second"),
                             "https://minio." + app.cluster("second") + ".im.grycap.net", "minio",
                             app.names.at("second").minio_password.reveal()));
}

TEST(Buckets, DriftDetectionAndEarlyExitsShareASuffix) {
    DeploymentBuilder app = segments(virtual_machines, virtual_machines, 0.75);
    app.deployment.drift_detector_image = "drift:1";
    app.build();
    EXPECT_EQ(app.service("m_partition1_1", "output/0/suffix"),
              "- _NO_EARLYEXIT\n- _NO_EARLYEXIT_NO_DRIFT");
    EXPECT_EQ(app.service("m_partition1_1", "output/1/suffix"),
              "- _EARLY_EXIT\n- _EARLY_EXIT_NO_DRIFT");
}

} // namespace
} // namespace aisprint::tosca
