// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/yaml_edit.hpp"

#include <gtest/gtest.h>

namespace aisprint::yaml {
namespace {

using Values = std::vector<std::string>;

/// The text after `image` of the map `c` was set, or "no" if it could not be.
std::string set(const std::string& text, const Values& values) {
    const SourceFile source("f.yaml", text);
    const auto document = parse(source);
    EXPECT_TRUE(document.has_value()) << text;
    TextEdit edit(source);
    return edit.set(*document->find("c"), "image", values) ? edit.text() : "no";
}

TEST(YamlEdit, ReplacesAScalarAndLeavesTheRest) {
    EXPECT_EQ(set("# top\nc:\n    image: old:1   # why\n    x:  0x10\n", {"r/n:latest"}),
              "# top\nc:\n    image: r/n:latest   # why\n    x:  0x10\n");
    EXPECT_EQ(set("c:\n  image: 'o''ld'\n  x: 1\n", {"new"}), "c:\n  image: new\n  x: 1\n");
    EXPECT_EQ(set("c:\n  image: \"\"\n", {"new"}), "c:\n  image: new\n");
    EXPECT_EQ(set("c: {image: old, x: 1}\n", {"new"}), "c: {image: new, x: 1}\n");
    EXPECT_EQ(set("c:\r\n  image: old\r\n", {"new"}), "c:\r\n  image: new\r\n");
}

TEST(YamlEdit, WritesAListIfThereAreSeveral) {
    EXPECT_EQ(set("c:\n  image: old\n", {"a:1", "b, c"}), "c:\n  image: [a:1, 'b, c']\n");
}

TEST(YamlEdit, FillsInAnEmptyValue) {
    EXPECT_EQ(set("c:\n  image:\n  x: 1\n", {"new"}), "c:\n  image: new\n  x: 1\n");
    EXPECT_EQ(set("c:\n  image: # none yet\n", {"new"}), "c:\n  image: new # none yet\n");
    EXPECT_EQ(set("c:\n  image: null\n", {"new"}), "c:\n  image: new\n");
}

TEST(YamlEdit, ReplacesLists) {
    EXPECT_EQ(set("c:\n  image: [a, 'b]']  # x\n  y: 1\n", {"new"}),
              "c:\n  image: new  # x\n  y: 1\n");
    EXPECT_EQ(set("c:\n  image: [a,\n    b]\n  y: 1\n", {"c", "d"}),
              "c:\n  image: [c, d]\n  y: 1\n");
    EXPECT_EQ(set("c:\n  image:\n    - a\n    - b\n  y: 1\n", {"new"}),
              "c:\n  image: new\n  y: 1\n");
    EXPECT_EQ(set("c:\n  image: # several\n  - a # one\n  - b # two\n  y: 1\n", {"new"}),
              "c:\n  image: new # several # two\n  y: 1\n");
}

TEST(YamlEdit, AddsAKeyThatIsNotThere) {
    EXPECT_EQ(set("c:\n    x: 1\n    y: 2\n", {"new"}), "c:\n    image: new\n    x: 1\n    y: 2\n");
    EXPECT_EQ(set("c: {x: 1}\n", {"a", "b"}), "c: {image: [a, b], x: 1}\n");
}

TEST(YamlEdit, LeavesWhatItCannotChangeOnItsOwn) {
    EXPECT_EQ(set("c:\n  image: |\n    old\n", {"new"}), "no");
    EXPECT_EQ(set("c:\n  image: &a old\n", {"new"}), "no");
    EXPECT_EQ(set("d: &a old\nc:\n  image: *a\n", {"new"}), "no");
    EXPECT_EQ(set("c:\n  image: {a: 1}\n", {"new"}), "no");
    EXPECT_EQ(set("c:\n  image:\n    - [a]\n", {"new"}), "no");
    EXPECT_EQ(set("c:\n  image: one\n    two\n", {"new"}), "no");
    EXPECT_EQ(set("m: &m {image: old}\nc:\n  <<: *m\n  x: 1\n", {"new"}), "no");
}

TEST(YamlEdit, TakesSeveralChanges) {
    const SourceFile source("f.yaml", "a: {image: x}\nb:\n  image: y\n");
    const auto document = parse(source);
    ASSERT_TRUE(document.has_value());
    TextEdit edit(source);
    EXPECT_TRUE(edit.set(*document->find("b"), "image", {"2"}));
    EXPECT_TRUE(edit.set(*document->find("a"), "image", {"one"}));
    EXPECT_EQ(edit.text(), "a: {image: one}\nb:\n  image: '2'\n");
}

} // namespace
} // namespace aisprint::yaml
