// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/calibration.hpp"

#include "campaign_fixture.hpp"

#include <gmock/gmock.h>

namespace aisprint::profiling {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

class CalibrationTest : public CampaignTest {
protected:
    Calibration run_with(FixedBackend& backend,
                         const std::vector<std::string>& only = {},
                         const Knowledge& known = {}) {
        const ScratchDirectory scratch;
        auto found =
            calibrate(plan(), only, known, backend, scratch.path(), backend.m_source.get_token());
        EXPECT_TRUE(found);
        return found ? std::move(*found) : Calibration();
    }

    std::size_t tests_that_ran() {
        return fs::exists(m_scratch.path() / "oscarp/c1") ? files().size() : 0;
    }
};

TEST_F(CalibrationTest, LetsOneInputThroughEachDeployment) {
    FixedBackend backend;
    backend.m_seconds = [](const RunRequest& request) {
        EXPECT_EQ(FixedBackend::objects_of(request), 1U);
        EXPECT_EQ(request.services.front().parallelism, 1);
        return std::chrono::seconds(3);
    };
    const Calibration found = run_with(backend);
    EXPECT_THAT(backend.m_calls, ElementsAre("C1@VM1+C2@VM2", "C1P1.1@VM1+C1P1.2@VM1+C2@VM2"));
    EXPECT_THAT(found.parts, ElementsAre(Pair("a", 3), Pair("a_partition1_1", 3),
                                         Pair("a_partition1_2", 3), Pair("b", 3)));
    EXPECT_EQ(found.knowledge.size(), 4U);
    EXPECT_THAT(found.failed, IsEmpty());
    EXPECT_EQ(tests_that_ran(), 0U) << "the campaign itself has not begun";
    const CampaignEstimate estimate = estimate_campaign(plan(), {}, found.knowledge, {});
    EXPECT_THAT(estimate.unknown, IsEmpty());
}

TEST_F(CalibrationTest, RunsOnlyWhatIsNotKnown) {
    FixedBackend backend;
    Knowledge known;
    known["C1@VM1"] = {7, 1};
    known["C2@VM2"] = {7, 1};
    const Calibration found = run_with(backend, {}, known);
    EXPECT_THAT(backend.m_calls, ElementsAre("C1P1.1@VM1+C1P1.2@VM1+C2@VM2"));
    EXPECT_THAT(found.parts, ElementsAre(Pair("a_partition1_1", 1), Pair("a_partition1_2", 1)));
    EXPECT_FALSE(found.knowledge.contains("C2@VM2")) << "tests tell more than one job";
    FixedBackend idle;
    EXPECT_TRUE(run_with(idle, {"deployment_0"}, known).parts.empty());
    EXPECT_THAT(idle.m_calls, IsEmpty());
}

TEST_F(CalibrationTest, CanBeInterrupted) {
    FixedBackend backend;
    backend.m_stop_at = 1;
    const Calibration found = run_with(backend);
    EXPECT_TRUE(found.interrupted);
    EXPECT_EQ(backend.m_calls.size(), 1U);
}

} // namespace
} // namespace aisprint::profiling
