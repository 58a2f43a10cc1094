// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/files.hpp"
#include "aisprint/deploy/state.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace aisprint::deploy {
namespace {

namespace fs = std::filesystem;

using clients::ImStateName;
using testing::ElementsAre;
using testing::HasSubstr;

InfrastructureRecord full_record() {
    InfrastructureRecord record;
    record.document_path = "im/front.yaml";
    record.document_digest = std::string(64, 'a');
    record.content_digest = std::string(64, 'b');
    record.shape_digest = std::string(64, 'c');
    record.tag = "abcdefghij0123456789";
    record.infra_name = "OSCAR front";
    record.url = "http://im.example/infrastructures/1f0e";
    record.phase = Phase::created;
    record.state = ImStateName::configured;
    record.message = "two lines\nwith \"quotes\", \t tabs and \xc3\xa4";
    record.attempts = 2;
    record.created = std::chrono::seconds(1'700'000'000);
    record.changed = std::chrono::seconds(1'700'000'060);
    record.outputs_digest = std::string(64, 'd');
    record.may_have_twin = true;
    return record;
}

InfrastructureRecord skipped_record() {
    InfrastructureRecord record;
    record.phase = Phase::failed;
    record.state = ImStateName::failed;
    record.message = "Errors in previous deployments.";
    return record;
}

std::vector<std::string> codes(const Failure& failure) {
    std::vector<std::string> result;
    for (const Diagnostic& diagnostic : failure.diagnostics) {
        result.push_back(diagnostic.code);
    }
    return result;
}

TEST(StateText, ReadsWhatItWrites) {
    DeploymentState state;
    state.serial = 7;
    state.im_url = "https://im.example/im";
    state.components = {{"front", full_record()}, {"back", skipped_record()}};
    const auto read = parse_state(SourceFile("state.json", to_json_text(state)));
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, state);
}

TEST(StateText, ReadsEveryPhaseAndState) {
    for (const Phase phase :
         {Phase::creating, Phase::created, Phase::updating, Phase::deleting, Phase::failed}) {
        for (const ImStateName name :
             {ImStateName::pending, ImStateName::running, ImStateName::configured,
              ImStateName::unconfigured, ImStateName::failed, ImStateName::stopped,
              ImStateName::off, ImStateName::unknown, ImStateName::deleting}) {
            DeploymentState state;
            state.components["c"].phase = phase;
            state.components["c"].state = name;
            const auto read = parse_state(SourceFile("state.json", to_json_text(state)));
            ASSERT_TRUE(read);
            EXPECT_EQ(*read, state);
        }
    }
}

TEST(StateText, RefusesOtherVersions) {
    const auto read =
        parse_state(SourceFile("im/state.json", R"({"format_version": 2, "components": []})"));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().kind, ErrorKind::input);
    EXPECT_THAT(codes(read.error()), ElementsAre("DPL002"));
    EXPECT_EQ(read.error().diagnostics[0].span.line, 1U);
}

TEST(StateText, TellsEverythingThatIsWrong) {
    DeploymentState state;
    state.components = {{"front", full_record()}};
    std::string text = to_json_text(state);
    const auto replace = [&](const std::string& from, const std::string& to) {
        const std::size_t place = text.find(from);
        ASSERT_NE(place, std::string::npos) << from;
        text.replace(place, from.size(), to);
    };
    replace("\"attempts\": 2", "\"attempts\": -2");
    replace("\"created\": 1700000000", "\"created\": \"now\"");
    replace("\"phase\": \"created\"", "\"phase\": \"done\"");
    replace("\"state\": \"configured\"", "\"state\": \"fine\"");
    replace("\"may_have_twin\": true", "\"may_have_twin\": 1");
    replace("\"tag\": \"abcdefghij0123456789\"", "\"tag\": 5");
    replace("\"serial\": 0", "\"cereal\": 0");
    const auto read = parse_state(SourceFile("im/state.json", text));
    ASSERT_FALSE(read);
    EXPECT_THAT(codes(read.error()), testing::Each("DPL003"));
    EXPECT_EQ(read.error().diagnostics.size(), 7U);
}

TEST(StateText, RefusesOtherShapes) {
    for (const char* text :
         {"[]", "5", "", R"({"format_version": 1, "serial": 0, "im_url": "", "components": 1})",
          R"({"format_version": 1, "serial": 0, "im_url": "", "components": {"c": []}})"}) {
        const auto read = parse_state(SourceFile("im/state.json", text));
        ASSERT_FALSE(read) << text;
        EXPECT_THAT(codes(read.error()), testing::Each("DPL003")) << text;
    }
}

TEST(Infras, HasTheFormThatTheRuntimeManagerReads) {
    DeploymentState state;
    state.components["front-comp"] = full_record();
    state.components["front-comp"].message.clear();
    state.components["back-comp"] = skipped_record();
    EXPECT_EQ(to_infras_yaml(state), "back-comp:\n"
                                     "- ''\n"
                                     "- failed\n"
                                     "- Errors in previous deployments.\n"
                                     "front-comp:\n"
                                     "- http://im.example/infrastructures/1f0e\n"
                                     "- configured\n"
                                     "- ''\n");
}

TEST(Infras, IsReadWithAnchors) {
    const auto read =
        parse_infras_yaml(SourceFile("im/infras.yaml", "a: &id001\n"
                                                       "- http://im/infrastructures/1\n"
                                                       "- configured\n"
                                                       "- ''\n"
                                                       "b: *id001\n"
                                                       "c: ['', failed, 12]\n"));
    ASSERT_TRUE(read);
    EXPECT_EQ(read->components.at("b").url, "http://im/infrastructures/1");
    EXPECT_EQ(read->components.at("b").phase, Phase::created);
    EXPECT_EQ(read->components.at("c").phase, Phase::failed);
    EXPECT_EQ(read->components.at("c").message, "12");
    EXPECT_TRUE(read->components.at("a").content_digest.empty());
}

TEST(Infras, OfNothingIsNothing) {
    const auto read = parse_infras_yaml(SourceFile("im/infras.yaml", "{}\n"));
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->components.empty());
}

TEST(Infras, TellsEverythingThatIsWrong) {
    const auto read = parse_infras_yaml(
        SourceFile("im/infras.yaml", "a: text\nb: [x, configured]\nc: [x, great, '']\n"
                                     "d: [[], configured, '']\ne:\n"));
    ASSERT_FALSE(read);
    EXPECT_THAT(codes(read.error()), ElementsAre("DPL004", "DPL004", "DPL004", "DPL004", "DPL004"));
    EXPECT_EQ(read.error().diagnostics[1].span.line, 2U);
    EXPECT_FALSE(parse_infras_yaml(SourceFile("im/infras.yaml", "- a\n")));
}

class Store : public testing::Test {
protected:
    [[nodiscard]] Result<StateStore> open() const { return StateStore::open(m_folder, "im"); }
    [[nodiscard]] std::string file(const char* name) const {
        return read_file(m_folder / name).value_or("(absent)");
    }

    ScratchDirectory m_scratch;
    fs::path m_folder = m_scratch.path() / "im";
};

TEST_F(Store, KeepsRecordsFromRunToRun) {
    {
        auto store = open();
        ASSERT_TRUE(store);
        ASSERT_TRUE(store->set_im_url("https://im.example"));
        ASSERT_TRUE(store->put("front", full_record()));
        ASSERT_TRUE(store->put("back", skipped_record()));
        EXPECT_EQ(store->find("front"), full_record());
        EXPECT_EQ(store->find("other"), std::nullopt);
    }
    const auto store = open();
    ASSERT_TRUE(store);
    EXPECT_EQ(store->state().serial, 2U);
    EXPECT_EQ(store->state().im_url, "https://im.example");
    EXPECT_EQ(store->state().components.at("front"), full_record());
    EXPECT_EQ(file("infras.yaml"), to_infras_yaml(store->state()));
}

TEST_F(Store, FilesAreTheOwnersAlone) {
    auto store = open();
    ASSERT_TRUE(store && store->put("front", full_record()));
    EXPECT_EQ(fs::status(m_folder).permissions(), fs::perms(0700));
    for (const char* name : {"state.json", "infras.yaml", ".lock"}) {
        EXPECT_EQ(fs::status(m_folder / name).permissions(), fs::perms(0600)) << name;
    }
}

TEST_F(Store, WritesNothingIfNothingChanges) {
    auto store = open();
    ASSERT_TRUE(store && store->put("front", full_record()));
    int moments = 0;
    store->observe_writes([&](WriteMoment) { ++moments; });
    ASSERT_TRUE(store->put("front", full_record()));
    ASSERT_TRUE(store->erase("other"));
    EXPECT_EQ(moments, 0);
    EXPECT_EQ(store->state().serial, 1U);
}

TEST_F(Store, LastComponentTakesTheFilesAlong) {
    auto store = open();
    ASSERT_TRUE(store && store->put("front", full_record()));
    ASSERT_TRUE(store->erase("front"));
    EXPECT_FALSE(fs::exists(m_folder / "state.json"));
    EXPECT_FALSE(fs::exists(m_folder / "infras.yaml"));
}

TEST_F(Store, IsLockedForOthers) {
    {
        const auto store = open();
        ASSERT_TRUE(store);
        const auto second = open();
        ASSERT_FALSE(second);
        EXPECT_THAT(codes(second.error()), ElementsAre("DPL001"));
        EXPECT_EQ(second.error().kind, ErrorKind::input);
    }
    EXPECT_TRUE(open()) << "free again";
}

TEST_F(Store, AdoptsALoneInfrasFile) {
    ASSERT_TRUE(make_directories(m_folder));
    ASSERT_TRUE(write_file_atomic(m_folder / "infras.yaml", "a: [http://im/1, configured, '']\n"));
    auto store = open();
    ASSERT_TRUE(store);
    EXPECT_EQ(store->state().components.at("a").url, "http://im/1");
    EXPECT_FALSE(fs::exists(m_folder / "state.json")) << "nothing has changed yet";
    ASSERT_TRUE(store->set_im_url("http://im"));
    EXPECT_TRUE(fs::exists(m_folder / "state.json"));
}

TEST_F(Store, StateFileWinsAndRepairsTheOther) {
    {
        auto store = open();
        ASSERT_TRUE(store && store->put("front", full_record()));
    }
    const std::string infras = file("infras.yaml");
    ASSERT_TRUE(write_file_atomic(m_folder / "infras.yaml", "a: [http://im/1, configured, '']\n"));
    ASSERT_TRUE(open());
    EXPECT_EQ(file("infras.yaml"), infras);
    fs::remove(m_folder / "infras.yaml");
    ASSERT_TRUE(open());
    EXPECT_EQ(file("infras.yaml"), infras);
}

TEST_F(Store, BrokenFilesAreNoEmptyState) {
    ASSERT_TRUE(make_directories(m_folder));
    ASSERT_TRUE(write_file_atomic(m_folder / "state.json", "{"));
    EXPECT_FALSE(open());
    fs::remove(m_folder / "state.json");
    ASSERT_TRUE(write_file_atomic(m_folder / "infras.yaml", "a: ["));
    EXPECT_FALSE(open());
}

TEST_F(Store, RemovesWhatKilledRunsLeft) {
    ASSERT_TRUE(make_directories(m_folder));
    for (const char* name : {".state.json.77.tmp", ".infras.yaml.77.tmp", ".other.tmp"}) {
        ASSERT_TRUE(write_new_file(m_folder / name, "x"));
    }
    ASSERT_TRUE(open());
    EXPECT_FALSE(fs::exists(m_folder / ".state.json.77.tmp"));
    EXPECT_FALSE(fs::exists(m_folder / ".infras.yaml.77.tmp"));
    EXPECT_TRUE(fs::exists(m_folder / ".other.tmp"));
}

TEST_F(Store, BelongsToOneServer) {
    auto store = open();
    ASSERT_TRUE(store && store->set_im_url("http://one"));
    ASSERT_TRUE(store->set_im_url("http://two")) << "nothing is there yet";
    ASSERT_TRUE(store->put("front", full_record()));
    ASSERT_TRUE(store->set_im_url("http://two"));
    const auto other = store->set_im_url("http://three");
    ASSERT_FALSE(other);
    EXPECT_THAT(codes(other.error()), ElementsAre("DPL008"));
}

TEST_F(Store, TellsItsMoments) {
    auto store = open();
    ASSERT_TRUE(store);
    std::vector<WriteMoment> moments;
    store->observe_writes([&](WriteMoment moment) { moments.push_back(moment); });
    ASSERT_TRUE(store->put("front", full_record()));
    EXPECT_THAT(moments,
                ElementsAre(WriteMoment::before, WriteMoment::between_files, WriteMoment::after));
}

TEST_F(Store, SaysWhyItCannotWrite) {
    auto store = open();
    ASSERT_TRUE(store);
    fs::create_directories(m_folder / "infras.yaml/in the way");
    const auto written = store->put("front", full_record());
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().kind, ErrorKind::io);
}

TEST_F(Store, TakesRecordsFromSeveralThreads) {
    auto store = open();
    ASSERT_TRUE(store);
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
        threads.emplace_back([&store, i] {
            for (int round = 0; round < 10; ++round) {
                InfrastructureRecord record = full_record();
                record.attempts = round;
                EXPECT_TRUE(store->put("c" + std::to_string(i), record));
            }
        });
    }
    for (std::thread& thread : threads) {
        thread.join();
    }
    EXPECT_EQ(store->state().serial, 40U);
    EXPECT_EQ(parse_state(SourceFile("state.json", file("state.json"))).value(), store->state());
}

} // namespace
} // namespace aisprint::deploy
