// SPDX-License-Identifier: Apache-2.0
#include "queue_forecast.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace aisprint::profiling {

namespace {

using Seconds = std::chrono::duration<double>;

/// When a job held its slot.
struct Held {
    Moment begin;
    Moment end;
};

std::vector<Held> held_slots(const ServiceRun& run) {
    std::vector<Held> held;
    for (const JobRecord& job : run.jobs) {
        const std::optional<Moment>& begin = job.pod_create ? job.pod_create : job.job_start;
        if (begin && job.job_finish && *job.job_finish > *begin) {
            held.push_back({*begin, *job.job_finish});
        }
    }
    return held;
}

/// How many jobs ran at once, over the time of a run.
class Crowd {
public:
    explicit Crowd(const std::vector<Held>& held) {
        std::map<Moment, int> changes;
        for (const Held& job : held) {
            ++changes[job.begin];
            --changes[job.end];
        }
        int now = 0;
        double sum = 0;
        for (const auto& [moment, change] : changes) {
            if (!m_steps.empty()) {
                sum += now * Seconds(moment - m_steps.back().moment).count();
            }
            now += change;
            m_steps.push_back({moment, sum});
        }
    }

    /// Mean number of jobs over the time of one of them, itself included.
    [[nodiscard]] double mean_over(const Held& job) const {
        return (sum_until(job.end) - sum_until(job.begin)) / Seconds(job.end - job.begin).count();
    }

private:
    /// A moment at which a job began or ended, and the integral of the number until then.
    struct Step {
        Moment moment;
        double sum = 0;
    };

    [[nodiscard]] double sum_until(Moment moment) const {
        return std::lower_bound(
                   m_steps.begin(), m_steps.end(), moment,
                   [](const Step& step, Moment wanted) { return step.moment < wanted; })
            ->sum;
    }

    std::vector<Step> m_steps;
};

/// Sums over the jobs of a level.
struct LevelSums {
    double jobs = 0;
    double at_once = 0;
    double seconds = 0;
    double squares = 0;
};

/// Probability that an arriving job waits in M/M/c (Erlang's C), for a load below c.
double erlang_c(int slots, double load) {
    double blocking = 1; // Erlang's B by its recursion, which does not overflow
    for (int k = 1; k <= slots; ++k) {
        blocking = load * blocking / (k + load * blocking);
    }
    return blocking / (1 - load / slots * (1 - blocking));
}

/// Mean of the holding time over the numbers of other jobs that a job meets.
double mean_holding(const HoldingTimes& holding, double others, int most, Arrival arrival) {
    if (arrival != Arrival::poisson) {
        return holding.at(1 + std::min(others, static_cast<double>(most)));
    }
    // of a Poisson process an arrival sees the distribution over time; all slots bound it
    double probability = std::exp(-others);
    double rest = 1;
    double mean = 0;
    for (int k = 0; k < most; ++k) {
        mean += probability * holding.at(1 + k);
        rest -= probability;
        probability *= others / (k + 1);
    }
    return mean + std::max(0.0, rest) * holding.at(1 + most);
}

/// Mean number of other inputs on their way while one is.
double others_of(double seconds_in_all, double rate, Arrival arrival) {
    if (arrival == Arrival::poisson) {
        return rate * seconds_in_all;
    }
    double overlap = 0;
    for (int k = 1; k / rate < seconds_in_all; ++k) {
        overlap += 2 * (seconds_in_all - k / rate);
    }
    return seconds_in_all > 0 ? overlap / seconds_in_all : 0;
}

} // namespace

double HoldingTimes::at(double at_once) const {
    if (points.empty()) {
        return 0;
    }
    const auto above = std::find_if(points.begin(), points.end(),
                                    [&](const Point& point) { return point.at_once >= at_once; });
    if (above == points.begin()) {
        return points.front().seconds;
    }
    if (above == points.end()) {
        // by how much jobs ask for more than there is
        const auto crowding = [&](double jobs) {
            return machine_cores > 0 ? std::max(1.0, jobs * cpu / machine_cores) : 1.0;
        };
        return points.back().seconds * crowding(at_once) / crowding(points.back().at_once);
    }
    const Point& below = *std::prev(above);
    const double part = (at_once - below.at_once) / (above->at_once - below.at_once);
    return below.seconds + part * (above->seconds - below.seconds);
}

bool HoldingTimes::covers(double at_once) const {
    constexpr double k_slack = 0.25; // of a job: means are never exactly whole
    return !points.empty() && at_once >= points.front().at_once - k_slack &&
           at_once <= points.back().at_once + k_slack;
}

HoldingTimes holding_times(const std::vector<ServiceRun>& runs) {
    std::map<int, LevelSums> levels;
    for (const ServiceRun& run : runs) {
        const std::vector<Held> held = held_slots(run);
        const Crowd crowd(held);
        for (const Held& job : held) {
            const double seconds = Seconds(job.end - job.begin).count();
            LevelSums& level = levels[run.parallelism];
            level.jobs += 1;
            level.at_once += crowd.mean_over(job);
            level.seconds += seconds;
            level.squares += seconds * seconds;
        }
    }
    HoldingTimes times;
    for (const auto& [parallelism, level] : levels) {
        const double mean = level.seconds / level.jobs;
        if (times.points.empty()) {
            times.variation = std::max(0.0, level.squares / level.jobs / (mean * mean) - 1);
        }
        const double at_once = level.at_once / level.jobs;
        // levels at which no more jobs came together than at the one before tell nothing new
        if (times.points.empty() || at_once > times.points.back().at_once + 0.01) {
            times.points.push_back({at_once, mean});
        }
    }
    return times;
}

std::vector<StageForecast>
forecast_queues(const std::vector<QueueStage>& stages, double rate, Arrival arrival) {
    std::vector<StageForecast> forecasts(stages.size());
    int slots = 0;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        forecasts[i].holding = stages[i].holding.at(1);
        slots += stages[i].slots;
    }
    // holding times depend on how many jobs meet, and that on holding times
    constexpr int k_rounds = 100;
    for (int round = 0; round < k_rounds; ++round) {
        double in_all = 0;
        for (std::size_t i = 0; i < stages.size(); ++i) {
            in_all += stages[i].jobs_per_input * forecasts[i].holding;
        }
        const double others = others_of(in_all, rate, arrival);
        for (std::size_t i = 0; i < stages.size(); ++i) {
            const double next = mean_holding(stages[i].holding, others, slots - 1, arrival);
            forecasts[i].holding = (forecasts[i].holding + next) / 2;
            forecasts[i].at_once = 1 + std::min(others, static_cast<double>(slots - 1));
            forecasts[i].extrapolated = !stages[i].holding.covers(forecasts[i].at_once);
        }
    }
    double arrivals_vary = arrival == Arrival::poisson ? 1 : 0;
    for (std::size_t i = 0; i < stages.size(); ++i) {
        const QueueStage& stage = stages[i];
        StageForecast& forecast = forecasts[i];
        const double load = rate * stage.jobs_per_input * forecast.holding;
        const double use = load / stage.slots;
        if (use >= 1) {
            forecast.saturated = true;
            arrivals_vary = stage.holding.variation;
            continue;
        }
        forecast.waiting = (arrivals_vary + stage.holding.variation) / 2 *
                           erlang_c(stage.slots, load) * forecast.holding /
                           (stage.slots * (1 - use));
        arrivals_vary = 1 + (1 - use * use) * (arrivals_vary - 1) +
                        use * use / std::sqrt(stage.slots) * (stage.holding.variation - 1);
        arrivals_vary = std::max(0.0, arrivals_vary);
    }
    return forecasts;
}

} // namespace aisprint::profiling
