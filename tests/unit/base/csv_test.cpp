// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/csv.hpp"

#include <gtest/gtest.h>

namespace aisprint {
namespace {

TEST(Csv, FieldsAreQuotedWhereTheyNeedIt) {
    EXPECT_EQ(csv_field("plain text"), "plain text");
    EXPECT_EQ(csv_field(""), "");
    EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
    EXPECT_EQ(csv_field("say \"so\""), "\"say \"\"so\"\"\"");
    EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
}

} // namespace
} // namespace aisprint
