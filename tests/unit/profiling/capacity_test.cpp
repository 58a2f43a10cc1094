// SPDX-License-Identifier: Apache-2.0
#include "campaign_fixture.hpp"

#include "aisprint/profiling/machine.hpp"
#include "capacity.hpp"
#include "job_process.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>

namespace aisprint::profiling {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// The campaign of the fixture asks for 2 x 4 x 0.9 cores at most, and 2 x 4 x 1024 MB.
class Capacities : public CampaignTest {
protected:
    void use(const std::string& other) {
        std::string text = text_of("oscarp/run_parameters.yaml");
        write("oscarp/run_parameters.yaml", text + "other: {" + other + "}\n");
    }

    Result<CampaignSummary> run_on(const Capacity& capacity) {
        CampaignOptions options;
        options.capacity = capacity;
        Notes notes;
        return run(m_backend, notes, options);
    }

    std::vector<std::string> codes() const {
        std::vector<std::string> told;
        for (const Diagnostic& diagnostic : m_reporter.diagnostics()) {
            told.push_back(diagnostic.code);
        }
        return told;
    }

    FixedBackend m_backend;
};

TEST_F(Capacities, LevelsThatFitAreNotMarked) {
    const auto summary = run_on({10.8, 12288});
    ASSERT_TRUE(summary);
    EXPECT_THAT(summary->units[0].oversubscribed, IsEmpty());
    EXPECT_THAT(codes(), Not(Contains("PRF055")));
}

TEST_F(Capacities, LevelsBeyondTheMachineAreAWarning) {
    const auto summary = run_on({2, 12288});
    ASSERT_TRUE(summary);
    EXPECT_EQ(m_backend.m_calls.size(), 24U);
    EXPECT_THAT(summary->degraded, IsEmpty());
    // alone, four containers ask for 3.6 cores and two for 1.8
    EXPECT_THAT(summary->units[0].oversubscribed, ElementsAre(1U, 2U));
    EXPECT_EQ(std::ranges::count(codes(), "PRF055"), 1);
    const auto record = nlohmann::json::parse(
        text_of("oscarp/c1/deployment_0/Full_workflow/runs/Run #4/run_configuration.json"));
    EXPECT_EQ(record["oversubscribed"],
              "C1@VM1 (2), C2@VM2 (2) ask for 3.6 cores and 4096 MB at once, 2 and 12288 are "
              "usable here");
    EXPECT_THAT(text_of("oscarp/c1/deployment_0/input.yaml"), HasSubstr("oversubscribed: "));
}

TEST_F(Capacities, LevelsBeyondTheMachineAreDegradedIfTheyAreAllowed) {
    use("allow_oversubscription: true");
    const auto summary = run_on({2, 12288});
    ASSERT_TRUE(summary);
    EXPECT_THAT(
        summary->degraded,
        Contains(HasSubstr("deployment_0, Run #1, oversubscribed: C1@VM1 (4), C2@VM2 (4)")));
    EXPECT_THAT(codes(), Not(Contains("PRF055")));
}

TEST_F(Capacities, LevelsBeyondTheMachineAreRefusedIfTheyAreNotAllowed) {
    use("allow_oversubscription: false");
    const auto refused = run_on({2, 12288});
    ASSERT_FALSE(refused);
    EXPECT_THAT(m_backend.m_calls, IsEmpty());
    EXPECT_FALSE(fs::exists(m_scratch.path() / "oscarp/c1"));
    std::vector<std::string> messages;
    for (const Diagnostic& diagnostic : refused.error().diagnostics) {
        EXPECT_EQ(diagnostic.code, "PRF054");
        messages.push_back(diagnostic.message);
    }
    EXPECT_THAT(messages, Contains(AllOf(HasSubstr("deployment_0, level 1: C1@VM1 (4), C2@VM2"),
                                         HasSubstr("parallelism 1 would fit"))));
    EXPECT_THAT(messages, Contains(AllOf(HasSubstr("deployment_0, level 1: C1@VM1 (4) ask"),
                                         HasSubstr("parallelism 2 would fit"))));
    EXPECT_THAT(messages, Contains(HasSubstr("deployment_1, level 2: C1P1.1@VM1 (2), C1P1.2@VM1")));
}

TEST_F(Capacities, MemoryCountsAsCoresDo) {
    use("allow_oversubscription: false");
    const auto refused = run_on({100, 3000});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().diagnostics[0].message, HasSubstr("parallelism 1 would fit"));
}

TEST(Machines, TellWhatTheyHave) {
    const Machine machine = describe_machine();
    EXPECT_FALSE(machine.host.empty());
    EXPECT_GT(machine.cores, 0);
    EXPECT_GT(machine.capacity.cores, 0);
    EXPECT_LE(machine.capacity.cores, machine.cores);
    EXPECT_GT(machine.capacity.memory_mb, 0);
    EXPECT_LT(machine.capacity.memory_mb, machine.memory_mb);
    EXPECT_THAT(to_lines(machine), Contains(::testing::Pair("host", machine.host)));
}

/// A shell whose child holds memory until it is ended.
JobProcess greedy(const fs::path& folder, const std::string& megabytes) {
    JobProcess process;
    process.command = {"/bin/sh", "-c",
                       "python3 -c 'import time; x = bytearray(" + megabytes +
                           " << 20); print(\"held\", flush=True); time.sleep(0.4)'; "
                           "exit 3"};
    process.directory = folder;
    process.log = folder / "log";
    process.memory_limit_bytes = std::uint64_t{64} << 20;
    return process;
}

TEST(Watchdog, EndsAProcessWhoseDescendantsHoldTooMuch) {
    const ScratchDirectory scratch;
    const auto end = run_job(greedy(scratch.path(), "200"), {});
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->out_of_memory);
    EXPECT_FALSE(end->timed_out);
    EXPECT_EQ(end->exit_code, 128 + SIGKILL);
}

TEST(Watchdog, LeavesOthersAlone) {
    const ScratchDirectory scratch;
    const auto end = run_job(greedy(scratch.path(), "1"), {});
    ASSERT_TRUE(end);
    EXPECT_FALSE(end->out_of_memory);
    EXPECT_EQ(end->exit_code, 3);
    const auto log = read_file(scratch.path() / "log");
    ASSERT_TRUE(log);
    EXPECT_EQ(*log, "held\n");
}

TEST(Watchdog, KeepsTimeouts) {
    const ScratchDirectory scratch;
    JobProcess process = greedy(scratch.path(), "1");
    process.command = {"/bin/sleep", "60"};
    process.timeout = std::chrono::milliseconds(250);
    const auto end = run_job(process, {});
    ASSERT_TRUE(end);
    EXPECT_TRUE(end->timed_out);
    EXPECT_FALSE(end->out_of_memory);
}

/// What is told of annotations and GPUs.
class Devices : public CampaignTest {
protected:
    Devices() = default;

    void annotate(const std::string& device) {
        write("common_config/annotations.yaml",
              "app/src/a/main.py:\n  component_name: {name: a}\n  device_constraints: " + device +
                  "\n");
    }

    std::vector<std::string> errors() {
        const auto planned = plan_campaign(m_folder, m_reporter);
        std::vector<std::string> told;
        for (const Diagnostic& diagnostic :
             planned ? std::vector<Diagnostic>() : planned.error().diagnostics) {
            told.push_back(diagnostic.code + " " + diagnostic.message);
        }
        return told;
    }
};

TEST_F(Devices, WithoutAnnotationsAreNotChecked) {
    EXPECT_THAT(errors(), IsEmpty());
    ASSERT_EQ(m_reporter.diagnostics().size(), 1U);
    EXPECT_EQ(m_reporter.diagnostics()[0].code, "PRF025");
}

TEST_F(Devices, ThatAreLargeEnoughAreFine) {
    annotate("{ram: 1024, vram: 0}");
    EXPECT_THAT(errors(), IsEmpty());
    EXPECT_THAT(m_reporter.diagnostics(), IsEmpty());
}

TEST_F(Devices, ThatAreTooSmallAreRefused) {
    annotate("{ram: 2048}");
    EXPECT_THAT(errors(),
                ElementsAre("PRF026 Memory size in candidate_deployments is less than what "
                            "specified in the annotations for component a: C1@VM1 has 1024 MB, "
                            "2048 are needed"));
}

TEST_F(Devices, WithAGpuMustAskForIt) {
    annotate("{ram: 512, vram: 2048}");
    EXPECT_THAT(errors(), ElementsAre("PRF027 Component a requires a GPU, but the requirement is "
                                      "not set in candidate_deployments"));
}

TEST_F(Devices, AskedForAGpuMustHaveOne) {
    annotate("{ram: 512}");
    std::string text = text_of("common_config/candidate_deployments.yaml");
    text.replace(text.find("image: ''"), 9, "GPURequirement: true, image: ''");
    write("common_config/candidate_deployments.yaml", text);
    EXPECT_THAT(errors(), ElementsAre("PRF028 C1@VM1 asks for a GPU, but resource VM1 has no "
                                      "accelerator"));
}

} // namespace
} // namespace aisprint::profiling
