// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/picture.hpp"

#include "aisprint/optimizer/evaluator.hpp"

#include "worked_example.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

namespace aisprint::placement {
namespace {

using optimizer::Instance;
using optimizer::Problem;
using optimizer::Solution;

std::string draw(const Problem& problem, const Solution& solution, const std::string& unit = "KB") {
    const Instance instance(problem);
    const auto evaluation = optimizer::evaluate(instance, solution);
    return draw_placement(instance, solution, evaluation, Certificate{true, evaluation.cost, 0},
                          unit);
}

/// Empty if every tag is closed in order and text holds no stray markup, else what is wrong.
std::string not_well_formed(const std::string& page) {
    std::vector<std::string> open;
    std::size_t at = page.find("<html");
    while (at < page.size()) {
        const std::size_t begin = page.find('<', at);
        const std::string text = page.substr(at, begin - at);
        if (text.find('>') != std::string::npos && (open.empty() || open.back() != "style")) {
            return "stray > in: " + text;
        }
        static const std::regex entity("&(?!(amp|lt|gt|quot|#39);)");
        if (std::regex_search(text, entity)) {
            return "stray & in: " + text;
        }
        if (begin == std::string::npos) {
            break;
        }
        const std::size_t end = page.find('>', begin);
        if (end == std::string::npos) {
            return "a tag is not ended";
        }
        const std::string tag = page.substr(begin + 1, end - begin - 1);
        const std::string name = tag.substr(0, tag.find_first_of(" \n/", 1));
        if (tag.front() == '/') {
            if (open.empty() || "/" + open.back() != tag) {
                return "unexpected <" + tag + ">";
            }
            open.pop_back();
        } else if (tag.back() != '/') {
            open.push_back(name);
        }
        at = end + 1;
    }
    return open.empty() ? "" : "not closed: " + open.back();
}

std::size_t count(const std::string& text, const std::string& part) {
    std::size_t found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

TEST(Picture, IsOneWellFormedPageThatLoadsNothing) {
    const std::string page =
        draw(optimizer::test::worked_example(), optimizer::test::worked_divided_solution());
    EXPECT_EQ(not_well_formed(page), "");
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(page.find("src="), std::string::npos);
    EXPECT_EQ(page.find("href="), std::string::npos);
    EXPECT_EQ(page.find("@import"), std::string::npos);
    EXPECT_EQ(count(page, "url("), count(page, "url(#tip)"));
    EXPECT_NE(page.find("prefers-color-scheme:dark"), std::string::npos);
}

TEST(Picture, HasATitleAndADescription) {
    const std::string page =
        draw(optimizer::test::worked_example(), optimizer::test::worked_function_solution());
    EXPECT_NE(page.find("role=\"img\" aria-labelledby=\"picture-title picture-desc\""),
              std::string::npos);
    EXPECT_NE(page.find("<title id=\"picture-title\">"), std::string::npos);
    EXPECT_NE(page.find("<desc id=\"picture-desc\">c1 on EN1. c2 on F1. </desc>"),
              std::string::npos)
        << page.substr(page.find("<desc"), 200);
}

TEST(Picture, ShowsResourcesPartitionsAndTimes) {
    const std::string page =
        draw(optimizer::test::worked_example(), optimizer::test::worked_divided_solution());
    for (const char* part :
         {">EN1<", ">VM1<", "1 of 2 nodes, 3.5000 $", "1 of 4 nodes, 0.8000 $",
          "utilisation 30.5 %", "utilisation 2.4 %", "4.3000 $ over 1 h, 0.5 requests/s",
          ">path p1<", "1.113 s of 6 s", "0.5377 s of 3 s", "0.5755 s, no limit",
          "optimal, proved: no placement costs less than 4.3000 $"}) {
        EXPECT_NE(page.find(part), std::string::npos) << part;
    }
    EXPECT_EQ(count(page, "class=\"chip edge\""), 2U);
    EXPECT_EQ(count(page, "class=\"chip cloud\""), 1U);
    EXPECT_EQ(count(page, "class=\"column "), 2U) << "only what is in use";
    EXPECT_EQ(count(page, "class=\"arrow"), 2U);
    EXPECT_EQ(count(page, "class=\"arrow moves\""), 1U) << "c1 and h2 share EN1";
    EXPECT_NE(page.find("c2 h2 to c2 h3: 6 KB, 0.049 s"), std::string::npos);
}

TEST(Picture, ShowsFunctions) {
    const std::string page =
        draw(optimizer::test::worked_example(), optimizer::test::worked_function_solution(), "");
    EXPECT_NE(page.find("1 in use, 0.2100 $"), std::string::npos);
    EXPECT_NE(page.find("F1, 1.502 s"), std::string::npos);
    EXPECT_EQ(page.find("KB"), std::string::npos) << "the unit is not known";
}

TEST(Picture, EscapesNames) {
    Problem problem = optimizer::test::worked_example();
    problem.name = "<script>alert('x')</script> & \"co\"";
    problem.components[0].name = "a<b>&c\x01";
    problem.components[1].name = "caf\xE9"; // not UTF-8
    problem.resources[0].name = "</svg>";
    problem.resources[0].description = "\"><img src=x>";
    problem.path_constraints[0].name = "p&<1>";
    const std::string page = draw(problem, optimizer::test::worked_divided_solution());
    EXPECT_EQ(not_well_formed(page), "");
    EXPECT_EQ(page.find("<script"), std::string::npos);
    EXPECT_EQ(page.find("<img"), std::string::npos);
    EXPECT_EQ(page.find('\x01'), std::string::npos);
    EXPECT_EQ(page.find('\xE9'), std::string::npos);
    EXPECT_EQ(count(page, "</svg>"), 1U);
    EXPECT_NE(page.find("a&lt;b&gt;&amp;c\xEF\xBF\xBD"), std::string::npos);
}

TEST(Picture, ShortensLongNamesAndKeepsThemInToolTips) {
    Problem problem = optimizer::test::worked_example();
    const std::string name(60, 'n');
    problem.components[0].name = name;
    const std::string page = draw(problem, optimizer::test::worked_function_solution());
    EXPECT_EQ(not_well_formed(page), "");
    EXPECT_NE(page.find("<title>" + name + "</title>"), std::string::npos);
    EXPECT_NE(page.find("class=\"strong\">" + name.substr(0, 25) + "\xE2\x80\xA6<"),
              std::string::npos);
}

TEST(Picture, MarksWhatIsBroken) {
    Problem problem = optimizer::test::worked_example();
    problem.path_constraints[0].threshold_s = 1;
    const std::string page = draw(problem, optimizer::test::worked_divided_solution());
    EXPECT_NE(page.find("1 constraint is broken"), std::string::npos);
    EXPECT_NE(page.find("1.113 s of 1 s, over the limit"), std::string::npos);
    EXPECT_NE(page.find("class=\"over\""), std::string::npos);
    EXPECT_EQ(page.find("optimal, proved"), std::string::npos);
    problem.arrival_rate = 50;
    const std::string overloaded = draw(problem, optimizer::test::worked_divided_solution());
    EXPECT_EQ(not_well_formed(overloaded), "");
    EXPECT_NE(overloaded.find("infinite"), std::string::npos);
    EXPECT_EQ(overloaded.find("nan"), std::string::npos);
    EXPECT_EQ(overloaded.find("\"inf"), std::string::npos);
}

TEST(Picture, IsTheSameEachTime) {
    const Problem problem = optimizer::test::worked_example();
    const Solution solution = optimizer::test::worked_divided_solution();
    EXPECT_EQ(draw(problem, solution), draw(problem, solution));
}

} // namespace
} // namespace aisprint::placement
