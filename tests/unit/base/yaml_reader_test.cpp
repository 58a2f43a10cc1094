// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/yaml.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace aisprint::yaml {
namespace {

Node read(const std::string& text) {
    const auto parsed = parse(SourceFile("f.yaml", text));
    EXPECT_TRUE(parsed) << (parsed ? "" : format_diagnostic(parsed.error().diagnostics[0]));
    return parsed.value_or(Node{});
}

std::vector<Diagnostic> errors_of(const std::string& text) {
    const auto parsed = parse(SourceFile("f.yaml", text));
    EXPECT_FALSE(parsed) << text.substr(0, 200);
    if (parsed) {
        return {};
    }
    EXPECT_EQ(parsed.error().kind, ErrorKind::input);
    return parsed.error().diagnostics;
}

/// The first error, or an empty one.
Diagnostic first_error(const std::string& text) {
    const std::vector<Diagnostic> errors = errors_of(text);
    return errors.empty() ? Diagnostic{} : errors.front();
}

TEST(YamlReader, KeepsOrderAndPlaces) {
    const Node root = read("b: 1\na:\n  - x\n  - 'y z'\n");
    ASSERT_EQ(root.entries.size(), 2U);
    EXPECT_EQ(root.entries[0].key, "b");
    EXPECT_EQ(root.entries[1].key, "a");
    EXPECT_EQ(root.entries[1].key_span, (Span{"f.yaml", 2, 1, 1}));
    const Node& list = root.entries[1].value;
    ASSERT_EQ(list.items.size(), 2U);
    EXPECT_EQ(list.items[0].span, (Span{"f.yaml", 3, 5, 1}));
    EXPECT_EQ(list.items[1].span, (Span{"f.yaml", 4, 5, 5})) << "quotes belong to it";
    EXPECT_EQ(list.items[0].spelling, Spelling::plain);
    EXPECT_EQ(list.items[1].spelling, Spelling::text);
}

TEST(YamlReader, PlacesCountCodePoints) {
    const Node root = read("é: {ü: wörth}\n");
    const Node& inner = root.entries.at(0).value.entries.at(0).value;
    EXPECT_EQ(inner.scalar, "wörth");
    EXPECT_EQ(inner.span, (Span{"f.yaml", 1, 8, 5}));
}

TEST(YamlReader, PlacesWithCarriageReturns) {
    const Node root = read("a: 1\r\nb:\r\n  - two\r\n");
    EXPECT_EQ(root.find("b")->items.at(0).span, (Span{"f.yaml", 3, 5, 3}));
    EXPECT_EQ(root.find("b")->items.at(0).scalar, "two");
}

TEST(YamlReader, EmptyTextsAreNull) {
    EXPECT_TRUE(read("").is_null());
    EXPECT_TRUE(read("# only a comment\n").is_null());
    EXPECT_TRUE(read("---\n").is_null());
    EXPECT_TRUE(read("~").is_null());
    const Node root = read("a:\nb: ~\nc: null\nd: ''\n");
    EXPECT_TRUE(root.find("a")->is_null());
    EXPECT_TRUE(root.find("b")->is_null());
    EXPECT_TRUE(root.find("c")->is_null());
    EXPECT_TRUE(root.find("d")->is_scalar());
}

TEST(YamlReader, ByteOrderMarkIsSkipped) {
    const Node root = read("\xef\xbb\xbf"
                           "a: 1\n");
    ASSERT_NE(root.find("a"), nullptr);
    EXPECT_EQ(as_integer(*root.find("a")), 1);
}

TEST(YamlReader, DuplicateKeys) {
    const auto errors = errors_of("a: 1\nb: 2\na: 3\nb: 4\n");
    ASSERT_EQ(errors.size(), 2U) << "all at once";
    EXPECT_EQ(errors[0].code, "BAS011");
    EXPECT_EQ(errors[0].span, (Span{"f.yaml", 3, 1, 1}));
    ASSERT_EQ(errors[0].notes.size(), 1U);
    EXPECT_EQ(errors[0].notes[0].span, (Span{"f.yaml", 1, 1, 1}));
    EXPECT_EQ(errors[1].span.line, 4U);
    EXPECT_EQ(first_error("{x: 1, 'x': 2}").code, "BAS011") << "spelling does not matter";
}

TEST(YamlReader, KeysMustBeScalars) {
    EXPECT_EQ(first_error("? [a, b]\n: 1\n").code, "BAS012");
    EXPECT_EQ(first_error("{a: 1}: 2\n").code, "BAS012");
}

TEST(YamlReader, OneDocumentOnly) {
    const auto errors = errors_of("a: 1\n---\nb: 2\n");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].code, "BAS013");
    EXPECT_EQ(errors[0].span.line, 3U);
    EXPECT_TRUE(parse(SourceFile("f", "---\na: 1\n...\n")));
}

TEST(YamlReader, AnchorsAndAliases) {
    const Node root = read("base: &b {x: 1, y: [2]}\ncopy: *b\n");
    EXPECT_TRUE(same_content(*root.find("base"), *root.find("copy")));
    EXPECT_EQ(root.find("copy")->span.line, 2U);
    EXPECT_EQ(first_error("a: *nothing\n").code, "BAS010");
}

TEST(YamlReader, MergeKeys) {
    const Node root = read("a: &a {x: 1, y: 2}\nb: &b {y: 3, z: 4}\n"
                           "one: {<<: *a, x: 9}\ntwo: {<<: [*a, *b]}\n");
    EXPECT_EQ(root.find("one")->find("x")->scalar, "9") << "own keys win";
    EXPECT_EQ(root.find("one")->find("y")->scalar, "2");
    EXPECT_EQ(root.find("two")->find("y")->scalar, "2") << "the first source wins";
    EXPECT_EQ(root.find("two")->find("z")->scalar, "4");
    EXPECT_EQ(root.find("two")->entries.size(), 3U);
    EXPECT_NE(read("'<<': 1\n").find("<<"), nullptr) << "quoted, it is a plain key";
}

TEST(YamlReader, MergingWhatIsNoMapIsAnError) {
    const auto errors = errors_of("a: 1\nb:\n  <<: text\n");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].code, "BAS015");
    EXPECT_EQ(errors[0].span.line, 3U);
    EXPECT_EQ(first_error("<<: [{a: 1}, 2]\n").code, "BAS015");
}

TEST(YamlReader, AliasesCannotBlowUp) {
    std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int k = 0; k < 9; ++k) {
            text += last + ", ";
        }
        text += last + "]\n";
    }
    EXPECT_EQ(first_error(text).code, "BAS014");
}

TEST(YamlReader, LongChainsOfAliasesCannotExhaustTheStack) {
    std::string text = "- &a0 x\n";
    for (int i = 1; i < 60'000; ++i) {
        text += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    }
    EXPECT_EQ(first_error(text).code, "BAS014");
}

TEST(YamlReader, NestedAnchorsCannotExhaustMemory) {
    std::string text;
    for (int i = 0; i < 300; ++i) {
        text += "&a" + std::to_string(i) + " [";
    }
    for (int i = 0; i < 50'000; ++i) {
        text += "x,";
    }
    text += std::string(300, ']');
    EXPECT_EQ(first_error(text).code, "BAS014");
}

TEST(YamlReader, NotUtf8) {
    const auto errors = errors_of("a: \xff\n");
    ASSERT_EQ(errors.size(), 1U);
    EXPECT_EQ(errors[0].code, "BAS010");
    EXPECT_NE(errors[0].message.find("UTF-8"), std::string::npos);
}

TEST(YamlReader, ZeroBytesAreNoText) {
    EXPECT_EQ(first_error(std::string("a\0:\0 \0b\0", 8)).code, "BAS010") << "UTF-16";
    EXPECT_EQ(first_error(std::string("\x0f\0\0\0\0\0\0\x0f\0\0\0a: 1\rb: 2\r", 21)).code,
              "BAS010");
    EXPECT_EQ(first_error(std::string("a: x\0y", 6)).code, "BAS010");
}

TEST(YamlReader, SyntaxErrorsHaveAPlace) {
    const auto errors = errors_of("a: 1\nb: [1, 2\nc: 3\n");
    ASSERT_FALSE(errors.empty());
    EXPECT_EQ(errors[0].code, "BAS010");
    EXPECT_GE(errors[0].span.line, 2U);
    EXPECT_EQ(first_error("a: 'open\n").code, "BAS010");
    EXPECT_EQ(first_error("a: \"open \\\"\n").code, "BAS010");
    EXPECT_EQ(first_error("a: 'it''s\n\n").code, "BAS010");
    EXPECT_EQ(read("a: 'it''s\n  long'\n").find("a")->scalar, "it's long");
    EXPECT_EQ(first_error("a: b: c\n").code, "BAS010");
}

TEST(YamlReader, DeepNestingIsRefusedNotFatal) {
    for (const char* opening : {"[", "{a: ", "- "}) {
        std::string text;
        for (int i = 0; i < 100'000; ++i) {
            text += opening;
        }
        const auto errors = errors_of(text);
        ASSERT_FALSE(errors.empty());
        EXPECT_EQ(errors[0].code, "BAS010");
    }
}

TEST(YamlReader, TabAfterAValueIsAccepted) {
    EXPECT_EQ(read("a: 1\t\nb: 2\n").find("a")->scalar, "1");
}

TEST(YamlScalars, Booleans) {
    for (const char* text : {"true", "True", "TRUE", "yes", "On", "ON"}) {
        EXPECT_EQ(as_bool(plain(text)), true) << text;
    }
    for (const char* text : {"false", "no", "NO", "off", "Off"}) {
        EXPECT_EQ(as_bool(plain(text)), false) << text;
    }
    EXPECT_EQ(as_bool(plain("tRUE")), std::nullopt);
    EXPECT_EQ(as_bool(plain("y")), std::nullopt);
    EXPECT_EQ(as_bool(text("true")), std::nullopt) << "quoted";
    EXPECT_EQ(as_bool(null()), std::nullopt);
}

TEST(YamlScalars, Integers) {
    EXPECT_EQ(as_integer(plain("-12")), -12);
    EXPECT_EQ(as_integer(plain("+7")), 7);
    EXPECT_EQ(as_integer(plain("1_000")), 1000);
    EXPECT_EQ(as_integer(plain("0x1F")), 31);
    EXPECT_EQ(as_integer(plain("0b101")), 5);
    EXPECT_EQ(as_integer(plain("017")), 15);
    EXPECT_EQ(as_integer(plain("9223372036854775807")), 9223372036854775807LL);
    for (const char* text : {"", "-", "1.0", "08", "0xZ", "12a", "99999999999999999999", "_1"}) {
        EXPECT_EQ(as_integer(plain(text)), std::nullopt) << text;
    }
}

TEST(YamlScalars, Numbers) {
    EXPECT_EQ(as_number(plain("2.5")), 2.5);
    EXPECT_EQ(as_number(plain("-.5")), -0.5);
    EXPECT_EQ(as_number(plain("2.77e-06")), 2.77e-06);
    EXPECT_EQ(as_number(plain("1e-5")), 1e-5);
    EXPECT_EQ(as_number(plain("22.10")), 22.1);
    EXPECT_EQ(as_number(plain("-.inf")), -INFINITY);
    EXPECT_TRUE(std::isnan(as_number(plain(".nan")).value_or(0)));
    for (const char* text : {"", ".", "inf", "nan", "1.2.3", "0x", "1e", "e5", "--1", "+-1"}) {
        EXPECT_EQ(as_number(plain(text)), std::nullopt) << text;
    }
    EXPECT_EQ(as_number(text("1")), std::nullopt) << "quoted";
}

} // namespace
} // namespace aisprint::yaml
