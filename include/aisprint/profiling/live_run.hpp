// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"
#include "aisprint/profiling/campaign.hpp"
#include "aisprint/profiling/report.hpp"
#include "aisprint/profiling/statistics.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// How a deployment is put under load.
struct LiveOptions {
    double rate = 1; ///< inputs per second
    Arrival arrival = Arrival::poisson;
    std::size_t inputs = 1;  ///< that are sent, those of the warm-up included
    std::size_t warm_up = 0; ///< the first of them, which do not count
    /// Jobs at once: of each component in the order of the chain, or one number for all. Empty:
    /// the highest level that run_parameters.yaml lists.
    std::vector<int> parallelism;
    std::uint64_t seed = 1;
    double machine_cores = 0; ///< that all jobs share, for the forecast; 0: not known
};

/// A time that is expected.
struct ExpectedTime {
    double seconds = 0;
    std::optional<double> lower; ///< of its interval
    std::optional<double> upper;
};

/// A response time: measured, and expected in two ways.
struct TimeComparison {
    std::size_t inputs = 0; ///< that were measured
    double mean = 0;        ///< s; 0 if nothing was measured
    /// Of the mean, 95 %, from means of batches, since times that follow each other are alike.
    std::optional<MeanInterval> interval;
    std::optional<ExpectedTime> model;    ///< of performance_models.json, as space4aid asks it
    std::optional<ExpectedTime> forecast; ///< of queues with the times of the campaign
};

/// What is wrong with an expected time, as a fraction of the measured mean; nothing if one of them
/// is not there.
[[nodiscard]] std::optional<double> error_of(const std::optional<ExpectedTime>& expected,
                                             const TimeComparison& times);

/// A component in a live run.
struct LiveComponent {
    std::string unit; ///< C1@VM1
    std::string partition;
    int parallelism = 1;
    double busy = 0; ///< mean number of its jobs that run, over its slots
    TimeComparison times;
    std::string model_name;         ///< LambdaBasedPredictor, ...; empty: no model
    std::vector<std::string> notes; ///< what limits the expected times
};

/// A path of components, from the creation of an input to the end of its last job.
struct LivePath {
    std::string name; ///< of the constraint, or "workflow"
    std::vector<std::string> partitions;
    std::optional<double> threshold; ///< s
    TimeComparison times;
};

/// What came of a live run.
struct LiveResult {
    std::string deployment; ///< deployment_0
    LiveOptions options;
    double observed_rate = 0; ///< inputs per second over the time in which they came
    double completed_rate = 0;
    std::vector<LiveComponent> components;
    std::vector<LivePath> paths; ///< constrained ones, then the whole workflow
    std::vector<std::string> health;
    bool interrupted = false;
    ReportData report; ///< for make_report()
};

/// The number of the deployment called `name`: deployment_I of the campaign, or one of the design
/// if it fits one of the campaign only. An empty name means what production_deployment.yaml places.
/// Fails (input, PRF080) for names that are unknown or leave a choice.
[[nodiscard]] Result<std::size_t> find_live_deployment(const config::ApplicationFolder& folder,
                                                       const CampaignPlan& plan,
                                                       const std::string& name,
                                                       Reporter& reporter);

/// The rate that the annotation expected_throughput of the first component promises; nothing if it
/// has none.
[[nodiscard]] Result<std::optional<double>> annotated_rate(const config::ApplicationFolder& folder,
                                                           const CampaignPlan& plan);

/// Runs a deployment under load and compares response times with what models and queues let
/// expect. Components without a usable entry in performance_models.json are warnings (PRF082).
/// Logs go to `target`, which is emptied; its parent is locked. backend.check() must have passed.
/// Fails (input), (io).
[[nodiscard]] Result<LiveResult> run_live(const config::ApplicationFolder& folder,
                                          const CampaignPlan& plan,
                                          std::size_t deployment,
                                          const LiveOptions& options,
                                          const std::filesystem::path& target,
                                          Backend& backend,
                                          const ProgressSink& progress,
                                          Reporter& reporter,
                                          const std::stop_token& stop);

} // namespace aisprint::profiling
