// SPDX-License-Identifier: Apache-2.0
// Monitoring, drift detector, SPACE4AI-R, private registries, and clusters that exist.
#include "deployment_builder.hpp"

#include <gtest/gtest.h>

namespace aisprint::tosca {
namespace {

using enum LayerKind;
using Codes = std::vector<std::string>;

/// "URL TOKEN ORGANISATION BUCKET" that a component reports to; inputs that are absent are "-".
std::string target(const DeploymentBuilder& app, const std::string& component) {
    std::string result;
    for (const char* name :
         {"top_influx_url", "top_influx_token", "top_influx_org", "top_influx_bucket"}) {
        const std::string path = std::string("inputs/") + name + "/default";
        result += (result.empty() ? "" : " ") +
                  (app.has(component, path) ? app.text(component, path) : "-");
    }
    return result;
}

std::string own(const DeploymentBuilder& app, const std::string& component) {
    return "https://influx." + app.cluster(component) + ".im.grycap.net " +
           app.names.at(component).influx_token.reveal() + " ai-sprint my-app-bucket";
}

TEST(Monitoring, AllLayersReportToTheHighest) {
    DeploymentBuilder app;
    app.add("three", virtual_machines, 3); // order does not matter
    app.add("one", virtual_machines, 1);
    app.add("two", physical_provisioned, 2);
    app.add("two_more", physical_provisioned, 2);
    app.add("four", lambda, 4);
    app.options.influxdb_token = Secret("central");
    app.build();
    EXPECT_EQ(target(app, "one"), own(app, "three"));
    EXPECT_EQ(target(app, "two"), own(app, "three"));
    EXPECT_EQ(target(app, "two_more"), own(app, "three"));
    EXPECT_EQ(target(app, "three"), "https://influx.oncloudandheat.com/ central aisprint bucket");
    EXPECT_EQ(target(app, "four"), "https://influx.oncloudandheat.com/ central - -");
    app.options.monitoring_parent = MonitoringParent::next;
    app.build();
    EXPECT_EQ(target(app, "one"),
              "https://influx.two.example.org token-two ai-sprint my-app-bucket");
    EXPECT_EQ(target(app, "two"), own(app, "three"));
}

TEST(Monitoring, TheReferenceTakesTheLastLayerThatIsHigher) {
    DeploymentBuilder app;
    app.add("three", virtual_machines, 3);
    app.add("one", virtual_machines, 1);
    app.add("two", virtual_machines, 2);
    app.options.compatibility = Compatibility::reference;
    app.build();
    EXPECT_EQ(target(app, "one"), own(app, "two"));
    EXPECT_EQ(target(app, "two"), own(app, "three"));
}

TEST(Monitoring, AClusterWithoutInfluxIsSkipped) {
    DeploymentBuilder app;
    app.add("one", virtual_machines, 1);
    app.add("two", physical_provisioned, 2).physical->influx.reset();
    app.build();
    EXPECT_EQ(target(app, "one"), "https://influx.oncloudandheat.com/  aisprint bucket");
    EXPECT_EQ(target(app, "two"), "- - - -");
    app.options.compatibility = Compatibility::reference;
    app.build();
    EXPECT_EQ(target(app, "one"), "null null ai-sprint my-app-bucket");
}

TEST(Monitoring, FunctionsGetTheInfluxOfTheirLayer) {
    DeploymentBuilder app;
    app.add("fn", lambda, 1);
    app.add("two", virtual_machines, 2);
    app.build();
    EXPECT_EQ(target(app, "fn"), own(app, "two"));
    const std::string variables = "env_variables/";
    EXPECT_EQ(app.service("fn", variables + "INFLUX_ENDPOINT") + " " +
                  app.service("fn", variables + "INFLUX_TOKEN") + " " +
                  app.service("fn", variables + "INFLUX_ORG") + " " +
                  app.service("fn", variables + "INFLUX_BUCKET"),
              own(app, "two"));
    EXPECT_EQ(app.service("fn", variables + "MONIT_HOST"), "localhost");
    EXPECT_EQ(app.service("fn", variables + "KCI"), "AWS Lambda");
    EXPECT_EQ(app.service("fn", variables + "RESOURCE_ID"), "AWS Lambda");
}

TEST(Monitoring, NamesMayComeFromTheConstraints) {
    DeploymentBuilder app;
    app.add("one", virtual_machines, 1).constraints_name = "qos-one";
    app.add("two", virtual_machines, 2).constraints_name = "qos-two";
    app.build();
    EXPECT_EQ(app.service("one", "env_variables/MONIT_HOST"), "my-app-telegraf");
    EXPECT_EQ(app.text("one", "inputs/top_influx_bucket/default"), "my-app-bucket");
    app.options.strict_names = true;
    app.build();
    EXPECT_EQ(app.service("one", "env_variables/MONIT_HOST"), "qos-one-telegraf");
    EXPECT_EQ(app.text("one", "inputs/top_influx_bucket/default"), "qos-two-bucket");
}

TEST(Monitoring, NoConstraintsAreAnEmptyText) {
    DeploymentBuilder app;
    app.add("one", virtual_machines, 1).constraints.clear();
    app.build();
    EXPECT_EQ(app.text("one", "inputs/qos_constraints/default"), "");
    app.options.compatibility = Compatibility::reference;
    app.build();
    EXPECT_EQ(app.text("one", "inputs/qos_constraints/default"), "null\n...");
}

TEST(DriftDetector, RunsOnTheHighestLayerThatIsNotLambda) {
    DeploymentBuilder app;
    app.add("one", virtual_machines, 1);
    app.add("two_a", virtual_machines, 2);
    app.add("two_b", virtual_machines, 2);
    app.add("three", lambda, 3);
    app.deployment.drift_detector_image = "drift:1";
    app.build();
    EXPECT_TRUE(app.has("two_a", "node_templates/drift_detector"));
    EXPECT_FALSE(app.has("two_b", "node_templates/drift_detector"));
    EXPECT_FALSE(app.has("one", "node_templates/drift_detector"));
    for (const char* component : {"one", "two_a", "three"}) {
        EXPECT_EQ(app.service(component, "env_variables/DRIFT_DETECTOR_MINIO_URL"),
                  "https://minio." + app.cluster("two_a") + ".im.grycap.net");
        EXPECT_EQ(app.service(component, "env_variables/DRIFT_DETECTOR_MINIO_BUCKET"), "two-a");
        EXPECT_EQ(app.service(component, "env_variables/DRIFT_DETECTOR_MINIO_AK"), "minio");
        EXPECT_EQ(app.service(component, "env_variables/DRIFT_DETECTOR_MINIO_SK"),
                  app.names.at("two_a").minio_password.reveal());
    }
}

TEST(DriftDetector, NeedsAClusterOfOursAndConstraints) {
    DeploymentBuilder app;
    app.add("one", lambda, 1);
    EXPECT_EQ(app.error_codes(), Codes{}); // all on Lambda is fine without one
    app.deployment.drift_detector_image = "drift:1";
    EXPECT_EQ(app.error_codes(), Codes{"TSC055"});
    app.add("two", physical_provisioned, 2);
    EXPECT_EQ(app.error_codes(), Codes{"TSC053"});
    EXPECT_TRUE(app.errors[0].message.starts_with(
        "Drift detector not supported for already deployed clusters."));
    app.add("three", virtual_machines, 3).constraints_name.clear();
    EXPECT_EQ(app.error_codes(), Codes{"TSC054"});
    EXPECT_EQ(app.errors[0].message,
              "No QoS constraints found for the Drift detector layer level (3).");
}

TEST(Space4aiR, NeedsAClusterOfOursAndAGitUrl) {
    DeploymentBuilder app;
    app.add("one", virtual_machines, 1);
    app.options.space4ai_r = true;
    EXPECT_EQ(app.error_codes(), Codes{"TSC057"});
    for (const char* url : {"git@example.org:x.git", "https://example.org/$(x) y", "https://",
                            "https://example.org/'x'", "ftp://example.org/x"}) {
        app.options.application_url = url;
        EXPECT_EQ(app.error_codes(), Codes{"TSC057"}) << url;
    }
    app.options.application_url = "ssh://git@example.org/x.git";
    EXPECT_EQ(app.error_codes(), Codes{});
    const auto job = yaml::parse(SourceFile(
        "job", app.text("one", "node_templates/get_space4air_app_data/properties/spec")));
    ASSERT_TRUE(job);
    const yaml::Node* pod = job->find("spec")->find("template")->find("spec");
    EXPECT_EQ(pod->find("containers")->items.at(0).find("command")->items.at(2).scalar,
              "apk add git && rm -rf /data/git && mkdir /data/git && cd /data/git && git clone -- "
              "'ssh://git@example.org/x.git' && mv * /data/app && rm -rf /data/git");
    app.add("two", physical_provisioned, 2);
    EXPECT_EQ(app.error_codes(), Codes{"TSC053"});
}

TEST(Space4aiR, IsSuggestedWhereTimesAreLimited) {
    DeploymentBuilder app;
    app.add("one", virtual_machines, 1);
    app.build();
    EXPECT_EQ(app.warning_codes(), Codes{});
    app.component("one").constraints =
        "system:\n  local_constraints:\n    local_constraint_1: {threshold: 10}\n  name: my-app\n";
    app.build();
    ASSERT_EQ(app.warning_codes(), Codes{"TSC062"});
    EXPECT_EQ(app.warnings[0].severity, Severity::note);
    app.options.space4ai_r = true;
    app.options.application_url = "https://example.org/app.git";
    app.build();
    EXPECT_EQ(app.warning_codes(), Codes{});
}

TEST(PullSecret, IsMadeOnOurClustersAndNamedOnOthers) {
    DeploymentBuilder app;
    app.add("one", virtual_machines, 1);
    app.add("two", physical_provisioned, 2).physical->pull_secret = "pulls";
    app.add("three", physical_provisioned, 2);
    app.component("three").physical->minio = app.component("two").physical->minio;
    app.add("four", lambda, 4);
    app.options.registry = RegistryAccess{"registry.example.org", "user", Secret("pw1")};
    app.build();
    EXPECT_EQ(app.service("one", "image_pull_secrets"), "- private-registry");
    EXPECT_EQ(app.service("two", "image_pull_secrets"), "- pulls");
    EXPECT_FALSE(app.has("three", app.service_path("three") + "image_pull_secrets"));
    EXPECT_FALSE(app.has("four", app.service_path("four") + "image_pull_secrets"));
    EXPECT_EQ(app.text("one", "node_templates/registry_secret_private_registry/properties"),
              "name: private-registry\nnamespace: oscar-svc\npassword: pw1\n"
              "server: registry.example.org\nusername: user");
    EXPECT_FALSE(app.has("two", "node_templates/registry_secret_private_registry"));
}

TEST(Clusters, SeveralThatExistAreToldApartByTheImage) {
    DeploymentBuilder app;
    app.add("one", physical_provisioned, 1);
    app.build();
    EXPECT_EQ(app.service("one", "image"), "registry.example.org/one:1");
    app.add("two", physical_provisioned, 2).physical->oscar =
        ClusterService{"https://oscar.example.org:8443/", "", {}, {}};
    app.build();
    EXPECT_EQ(app.service("one", "image"), "oscar://one.example.org/registry.example.org/one:1");
    EXPECT_EQ(app.service("two", "image"), "oscar://oscar.example.org/registry.example.org/two:1");
    app.component("one").physical->minio->endpoint = "https://files.example.org";
    EXPECT_EQ(app.error_codes(), Codes{"TSC066"});
    app.options.compatibility = Compatibility::reference;
    app.build();
    EXPECT_EQ(app.service("one", "image"), "registry.example.org/one:1");
}

TEST(Clusters, ThatExistReadImagesAsUrls) {
    DeploymentBuilder app;
    app.add("one", physical_provisioned, 1);
    app.add("two", virtual_machines, 2);
    for (const char* image : {"localhost:5000/one:1", "one:1", "10.0.0.1:5000/one"}) {
        app.component("one").image = image;
        app.component("two").image = image;
        app.build();
        EXPECT_EQ(app.service("one", "image"), std::string("docker://") + image);
        EXPECT_EQ(app.service("two", "image"), image);
    }
    for (const char* image : {"registry.example.org/a/one:1", "one", "docker://one:1"}) {
        app.component("one").image = image;
        app.build();
        EXPECT_EQ(app.service("one", "image"), image);
    }
}

TEST(Documents, SecretsAreKnownToARedactor) {
    DeploymentBuilder app;
    app.add("one", virtual_machines, 1);
    app.add("two", physical_provisioned, 2);
    app.add("three", physical_to_be_provisioned, 3);
    app.add("four", lambda, 4);
    app.build();
    app.names.at("one").oscar_password = Secret("drawn-password");
    Redactor redactor;
    add_secrets(app.deployment, app.names, redactor);
    EXPECT_EQ(redactor.redact("drawn-password secret-two token-two key-front key-2 sk-four one"),
              "*** *** *** *** *** *** one");
}

} // namespace
} // namespace aisprint::tosca
