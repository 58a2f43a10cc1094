// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/markup.hpp"

#include <gtest/gtest.h>

namespace aisprint {
namespace {

TEST(Markup, EscapesAndReplaces) {
    EXPECT_EQ(escape_markup("<a b=\"c\">&'"), "&lt;a b=&quot;c&quot;&gt;&amp;&#39;");
    EXPECT_EQ(escape_markup("a\tb\nc"), "a b c");
    EXPECT_EQ(escape_markup(std::string("a\0b", 3)), "a\xEF\xBF\xBD"
                                                     "b");
    EXPECT_EQ(escape_markup("\xC3\xA9"), "\xC3\xA9");
    EXPECT_EQ(escape_markup("\xC3"), "\xEF\xBF\xBD") << "no UTF-8";
    EXPECT_EQ(escape_markup("\xEF\xBF\xBF"), "\xEF\xBF\xBD") << "no character of XML";
}

TEST(Markup, ShortensByLetters) {
    EXPECT_EQ(shortened_markup("<abc>", 5), "&lt;abc&gt;");
    EXPECT_EQ(shortened_markup("<abc>d", 5), "&lt;abc\xE2\x80\xA6");
    EXPECT_EQ(shortened_markup("\xC3\xA9\xC3\xA9\xC3\xA9", 2), "\xC3\xA9\xE2\x80\xA6");
}

} // namespace
} // namespace aisprint
