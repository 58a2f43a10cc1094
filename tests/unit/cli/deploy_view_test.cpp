// SPDX-License-Identifier: Apache-2.0
// What runs, plans, states and outputs look like.
#include "views/deploy_view.hpp"
#include "views/outputs_view.hpp"
#include "views/status_view.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace aisprint::cli {
namespace {

using clients::ImStateName;
using deploy::ActionKind;
using deploy::Event;
using deploy::EventKind;

class Progress : public testing::Test {
protected:
    void on_terminal(std::size_t columns, std::size_t lines) {
        m_environment.out_is_terminal = true;
        m_environment.err_is_terminal = true;
        m_environment.err_columns = columns;
        m_environment.err_lines = lines;
    }

    std::istringstream m_in;
    std::ostringstream m_out;
    std::ostringstream m_err;
    Environment m_environment{m_in, m_out, m_err};
    GlobalOptions m_options;
};

TEST_F(Progress, GuideLinesGoToTheResultAndTheRestToTheErrorStream) {
    Session session(m_environment, m_options, "test");
    DeployProgress progress(session, Undertaking::deploy);
    progress.show({EventKind::starting, "front", "", ImStateName::pending, ""});
    progress.show({EventKind::created, "front", "http://im/1", ImStateName::pending, ""});
    progress.show({EventKind::state, "front", "http://im/1", ImStateName::running, ""});
    progress.show({EventKind::failed, "front", "http://im/1", ImStateName::failed, "no image"});
    progress.end();
    EXPECT_EQ(m_out.str(), "Launching deployment for component front\n");
    EXPECT_EQ(m_err.str(), "Infrastructure http://im/1 successfully created. Wait it to be "
                           "configured.\nfront: running\n"
                           "Error launching deployment for component front.\nno image\n");
}

TEST_F(Progress, DeletionsHaveWordsOfTheirOwn) {
    Session session(m_environment, m_options, "test");
    DeployProgress progress(session, Undertaking::remove);
    progress.show({EventKind::deleting, "front", "http://im/1", ImStateName::pending, ""});
    progress.show({EventKind::failed, "front", "http://im/1", ImStateName::failed, "in use"});
    progress.show({EventKind::deleted, "front", "http://im/1", ImStateName::pending, ""});
    EXPECT_EQ(m_out.str(), "Deleting infrastructure for component front\n"
                           "Infrastructure successfully deleted.\n");
    EXPECT_EQ(m_err.str(), "Error deleting infrastructure: in use.\n");
}

TEST_F(Progress, WhatHadNoInfrastructureGoesSilently) {
    Session session(m_environment, m_options, "test");
    DeployProgress progress(session, Undertaking::remove);
    progress.show({EventKind::deleted, "front", "", ImStateName::pending, ""});
    EXPECT_EQ(m_out.str() + m_err.str(), "");
}

TEST_F(Progress, OnATerminalOneTableIsDrawnOver) {
    on_terminal(40, 24);
    Session session(m_environment, m_options, "test");
    DeployProgress progress(session, Undertaking::deploy);
    progress.show({EventKind::starting, "a", "", ImStateName::pending, ""});
    progress.show(
        {EventKind::created, "b", "http://im.example.org/infrastructures/0123456789", {}, ""});
    EXPECT_EQ(m_out.str(), "");
    const std::string text = m_err.str();
    EXPECT_NE(text.find("\x1b[2A\x1b[J"), std::string::npos) << "two lines were there before";
    EXPECT_NE(text.find("b          created   http://im.example.\n"), std::string::npos)
        << "cut off before the last column:\n"
        << text;
}

TEST_F(Progress, ATableThatDoesNotFitIsNotDrawn) {
    on_terminal(80, 3);
    Session session(m_environment, m_options, "test");
    DeployProgress progress(session, Undertaking::deploy);
    progress.show({EventKind::state, "a", "", ImStateName::running, ""});
    EXPECT_EQ(m_err.str(), "a: running\n");
}

TEST_F(Progress, ControlCharactersOfMessagesDoNotReachTheTable) {
    on_terminal(80, 24);
    Session session(m_environment, m_options, "test");
    DeployProgress progress(session, Undertaking::deploy);
    progress.show({EventKind::retrying, "a", "", ImStateName::pending, "red \x1b[31m\ttext"});
    EXPECT_NE(m_err.str().find("red  [31m text"), std::string::npos) << m_err.str();
}

TEST_F(Progress, QuietRunsShowNothing) {
    m_options.quiet = true;
    Session session(m_environment, m_options, "test");
    DeployProgress progress(session, Undertaking::deploy);
    progress.show({EventKind::starting, "a", "", ImStateName::pending, ""});
    progress.show({EventKind::state, "a", "", ImStateName::running, ""});
    EXPECT_EQ(m_out.str() + m_err.str(), "");
}

TEST_F(Progress, EventsForPrograms) {
    EXPECT_EQ(
        to_json(Event{EventKind::state, "a", "http://im/1", ImStateName::running, ""}),
        (nlohmann::ordered_json{
            {"event", "state"}, {"component", "a"}, {"url", "http://im/1"}, {"state", "running"}}));
    EXPECT_EQ(
        to_json(Event{EventKind::failed, "a", "", ImStateName::failed, "why"}),
        (nlohmann::ordered_json{{"event", "failed"}, {"component", "a"}, {"message", "why"}}));
}

deploy::Unit unit(const std::string& name, deploy::Footprint footprint) {
    deploy::Unit made;
    made.component = name;
    made.footprint = footprint;
    return made;
}

TEST(Plan, ShowsActionsSumsAndTheCommand) {
    const std::vector<deploy::Unit> units{unit("a", {2, 8, 16, 100, 0, 1, 1.5}),
                                          unit("b", {0, 0, 0, 0, 0, 0, std::nullopt})};
    const std::vector<deploy::Action> plan{{ActionKind::create, "b", "not deployed yet", ""},
                                           {ActionKind::keep, "a", "unchanged", "http://im/1"}};
    EXPECT_TRUE(has_changes(plan));
    EXPECT_EQ(plan_text(units, plan, "COMMAND"),
              "ACTION  COMPONENT  MACHINES  CORES  MEMORY GB  DISK GB  ADDRESSES  COST/H  REASON\n"
              "create  b                 0      0          0        0          0          not "
              "deployed yet\n"
              "keep    a                 2      8         16      100          1     1.5  "
              "unchanged\n"
              "        all               2      8         16      100          1     1.5\n"
              "\n1 to create, 1 to keep\nCarry it out with: COMMAND\n");
    const nlohmann::ordered_json json = plan_json(units, plan);
    EXPECT_EQ(json["changes"], true);
    EXPECT_EQ(json["actions"][1]["url"], "http://im/1");
    EXPECT_EQ(json["total"]["cost_per_hour"], 1.5);
    EXPECT_EQ(json["counts"]["create"], 1);
    EXPECT_EQ(json["counts"]["replace"], 0);
}

TEST(Plan, WithoutChangesSaysSo) {
    const std::vector<deploy::Action> plan{{ActionKind::keep, "a", "unchanged", "http://im/1"},
                                           {ActionKind::resume, "b", "running", "http://im/2"}};
    EXPECT_FALSE(has_changes(plan));
    EXPECT_NE(plan_text({}, plan, "COMMAND").find("Nothing to change.\n"), std::string::npos);
}

TEST(Outputs, KeysAndSecretsAreShownAsAsked) {
    const std::vector<deploy::ComponentOutputs> outputs{
        {"a",
         R"({"endpoint": "https://a", "admin_token": "tok1", "creds": [{"user": "u",
             "token_type": "private_key",
             "token": "-----BEGIN RSA PRIVATE KEY-----\nk1\n-----END RSA PRIVATE KEY-----"}],
             "nothing": null, "count": 2})",
         ""},
        {"b", "", "gone"}};
    const auto usual = outputs_json(outputs, ShownSecrets::all_but_keys);
    EXPECT_EQ(usual["a"]["admin_token"], "tok1");
    EXPECT_EQ(usual["a"]["creds"][0]["token"], "<private key, use --show_keys>");
    EXPECT_EQ(usual["b"], "Error: gone");
    const auto masked = outputs_json(outputs, ShownSecrets::none);
    EXPECT_EQ(masked["a"]["admin_token"], "***");
    EXPECT_EQ(masked["a"]["creds"][0]["token"], "***");
    EXPECT_EQ(masked["a"]["endpoint"], "https://a");
    EXPECT_EQ(masked["a"]["creds"][0]["token_type"], "private_key");
    const auto all = outputs_json(outputs, ShownSecrets::all);
    EXPECT_NE(all.dump().find("k1"), std::string::npos);
    EXPECT_EQ(outputs_yaml(masked), "a:\n  admin_token: '***'\n  count: 2\n  creds:\n  - token: "
                                    "'***'\n    token_type: private_key\n    user: u\n  endpoint: "
                                    "https://a\n  nothing: null\nb: 'Error: gone'\n");
}

TEST(Outputs, NothingIsAnEmptyMap) {
    EXPECT_EQ(outputs_yaml(outputs_json({}, ShownSecrets::none)), "{}\n");
}

TEST(Status, TellsOfMachinesAndOfWhatIsGone) {
    deploy::DeploymentState state;
    state.components["a"].url = "http://im/1";
    state.components["a"].created = std::chrono::seconds(1000);
    state.components["b"].url = "http://im/2";
    state.components["c"].phase = deploy::Phase::creating;
    LiveStates live;
    live.emplace("a", clients::ImState{ImStateName::running,
                                       {{"0", ImStateName::configured},
                                        {"1", ImStateName::running},
                                        {"2", ImStateName::running}}});
    clients::ImError gone;
    gone.kind = clients::ImErrorKind::gone;
    gone.message = "no such infrastructure pw12";
    live.emplace("b", tl::make_unexpected(gone));
    Redactor redactor;
    redactor.add(Secret("pw12"));
    const auto lines = status_lines(state, live, std::chrono::seconds(1000 + 7300), redactor);
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].machines, "2 running, 1 configured");
    EXPECT_EQ(lines[1].state, "gone");
    EXPECT_EQ(lines[1].message, "no such infrastructure ***");
    EXPECT_EQ(lines[2].state, "creating");
    EXPECT_FALSE(all_configured(lines));
    const std::string text = status_text(lines);
    EXPECT_NE(text.find("2 h"), std::string::npos) << text;
    EXPECT_EQ(to_json(lines)["components"][1]["state"], "gone");
}

} // namespace
} // namespace aisprint::cli
