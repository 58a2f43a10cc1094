// SPDX-License-Identifier: Apache-2.0
#include "queue_forecast.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <deque>
#include <limits>
#include <map>
#include <optional>

namespace aisprint::profiling {

namespace {

using Seconds = std::chrono::duration<double>;

constexpr double k_shortest = 1e-6; ///< s, so that jobs which take no time end, too

/// When a job held its slot.
struct Held {
    Moment begin;
    Moment end;
};

std::vector<Held> held_by(const std::vector<JobRecord>& jobs) {
    std::vector<Held> held;
    for (const JobRecord& job : jobs) {
        const std::optional<Moment>& begin = job.pod_create ? job.pod_create : job.job_start;
        if (begin && job.job_finish && *job.job_finish > *begin) {
            held.push_back({*begin, *job.job_finish});
        }
    }
    return held;
}

/// How many jobs ran at once, over the time of a test.
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

double median_of(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    if (values.size() % 2 != 0) {
        return *middle;
    }
    return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

/// Slots that were held with about as many jobs at once.
struct Group {
    HeldSlot middle;
    double weight = 0; ///< number of slots
};

Group joined(const Group& one, const Group& other) {
    const double weight = one.weight + other.weight;
    const auto mean = [&](double HeldSlot::*value) {
        return (one.middle.*value * one.weight + other.middle.*value * other.weight) / weight;
    };
    return {{mean(&HeldSlot::at_once), mean(&HeldSlot::seconds)}, weight};
}

/// One passage of a list of arrivals through the stages.
class Passage {
public:
    explicit Passage(const std::vector<QueueStage>& stages)
        : m_stages(stages), m_waiting(stages.size()), m_running(stages.size(), 0),
          m_owed(stages.size(), 0), m_jobs(stages.size()) {}

    std::vector<std::vector<ForecastJob>> run(const std::vector<double>& arrivals) {
        std::size_t next = 0;
        while (next < arrivals.size() || !m_active.empty()) {
            const double end = m_now + shortest_rest();
            if (next < arrivals.size() && (m_active.empty() || arrivals[next] <= end)) {
                advance(std::max(arrivals[next], m_now));
                create(0, next);
                ++next;
            } else {
                advance(end);
                finish_jobs();
            }
            fill_slots();
        }
        return std::move(m_jobs);
    }

private:
    /// A job that holds a slot.
    struct Active {
        std::size_t stage = 0;
        std::size_t job = 0; ///< of the stage
        double rest = 1;     ///< share of its work that is left
        double met = 0;      ///< integral of the number of jobs at once
    };

    /// Seconds that a job of a stage needs with as many at once as now.
    [[nodiscard]] double holding(std::size_t stage) const {
        return std::max(k_shortest,
                        m_stages[stage].holding.at(static_cast<double>(m_active.size())));
    }

    [[nodiscard]] double shortest_rest() const {
        double shortest = std::numeric_limits<double>::infinity();
        for (const Active& job : m_active) {
            shortest = std::min(shortest, job.rest * holding(job.stage));
        }
        return shortest;
    }

    void advance(double moment) {
        for (Active& job : m_active) {
            job.rest -= (moment - m_now) / holding(job.stage);
            job.met += (moment - m_now) * static_cast<double>(m_active.size());
        }
        m_now = moment;
    }

    /// Jobs of a stage for something that has reached it: one, or as many as a share of them adds
    /// up to.
    void create(std::size_t stage, std::size_t input) {
        const double before = stage == 0 ? 1 : m_stages[stage - 1].jobs_per_input;
        m_owed[stage] += m_stages[stage].jobs_per_input / before;
        constexpr double k_slack = 1e-9; // thirds add up to less than one
        for (; m_owed[stage] >= 1 - k_slack; m_owed[stage] -= 1) {
            m_waiting[stage].push_back(m_jobs[stage].size());
            m_jobs[stage].push_back({input, m_now, m_now, m_now, 1});
        }
    }

    void finish_jobs() {
        constexpr double k_instant = 1e-9; // s: more than moments are rounded by
        const auto still_runs = [this](const Active& job) {
            return job.rest * holding(job.stage) > k_instant;
        };
        const auto first_done = std::stable_partition(m_active.begin(), m_active.end(), still_runs);
        const std::vector<Active> done_now(first_done, m_active.end());
        m_active.erase(first_done, m_active.end());
        for (const Active& job : done_now) {
            ForecastJob& done = m_jobs[job.stage][job.job];
            done.finished = m_now;
            if (done.finished > done.started) {
                done.at_once = job.met / (done.finished - done.started);
            }
            --m_running[job.stage];
            if (job.stage + 1 < m_stages.size()) {
                create(job.stage + 1, done.input);
            }
        }
    }

    void fill_slots() {
        for (std::size_t stage = 0; stage < m_stages.size(); ++stage) {
            while (!m_waiting[stage].empty() && m_running[stage] < m_stages[stage].slots) {
                const std::size_t job = m_waiting[stage].front();
                m_waiting[stage].pop_front();
                m_jobs[stage][job].started = m_now;
                m_active.push_back({stage, job, 1, 0});
                ++m_running[stage];
            }
        }
    }

    const std::vector<QueueStage>& m_stages;
    std::vector<std::deque<std::size_t>> m_waiting; ///< jobs, by stage
    std::vector<int> m_running;                     ///< number of jobs, by stage
    std::vector<double> m_owed; ///< parts of jobs that did not make a whole one, by stage
    std::vector<std::vector<ForecastJob>> m_jobs;
    std::vector<Active> m_active;
    double m_now = 0;
};

} // namespace

std::vector<HeldSlot> held_slots(const std::vector<std::vector<JobRecord>>& services,
                                 std::size_t service) {
    std::vector<Held> all;
    for (const std::vector<JobRecord>& jobs : services) {
        const std::vector<Held> held = held_by(jobs);
        all.insert(all.end(), held.begin(), held.end());
    }
    const Crowd crowd(all);
    std::vector<HeldSlot> slots;
    for (const Held& job : held_by(services[service])) {
        slots.push_back({crowd.mean_over(job), Seconds(job.end - job.begin).count()});
    }
    return slots;
}

double HoldingTimes::at(double at_once) const {
    if (points.empty()) {
        return 0;
    }
    const auto above = std::find_if(points.begin(), points.end(), [&](const HeldSlot& point) {
        return point.at_once >= at_once;
    });
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
    const HeldSlot& below = *std::prev(above);
    const double part = (at_once - below.at_once) / (above->at_once - below.at_once);
    return below.seconds + part * (above->seconds - below.seconds);
}

bool HoldingTimes::covers(double at_once) const {
    constexpr double k_slack = 0.25; // of a job: means are never exactly whole
    return !points.empty() && at_once >= points.front().at_once - k_slack &&
           at_once <= points.back().at_once + k_slack;
}

HoldingTimes fit_holding_times(const std::vector<HeldSlot>& slots) {
    std::map<long, std::vector<HeldSlot>> by_number;
    for (const HeldSlot& slot : slots) {
        by_number[std::lround(slot.at_once)].push_back(slot);
    }
    std::vector<Group> groups;
    for (const auto& [number, alike] : by_number) {
        std::vector<double> seconds;
        double at_once = 0;
        for (const HeldSlot& slot : alike) {
            seconds.push_back(slot.seconds);
            at_once += slot.at_once;
        }
        const auto count = static_cast<double>(alike.size());
        groups.push_back({{at_once / count, median_of(std::move(seconds))}, count});
        while (groups.size() > 1 &&
               groups[groups.size() - 2].middle.seconds > groups.back().middle.seconds) {
            const Group last = groups.back();
            groups.pop_back();
            groups.back() = joined(groups.back(), last);
        }
    }
    HoldingTimes times;
    for (const Group& group : groups) {
        times.points.push_back(group.middle);
    }
    return times;
}

std::vector<std::vector<ForecastJob>> forecast_queues(const std::vector<QueueStage>& stages,
                                                      const std::vector<double>& arrivals) {
    return Passage(stages).run(arrivals);
}

} // namespace aisprint::profiling
