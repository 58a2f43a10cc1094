// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/module_scope.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::annotations {
namespace {

using ::testing::ElementsAre;

PythonTree parse(const std::string& text) {
    return PythonTree::parse(SourceFile("main.py", text)).value();
}

std::vector<std::string> bound_names(const std::string& text) {
    std::vector<std::string> names;
    const PythonTree tree = parse(text);
    for (const Binding& binding : bindings_of(tree.root())) {
        names.push_back(binding.name);
    }
    return names;
}

TEST(Bindings, FindEveryWayOfBinding) {
    EXPECT_THAT(bound_names("a = 1\nb, (c, *d) = x\ne: int = 2\nf: int\ng.h = 1\ni[j] = 2\n"),
                ElementsAre("a", "b", "c", "d", "e"));
    EXPECT_THAT(bound_names("import a.b, c.d as e\nfrom f import g, h as i\nfrom . import j\n"),
                ElementsAre("a", "e", "g", "i", "j"));
    EXPECT_THAT(bound_names("for a, b in x:\n    c = 1\nelse:\n    d = 1\n"),
                ElementsAre("a", "b", "c", "d"));
    EXPECT_THAT(bound_names("with a as b, c as (d, e): f = 1\n"), ElementsAre("b", "d", "e", "f"));
    EXPECT_THAT(bound_names("try:\n    a = 1\nexcept E as b:\n    c = 1\n"),
                ElementsAre("a", "b", "c"));
    EXPECT_THAT(bound_names("x += 1\nif (y := 2): pass\ndel z\n"), ElementsAre("x", "y", "z"));
    EXPECT_THAT(bound_names("match a:\n    case P(b=c, d=1) | [e, *f]: pass\n"
                            "    case {'k': g, **h} as i: pass\n    case M.N: pass\n"),
                ElementsAre("c", "e", "f", "i", "g", "h"));
}

TEST(Bindings, LeaveInnerScopesAlone) {
    EXPECT_THAT(bound_names("def f(a):\n    b = 1\nclass C:\n    d = 1\ng = lambda h: h\n"),
                ElementsAre("f", "C", "g"));
    EXPECT_THAT(bound_names("a = [b for b in c if (d := b)]\n"), ElementsAre("a", "d"));
}

Resolution resolve_last(const std::string& text) {
    const PythonTree tree = parse(text);
    const ModuleScope scope(tree);
    return scope.resolve(tree.root().children().back().children().front());
}

TEST(ModuleScope, ResolvesImports) {
    EXPECT_EQ(resolve_last("from aisprint.annotations import exec_time as et\net\n").dotted,
              "aisprint.annotations.exec_time");
    EXPECT_EQ(resolve_last("import aisprint.annotations as ann\nann.exec_time\n").dotted,
              "aisprint.annotations.exec_time");
    EXPECT_EQ(resolve_last("import aisprint.annotations\naisprint.annotations.security\n").dotted,
              "aisprint.annotations.security");
    EXPECT_EQ(resolve_last("from aisprint import annotations as a\nb = a.exec_time\nb\n").dotted,
              "aisprint.annotations.exec_time");
    EXPECT_EQ(resolve_last("from .x import y\ny\n").dotted, ".x.y");
    EXPECT_EQ(resolve_last("def f(): pass\nf\n").kind, Resolution::Kind::local);
    EXPECT_EQ(resolve_last("f\n").kind, Resolution::Kind::unbound);
    EXPECT_EQ(resolve_last("f(1)\n").kind, Resolution::Kind::none);
}

TEST(ModuleScope, PrefersOurPackageAmongFallbacks) {
    EXPECT_EQ(resolve_last("try:\n    from aisprint.annotations import security\n"
                           "except ImportError:\n    from stubs import security\nsecurity\n")
                  .dotted,
              "aisprint.annotations.security");
}

} // namespace
} // namespace aisprint::annotations
