// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace aisprint::cli {
namespace {

class SessionTest : public testing::Test {
protected:
    SessionTest() : m_environment{m_in, m_out, m_err} {}

    void SetUp() override { ::unsetenv("NO_COLOR"); }

    int fail_with(ErrorKind kind, std::vector<Diagnostic> diagnostics) {
        Session session(m_environment, m_options, "test");
        session.print("some result\n");
        session.reporter().report(as_warning(make_error("TST009", "careful")));
        return session.finish(Failure{kind, std::move(diagnostics)});
    }

    [[nodiscard]] bool is_colored() const { return m_err.str().find("\x1b[") != std::string::npos; }

    std::istringstream m_in;
    std::ostringstream m_out;
    std::ostringstream m_err;
    Environment m_environment;
    GlobalOptions m_options;
};

TEST_F(SessionTest, ExitCodeOfEveryKind) {
    const std::map<ErrorKind, int> codes{{ErrorKind::usage, 2},       {ErrorKind::input, 3},
                                         {ErrorKind::infeasible, 4},  {ErrorKind::remote, 5},
                                         {ErrorKind::degraded, 6},    {ErrorKind::io, 1},
                                         {ErrorKind::cancelled, 130}, {ErrorKind::internal, 70}};
    for (const auto& [kind, code] : codes) {
        EXPECT_EQ(exit_code_of(kind), code);
        EXPECT_EQ(fail_with(kind, {make_error("TST001", "wrong")}), code);
    }
}

TEST_F(SessionTest, TextGoesToTheTwoStreams) {
    EXPECT_EQ(fail_with(ErrorKind::input, {make_error("TST001", "wrong")}), 3);
    EXPECT_EQ(m_out.str(), "some result\n");
    EXPECT_EQ(m_err.str(), "error: wrong [TST001]\nwarning: careful [TST009]\n");
}

TEST_F(SessionTest, JsonIsOneDocument) {
    m_options.json = true;
    EXPECT_EQ(fail_with(ErrorKind::input, {make_error("TST001", "bad \xff byte", "fix it")}), 3);
    EXPECT_EQ(m_err.str(), "");
    const auto document = nlohmann::json::parse(m_out.str());
    EXPECT_EQ(document["format_version"], 1);
    EXPECT_EQ(document["command"], "test");
    EXPECT_EQ(document["ok"], false);
    EXPECT_TRUE(document["result"].is_null());
    ASSERT_EQ(document["diagnostics"].size(), 2U);
    EXPECT_EQ(document["diagnostics"][0]["code"], "TST001");
    EXPECT_EQ(document["diagnostics"][0]["hint"], "fix it");
    EXPECT_EQ(document["diagnostics"][1]["severity"], "warning");
}

TEST_F(SessionTest, SuccessHasTheSameEnvelope) {
    m_options.json = true;
    Session session(m_environment, m_options, "test");
    EXPECT_EQ(session.finish(nlohmann::ordered_json{{"x", 1}}), 0);
    const auto document = nlohmann::json::parse(m_out.str());
    EXPECT_EQ(document["ok"], true);
    EXPECT_EQ(document["result"]["x"], 1);
    EXPECT_TRUE(document["diagnostics"].empty());
}

TEST_F(SessionTest, EventsAreLinesAndTheResultIsTheLastOfThem) {
    Session session(m_environment, m_options, "test");
    session.print_event({{"event", "too early"}});
    session.stream_events();
    session.print("text\n");
    session.tell("more text\n");
    session.print_event({{"event", "made"}, {"name", "a\nb"}});
    EXPECT_EQ(session.finish(Failure{ErrorKind::remote, {make_error("TST001", "wrong")}},
                             nlohmann::ordered_json{{"x", 1}}),
              5);
    EXPECT_EQ(m_err.str(), "");
    std::istringstream lines(m_out.str());
    std::vector<nlohmann::json> events;
    for (std::string line; std::getline(lines, line);) {
        events.push_back(nlohmann::json::parse(line));
    }
    ASSERT_EQ(events.size(), 3U);
    EXPECT_EQ(events[0],
              (nlohmann::json{{"event", "version"}, {"format_version", 1}, {"command", "test"}}));
    EXPECT_EQ(events[1], (nlohmann::json{{"event", "made"}, {"name", "a\nb"}}));
    EXPECT_EQ(events[2]["event"], "end");
    EXPECT_EQ(events[2]["ok"], false);
    EXPECT_EQ(events[2]["result"]["x"], 1);
    EXPECT_EQ(events[2]["diagnostics"][0]["code"], "TST001");
}

TEST_F(SessionTest, QuietHidesWarnings) {
    m_options.quiet = true;
    EXPECT_EQ(fail_with(ErrorKind::io, {make_error("TST001", "wrong")}), 1);
    EXPECT_EQ(m_err.str(), "error: wrong [TST001]\n");
}

TEST_F(SessionTest, ErrorsBeyondTheLimitAreCounted) {
    m_options.max_errors = 1;
    EXPECT_EQ(fail_with(ErrorKind::input, {make_error("TST001", "a"), make_error("TST001", "b"),
                                           make_error("TST001", "c")}),
              3);
    EXPECT_NE(m_err.str().find("error: a"), std::string::npos);
    EXPECT_EQ(m_err.str().find("error: b"), std::string::npos);
    EXPECT_NE(m_err.str().find("and 2 more errors"), std::string::npos);
    EXPECT_NE(m_err.str().find("3 errors"), std::string::npos);
}

TEST_F(SessionTest, ColorOnTerminalsOnly) {
    ::setenv("TERM", "xterm", 1);
    static_cast<void>(fail_with(ErrorKind::io, {make_error("TST001", "wrong")}));
    EXPECT_FALSE(is_colored());
    m_environment.err_is_terminal = true;
    static_cast<void>(fail_with(ErrorKind::io, {make_error("TST001", "wrong")}));
    EXPECT_TRUE(is_colored());
}

TEST_F(SessionTest, ColorCanBeSwitchedOffAndOn) {
    m_environment.err_is_terminal = true;
    ::setenv("NO_COLOR", "1", 1);
    static_cast<void>(fail_with(ErrorKind::io, {make_error("TST001", "wrong")}));
    EXPECT_FALSE(is_colored());
    m_options.color = "always";
    static_cast<void>(fail_with(ErrorKind::io, {make_error("TST001", "wrong")}));
    EXPECT_TRUE(is_colored());
}

TEST_F(SessionTest, DumbTerminalsGetNoColor) {
    m_environment.err_is_terminal = true;
    ::setenv("TERM", "dumb", 1);
    static_cast<void>(fail_with(ErrorKind::io, {make_error("TST001", "wrong")}));
    EXPECT_FALSE(is_colored());
}

TEST_F(SessionTest, VerboseShowsNotesAndDetails) {
    m_options.verbose = true;
    Session session(m_environment, m_options, "test");
    Diagnostic note = make_error("TST002", "by the way");
    note.severity = Severity::note;
    session.reporter().report(note);
    session.reporter().detail("step 1");
    EXPECT_EQ(session.finish(nlohmann::ordered_json::object()), 0);
    EXPECT_EQ(m_err.str(), "note: by the way [TST002]\nstep 1\n");
}

} // namespace
} // namespace aisprint::cli
