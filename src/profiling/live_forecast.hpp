// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "queue_forecast.hpp"

#include "aisprint/profiling/live_run.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// The chain of a deployment as queues, with `parallelism` slots for each unit. How long units hold
/// their slots is taken from all tests of the campaign in which they stand, of whole workflows and
/// alone; how many jobs come of an input, from the whole workflows of the deployment (1 if none is
/// done). Fails (io), (input, PRF041).
[[nodiscard]] Result<std::vector<QueueStage>>
stages_of_campaign(const CampaignPlan& plan,
                   std::size_t deployment,
                   const std::vector<int>& parallelism);

/// What queues let expect of the inputs of a live run.
class LiveForecast {
public:
    LiveForecast() = default;

    /// For inputs that came when `uploads` say; the first `warm_up` of them do not count.
    LiveForecast(std::vector<QueueStage> stages,
                 const std::vector<Upload>& uploads,
                 std::size_t warm_up);

    /// Mean response time of the jobs of a unit. Nothing if the campaign does not know the unit;
    /// that, and a forecast beyond what was measured, is noted.
    [[nodiscard]] std::optional<ExpectedTime> component(std::size_t position,
                                                        std::vector<std::string>& notes) const;

    /// Mean over inputs, from the creation of an input's first job at `first` to the end of its
    /// last at `last`. Nothing if the campaign does not know one of the units between.
    [[nodiscard]] std::optional<ExpectedTime> path(std::size_t first, std::size_t last) const;

    [[nodiscard]] double jobs_per_input(std::size_t position) const {
        return m_stages[position].jobs_per_input;
    }

private:
    [[nodiscard]] bool is_known(std::size_t position) const {
        return !m_stages[position].holding.points.empty();
    }

    std::vector<QueueStage> m_stages;
    std::size_t m_warm_up = 0;
    std::vector<std::vector<ForecastJob>> m_jobs; ///< by stage
};

} // namespace aisprint::profiling
