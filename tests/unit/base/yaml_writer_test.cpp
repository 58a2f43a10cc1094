// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/yaml.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>
#include <random>

namespace aisprint::yaml {
namespace {

std::string line_for(const std::string& value) {
    Node root = mapping();
    root.add("k", text(value));
    return write(root);
}

TEST(YamlWriter, Layout) {
    Node root = mapping();
    Node& system = root.add("System", mapping());
    system.add("name", text("app"));
    system.add("components", texts({"a", "b"}));
    system.add("dependencies", sequence({sequence({text("a"), text("b"), integer(1)}),
                                         sequence({text("b"), text("c"), number(0.25)})}));
    Node item = mapping();
    item.add("x", integer(1));
    item.add("y", texts({"p"}));
    system.add("list", sequence({item, null(), mapping(), sequence()}));
    system.add("empty_map", mapping());
    system.add("empty_list", sequence());
    system.add("nothing", null());
    system.add("flag", boolean(true));
    EXPECT_EQ(write(root), "System:\n"
                           "  name: app\n"
                           "  components:\n"
                           "  - a\n"
                           "  - b\n"
                           "  dependencies:\n"
                           "  - - a\n"
                           "    - b\n"
                           "    - 1\n"
                           "  - - b\n"
                           "    - c\n"
                           "    - 0.25\n"
                           "  list:\n"
                           "  - x: 1\n"
                           "    y:\n"
                           "    - p\n"
                           "  - null\n"
                           "  - {}\n"
                           "  - []\n"
                           "  empty_map: {}\n"
                           "  empty_list: []\n"
                           "  nothing: null\n"
                           "  flag: true\n");
}

TEST(YamlWriter, RootsOfEveryKind) {
    EXPECT_EQ(write(mapping()), "{}\n");
    EXPECT_EQ(write(sequence()), "[]\n");
    EXPECT_EQ(write(null()), "null\n");
    EXPECT_EQ(write(texts({"a"})), "- a\n");
}

struct Quoting {
    const char* value;
    const char* written;
};

class WriterQuoting : public testing::TestWithParam<Quoting> {};

// What PyYAML 6 writes for the same value.
TEST_P(WriterQuoting, IsThatOfPyYaml) {
    EXPECT_EQ(line_for(GetParam().value), std::string("k: ") + GetParam().written + "\n");
}

INSTANTIATE_TEST_SUITE_P(
    Values,
    WriterQuoting,
    testing::Values(Quoting{"word", "word"},
                    Quoting{"", "''"},
                    Quoting{"null", "'null'"},
                    Quoting{"~", "'~'"},
                    Quoting{"yes", "'yes'"},
                    Quoting{"Off", "'Off'"},
                    Quoting{"tRUE", "tRUE"},
                    Quoting{"y", "y"},
                    Quoting{"12", "'12'"},
                    Quoting{"-12", "'-12'"},
                    Quoting{"1_000", "'1_000'"},
                    Quoting{"0x1F", "'0x1F'"},
                    Quoting{"017", "'017'"},
                    Quoting{"08", "08"},
                    Quoting{"0o17", "0o17"},
                    Quoting{"123456789012345678901234567890", "'123456789012345678901234567890'"},
                    Quoting{"1.5", "'1.5'"},
                    Quoting{".5", "'.5'"},
                    Quoting{"1.", "'1.'"},
                    Quoting{".inf", "'.inf'"},
                    Quoting{".nan", "'.nan'"},
                    Quoting{"1e5", "1e5"},
                    Quoting{"1.2.3", "1.2.3"},
                    Quoting{"22.04-lts", "22.04-lts"},
                    Quoting{"12:30", "'12:30'"},
                    Quoting{"12:30:45.5", "'12:30:45.5'"},
                    Quoting{"8080:80", "8080:80"},
                    Quoting{"99:99", "99:99"},
                    Quoting{"2020-01-02", "'2020-01-02'"},
                    Quoting{"2020-1-2 3:04:05", "'2020-1-2 3:04:05'"},
                    Quoting{"2023-11-model", "2023-11-model"},
                    Quoting{"1804-lts-image", "1804-lts-image"},
                    Quoting{"=", "'='"},
                    Quoting{"<<", "'<<'"},
                    Quoting{"a: b", "'a: b'"},
                    Quoting{"a:b", "a:b"},
                    Quoting{"a:", "'a:'"},
                    Quoting{":a", ":a"},
                    Quoting{"a #b", "'a #b'"},
                    Quoting{"a#b", "a#b"},
                    Quoting{"#a", "'#a'"},
                    Quoting{"- a", "'- a'"},
                    Quoting{"-a", "-a"},
                    Quoting{"-", "'-'"},
                    Quoting{"? a", "'? a'"},
                    Quoting{"?a", "?a"},
                    Quoting{"---", "'---'"},
                    Quoting{"...", "'...'"},
                    Quoting{"[a]", "'[a]'"},
                    Quoting{"a[0]", "a[0]"},
                    Quoting{"{a}", "'{a}'"},
                    Quoting{",a", "',a'"},
                    Quoting{"a,b", "a,b"},
                    Quoting{"*a", "'*a'"},
                    Quoting{"&a", "'&a'"},
                    Quoting{"!a", "'!a'"},
                    Quoting{"|", "'|'"},
                    Quoting{">", "'>'"},
                    Quoting{"%a", "'%a'"},
                    Quoting{"@a", "'@a'"},
                    Quoting{"`a", "'`a'"},
                    Quoting{"'a'", "'''a'''"},
                    Quoting{"it's", "it's"},
                    Quoting{"\"a\"", "'\"a\"'"},
                    Quoting{"a\"b", "a\"b"},
                    Quoting{" a", "' a'"},
                    Quoting{"a ", "'a '"},
                    Quoting{"a  b", "a  b"},
                    Quoting{"a\tb", "\"a\\tb\""},
                    Quoting{"a\\b", "a\\b"},
                    Quoting{"a\x01\\", "\"a\\x01\\\\\""},
                    Quoting{"model/pool:0", "model/pool:0"},
                    Quoting{"aws://us-east-1/ami-1", "aws://us-east-1/ami-1"}));

TEST(YamlWriter, PlainScalarsStayAsSpelt) {
    Node root = mapping();
    root.add("version", plain("22.10"));
    root.add("flag", plain("yes"));
    EXPECT_EQ(write(root), "version: 22.10\nflag: yes\n");
}

struct Float {
    double value;
    const char* written;
};

class WriterFloats : public testing::TestWithParam<Float> {};

// What PyYAML 6 writes for the same value.
TEST_P(WriterFloats, AreThoseOfPyYaml) {
    EXPECT_EQ(number(GetParam().value).scalar, GetParam().written);
}

INSTANTIATE_TEST_SUITE_P(Values,
                         WriterFloats,
                         testing::Values(Float{0.00000277, "2.77e-06"},
                                         Float{1, "1.0"},
                                         Float{0, "0.0"},
                                         Float{-0.0, "-0.0"},
                                         Float{0.1, "0.1"},
                                         Float{1e16, "1.0e+16"},
                                         Float{1e15, "1000000000000000.0"},
                                         Float{1e-5, "1.0e-05"},
                                         Float{0.0001, "0.0001"},
                                         Float{1e100, "1.0e+100"},
                                         Float{5e-324, "5.0e-324"},
                                         Float{1.7976931348623157e308, "1.7976931348623157e+308"},
                                         Float{0.30000000000000004, "0.30000000000000004"},
                                         Float{123456.789, "123456.789"},
                                         Float{std::numeric_limits<double>::infinity(), ".inf"},
                                         Float{-std::numeric_limits<double>::infinity(), "-.inf"},
                                         Float{std::numeric_limits<double>::quiet_NaN(), ".nan"}));

TEST(YamlWriter, FoldsLongTextAtBlanks) {
    std::string words;
    for (int i = 0; i < 20; ++i) {
        words += (i == 0 ? "word" : " word") + std::to_string(i);
    }
    EXPECT_EQ(line_for(words),
              "k: word0 word1 word2 word3 word4 word5 word6 word7 word8 word9 word10 word11 "
              "word12\n  word13 word14 word15 word16 word17 word18 word19\n");
    const std::string unbroken(200, 'x');
    EXPECT_EQ(line_for(unbroken), "k: " + unbroken + "\n");
    const std::string quoted = "a: " + std::string(90, 'x') + " it's";
    EXPECT_EQ(line_for(quoted), "k: 'a: " + std::string(90, 'x') + "\n  it''s'\n");
}

TEST(YamlWriter, ByteOrderMarksAreEscaped) {
    Node root = mapping();
    root.add("\xef\xbb\xbf"
             "key",
             text("a\xef\xbb\xbf\\"));
    const std::string written = write(root);
    EXPECT_EQ(written, "\"\\uFEFFkey\": \"a\\uFEFF\\\\\"\n");
    const auto parsed = parse(SourceFile("f", written));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->entries.at(0).key, root.entries[0].key);
    EXPECT_EQ(parsed->entries.at(0).value.scalar, root.entries[0].value.scalar);
}

TEST(YamlWriter, PlainWordsOfFlowStyleMayNeedQuotes) {
    const auto parsed = parse(SourceFile("f", "a: [-, x]\n"));
    ASSERT_TRUE(parsed);
    const std::string written = write(*parsed);
    EXPECT_EQ(written, "a:\n- '-'\n- x\n");
    const auto again = parse(SourceFile("f", written));
    ASSERT_TRUE(again);
    EXPECT_EQ(write(*again), written);
}

TEST(YamlWriter, SortsKeysAtEveryLevel) {
    Node inner = mapping();
    inner.add("b", integer(1));
    inner.add("a", integer(2));
    Node root = mapping();
    root.add("z", sequence({inner}));
    root.add("Z", inner);
    sort_keys(root);
    EXPECT_EQ(write(root), "Z:\n  a: 2\n  b: 1\nz:\n- a: 2\n  b: 1\n");
}

/// Random documents out of awkward pieces.
class RandomTree {
public:
    explicit RandomTree(std::uint32_t seed) : m_random(seed) {}

    Node make(int depth) {
        const std::size_t kind = below(depth > 4 ? 5 : 9);
        switch (kind) {
        case 0:
            return null();
        case 1:
            return boolean(below(2) == 0);
        case 2:
            return integer(static_cast<std::int64_t>(m_random()) - 0x7fffffff);
        case 3:
            return number(static_cast<double>(m_random()) / 977.0);
        case 4:
            return text(some_text());
        case 5:
        case 6: {
            Node list = sequence();
            for (std::size_t i = below(4); i-- > 0;) {
                list.push(make(depth + 1));
            }
            return list;
        }
        default:
            return make_map(depth);
        }
    }

    Node make_map(int depth) {
        Node map = mapping();
        for (std::size_t i = below(5); i-- > 0;) {
            std::string key = some_text().substr(0, 100);
            if (is_utf8(key) && map.find(key) == nullptr) {
                map.add(key, make(depth + 1));
            }
        }
        return map;
    }

private:
    std::size_t below(std::size_t bound) { return m_random() % bound; }

    std::string some_text() {
        static const std::array<const char*, 46> pieces{
            "a",        "word",
            " ",        "  ",
            "-",        "- ",
            ":",        ": ",
            "#",        " #",
            "'",        "\"",
            "\\",       "\n",
            "\t",       "\r",
            "[",        "]",
            "{",        "}",
            ",",        "&",
            "*",        "!",
            "|",        ">",
            "%",        "@",
            "?",        "~",
            "null",     "true",
            "12",       "0x1",
            "1e5",      ".5",
            "é",        "日本",
            "---",      "...",
            "=",        "<<",
            "\x01",     "\x7f",
            "\xc2\x85", "long enough to be folded some day"};
        std::string result;
        for (std::size_t i = below(below(20) == 0 ? 40 : 6); i-- > 0;) {
            result += pieces.at(below(pieces.size()));
        }
        return result;
    }

    std::mt19937 m_random;
};

/// Equal in what a reader makes of them: texts may come back plain if nothing else reads so.
bool means_the_same(const Node& wrote, const Node& got) {
    if (wrote.kind != got.kind || wrote.scalar != got.scalar ||
        wrote.items.size() != got.items.size() || wrote.entries.size() != got.entries.size()) {
        return false;
    }
    if (wrote.is_scalar() && wrote.spelling == Spelling::plain &&
        (as_bool(wrote) != as_bool(got) || as_number(wrote) != as_number(got))) {
        return false;
    }
    if (wrote.is_scalar() && wrote.spelling == Spelling::text && got.spelling == Spelling::plain &&
        needs_quotes(got.scalar)) {
        return false;
    }
    for (std::size_t i = 0; i < wrote.items.size(); ++i) {
        if (!means_the_same(wrote.items[i], got.items[i])) {
            return false;
        }
    }
    for (std::size_t i = 0; i < wrote.entries.size(); ++i) {
        if (wrote.entries[i].key != got.entries[i].key ||
            !means_the_same(wrote.entries[i].value, got.entries[i].value)) {
            return false;
        }
    }
    return true;
}

TEST(YamlWriter, WhatIsWrittenIsReadBack) {
    for (std::uint32_t seed = 0; seed < 5000; ++seed) {
        const Node tree = RandomTree(seed).make_map(0);
        const std::string written = write(tree);
        const auto parsed = parse(SourceFile("f", written));
        ASSERT_TRUE(parsed) << "seed " << seed << "\n"
                            << format_diagnostic(parsed.error().diagnostics[0]) << written;
        ASSERT_TRUE(means_the_same(tree, *parsed)) << "seed " << seed << "\n" << written;
        ASSERT_EQ(write(*parsed), written) << "seed " << seed;
    }
}

} // namespace
} // namespace aisprint::yaml
