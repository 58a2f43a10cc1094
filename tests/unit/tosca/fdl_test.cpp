// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/fdl.hpp"

#include "application_files.hpp"
#include "fdl_values.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::tosca {
namespace {

namespace fs = std::filesystem;

yaml::Node parse_text(const std::string& name, const std::string& text) {
    const auto node = yaml::parse(SourceFile(name, text));
    EXPECT_TRUE(node) << text;
    return node ? *node : yaml::null();
}

StoredDocument stored(const std::string& component, const std::string& text) {
    const std::string path = component + ".yaml";
    return {component, path, text, parse_text(path, text)};
}

/// The documents of ApplicationFiles, as far as FDL needs them.
std::vector<StoredDocument> documents() {
    return {stored("camera", R"(topology_template:
  inputs:
    cluster_name: {default: oscar-cluster-a, type: string}
  node_templates:
    oscar_service_camera:
      type: tosca.nodes.aisprint.FaaS.Function
      properties:
        name: camera
        image: oscar://oscar.example.org/registry.example.org/camera:1
        script: /opt/camera/script.sh
        memory: 256Mi
        cpu: 0.50
        alpine: false
        enable_sgx: true
        exposed: {min_scale: '1', max_scale: '10', port: '8080', path: /a}
        env_variables: {COMPONENT_NAME: camera, PORT: '8094'}
        image_pull_secrets: secret-a
        input: []
        output: [{storage_provider: minio.b, path: camera/output}]
        storage_providers: {minio: {b: {endpoint: 'https://minio.b'}}}
)"),
            stored("filter", R"(topology_template:
  inputs:
    cluster_name: {default: oscar-cluster-b, type: string}
    password: {default: pw1, type: string}
  node_templates:
    front: {type: tosca.nodes.indigo.Compute}
    oscar_service_filter:
      type: tosca.nodes.aisprint.FaaS.Function
      properties:
        name: filter
        image: registry.example.org/filter:2
        script: /opt/filter/script.sh
        memory: 1024Mi
        cpu: 2
        env_variables:
          PW: {get_input: password}
          URL: {concat: [https://, {get_input: cluster_name}, .example.org]}
    again:
      type: tosca.nodes.aisprint.FaaS.Function
      properties: {name: filter, image: other, script: s, memory: 1Mi}
)"),
            stored("report", R"(topology_template:
  inputs:
    cluster_name: {default: oscar-cluster-c, type: string}
  node_templates:
    lambda_function_report:
      type: tosca.nodes.aisprint.FaaS.Function
      properties:
        name: report
        image: 1.dkr.ecr.eu-west-1.amazonaws.com/app:report
        script: /opt/report/script.sh
        memory: 512Mi
        env_variables: {KCI: AWS Lambda}
        input: [{storage_provider: s3, path: b1/filter/output}]
        output: [{storage_provider: minio.a, path: report/output}]
        storage_providers: {minio: {a: {endpoint: 'https://minio.a'}}}
)")};
}

class FdlOf : public testing::Test {
protected:
    void SetUp() override {
        auto deployment = m_files.load();
        ASSERT_TRUE(deployment) << format_diagnostic(deployment.error().diagnostics.front());
        m_deployment = std::move(*deployment);
    }

    Fdl build(FdlStyle style = FdlStyle::api, Compatibility compatibility = Compatibility::ours) {
        auto fdl = build_fdl(m_deployment, m_documents, style, compatibility);
        EXPECT_TRUE(fdl) << format_diagnostic(fdl.error().diagnostics.front());
        return fdl ? std::move(*fdl) : Fdl{};
    }

    std::vector<std::string> errors() {
        const auto fdl = build_fdl(m_deployment, m_documents, FdlStyle::api, Compatibility::ours);
        EXPECT_FALSE(fdl);
        if (fdl) {
            return {};
        }
        EXPECT_EQ(fdl.error().kind, ErrorKind::input);
        for (const Diagnostic& found : fdl.error().diagnostics) {
            EXPECT_EQ(found.snippet, "") << "lines of documents may hold passwords";
        }
        return ApplicationFiles::places(fdl.error().diagnostics);
    }

    ApplicationFiles m_files;
    Deployment m_deployment;
    std::vector<StoredDocument> m_documents = documents();
};

TEST_F(FdlOf, OursHasClustersByNameAndLambdaInTheFormOfScar) {
    m_deployment.components[0].synchronous = parse_text("s", "{min_scale: 1, max_scale: 3}");
    EXPECT_EQ(yaml::write(build().content), R"(functions:
  aws:
  - lambda:
      container:
        create_image: false
        image: 1.dkr.ecr.eu-west-1.amazonaws.com/app:report
        timeout_threshold: 10
      ecr:
        delete_image: false
      environment:
        Variables:
          KCI: AWS Lambda
      execution_mode: lambda
      init_script: /opt/report/script.sh
      input:
      - path: b1/filter/output
        storage_provider: s3
      memory: 512
      name: report
      output:
      - path: report/output
        storage_provider: minio.a
      region: eu-west-1
      runtime: image
      supervisor:
        version: 1.5.5
      timeout: 900
  oscar:
  - )" + m_deployment.components[0].physical->oscar_name +
                                                R"(:
      alpine: false
      cpu: '0.5'
      enable_sgx: true
      environment:
        Variables:
          COMPONENT_NAME: camera
          PORT: '8094'
      expose:
        max_scale: 10
        min_scale: 1
        path: /a
        port: 8080
      image: registry.example.org/camera:1
      image_pull_secrets:
      - secret-a
      memory: 256Mi
      name: camera
      output:
      - path: camera/output
        storage_provider: minio.b
      script: /opt/camera/script.sh
      storage_providers:
        minio:
          b:
            endpoint: https://minio.b
      synchronous:
        max_scale: 3
        min_scale: 1
  - oscar-cluster-b:
      cpu: '2'
      environment:
        Variables:
          PW: pw1
          URL: https://oscar-cluster-b.example.org
      image: registry.example.org/filter:2
      memory: 1024Mi
      name: filter
      script: /opt/filter/script.sh
storage_providers:
  minio:
    a:
      endpoint: https://minio.a
)");
}

TEST_F(FdlOf, TheReferenceHasAllUnderOscarAndDrawnKeys) {
    const yaml::Node content = build(FdlStyle::api, Compatibility::reference).content;
    EXPECT_EQ(content.entries.size(), 1U);
    const yaml::Node* functions = content.find("functions");
    ASSERT_NE(functions, nullptr);
    EXPECT_EQ(functions->find("aws"), nullptr);
    const std::vector<yaml::Node>& services = functions->find("oscar")->items;
    ASSERT_EQ(services.size(), 3U);
    EXPECT_EQ(services[0].entries.front().key, "oscar-cluster-a");
    EXPECT_EQ(services[0].entries.front().value.find("expose"), nullptr);
    EXPECT_EQ(services[0].entries.front().value.find("enable_sgx"), nullptr);
    EXPECT_EQ(services[2].entries.front().key, "oscar-cluster-c");
}

TEST_F(FdlOf, NodesWithoutAClusterAreKeysThemselves) {
    m_deployment.components[0].physical->oscar_name.clear();
    for (yaml::Entry& input : m_documents[0].content.find("topology_template")->entries) {
        if (input.key == "inputs") {
            input.value = yaml::mapping();
        }
    }
    const yaml::Node content = build().content;
    EXPECT_EQ(content.find("functions")->find("oscar")->items[0].entries.front().key,
              "oscar_service_camera");
}

TEST_F(FdlOf, FilesAreNamedInPlaceOfScripts) {
    const Fdl fdl = build(FdlStyle::file);
    EXPECT_THAT(fdl.scripts, testing::UnorderedElementsAre(testing::Key("camera.sh"),
                                                           testing::Key("filter.sh")));
    EXPECT_THAT(fdl.scripts.at("camera.sh"),
                testing::HasSubstr("\nexec '/opt/camera/script.sh'\n"));
    const yaml::Node& record =
        fdl.content.find("functions")->find("oscar")->items[0].entries.front().value;
    EXPECT_EQ(record.find("script")->scalar, "camera.sh");
}

TEST_F(FdlOf, FaultsOfDocuments) {
    m_documents[0] = stored("nobody", "topology_template: {}\n");
    m_documents[1] = stored("filter", "topology_template:\n"
                                      "  node_templates:\n"
                                      "    a:\n"
                                      "      type: tosca.nodes.aisprint.FaaS.Function\n"
                                      "      properties:\n"
                                      "        name: a\n"
                                      "        image: {get_attribute: [a, state]}\n"
                                      "    b: {type: tosca.nodes.aisprint.FaaS.Function}\n");
    m_documents[2] = stored("report", "topology_template:\n"
                                      "  node_templates:\n"
                                      "    c:\n"
                                      "      type: tosca.nodes.aisprint.FaaS.Function\n"
                                      "      properties: {name: c, memory: much}\n");
    EXPECT_EQ(errors(),
              (std::vector<std::string>{"TSC131 filter.yaml:7:16", "TSC131 filter.yaml:8:5",
                                        "TSC132 nobody.yaml:0:0", "TSC131 report.yaml:5:37"}));
}

TEST_F(FdlOf, FunctionsMustAgreeOnStorage) {
    m_deployment.components[1].layer.kind = LayerKind::lambda;
    m_documents[1] = m_documents[2];
    m_documents[1].component = "filter";
    yaml::Node& nodes = *m_documents[1].content.find("topology_template")->find("node_templates");
    yaml::Node& properties = *nodes.entries.front().value.find("properties");
    properties.find("name")->scalar = "other";
    EXPECT_TRUE(build_fdl(m_deployment, m_documents, FdlStyle::api, Compatibility::ours));
    properties.find("storage_providers")->find("minio")->find("a")->find("endpoint")->scalar = "x";
    EXPECT_EQ(errors().size(), 1U);
}

TEST_F(FdlOf, DocumentsWithoutServices) {
    m_documents = {stored("camera", "topology_template: {node_templates: {}}\n")};
    EXPECT_EQ(errors(), (std::vector<std::string>{"TSC130 im:0:0"}));
}

TEST_F(FdlOf, WritesPrivateFilesAndRemovesItsOldScripts) {
    const config::ApplicationFolder folder = m_files.folder();
    const fs::path oscar = folder.path / m_deployment.files.oscar;
    const auto shown = write_fdl(folder, m_deployment.files, build(FdlStyle::file));
    ASSERT_TRUE(shown) << format_diagnostic(shown.error().diagnostics.front());
    EXPECT_EQ(*shown, folder.shown(m_deployment.files.oscar) + "/fdl.yaml");
    for (const char* name : {"fdl.yaml", "camera.sh", "filter.sh"}) {
        EXPECT_EQ(fs::status(oscar / name).permissions() & fs::perms::all,
                  fs::perms::owner_read | fs::perms::owner_write)
            << name;
    }
    ASSERT_TRUE(write_file_atomic(oscar / "mine.sh", "echo\n"));
    ASSERT_TRUE(write_fdl(folder, m_deployment.files, build(FdlStyle::api)));
    EXPECT_FALSE(fs::exists(oscar / "camera.sh"));
    EXPECT_FALSE(fs::exists(oscar / "filter.sh"));
    EXPECT_TRUE(fs::exists(oscar / "mine.sh"));
}

TEST(FdlValues, Amounts) {
    EXPECT_EQ(memory_mib("512Mi"), 512);
    EXPECT_EQ(memory_mib("1Gi"), 1024);
    EXPECT_EQ(memory_mib("1 GB"), 954);
    EXPECT_FALSE(memory_mib("much"));
    EXPECT_EQ(short_number(yaml::plain("0.90")), "0.9");
    EXPECT_EQ(short_number(yaml::plain("1.0")), "1");
    EXPECT_EQ(ecr_region("1.dkr.ecr.eu-west-1.amazonaws.com/a:b"), "eu-west-1");
    EXPECT_EQ(ecr_region("docker.io/a:b"), "");
    EXPECT_EQ(plain_image("oscar://host/a/b:c"), "a/b:c");
    EXPECT_EQ(plain_image("docker://a/b:c"), "a/b:c");
    EXPECT_EQ(plain_image("a/b:c"), "a/b:c");
}

} // namespace
} // namespace aisprint::tosca
