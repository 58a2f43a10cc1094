// SPDX-License-Identifier: Apache-2.0
// Clusters: machines of a cloud in all their forms, elastic ones, and machines that exist.
#include "deployment_builder.hpp"

#include <gtest/gtest.h>

namespace aisprint::tosca {
namespace {

using enum LayerKind;
using Codes = std::vector<std::string>;

const std::string k_worker = "node_templates/wn_resource1/capabilities/";

TEST(Cluster, AWorkerHasTheSizeOfItsResource) {
    DeploymentBuilder app;
    NodeResource& resource = app.add("a", virtual_machines, 1).resource;
    resource.total_nodes = 3;
    app.build();
    EXPECT_EQ(
        app.text("a", k_worker + "host/properties"),
        "mem_size: 8192 MB\nnum_cpus: 4\nnum_gpus: 0\npreemtible_instance: false\nsgx: false");
    EXPECT_EQ(app.text("a", k_worker + "os/properties"), "type: linux");
    EXPECT_EQ(app.text("a", k_worker + "scalable/properties/count"), "3");
    EXPECT_FALSE(app.has("a", "inputs/fe_os_image"));
    EXPECT_EQ(app.text("a", "node_templates/front/capabilities/os/properties"), "type: linux");
    EXPECT_FALSE(app.has("a", "node_templates/lrms_front_end/properties/nvidia_support"));
}

TEST(Cluster, GpuSgxSpotFlavourAndStorage) {
    DeploymentBuilder app;
    NodeResource& resource = app.add("a", virtual_machines, 1).resource;
    resource.gpus = 2;
    resource.gpu_vendor = "NVIDIA";
    resource.gpu_model = "Tesla V100";
    resource.sgx = true;
    resource.spot = true;
    resource.flavor = "g4dn.xlarge";
    resource.disk_gb = "100";
    resource.disk_type = "gp3";
    resource.os_distribution = yaml::text("Ubuntu");
    resource.os_version = yaml::plain("22.04");
    resource.os_image = yaml::text("aws://eu-west-1/ami-1");
    app.build();
    EXPECT_EQ(app.text("a", k_worker + "host/properties"),
              "disk_size: 100 GB\ndisk_type: gp3\ngpu_model: Tesla V100\ngpu_vendor: NVIDIA\n"
              "instance_type: g4dn.xlarge\nmem_size: 8192 MB\nnum_cpus: 4\nnum_gpus: 2\n"
              "preemtible_instance: true\nsgx: true");
    EXPECT_EQ(app.text("a", k_worker + "os/properties"),
              "distribution: Ubuntu\nimage: aws://eu-west-1/ami-1\ntype: linux\nversion: 22.04");
    EXPECT_EQ(app.text("a", "inputs/fe_os_image/default"), "aws://eu-west-1/ami-1");
    EXPECT_EQ(app.text("a", "node_templates/lrms_front_end/properties/nvidia_support"), "true");
    EXPECT_EQ(app.text("a", "node_templates/wn_node_resource1/properties/nvidia_support"), "true");
    app.component("a").resource.os_distribution = yaml::plain("12"); // texts are wanted
    app.component("a").resource.os_image = yaml::plain("1396");
    app.build();
    EXPECT_EQ(app.text("a", k_worker + "os/properties"),
              "distribution: '12'\nimage: '1396'\ntype: linux\nversion: 22.04");
    app.options.compatibility = Compatibility::reference;
    app.build();
    EXPECT_FALSE(app.has("a", "node_templates/lrms_front_end/properties/nvidia_support"));
}

TEST(Cluster, DemandsOfAServiceOnAClusterOfOurs) {
    DeploymentBuilder app;
    Component& component = app.add("a", virtual_machines, 1);
    component.gpu = true;
    component.trusted_execution = true;
    component.resource.sgx = true;
    component.expose_service = yaml::mapping();
    component.expose_service.add("port", yaml::plain("8080"));
    component.computing_units = yaml::plain("0.9");
    app.build();
    EXPECT_EQ(app.service("a", "enable_gpu"), "true");
    EXPECT_EQ(app.service("a", "enable_sgx"), "true");
    EXPECT_EQ(app.service("a", "exposed"), "port: '8080'");
    EXPECT_EQ(app.service("a", "cpu"), "0.9");
    EXPECT_EQ(app.service("a", "env_variables/COMPUTING_UNITS"), "0.9");
    EXPECT_EQ(app.warning_codes(), Codes{"TSC061"});
    app.component("a").computing_units = yaml::plain("2"); // IM wants a float
    app.build();
    EXPECT_EQ(app.service("a", "cpu"), "2.0");
    EXPECT_EQ(app.service("a", "env_variables/COMPUTING_UNITS"), "2");
    app.component("a").resource.sgx = false; // relies on secure and measured boot
    app.component("a").expose_service = yaml::null();
    app.build();
    EXPECT_FALSE(app.has("a", app.service_path("a") + "enable_sgx"));
    EXPECT_EQ(app.warning_codes(), Codes{});
}

TEST(Cluster, AnElasticOneStartsWithAtMostItsLargestSize) {
    DeploymentBuilder app;
    app.add("a", virtual_machines, 1).resource.total_nodes = 9;
    app.options.elastic = 5;
    app.options.im_auth = Secret("id = one; type = X\r\nid = two; password = 'a=b'\n\n");
    app.build();
    EXPECT_EQ(app.text("a", k_worker + "scalable/properties/count"), "5");
    EXPECT_EQ(app.text("a", k_worker + "endpoint/properties/dns_name"), "vnode-#N#.localdomain");
    EXPECT_EQ(app.text("a", "inputs/max_wn_num/default"), "5");
    const std::string clues = "node_templates/elastic_cluster_front_end/";
    EXPECT_EQ(app.text("a", clues + "properties/im_auth"),
              "id = one; type = X\\nid = two; password = 'a=b'");
    EXPECT_EQ(app.text("a", clues + "properties/kube_wn_mem"), "8192 MB");
    EXPECT_EQ(app.text("a", clues + "requirements"),
              "- lrms: lrms_front_end\n- wn: wn_node_resource1");
    app.options.strict_elastic = true;
    app.component("a").resource.total_nodes = 2;
    app.build();
    EXPECT_EQ(app.text("a", clues + "requirements/2"), "host: lrms_front_end");
    EXPECT_EQ(app.text("a", k_worker + "scalable/properties/count"), "2");
    app.options.compatibility = Compatibility::reference;
    app.component("a").resource.total_nodes = 9;
    app.build();
    EXPECT_EQ(app.text("a", k_worker + "scalable/properties/count"), "9");
}

TEST(Cluster, ElasticNeedsCredentialsAndMachinesOfACloud) {
    DeploymentBuilder app;
    app.add("edge", physical_provisioned, 1);
    app.add("fn", lambda, 3);
    app.options.elastic = 2;
    EXPECT_EQ(app.error_codes(), Codes{});
    EXPECT_EQ(app.warning_codes(), (Codes{"TSC052", "TSC052"}));
    EXPECT_EQ(app.warnings[0].severity, Severity::note);
    app.add("cloud", virtual_machines, 2);
    EXPECT_EQ(app.error_codes(), Codes{"TSC051"});
    app.options.im_auth = Secret("x");
    app.add("machines", physical_to_be_provisioned, 4);
    EXPECT_EQ(app.error_codes(), Codes{"TSC050"});
    EXPECT_EQ(app.errors[0].span.line, 4U);
}

TEST(Cluster, MachinesThatExistHaveAddressesAndKeys) {
    DeploymentBuilder app;
    app.add("a", physical_to_be_provisioned, 1).resource.os_distribution = yaml::text("Debian");
    app.build();
    const std::string nodes = "node_templates/";
    EXPECT_EQ(app.text("a", nodes + "pub_network"),
              "properties:\n  network_type: public\ntype: tosca.nodes.network.Network");
    EXPECT_EQ(app.text("a", nodes + "front_pub_network_port"),
              "properties:\n  ip_address: 203.0.113.1\n  order: 1\n"
              "requirements:\n- binding: front\n- link: pub_network\n"
              "type: tosca.nodes.network.Port");
    EXPECT_EQ(app.text("a", nodes + "front_priv_network_port/properties"),
              "ip_address: 10.0.0.1\norder: 0");
    EXPECT_EQ(app.text("a", nodes + "front/capabilities/os/properties"),
              "credential:\n  token: key-front\n  token_type: private_key\n  user: root\n"
              "image:\n  get_input: fe_os_image\ntype: linux");
    EXPECT_EQ(app.text("a", "inputs/fe_os_image/default"), "none");
    for (const std::string number : {"1", "2"}) {
        const std::string worker = nodes + "wn_resource1_" + number;
        EXPECT_EQ(app.text("a", worker + "/capabilities/os/properties"),
                  "credential:\n  token: key-" + number + "\n  token_type: private_key\n  user: w" +
                      number + "\ndistribution: Debian\nimage: none\ntype: linux");
        EXPECT_EQ(app.text("a", worker + "/capabilities/scalable/properties/count"), "1");
        EXPECT_EQ(app.text("a", nodes + "wn_node_resource1_" + number + "/requirements"),
                  "- host: wn_resource1_" + number);
        EXPECT_EQ(app.text("a", worker + "_priv_network_port"),
                  "properties:\n  ip_address: 10.0.0." + std::to_string(number[0] - '0' + 1) +
                      "\n  order: 0\nrequirements:\n- binding: wn_resource1_" + number +
                      "\n- link: priv_network\ntype: tosca.nodes.network.Port");
    }
    EXPECT_FALSE(app.has("a", nodes + "wn_resource1"));
    EXPECT_EQ(app.service("a", "env_variables/KCI"),
              "https://minio." + app.cluster("a") + ".im.grycap.net");
}

TEST(Cluster, TheNameOfTheStateIsRefused) {
    DeploymentBuilder app;
    app.add("a", virtual_machines, 1);
    app.add("infras", virtual_machines, 1);
    EXPECT_EQ(app.error_codes(), Codes{"TSC059"});
}

TEST(Cluster, OptionsMustBeUrlsAndDomains) {
    DeploymentBuilder app;
    app.add("a", virtual_machines, 1);
    app.options.domain = "-example.org";
    app.options.influxdb_url = "influx.example.org";
    app.options.types_url = "https://types.example.org/a b";
    EXPECT_EQ(app.error_codes(), (Codes{"TSC058", "TSC058", "TSC058"}));
    app.options.domain = "example.org";
    app.options.influxdb_url = "http://influx:8086";
    app.options.types_url = "http://127.0.0.1:8000";
    EXPECT_EQ(app.error_codes(), Codes{});
    EXPECT_EQ(app.text("a", "inputs/domain_name/default"), "example.org");
    EXPECT_EQ(app.text("a", "inputs/top_influx_url/default"), "http://influx:8086");
}

TEST(Cluster, TypesMayLieElsewhere) {
    DeploymentBuilder app;
    app.add("a", virtual_machines, 1);
    app.deployment.drift_detector_image = "drift:1";
    const auto types = [&] {
        app.build();
        const yaml::Node& document = app.documents.at("a");
        return document.find("imports")->items[0].find("ec3_custom_types")->scalar + " " +
               app.text("a", "node_templates/monitoring/interfaces/Standard/configure/"
                             "implementation") +
               (document.find("data_types") == nullptr ? "" : " corrected");
    };
    const std::string recipe = "artifacts/ai-monitoring/ai-sprint-monit-site.yaml";
    const std::string published = "https://raw.githubusercontent.com/grycap/ec3/tosca/tosca/";
    EXPECT_EQ(types(), published + "custom_types.yaml " + published + recipe + " corrected");
    app.options.types_url = "https://types.example.org/x";
    EXPECT_EQ(types(),
              "https://types.example.org/x/custom_types.yaml https://types.example.org/x/" +
                  recipe);
    app.options.types_url = "https://types.example.org/mine.yaml";
    EXPECT_EQ(types(), "https://types.example.org/mine.yaml " + published + recipe);
    app.options = {};
    app.deployment.drift_detector_image.clear(); // without suffixes the published types will do
    EXPECT_EQ(types(), published + "custom_types.yaml " + published + recipe);
}

} // namespace
} // namespace aisprint::tosca
