// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/source_file.hpp"

#include <gtest/gtest.h>

namespace aisprint {
namespace {

TEST(SourceFile, KnowsEveryKindOfLineEnd) {
    const SourceFile source("f", "one\ntwo\r\nthree\rfour");
    EXPECT_EQ(source.line_count(), 4U);
    EXPECT_EQ(source.line_text(1), "one");
    EXPECT_EQ(source.line_text(2), "two");
    EXPECT_EQ(source.line_text(3), "three");
    EXPECT_EQ(source.line_text(4), "four");
    EXPECT_EQ(source.line_text(0), "");
    EXPECT_EQ(source.line_text(5), "");
}

TEST(SourceFile, EmptyTextHasOneLine) {
    const SourceFile source("f", "");
    EXPECT_EQ(source.line_count(), 1U);
    EXPECT_EQ(source.span_of(0, 5), (Span{"f", 1, 1, 0}));
    EXPECT_EQ(source.offset_of(7, 7), 0U);
}

TEST(SourceFile, FinalNewlineStartsAnEmptyLine) {
    EXPECT_EQ(SourceFile("f", "a\n").line_count(), 2U);
    EXPECT_EQ(SourceFile("f", "a\r\n").line_count(), 2U);
    EXPECT_EQ(SourceFile("f", "a\r").line_count(), 2U);
    EXPECT_EQ(SourceFile("f", "a").line_count(), 1U);
}

TEST(SourceFile, SpansStopAtTheEndOfTheLine) {
    const SourceFile source("f", "one\r\ntwo\n");
    EXPECT_EQ(source.span_of(1, 7), (Span{"f", 1, 2, 2}));
    EXPECT_EQ(source.span_of(5, 8), (Span{"f", 2, 1, 3}));
    EXPECT_EQ(source.span_of(99, 100), (Span{"f", 3, 1, 0}));
    EXPECT_EQ(source.span_of(6, 5), (Span{"f", 2, 2, 0})) << "an end before the beginning";
}

TEST(SourceFile, ColumnsCountCodePoints) {
    const SourceFile source("f", "äöü x");
    EXPECT_EQ(source.span_of(7, 8), (Span{"f", 1, 5, 1}));
    EXPECT_EQ(source.offset_of(1, 5), 7U);
    EXPECT_EQ(source.offset_of(1, 50), 8U);
}

TEST(SourceFile, OffsetsAndSpansAreInverse) {
    const std::string text = "k: é\r\n\tx: [1,\r2]\n\n日本\xf0\x9f\x98\x80 z";
    const SourceFile source("f", text);
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool inside = (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U;
        if (inside || text[i] == '\n') {
            continue;
        }
        const Span span = source.span_of(i, i + 1);
        EXPECT_EQ(source.offset_of(span.line, span.column), i);
    }
}

TEST(Utf8, AcceptsAndRefuses) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("aé日\xf0\x9f\x98\x80"));
    EXPECT_FALSE(is_utf8("\xff"));
    EXPECT_FALSE(is_utf8("\xc3")) << "cut off";
    EXPECT_FALSE(is_utf8("\xc0\xaf")) << "overlong";
    EXPECT_FALSE(is_utf8("\xed\xa0\x80")) << "surrogate";
    EXPECT_FALSE(is_utf8("\xf4\x90\x80\x80")) << "above U+10FFFF";
    EXPECT_FALSE(is_utf8("\x80")) << "continuation alone";
    EXPECT_EQ(count_code_points("aé\xff日"), 4U);
}

} // namespace
} // namespace aisprint
