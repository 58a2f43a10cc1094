// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/value.hpp"

#include <gtest/gtest.h>

namespace aisprint::annotations {
namespace {

Value make_string(const std::string& text) {
    Value value;
    value.kind = ValueKind::string;
    value.text = text;
    return value;
}

Value make_integer(std::int64_t number, const std::string& text) {
    Value value;
    value.kind = ValueKind::integer;
    value.integer = number;
    value.text = text;
    return value;
}

TEST(Value, ComparesContentAndNotSpelling) {
    EXPECT_TRUE(make_integer(16, "0x10") == make_integer(16, "16"));
    Value floating = make_integer(0, "16.0");
    floating.kind = ValueKind::floating;
    floating.floating = 16.0;
    EXPECT_FALSE(make_integer(16, "16") == floating);
    EXPECT_FALSE(make_string("a") == make_string("b"));
}

TEST(Value, ShowsPythonNotation) {
    EXPECT_EQ(to_display(make_string("it's\n")), "'it\\'s\\n'");
    Value list;
    list.kind = ValueKind::list;
    list.items = {make_integer(1, "1"), make_string("x"), Value{}};
    EXPECT_EQ(to_display(list), "[1, 'x', None]");
    EXPECT_EQ(describe_kind(list), "a list");
    Value dict;
    dict.kind = ValueKind::dict;
    dict.keys = {make_string("k")};
    dict.items = {make_integer(2, "2")};
    EXPECT_EQ(to_display(dict), "{'k': 2}");
}

TEST(Value, CutsLongContent) {
    Value list;
    list.kind = ValueKind::list;
    list.items.assign(100, make_integer(7, "7"));
    EXPECT_EQ(to_display(list), "[7, 7, 7, 7, 7, 7, ...]");
    EXPECT_LT(to_display(make_string(std::string(1000, 'x'))).size(), 100U);
}

TEST(Value, FindsKeysOfDictionaries) {
    Value dict;
    dict.kind = ValueKind::dict;
    dict.keys = {make_string("a"), make_integer(1, "1")};
    dict.items = {make_integer(2, "2"), make_integer(3, "3")};
    ASSERT_NE(dict.find("a"), nullptr);
    EXPECT_EQ(dict.find("a")->integer, 2);
    EXPECT_EQ(dict.find("1"), nullptr);
}

} // namespace
} // namespace aisprint::annotations
