// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/check.hpp"

#include "check_value.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::tosca {
namespace {

const TypeCatalogue& shipped_types() {
    static const Result<TypeCatalogue> types =
        TypeCatalogue::load(std::filesystem::path(AISPRINT_SOURCE_DIR) / "templates/tosca");
    if (!types) {
        for (const Diagnostic& found : types.error().diagnostics) {
            ADD_FAILURE() << format_diagnostic(found);
        }
    }
    return *types;
}

std::vector<Diagnostic> check_text(const std::string& text) {
    const SourceFile source("d.yaml", text);
    const auto document = yaml::parse(source);
    if (!document) {
        ADD_FAILURE() << "no YAML: " << format_diagnostic(document.error().diagnostics.front());
        return {};
    }
    return check_document(source, *document, shipped_types());
}

/// Findings as "CODE LINE:COLUMN".
std::vector<std::string> places(const std::vector<Diagnostic>& found) {
    std::vector<std::string> result;
    for (const Diagnostic& diagnostic : found) {
        result.push_back(
            fmt::format("{} {}:{}", diagnostic.code, diagnostic.span.line, diagnostic.span.column));
    }
    return result;
}

using Places = std::vector<std::string>;

const std::string k_head = "tosca_definitions_version: tosca_simple_yaml_1_0\n"
                           "imports:\n"
                           "- types: https://types.test/custom_types.yaml\n"
                           "topology_template:\n";

/// A document with one machine, its storage and what is added to the machine: line 14 on.
std::string with_machine(const std::string& more) {
    return k_head +
           "  inputs:\n"                               // 5
           "    cpus: {type: integer, default: 2}\n"   // 6
           "    name: {type: string, default: edge}\n" // 7
           "  node_templates:\n"                       // 8
           "    disk:\n"                               // 9
           "      type: tosca.nodes.BlockStorage\n"    // 10
           "      properties: {size: 10 GB}\n"         // 11
           "    machine:\n"                            // 12
           "      type: tosca.nodes.indigo.Compute\n"  // 13
           + more;
}

TEST(Check, AcceptsADocumentWithoutFault) {
    EXPECT_EQ(places(check_text(with_machine("      capabilities:\n"
                                             "        host:\n"
                                             "          properties:\n"
                                             "            num_cpus: {get_input: cpus}\n"
                                             "            mem_size: 4 GB\n"
                                             "        os:\n"
                                             "          properties:\n"
                                             "            version: 22.04\n"
                                             "            image: null\n"
                                             "      requirements:\n"
                                             "      - local_storage:\n"
                                             "          node: disk\n"
                                             "          capability: "
                                             "tosca.capabilities.Attachment\n"
                                             "          relationship:\n"
                                             "            type: tosca.relationships.AttachesTo\n"
                                             "            properties: {location: /pv}\n"
                                             "  outputs:\n"
                                             "    ip:\n"
                                             "      value: {get_attribute: [machine, "
                                             "public_address, 0]}\n"))),
              Places{});
}

struct Case {
    const char* name;
    std::string more; ///< added to the machine, from line 14
    Places expected;
};

class CheckFindings : public testing::TestWithParam<Case> {};

TEST_P(CheckFindings, AreAtTheirPlaces) {
    EXPECT_EQ(places(check_text(with_machine(GetParam().more))), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    All,
    CheckFindings,
    testing::Values(
        Case{"unknown_part", "      capability: {}\n", {"TSC101 14:7"}},
        Case{"unknown_property", "      properties: {tag: {}}\n", {"TSC103 14:20"}},
        Case{"property_of_wrong_type",
             "      properties:\n        tags: [a]\n        instance_name: 3\n",
             {"TSC105 15:15", "TSC105 16:24"}},
        Case{"entry_of_wrong_type", "      properties:\n        tags: {a: 1}\n", {"TSC105 15:19"}},
        Case{"properties_in_a_list", "      properties: [a]\n", {"TSC120 14:19"}},
        Case{"size_without_unit",
             "      capabilities:\n        host:\n          properties: {mem_size: 4096}\n",
             {"TSC105 16:34"}},
        Case{"constraint",
             "      capabilities:\n        host:\n          properties: {num_cpus: 0}\n",
             {"TSC106 16:34"}},
        Case{"port_range",
             "      capabilities:\n        endpoint:\n          properties: {port: 70000}\n",
             {"TSC106 16:30"}},
        Case{"nested_data_types",
             "      capabilities:\n"
             "        endpoint:\n"
             "          properties:\n"
             "            ports:\n"
             "              a: {protocol: sctp, source: 80}\n"
             "              b: {sauce: 80}\n"
             "              c: 80\n",
             {"TSC106 18:29", "TSC103 19:19", "TSC105 20:18"}},
        Case{"credential_without_token",
             "      capabilities:\n"
             "        os:\n"
             "          properties:\n"
             "            credential: {user: u}\n",
             {"TSC104 17:25"}},
        Case{"unknown_capability", "      capabilities: {hosts: {}}\n", {"TSC111 14:22"}},
        Case{"unknown_requirement",
             "      requirements:\n      - storage: disk\n",
             {"TSC107 15:9"}},
        Case{"missing_node",
             "      requirements:\n      - local_storage: dish\n",
             {"TSC108 15:24"}},
        Case{"requirement_without_node",
             "      requirements:\n      - local_storage: {}\n",
             {"TSC108 15:9"}},
        Case{"wrong_kind_of_node",
             "      requirements:\n      - local_storage: machine\n",
             {"TSC109 15:24"}},
        Case{"wrong_capability",
             "      requirements:\n"
             "      - local_storage:\n"
             "          node: disk\n"
             "          capability: tosca.capabilities.Container\n",
             {"TSC109 17:23"}},
        Case{"relationship_without_location",
             "      requirements:\n"
             "      - local_storage:\n"
             "          node: disk\n"
             "          relationship: {type: tosca.relationships.AttachesTo}\n",
             {"TSC104 17:32"}},
        Case{"unknown_relationship",
             "      requirements:\n"
             "      - local_storage:\n"
             "          node: disk\n"
             "          relationship: {type: tosca.relationships.AttachTo}\n",
             {"TSC102 17:32"}},
        Case{"requirements_in_a_map",
             "      requirements: {local_storage: disk}\n",
             {"TSC120 14:21"}},
        Case{"requirement_that_is_no_map", "      requirements:\n      - disk\n", {"TSC120 15:9"}},
        Case{"unknown_input",
             "      properties: {instance_name: {get_input: nope}}\n",
             {"TSC112 14:47"}},
        Case{"input_of_wrong_type",
             "      capabilities:\n"
             "        host:\n"
             "          properties: {num_cpus: {get_input: name}}\n",
             {"TSC105 16:46"}},
        Case{"input_without_name",
             "      properties: {instance_name: {get_input: {}}}\n",
             {"TSC114 14:47"}},
        Case{"property_that_is_not_there",
             "      properties: {instance_name: {get_property: [disk, sice]}}\n",
             {"TSC113 14:57"}},
        Case{"node_that_is_not_there",
             "      properties: {instance_name: {get_property: [dusk, size]}}\n",
             {"TSC113 14:51"}},
        Case{"attribute_of_itself",
             "      properties: {instance_name: {get_attribute: [SELF, public_address, x]}}\n",
             {"TSC113 14:74"}},
        Case{"part_of_a_text",
             "      properties: {instance_name: {get_attribute: [SELF, tosca_id, 0]}}\n",
             {"TSC113 14:68"}},
        Case{"attribute_of_a_capability",
             "      properties: {instance_name: {get_attribute: [SELF, endpoint, credentials]}}\n",
             {"TSC113 14:68"}},
        Case{"capability_without_attribute",
             "      properties: {instance_name: {get_attribute: [SELF, endpoint]}}\n",
             {"TSC114 14:58"}},
        Case{"attribute_without_name",
             "      properties: {instance_name: {get_attribute: [SELF]}}\n",
             {"TSC114 14:51"}},
        Case{"concat_of_maps",
             "      properties: {instance_name: {concat: [a, {b: c, d: e}]}}\n",
             {"TSC114 14:48"}},
        Case{"concat_of_a_text",
             "      properties: {instance_name: {concat: a}}\n",
             {"TSC114 14:44"}},
        Case{"function_in_concat",
             "      properties: {instance_name: {concat: [a, {get_input: nope}]}}\n",
             {"TSC112 14:60"}},
        Case{"token_of_two",
             "      properties: {instance_name: {token: [a, b]}}\n",
             {"TSC114 14:43"}},
        Case{"artifact_without_file",
             "      artifacts:\n"
             "        role: {type: tosca.artifacts.AnsibleGalaxy.role}\n",
             {"TSC116 15:9"}},
        Case{"unknown_artifact_type",
             "      artifacts:\n"
             "        role: {file: f, type: tosca.artifacts.AnsibleGalaxy.rule}\n",
             {"TSC102 15:31"}},
        Case{"unknown_interface", "      interfaces: {Standards: {}}\n", {"TSC117 14:20"}},
        Case{"unknown_operation",
             "      interfaces: {Standard: {konfigure: a.yml}}\n",
             {"TSC117 14:31"}},
        Case{"operation_without_implementation",
             "      interfaces: {Standard: {configure: {inputs: {a: {get_input: nope}}}}}\n",
             {"TSC117 14:31", "TSC112 14:67"}},
        Case{"output_without_value", "  outputs:\n    ip: {description: none}\n", {"TSC118 15:5"}},
        Case{"output_that_leads_nowhere",
             "  outputs:\n    ip: {value: {get_attribute: [SELF, state]}}\n",
             {"TSC113 15:34"}},
        Case{"policy",
             "  policies:\n"
             "  - here: {type: tosca.policies.indigo.Placement, targets: [machine, nobody]}\n",
             {"TSC104 15:5", "TSC108 15:70"}},
        Case{"group",
             "  groups: {g: {type: tosca.groups.Root, members: [nobody]}}\n",
             {"TSC108 14:51"}},
        Case{"several_at_once",
             "      properties: {tag: {}, instance_name: {get_input: nope}}\n"
             "      capabilities: {hosts: {}}\n",
             {"TSC103 14:20", "TSC112 14:56", "TSC111 15:22"}}),
    [](const testing::TestParamInfo<Case>& test) { return std::string(test.param.name); });

TEST(Check, NodesNeedWhatTheirTypeRequires) {
    EXPECT_EQ(places(check_text(k_head + "  node_templates:\n"
                                         "    disk: {type: tosca.nodes.BlockStorage}\n"
                                         "    app: {type: tosca.nodes.SoftwareComponent}\n"
                                         "    none: {}\n")),
              (Places{"TSC104 6:5", "TSC110 7:5", "TSC102 8:5"}));
}

TEST(Check, NodesAreNotHostedOnThemselves) {
    const auto found = check_text(k_head + "  node_templates:\n"
                                           "    a:\n"
                                           "      type: tosca.nodes.indigo.OSCAR\n"
                                           "      requirements: [{host: b}]\n"
                                           "    b:\n"
                                           "      type: tosca.nodes.indigo.OSCAR\n"
                                           "      requirements: [{host: a}]\n");
    EXPECT_EQ(places(found), (Places{"TSC119 6:5"}));
}

TEST(Check, MisspeltTypesAreErrorsAndForeignOnesWarnings) {
    const auto found = check_text(k_head + "  node_templates:\n"
                                           "    a: {type: tosca.nodes.indigo.Computer}\n"
                                           "    b: {type: org.example.nodes.Router, size: 3}\n");
    ASSERT_EQ(places(found), (Places{"TSC102 6:15", "TSC122 7:15", "TSC101 7:41"}));
    EXPECT_EQ(found[0].hint, "did you mean 'tosca.nodes.indigo.Compute'?");
    EXPECT_EQ(found[1].severity, Severity::warning);
}

TEST(Check, TypesThatAreNotImportedCannotBeUsed) {
    EXPECT_EQ(places(check_text("tosca_definitions_version: tosca_simple_yaml_1_0\n"
                                "topology_template:\n"
                                "  node_templates:\n"
                                "    a: {type: tosca.nodes.indigo.Compute}\n"
                                "    b: {type: tosca.nodes.indigo.Compute}\n"
                                "    c: {type: org.example.nodes.Router}\n")),
              (Places{"TSC123 4:15", "TSC102 6:15"}));
    EXPECT_EQ(places(check_text("tosca_definitions_version: tosca_simple_yaml_1_0\n"
                                "imports: types.yaml\n"
                                "topology_template: {}\n")),
              (Places{"TSC123 2:10"}));
}

TEST(Check, DocumentsMayDefineTypes) {
    const std::string text =
        k_head + "  node_templates:\n"
                 "    a: {type: my.Store, properties: {colour: 3}}\n"
                 "node_types:\n"
                 "  my.Store:\n"
                 "    derived_from: tosca.nodes.Root\n"
                 "    properties: {colour: {type: string}, x: {type: nope, required: false}}\n";
    EXPECT_EQ(places(check_text(text)), (Places{"TSC105 6:46", "TSC091 10:52"}));
}

TEST(Check, TheDocumentItself) {
    EXPECT_EQ(places(check_text("- a\n")), (Places{"TSC100 1:1"}));
    EXPECT_EQ(places(check_text("tosca_definitions_version: tosca_simple_yaml_3\n"
                                "inputs: {}\n"
                                "topology_template: 3\n")),
              (Places{"TSC100 1:28", "TSC101 2:1", "TSC120 3:20"}));
    // Neither a version nor a topology.
    EXPECT_EQ(places(check_text("description: nothing\n")), (Places{"TSC100 1:1", "TSC100 1:1"}));
}

TEST(Check, InputsNeedTypesAndDefaults) {
    EXPECT_EQ(places(check_text(k_head + "  inputs:\n"
                                         "    a: {type: string}\n"
                                         "    b: {default: 3}\n"
                                         "    c: {type: integer, default: three}\n"
                                         "    d: {type: string, required: false}\n"
                                         "    e: {type: strin, default: x}\n"
                                         "    f: {type: string, default: {get_input: a}}\n"
                                         "    g: text\n")),
              (Places{"TSC115 6:5", "TSC102 7:5", "TSC105 8:33", "TSC122 10:15", "TSC114 11:32",
                      "TSC120 12:8"}));
}

TEST(Check, PublishedTypesRefuseFiltersOfBuckets) {
    const auto document = [](const std::string& types) {
        return "tosca_definitions_version: tosca_simple_yaml_1_0\n"
               "imports:\n- types: " +
               types +
               "\ntopology_template:\n"
               "  node_templates:\n"
               "    f:\n"
               "      type: tosca.nodes.aisprint.FaaS.Function\n"
               "      properties:\n"
               "        name: f\n"
               "        image: i\n"
               "        script: s\n"
               "        memory: 512Mi\n"
               "        output: [{storage_provider: minio, path: p, suffix: [_A]}]\n";
    };
    const auto found = check_text(
        document("https://raw.githubusercontent.com/grycap/tosca/main/custom_types.yaml"));
    ASSERT_EQ(places(found), (Places{"TSC121 13:53"}));
    EXPECT_EQ(found[0].severity, Severity::warning);
    EXPECT_EQ(places(check_text(document("https://types.test/custom_types.yaml"))), Places{});
}

TEST(Check, ServicesOnClustersThatExistHaveOneStorageProvider) {
    const std::string service = k_head +
                                "  node_templates:\n"
                                "    f:\n"
                                "      type: tosca.nodes.aisprint.FaaS.Function\n"
                                "      properties:\n"
                                "        name: f\n"
                                "        image: i\n"
                                "        script: s\n"
                                "        memory: 512Mi\n"
                                "        storage_providers:\n"
                                "          s3:\n"
                                "            a: {access_key: a, secret_key: b, region: r}\n";
    EXPECT_EQ(places(check_text(service)), Places{});
    const std::string two = service + "            b: {access_key: a, secret_key: b, region: r}\n";
    const auto found = check_text(two);
    ASSERT_EQ(places(found), (Places{"TSC124 16:13"}));
    EXPECT_EQ(found[0].severity, Severity::warning);
    const std::string hosted = "      requirements: [{host: oscar}]\n"
                               "    oscar:\n"
                               "      type: tosca.nodes.indigo.OSCAR\n"
                               "      requirements: [{host: front}]\n"
                               "    front: {type: tosca.nodes.indigo.Compute}\n";
    EXPECT_EQ(places(check_text(two + hosted)), Places{});
}

TEST(Check, FloatsHaveAPoint) {
    const auto document = [](const std::string& cpu) {
        return k_head +
               "  node_templates:\n"
               "    f:\n"
               "      type: tosca.nodes.aisprint.FaaS.Function\n"
               "      properties: {name: f, image: i, script: s, memory: 1Mi, cpu: " +
               cpu + "}\n";
    };
    for (const char* cpu : {"1.0", "0.5", ".5"}) {
        EXPECT_EQ(places(check_text(document(cpu))), Places{}) << cpu;
    }
    for (const char* cpu : {"1", "'1.0'", "1e5"}) {
        const auto found = check_text(document(cpu));
        ASSERT_EQ(found.size(), 1U) << cpu;
        EXPECT_EQ(found[0].code, "TSC105");
    }
}

TEST(Check, SecretsAreNotQuoted) {
    const auto found = check_text(k_head + "  inputs:\n"
                                           "    minio_password: {type: integer, default: sesame1}\n"
                                           "  node_templates:\n"
                                           "    f:\n"
                                           "      type: tosca.nodes.indigo.OSCAR\n"
                                           "      properties:\n"
                                           "        minio_secretkey: sesame2\n"
                                           "        password: [sesame3]\n"
                                           "        dns_host: {concat: {a: sesame4}}\n"
                                           "      requirements: [{host: front}]\n"
                                           "    front: {type: tosca.nodes.indigo.Compute}\n");
    EXPECT_EQ(places(found),
              (Places{"TSC105 6:46", "TSC106 11:26", "TSC105 12:19", "TSC114 13:28"}));
    for (const Diagnostic& diagnostic : found) {
        EXPECT_EQ(format_diagnostic(diagnostic).find("sesame1"), std::string::npos);
        EXPECT_EQ(format_diagnostic(diagnostic).find("sesame2"), std::string::npos);
        EXPECT_EQ(format_diagnostic(diagnostic).find("sesame3"), std::string::npos);
    }
    EXPECT_NE(found.back().snippet, "") << "lines without secrets are shown";
}

TEST(Check, ScalarUnits) {
    EXPECT_EQ(scalar_unit_value("4 GB", "scalar-unit.size"), 4e9);
    EXPECT_EQ(scalar_unit_value("0.5GiB", "scalar-unit.size"), 536870912.0);
    EXPECT_EQ(scalar_unit_value("2 GHz", "scalar-unit.frequency"), 2e9);
    EXPECT_EQ(scalar_unit_value("90 s", "scalar-unit.time"), 9e10);
    for (const char* bad : {"", "GB", "4", "4 G", "-4 GB", "4 4 GB", "4 GHz"}) {
        EXPECT_FALSE(scalar_unit_value(bad, "scalar-unit.size")) << bad;
    }
}

} // namespace
} // namespace aisprint::tosca
