// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/schema.hpp"

#include "aisprint/config/json_schema.hpp"
#include "config_support.hpp"

#include <gtest/gtest.h>

#include <set>

namespace aisprint::config {
namespace {

using Codes = std::vector<std::string>;

std::vector<Diagnostic> check(const TypeSpec& type, const std::string& text) {
    const SourceFile source("f.yaml", text);
    const auto document = yaml::parse(source);
    EXPECT_TRUE(document) << text;
    return check_document(source, document.value_or(yaml::Node{}), type);
}

Codes codes(const TypeSpec& type, const std::string& text) {
    return codes_of(check(type, text));
}

struct TypeCase {
    ValueType type;
    std::vector<const char*> right;
    std::vector<const char*> wrong;
};

class ScalarTypes : public testing::TestWithParam<TypeCase> {};

TEST_P(ScalarTypes, AcceptAndRefuse) {
    TypeSpec type = of(GetParam().type);
    type.element = std::make_shared<const TypeSpec>(of(ValueType::any));
    for (const char* text : GetParam().right) {
        EXPECT_EQ(codes(type, text), Codes{}) << text;
    }
    for (const char* text : GetParam().wrong) {
        EXPECT_EQ(codes(type, text), Codes{"CFG002"}) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Types,
    ScalarTypes,
    testing::Values(
        TypeCase{ValueType::any, {"1", "a", "[x]", "{a: b}", ""}, {}},
        TypeCase{ValueType::text, {"a", "1", "true", "''"}, {"[a]", "{a: b}", "~"}},
        TypeCase{ValueType::integer, {"1", "-3", "0x10"}, {"1.0", "'1'", "a", "[1]", ""}},
        TypeCase{ValueType::number, {"1", "1.5", "1e-5"}, {"'1.5'", "4 GiB", "true"}},
        TypeCase{ValueType::numbers, {"1", "[1, 2.5]"}, {"[]", "[a]", "'1'", ""}},
        TypeCase{ValueType::number_or_text, {"1", "64GB"}, {"[1]", "~"}},
        TypeCase{ValueType::boolean, {"true", "no", "On"}, {"1", "'true'", "maybe"}},
        TypeCase{ValueType::boolean_or_text, {"true", "sometimes"}, {"[true]"}},
        TypeCase{ValueType::image, {"a", "[a, b]", "", "[]"}, {"{a: b}", "[[a]]"}},
        TypeCase{ValueType::list, {"[]", "[1, a]"}, {"a", "{a: b}", ""}},
        TypeCase{ValueType::map, {"{}", "{a: 1}"}, {"[a]", "a", ""}}));

TEST(Schema, Ranges) {
    const TypeSpec type = of(ValueType::number).more_than(0).at_most(1);
    EXPECT_EQ(codes(type, "1"), Codes{});
    EXPECT_EQ(codes(type, "0"), Codes{"CFG005"});
    EXPECT_EQ(codes(type, "1.1"), Codes{"CFG005"});
    EXPECT_EQ(codes(type, ".nan"), Codes{"CFG005"});
    EXPECT_EQ(codes(of(ValueType::numbers).more_than(0), "[1, 0]"), Codes{"CFG005"});
    EXPECT_EQ(codes(of(ValueType::integer).at_least(2), "1"), Codes{"CFG005"});
    EXPECT_EQ(codes(list_of(of(ValueType::any)).with_items(2), "[a]"), Codes{"CFG005"});
}

TEST(Schema, Choices) {
    const TypeSpec type = of(ValueType::text).one_of({"Virtual", "Physical"});
    EXPECT_EQ(codes(type, "Virtual"), Codes{});
    const auto wrong = check(type, "virtul");
    ASSERT_EQ(codes_of(wrong), Codes{"CFG006"});
    EXPECT_EQ(wrong[0].hint, "did you mean 'Virtual'?");
}

TEST(Schema, FieldsOfObjects) {
    const TypeSpec type =
        object_of({{"name", of(ValueType::text), Presence::required, "the name"},
                   {"memory", of(ValueType::number).or_null(), Presence::optional, "MB"}});
    EXPECT_EQ(codes(type, "{name: a, memory: }"), Codes{});
    const auto missing = check(type, "memory: 1\n");
    ASSERT_EQ(codes_of(missing), Codes{"CFG003"});
    EXPECT_EQ(missing[0].message, "'name' is missing in the document");
    const auto unknown = check(type, "name: a\nmemry: 1\n");
    ASSERT_EQ(codes_of(unknown), Codes{"CFG004"});
    EXPECT_EQ(unknown[0].severity, Severity::warning);
    EXPECT_EQ(unknown[0].hint, "did you mean 'memory'?");
    EXPECT_EQ(unknown[0].span, (Span{"f.yaml", 2, 1, 5}));
}

TEST(Schema, KeysOfMaps) {
    const TypeSpec type = map_of(of(ValueType::integer), "layer[0-9]+");
    EXPECT_EQ(codes(type, "{layer1: 1, layer22: 2}"), Codes{});
    EXPECT_EQ(codes(type, "{layer: 1, xlayer1: 2, layer1x: x}"),
              (Codes{"CFG007", "CFG007", "CFG007", "CFG002"}));
    const TypeSpec free = map_of(of(ValueType::any));
    EXPECT_EQ(codes(free, "{\"with\\nbreak\": 1, '': 2}"), Codes{}) << "any key will do";
}

TEST(Schema, MessagesNameThePath) {
    const TypeSpec type =
        object_of({{"a", list_of(map_of(of(ValueType::integer))), Presence::required, "numbers"}});
    const auto wrong = check(type, "a:\n- x: 1\n- y: b\n");
    ASSERT_EQ(codes_of(wrong), Codes{"CFG002"});
    EXPECT_EQ(wrong[0].message, "a[2].y must be a whole number, found 'b'");
    EXPECT_EQ(wrong[0].span, (Span{"f.yaml", 3, 6, 1}));
}

TEST(Schema, NormalisesKnownFieldsOnly) {
    const TypeSpec type =
        object_of({{"flag", of(ValueType::boolean), Presence::optional, "f"},
                   {"cost", of(ValueType::number), Presence::optional, "c"},
                   {"version", of(ValueType::text), Presence::optional, "v"},
                   {"list", list_of(of(ValueType::number)), Presence::optional, "l"}});
    yaml::Node node =
        yaml::parse(SourceFile("f", "{flag: Yes, cost: 1.50, version: 22.10, list: [2.0e-1, 3], "
                                    "other: Yes}"))
            .value();
    normalise_scalars(node, type);
    EXPECT_EQ(yaml::write(node), "flag: true\ncost: 1.5\nversion: 22.10\nlist:\n- 0.2\n- 3\n"
                                 "other: Yes\n");
}

TEST(Formats, NamesAndPathsAreUnique) {
    std::set<std::string> names;
    std::set<std::string> paths;
    for (const Format& format : formats()) {
        EXPECT_TRUE(names.insert(format.name).second) << format.name;
        EXPECT_TRUE(paths.insert(format.path).second) << format.path;
        EXPECT_FALSE(format.description.empty());
        EXPECT_EQ(find_format(format.name), &format);
    }
    EXPECT_GE(names.size(), 15U);
    EXPECT_EQ(find_format("nothing"), nullptr);
}

void expect_described(const TypeSpec& type, const std::string& path) {
    for (const FieldSpec& field : type.fields) {
        EXPECT_FALSE(field.description.empty()) << path << "." << field.name;
        expect_described(field.type, path + "." + field.name);
    }
    if (type.element) {
        expect_described(*type.element, path + "[]");
    }
    const bool container = type.type == ValueType::list || type.type == ValueType::map;
    EXPECT_EQ(type.element != nullptr, container) << path;
}

TEST(Formats, EveryFieldIsDescribed) {
    for (const Format& format : formats()) {
        expect_described(format.type, format.name);
    }
}

TEST(JsonSchema, MirrorsTheTable) {
    const Format format{
        "test", "a/b.yaml", "A test",
        object_of({{"n", of(ValueType::number).more_than(0), Presence::required, "d"},
                   {"m", map_of(of(ValueType::boolean), "x[0-9]"), Presence::optional, "e"},
                   {"l", list_of(of(ValueType::text)).with_items(1).or_null(), Presence::optional,
                    "f"}})};
    const auto json = to_json_schema(format);
    EXPECT_EQ(json["$schema"], "http://json-schema.org/draft-07/schema#");
    EXPECT_EQ(json["title"], "test");
    EXPECT_EQ(json["required"], nlohmann::json::array({"n"}));
    EXPECT_EQ(json["properties"]["n"]["type"], "number");
    EXPECT_EQ(json["properties"]["n"]["exclusiveMinimum"], 0.0);
    EXPECT_EQ(json["properties"]["n"]["description"], "d");
    EXPECT_EQ(json["properties"]["m"]["propertyNames"]["pattern"], "^(x[0-9])$");
    EXPECT_EQ(json["properties"]["m"]["additionalProperties"]["type"], "boolean");
    EXPECT_EQ(json["properties"]["l"]["type"], nlohmann::json::array({"array", "null"}));
    EXPECT_EQ(json["properties"]["l"]["minItems"], 1);
    EXPECT_EQ(schema_file_name(format), "test.schema.json");
}

TEST(JsonSchema, ChoicesOfNullableFieldsAllowNull) {
    const Format format{"t", "t", "t", of(ValueType::text).one_of({"a", "b"}).or_null()};
    const auto json = to_json_schema(format);
    EXPECT_EQ(json["enum"], nlohmann::json::array({"a", "b", nullptr}));
}

} // namespace
} // namespace aisprint::config
