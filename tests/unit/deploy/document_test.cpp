// SPDX-License-Identifier: Apache-2.0
#include "document.hpp"
#include "text.hpp"

#include "aisprint/deploy/plan.hpp"

#include <gtest/gtest.h>

namespace aisprint::deploy {
namespace {

yaml::Node parsed(const std::string& text) {
    return yaml::parse(SourceFile("document.yaml", text)).value();
}

std::string content_digest(const std::string& text) {
    return digests_of(text, parsed(text)).content;
}

const std::string k_document = "metadata: {infra_name: n}\n"
                               "topology_template:\n"
                               "  inputs:\n"
                               "    nodes: {default: 2, type: integer}\n"
                               "    cpus: {default: 4, type: integer}\n"
                               "  node_templates:\n"
                               "    wn:\n"
                               "      type: tosca.nodes.indigo.Compute\n"
                               "      capabilities:\n"
                               "        scalable: {properties: {count: {get_input: nodes}}}\n"
                               "    wn2:\n"
                               "      type: tosca.nodes.indigo.Compute\n"
                               "      capabilities:\n"
                               "        scalable: {properties: {count: 5}}\n"
                               "        host: {properties: {num_cpus: {get_input: cpus}}}\n";

std::string with(const std::string& from, const std::string& to) {
    std::string text = k_document;
    const std::size_t place = text.find(from);
    EXPECT_NE(place, std::string::npos) << from;
    return text.replace(place, from.size(), to);
}

TEST(Digests, SpellingOrderAndCommentsDoNotCount) {
    const std::string plain = "a: 1\nb: [x, 'y']\nc: true\nd: 0.50\n";
    for (const char* other :
         {"# c\nb: ['x', y]\na: 1\nc: true\nd: 0.5\n", "{a: 0x1, b: [x, y], c: yes, d: 0.5}",
          "{a: 1, b: [x, y], c: true, d: 5e-1}"}) {
        EXPECT_EQ(content_digest(plain), content_digest(other)) << other;
    }
}

TEST(Digests, ContentCounts) {
    const std::string plain = "a: 1\nb: [x, 'y']\nc: true\n";
    for (const char* other :
         {"a: '1'\nb: [x, y]\nc: true\n", "a: 1\nb: [y, x]\nc: true\n", "a: 1\nb: [x, y]\n",
          "a: 1\nb: [x, y]\nc: 'true'\n", "a: 1\nb: xy\nc: true\n", "a: 1.0\nb: [x, y]\nc: true\n",
          "a: 1\nb: [x, y, {}]\nc: true\n", "a: 1\nb: [xy]\nc: true\n"}) {
        EXPECT_NE(content_digest(plain), content_digest(other)) << other;
    }
}

TEST(Digests, OurTagDoesNotCount) {
    for (const std::string text :
         {"a: 1\nmetadata: {infra_name: n}\n", "a: 1\nmetadata: {}\n", "a: 1\nmetadata:\n"}) {
        const std::string tagged = text_with_tag(parsed(text), "sometag");
        EXPECT_NE(tagged.find("aisprint_tag: sometag"), std::string::npos);
        EXPECT_EQ(content_digest(tagged), text.ends_with("{}\n")
                                              ? content_digest("a: 1\nmetadata:\n")
                                              : content_digest(text));
    }
    EXPECT_NE(text_with_tag(parsed("a: 1\n"), "sometag").find("metadata:\n  aisprint_tag"),
              std::string::npos);
    EXPECT_EQ(text_with_tag(parsed("a: 1\n"), ""), "a: 1\n");
    EXPECT_EQ(text_with_tag(parsed("metadata: {aisprint_tag: old}\n"), "new"),
              "metadata:\n  aisprint_tag: new\n");
}

TEST(NodeCounts, AreTheOnlyDifference) {
    const yaml::Node before = parsed(k_document);
    EXPECT_TRUE(differ_in_node_counts_only(before, parsed(with("count: 5", "count: 7"))));
    EXPECT_TRUE(differ_in_node_counts_only(before, parsed(with("default: 2", "default: 9"))));
    EXPECT_FALSE(differ_in_node_counts_only(before, before)) << "no difference at all";
    EXPECT_FALSE(differ_in_node_counts_only(before, parsed(with("default: 4", "default: 8"))));
    EXPECT_FALSE(
        differ_in_node_counts_only(before, parsed(with("infra_name: n", "infra_name: m"))));
    EXPECT_FALSE(differ_in_node_counts_only(before, parsed(with("wn2:", "wn3:"))));
    EXPECT_FALSE(differ_in_node_counts_only(before, parsed(with("count: 5", "other: 5"))));
}

TEST(FootprintOf, AddsWhatMachinesAskFor) {
    const Footprint footprint = footprint_of(parsed(
        "topology_template:\n"
        "  inputs:\n"
        "    cpus: {default: 4}\n"
        "    mem: {default: 4 GB}\n"
        "    size: {default: 100 GB}\n"
        "  node_templates:\n"
        "    front:\n"
        "      type: tosca.nodes.indigo.Compute\n"
        "      capabilities:\n"
        "        endpoint: {properties: {network_name: PUBLIC}}\n"
        "        host: {properties: {num_cpus: {get_input: cpus}, mem_size: {get_input: mem}, "
        "disk_size: 40 GB}}\n"
        "    storage: {type: tosca.nodes.BlockStorage, properties: {size: {get_input: size}}}\n"
        "    wn:\n"
        "      type: tosca.nodes.indigo.Compute\n"
        "      capabilities:\n"
        "        scalable: {properties: {count: 3}}\n"
        "        host: {properties: {num_cpus: 2, mem_size: 2048 MB, disk_size: 1 GiB, "
        "num_gpus: 1}}\n"
        "    other: {type: tosca.nodes.SoftwareComponent}\n"));
    EXPECT_EQ(footprint.machines, 4);
    EXPECT_EQ(footprint.cores, 10);
    EXPECT_EQ(footprint.gpus, 3);
    EXPECT_EQ(footprint.public_addresses, 1);
    EXPECT_NEAR(footprint.memory_gb, 4 + 3 * 2.048, 1e-9);
    EXPECT_NEAR(footprint.disk_gb, 40 + 100 + 3 * 1.073741824, 1e-9);
    EXPECT_EQ(footprint.cost_per_hour, std::nullopt);
}

TEST(FootprintOf, TakesNothingFromNonsense) {
    for (const char* text :
         {"a: 1", "topology_template: x", "topology_template: {node_templates: [1]}",
          "topology_template: {node_templates: {n: {type: x.Compute, capabilities: {host: "
          "{properties: {num_cpus: -5, mem_size: many, disk_size: 5 parsecs}}, scalable: "
          "{properties: {count: no}}}}}}"}) {
        const Footprint footprint = footprint_of(parsed(text));
        EXPECT_EQ(footprint.machines, 0) << text;
        EXPECT_EQ(footprint.cores, 0) << text;
        EXPECT_EQ(footprint.memory_gb, 0) << text;
        EXPECT_EQ(footprint.disk_gb, 0) << text;
    }
}

TEST(ForeignText, IsMadeReadable) {
    EXPECT_EQ(readable_text("\x1b[0;31mred\x1b[0m\r\nline\rnext\x07\x7f\tend\x1b"),
              "red\nline\nnext\tend");
    EXPECT_EQ(readable_text("a\xc3\xa4\xff\xe2\x82z"), "a\xc3\xa4???z");
    EXPECT_EQ(readable_text("\x1b[31"), "");
}

TEST(LastLines, AreTaken) {
    EXPECT_EQ(last_lines("a\nb\nc\n", 2), "b\nc");
    EXPECT_EQ(last_lines("a\nb\nc\n", 3), "a\nb\nc");
    EXPECT_EQ(last_lines("a\nb\nc\n", 9), "a\nb\nc");
    EXPECT_EQ(last_lines("", 2), "");
    EXPECT_EQ(last_lines("\n\n", 2), "");
    EXPECT_EQ(last_lines("abc", 1), "abc");
    EXPECT_EQ(last_lines("\nabc", 1), "abc");
}

} // namespace
} // namespace aisprint::deploy
