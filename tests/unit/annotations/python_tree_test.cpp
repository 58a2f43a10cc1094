// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/python_tree.hpp"

#include <gtest/gtest.h>

#include <string>

namespace aisprint::annotations {
namespace {

Result<PythonTree> parse(const std::string& text) {
    return PythonTree::parse(SourceFile("main.py", text));
}

struct Broken {
    std::string source;
    std::string code;
    std::size_t line;
    std::size_t column;
    std::string part;
};

class BrokenSources : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenSources, AreReportedWithTheirPlace) {
    const Result<PythonTree> tree = parse(GetParam().source);
    ASSERT_FALSE(tree);
    ASSERT_EQ(tree.error().kind, ErrorKind::input);
    ASSERT_EQ(tree.error().diagnostics.size(), 1U);
    const Diagnostic& error = tree.error().diagnostics.front();
    EXPECT_EQ(error.code, GetParam().code);
    EXPECT_EQ(error.span.file, "main.py");
    EXPECT_EQ(error.span.line, GetParam().line) << format_diagnostic(error);
    EXPECT_EQ(error.span.column, GetParam().column) << format_diagnostic(error);
    EXPECT_NE(error.message.find(GetParam().part), std::string::npos) << error.message;
}

INSTANTIATE_TEST_SUITE_P(
    Syntax,
    BrokenSources,
    ::testing::Values(Broken{"x = (1,\ny = 2\n", "ANN001", 1, 5, "'(' is never closed"},
                      Broken{"x = 1)\n", "ANN001", 1, 6, "')' closes nothing"},
                      Broken{"x = [1)\n", "ANN001", 1, 7, "')' does not close '['"},
                      Broken{"x = 1\ny = 'abc\nz = 2\n", "ANN001", 2, 5, "the string has no end"},
                      Broken{"x, lambda = 1, 2\n", "ANN001", 1, 4, "keyword"},
                      Broken{"async 'text'\n", "ANN001", 1, 1, "not complete or not valid"},
                      Broken{"def f():\n    x = 1\n    async  'a' % b\n", "ANN001", 3, 5,
                             "not a valid"},
                      Broken{"x = 1 +\n", "ANN001", 1, 7, "not complete or not valid"},
                      Broken{"def f(x)\n    pass\n", "ANN001", 1, 9, "':'"},
                      Broken{"for x in [1,\n          2]\n    pass\n", "ANN001", 1, 1, "valid"}));

INSTANTIATE_TEST_SUITE_P(
    Python2,
    BrokenSources,
    ::testing::Values(Broken{"import x\nprint 'a'\n", "ANN002", 2, 1, "print"},
                      Broken{"exec 'a'\n", "ANN002", 1, 1, "exec"},
                      Broken{"x = a <> b\n", "ANN002", 1, 7, "<>"},
                      Broken{"try:\n  pass\nexcept E, e:\n  pass\n", "ANN002", 3, 1, "except"},
                      Broken{"raise E, 'x'\n", "ANN002", 1, 1, "raise"},
                      Broken{"x = 0777\n", "ANN002", 1, 5, "0777"},
                      Broken{"x = 10L\n", "ANN002", 1, 5, "10L"},
                      Broken{"x = `a`\n", "ANN002", 1, 5, "backquotes"},
                      Broken{"x = ur'a'\n", "ANN002", 1, 5, "ur"},
                      Broken{"def f((a, b)):\n  pass\n", "ANN002", 1, 7, "tuple"}));

INSTANTIATE_TEST_SUITE_P(Encoding,
                         BrokenSources,
                         ::testing::Values(Broken{"x = '\xff'\n", "ANN003", 1, 6, "0xff"},
                                           Broken{std::string("x = '\0'\n", 8), "ANN003", 1, 6,
                                                  "zero byte"},
                                           Broken{"# coding: shift-jis\nx = '\x83\x41'\n", "ANN003",
                                                  1, 11, "'shift-jis' is not supported"}));

class GoodSources : public ::testing::TestWithParam<std::string> {};

TEST_P(GoodSources, AreParsed) {
    const Result<PythonTree> tree = parse(GetParam());
    ASSERT_TRUE(tree) << format_diagnostic(tree.error().diagnostics.front());
    EXPECT_TRUE(tree->root().is("module"));
}

INSTANTIATE_TEST_SUITE_P(
    Forms,
    GoodSources,
    ::testing::Values("",
                      "# only a comment",
                      "print(x), y\n",
                      "print\n",
                      "print -1\n",
                      "exec('x')\n",
                      "x = 0\ny = 000\nz = 0o17\n",
                      "def f():\r\n\tif x:\r\n\t\tpass\r\n\treturn 1\r\n",
                      "if a:\n\tx = 1\n\tif b:\n\t        y = 2\n",
                      "x = 1; y = 2;\n",
                      "x = 1 + \\\n    2\n",
                      "match x:\n    case [1, *r] if r: pass\n    case {'a': v, **k}: pass\n"
                      "    case P(a=1) | None: pass\n    case _: pass\n",
                      "match = 1\nmatch[0] = case = 2\n",
                      "x = f\"{a[\"b\"]!r:>{w}} {'{'}\"\n",
                      "x = f'''{\na # c\n}'''\n",
                      "def f(a, /, b: int = 1, *, c, **k) -> 'x': ...\n",
                      "if (n := 10) > 5: pass\n",
                      "async def f():\n    async with a as b, c: await d\n",
                      "with (open(a) as b, open(c) as d):\n    pass\n",
                      "try:\n    pass\nexcept* E as e:\n    pass\n",
                      "type X = int\ndef f[T](x: T) -> T: return x\n",
                      "x = br'\\d' b'\\x00'\n",
                      "\"\"\"doc with load_and_inference and @exec_time\"\"\"\n",
                      "# coding: latin-1\nx = '\xe9'\n",
                      "x = 1\ry = 2\r"));

TEST(PythonTree, GivesPlacesAndParts) {
    const Result<PythonTree> tree = parse("# c\nf(a, # x\n  b)\n");
    ASSERT_TRUE(tree);
    const std::vector<Node> statements = tree->root().children();
    ASSERT_EQ(statements.size(), 1U);
    const Node call = statements.front().children().front();
    EXPECT_TRUE(call.is("call"));
    EXPECT_EQ(call.text(), "f(a, # x\n  b)");
    EXPECT_EQ(call.span().line, 2U);
    EXPECT_EQ(call.span().length, 8U);
    const Node arguments = call.children().back();
    EXPECT_EQ(arguments.children().size(), 2U);
    EXPECT_EQ(arguments.all_children().size(), 6U);
    EXPECT_TRUE(call.contains(arguments));
    EXPECT_FALSE(arguments.contains(call));
    EXPECT_EQ(arguments.parent(), call);
    EXPECT_FALSE(tree->root().parent());
    EXPECT_FALSE(Node{}.is("module"));
}

TEST(PythonTree, IsNotOverturnedByDepth) {
    for (const char* const opening : {"(", "[", "{", "-", "not ", "lambda: ", "f("}) {
        std::string text = "x = ";
        for (int i = 0; i < 20000; ++i) {
            text += opening;
        }
        const Result<PythonTree> tree = parse(text + "\n");
        EXPECT_FALSE(tree);
    }
    const std::string balanced = "x = " + std::string(20000, '(') + std::string(20000, ')') + "\n";
    EXPECT_TRUE(parse(balanced));
}

TEST(PythonTree, RefusesHugeFiles) {
    const Result<PythonTree> tree = parse(std::string(9U << 20U, '\n'));
    ASSERT_FALSE(tree);
    EXPECT_EQ(tree.error().diagnostics.front().code, "ANN004");
}

} // namespace
} // namespace aisprint::annotations
