// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/diagnostic.hpp"

#include "aisprint/base/diagnostic_json.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <gtest/gtest.h>

namespace aisprint {
namespace {

/// The diagnostic for the bytes [begin, end) of `text`, formatted.
std::string shown(const std::string& text, std::size_t begin, std::size_t end) {
    const SourceFile source("f.yaml", text);
    return format_diagnostic(
        make_error_at(source, source.span_of(begin, end), "TST001", "wrong", "right it"));
}

TEST(FormatDiagnostic, PointsAtTheText) {
    EXPECT_EQ(shown("a: b\nmemory: 4 GiB\n", 13, 18), "f.yaml:2:9: error: wrong [TST001]\n"
                                                      "    2 | memory: 4 GiB\n"
                                                      "      |         ^~~~~\n"
                                                      "hint: right it\n");
}

TEST(FormatDiagnostic, KeepsTabsBeforeTheCaret) {
    EXPECT_EQ(shown("\ta:\tb", 4, 5), "f.yaml:1:5: error: wrong [TST001]\n"
                                      "    1 | \ta:\tb\n"
                                      "      | \t  \t^\n"
                                      "hint: right it\n");
}

TEST(FormatDiagnostic, CountsCodePointsNotBytes) {
    EXPECT_EQ(shown("é: ü!", 4, 7), "f.yaml:1:4: error: wrong [TST001]\n"
                                    "    1 | é: ü!\n"
                                    "      |    ^~\n"
                                    "hint: right it\n");
}

TEST(FormatDiagnostic, WideLettersTakeTwoCells) {
    // Two ideographs before the place, two at it.
    EXPECT_EQ(shown("日本: 漢字", 8, 14), "f.yaml:1:5: error: wrong [TST001]\n"
                                          "    1 | 日本: 漢字\n"
                                          "      |       ^~~~\n"
                                          "hint: right it\n");
}

TEST(FormatDiagnostic, CombiningMarksTakeNone) {
    EXPECT_EQ(shown("e\xcc\x81: x", 5, 6), "f.yaml:1:5: error: wrong [TST001]\n"
                                           "    1 | e\xcc\x81: x\n"
                                           "      |    ^\n"
                                           "hint: right it\n");
}

TEST(FormatDiagnostic, PlaceAfterTheEndOfTheLine) {
    EXPECT_EQ(shown("ab\n", 2, 2), "f.yaml:1:3: error: wrong [TST001]\n"
                                   "    1 | ab\n"
                                   "      |   ^\n"
                                   "hint: right it\n");
}

TEST(FormatDiagnostic, WholeFileAndNoPlace) {
    Diagnostic diagnostic = make_error("TST002", "empty");
    EXPECT_EQ(format_diagnostic(diagnostic), "error: empty [TST002]\n");
    diagnostic.span.file = "x.yaml";
    EXPECT_EQ(format_diagnostic(as_warning(diagnostic)), "x.yaml: warning: empty [TST002]\n");
}

TEST(FormatDiagnostic, NotesCarryTheirOwnPlace) {
    Diagnostic diagnostic = make_error("", "two names");
    diagnostic.notes.push_back({"the other one", Span{"f", 3, 4, 1}});
    diagnostic.notes.push_back({"while reading", std::nullopt});
    EXPECT_EQ(format_diagnostic(diagnostic), "error: two names\n"
                                             "f:3:4: note: the other one\n"
                                             "note: while reading\n");
}

TEST(SortAndMerge, OrdersByPlaceAndDropsRepetitions) {
    const auto at = [](std::size_t line, std::size_t column, const char* message) {
        Diagnostic diagnostic = make_error("TST001", message);
        diagnostic.span = {"f", line, column, 1};
        return diagnostic;
    };
    std::vector<Diagnostic> list{at(2, 1, "b"), at(1, 9, "a"), at(2, 1, "b"), at(1, 2, "c")};
    list.push_back(at(2, 1, "b"));
    list.back().hint = "another hint";
    sort_and_merge(list);
    ASSERT_EQ(list.size(), 4U);
    EXPECT_EQ(list[0].message, "c");
    EXPECT_EQ(list[1].message, "a");
    EXPECT_EQ(list[2].message, "b");
    EXPECT_EQ(list[3].hint, "another hint");
}

TEST(SortAndMerge, DropsRepetitionsThatAreNotNeighbours) {
    const auto with_hint = [](const char* hint) { return make_error("TST001", "same", hint); };
    std::vector<Diagnostic> list{with_hint("x"), with_hint("y"), with_hint("x")};
    sort_and_merge(list);
    EXPECT_EQ(list.size(), 2U);
}

TEST(ClosestName, FindsMisspellings) {
    const std::vector<std::string> names{"component_name", "exec_time", "security"};
    EXPECT_EQ(closest_name("exec_tme", names), "exec_time");
    EXPECT_EQ(closest_name("Component_Name", names), "component_name");
    EXPECT_EQ(closest_name("securty", names), "security");
    EXPECT_EQ(closest_name("throughput", names), std::nullopt);
    EXPECT_EQ(closest_name("", names), std::nullopt);
    EXPECT_EQ(closest_name("anything", {}), std::nullopt);
}

TEST(DiagnosticJson, HasEveryPart) {
    const SourceFile source("f.yaml", "a: b\n");
    Diagnostic diagnostic = make_error_at(source, source.span_of(3, 4), "TST001", "wrong", "fix");
    diagnostic.notes.push_back({"see here", Span{"g", 1, 2, 3}});
    const auto json = to_json(diagnostic);
    EXPECT_EQ(json["severity"], "error");
    EXPECT_EQ(json["code"], "TST001");
    EXPECT_EQ(json["message"], "wrong");
    EXPECT_EQ(json["range"]["file"], "f.yaml");
    EXPECT_EQ(json["range"]["line"], 1);
    EXPECT_EQ(json["range"]["column"], 4);
    EXPECT_EQ(json["snippet"], "a: b");
    EXPECT_EQ(json["hint"], "fix");
    ASSERT_EQ(json["notes"].size(), 1U);
    EXPECT_FALSE(to_json(make_error("TST002", "x")).contains("range"));
}

TEST(WithContext, AddsANoteToEveryDiagnostic) {
    Result<int> failed =
        fail(ErrorKind::input, std::vector{make_error("A", "x"), make_error("B", "y")});
    const auto noted = with_context(std::move(failed), "while reading f");
    ASSERT_FALSE(noted);
    for (const Diagnostic& diagnostic : noted.error().diagnostics) {
        ASSERT_EQ(diagnostic.notes.size(), 1U);
        EXPECT_EQ(diagnostic.notes[0].text, "while reading f");
    }
    EXPECT_EQ(with_context(Result<int>(7), "unused").value(), 7);
}

} // namespace
} // namespace aisprint
