// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/evaluate.hpp"

#include <gtest/gtest.h>

#include <string>

namespace aisprint::annotations {
namespace {

/// The value of the module's last assignment.
Result<Value> evaluate_last(const std::string& text, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const PythonTree tree, PythonTree::parse(SourceFile("main.py", text)));
    const ModuleScope scope(tree);
    return evaluate(scope.bindings().back().value, scope, reporter);
}

std::string display(const std::string& text) {
    CollectingReporter reporter;
    const Result<Value> value = evaluate_last(text, reporter);
    return value ? to_display(*value)
                 : value.error().diagnostics.front().code + " " +
                       value.error().diagnostics.front().message;
}

struct Case {
    std::string source;
    std::string expected;
};

class KnownValues : public ::testing::TestWithParam<Case> {};

TEST_P(KnownValues, AreEvaluated) {
    EXPECT_EQ(display(GetParam().source), GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(
    Literals,
    KnownValues,
    ::testing::Values(Case{"x = 5", "5"},
                      Case{"x = -0x10", "-0x10"},
                      Case{"x = 1_000", "1_000"},
                      Case{"x = 1e-3", "1e-3"},
                      Case{"x = .5", ".5"},
                      Case{"x = 5.", "5."},
                      Case{"x = True", "True"},
                      Case{"x = not True", "False"},
                      Case{"x = None", "None"},
                      Case{"x = (1)", "1"},
                      Case{"x = (1, 'a', [2.5, ()],)", "[1, 'a', [2.5, []]]"},
                      Case{"x = 1, 2", "ANN020 the value must be known without running the "
                                       "program, but it is an expression"},
                      Case{"x = 'a' \"b\" r'\\n' u'c'", "'ab\\\\nc'"},
                      Case{"x = '\\x41\\101\\u00e9\\t\\q'", "'AA\xc3\xa9\\t\\\\q'"},
                      Case{"x = '''a\r\nb'''", "'a\\nb'"},
                      Case{"x = 'a\\\nb'", "'ab'"},
                      Case{"x = f'a{{b}}'", "'a{b}'"},
                      Case{"x = rf'\\d'", "'\\\\d'"},
                      Case{"x = {'a': 1, 'b': {'c': None}}", "{'a': 1, 'b': {'c': None}}"},
                      Case{"x = [ # one\n 1, # two\n 2\n]", "[1, 2]"}));

INSTANTIATE_TEST_SUITE_P(Arithmetic,
                         KnownValues,
                         ::testing::Values(Case{"x = 2 + 3 * 4", "14"},
                                           Case{"x = 60 * 60 / 2", "1800.0"},
                                           Case{"x = -7 // 2", "-4"},
                                           Case{"x = -7 % 3", "2"},
                                           Case{"x = 7 % -3", "-2"},
                                           Case{"x = -7.5 % 2", "0.5"},
                                           Case{"x = 7.5 // 2", "3.0"},
                                           Case{"x = 2 ** 10", "1024"},
                                           Case{"x = 2 ** -1", "0.5"},
                                           Case{"x = (-1) ** 1000000001", "-1"},
                                           Case{"x = 0.1 + 0.2", "0.30000000000000004"},
                                           Case{"x = ~5", "-6"},
                                           Case{"x = - -5", "5"},
                                           Case{"x = True + 1", "2"},
                                           Case{"x = 'a' + 'b'", "'ab'"},
                                           Case{"x = [1] + [2]", "[1, 2]"}));

INSTANTIATE_TEST_SUITE_P(Names,
                         KnownValues,
                         ::testing::Values(Case{"A = 3\nx = A * 2", "6"},
                                           Case{"A = B = 'n'\nx = [A, B]", "['n', 'n']"},
                                           Case{"A: int = 3\nx = A", "3"},
                                           Case{"A = [1]\nB = A\nx = B", "[1]"}));

struct Refusal {
    std::string source;
    std::string part;
};

class UnknownValues : public ::testing::TestWithParam<Refusal> {};

TEST_P(UnknownValues, AreRefused) {
    const std::string shown = display(GetParam().source);
    EXPECT_TRUE(shown.starts_with("ANN020 ")) << shown;
    EXPECT_NE(shown.find(GetParam().part), std::string::npos) << shown;
}

INSTANTIATE_TEST_SUITE_P(
    All,
    UnknownValues,
    ::testing::Values(Refusal{"x = f'a{b}'", "f-string"},
                      Refusal{"x = b'a'", "bytes"},
                      Refusal{"x = 3j", "complex"},
                      Refusal{"x = len('a')", "calls a function"},
                      Refusal{"x = a.b", "attribute"},
                      Refusal{"x = [a.b]", "attribute"},
                      Refusal{"x = a[0]", "element"},
                      Refusal{"x = {1, 2}", "set"},
                      Refusal{"x = [i for i in y]", "comprehension"},
                      Refusal{"x = [*y]", "unpacks"},
                      Refusal{"x = {**y}", "unpacks"},
                      Refusal{"x = lambda: 1", "function"},
                      Refusal{"x = 1 if y else 2", "expression"},
                      Refusal{"x = y", "does not bind"},
                      Refusal{"A = 1\nA = 2\nx = A", "not bound exactly once"},
                      Refusal{"A = 1\nA += 2\nx = A", "not bound exactly once"},
                      Refusal{"if y:\n    A = 1\nx = A", "not bound exactly once"},
                      Refusal{"for A in y: pass\nx = A", "not bound exactly once"},
                      Refusal{"A = 1\ndef f():\n    global A\n    A = 2\nx = A", "exactly once"},
                      Refusal{"A = B\nB = A\nx = A", "bound only later"},
                      Refusal{"A = A\nx = A", "depends on itself"},
                      Refusal{"x = 1 / 0", "divides by zero"},
                      Refusal{"x = 1 % 0", "divides by zero"},
                      Refusal{"x = 0.0 ** -1", "finite"},
                      Refusal{"x = 2 ** 64", "64 bits"},
                      Refusal{"x = 9223372036854775807 + 1", "64 bits"},
                      Refusal{"x = 99999999999999999999", "64 bits"},
                      Refusal{"x = 1e999", "range"},
                      Refusal{"x = 'a' * 3", "applies '*' to a string and an integer"},
                      Refusal{"x = 1 << 3", "operator '<<'"},
                      Refusal{"x = '\\N{BULLET}'", "escape"},
                      Refusal{"x = '\\ud800'", "escape"}));

TEST(Evaluate, PointsAtTheConstantThatCannotBeKnown) {
    CollectingReporter reporter;
    const Result<Value> value = evaluate_last("A = len('x')\nx = [1, A]\n", reporter);
    ASSERT_FALSE(value);
    const Diagnostic& error = value.error().diagnostics.front();
    EXPECT_EQ(error.span.line, 1U);
    ASSERT_EQ(error.notes.size(), 1U);
    EXPECT_EQ(error.notes.front().span->line, 2U);
}

TEST(Evaluate, ReadsLowerCaseBooleansWithAWarning) {
    CollectingReporter reporter;
    const Result<Value> value = evaluate_last("x = [true, false]", reporter);
    ASSERT_TRUE(value);
    EXPECT_EQ(to_display(*value), "[True, False]");
    ASSERT_EQ(reporter.diagnostics().size(), 2U);
    EXPECT_EQ(reporter.diagnostics()[0].code, "ANN070");
    EXPECT_EQ(reporter.diagnostics()[0].severity, Severity::warning);
    EXPECT_EQ(reporter.diagnostics()[1].hint, "write False");
}

TEST(Evaluate, TakesTheModulesOwnLowerCaseNames) {
    CollectingReporter reporter;
    const Result<Value> value = evaluate_last("true = 7\nx = true", reporter);
    ASSERT_TRUE(value);
    EXPECT_EQ(value->integer, 7);
    EXPECT_TRUE(reporter.diagnostics().empty());
}

TEST(Evaluate, GivesUpOnDeepAndOnExplodingValues) {
    EXPECT_TRUE(display("x = " + std::string(5000, '-') + "1").starts_with("ANN020"));
    std::string sum = "x = 1";
    for (int i = 0; i < 5000; ++i) {
        sum += "+1";
    }
    EXPECT_TRUE(display(sum).starts_with("ANN020"));
    std::string doubling = "A0 = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'\n";
    for (int i = 1; i < 60; ++i) {
        const std::string before = "A" + std::to_string(i - 1);
        doubling += "A" + std::to_string(i) + " = " + before + " + " + before + "\n";
    }
    EXPECT_TRUE(display(doubling).starts_with("ANN020"));
}

TEST(Evaluate, DecodesStringsByTheEncodingLine) {
    EXPECT_EQ(display("# coding: latin-1\nx = 'caf\xe9'"), "'caf\xc3\xa9'");
    EXPECT_EQ(display("# -*- coding: cp1252 -*-\nx = '\x80'"), "'\xe2\x82\xac'");
    EXPECT_EQ(display("#!/usr/bin/python\n# vim: set fileencoding=iso-8859-15 :\nx = '\xa4'"),
              "'\xe2\x82\xac'");
}

} // namespace
} // namespace aisprint::annotations
