// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/live_run.hpp"

#include "live_forecast.hpp"
#include "live_models.hpp"
#include "live_paths.hpp"

#include "aisprint/base/file_lock.hpp"
#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;
using Seconds = std::chrono::duration<double>;

/// Keeps other runs out of a folder, which is made if it is not there. Fails (input, PRF086) if
/// another run holds it, (io).
Result<FileLock> lock_folder(const fs::path& folder) {
    AISPRINT_TRY(make_directories(folder));
    return FileLock::on_file(
        folder / ".lock", make_error_in(folder.string(), "PRF086",
                                        "another run of a deployment goes on in this application",
                                        "wait for its end: two at once would measure each other"));
}

/// The job that came of an input in each stage; the last one to finish where there are several.
struct Journey {
    std::vector<std::vector<const JobRecord*>> jobs; ///< by stage
};

/// Follows the inputs through the chain by the names of objects: what a job wrote is what a job of
/// the next stage read.
std::vector<Journey> follow(const RunOutcome& outcome) {
    std::map<std::string, std::size_t> inputs;
    for (std::size_t i = 0; i < outcome.uploads.size(); ++i) {
        inputs.emplace(outcome.uploads[i].key, i);
    }
    std::vector<Journey> journeys(outcome.uploads.size());
    for (Journey& journey : journeys) {
        journey.jobs.resize(outcome.jobs.size());
    }
    for (std::size_t stage = 0; stage < outcome.jobs.size(); ++stage) {
        std::map<std::string, std::size_t> outputs;
        for (const JobRecord& job : outcome.jobs[stage]) {
            const auto input = inputs.find(job.input_key);
            if (input == inputs.end() || job.status != JobStatus::succeeded) {
                continue;
            }
            journeys[input->second].jobs[stage].push_back(&job);
            for (const std::string& key : job.output_keys) {
                outputs.emplace(key, input->second);
            }
        }
        inputs = std::move(outputs);
    }
    return journeys;
}

/// Seconds from the creation of the first job of stage `first` to the end of the last of `last`.
std::optional<double> path_seconds(const Journey& journey, std::size_t first, std::size_t last) {
    std::optional<Moment> begin;
    for (const JobRecord* job : journey.jobs[first]) {
        begin = begin ? std::min(*begin, *job->job_create) : *job->job_create;
    }
    std::optional<Moment> end;
    for (const JobRecord* job : journey.jobs[last]) {
        end = end ? std::max(*end, *job->job_finish) : *job->job_finish;
    }
    return begin && end ? std::optional<double>(Seconds(*end - *begin).count()) : std::nullopt;
}

/// The mean of times in the order of arrival, with the interval from means of batches.
void summarise(const std::vector<double>& times, TimeComparison& comparison) {
    constexpr std::size_t k_batches = 10;
    constexpr std::size_t k_least_batch = 3;
    comparison.inputs = times.size();
    if (times.empty()) {
        return;
    }
    double sum = 0;
    for (const double time : times) {
        sum += time;
    }
    comparison.mean = sum / static_cast<double>(times.size());
    if (times.size() < k_batches * k_least_batch) {
        comparison.interval = mean_interval(times);
        return;
    }
    std::vector<double> means;
    for (std::size_t batch = 0; batch < k_batches; ++batch) {
        const std::size_t begin = batch * times.size() / k_batches;
        const std::size_t end = (batch + 1) * times.size() / k_batches;
        double batch_sum = 0;
        for (std::size_t i = begin; i < end; ++i) {
            batch_sum += times[i];
        }
        means.push_back(batch_sum / static_cast<double>(end - begin));
    }
    comparison.interval = mean_interval(means);
}

/// A live run of one deployment.
class LiveRun {
public:
    LiveRun(const CampaignPlan& plan, std::size_t deployment, const LiveOptions& options)
        : m_plan(plan), m_deployment(deployment), m_options(options),
          m_chain(plan.testbed.deployments[deployment]) {
        m_result.deployment = fmt::format("deployment_{}", deployment);
        m_result.options = options;
    }

    Result<LiveResult> run(const config::ApplicationFolder& folder,
                           const fs::path& target,
                           Backend& backend,
                           const ProgressSink& progress,
                           Reporter& reporter,
                           const std::stop_token& stop) {
        AISPRINT_TRY_ASSIGN(std::vector<PathConstraint> constraints,
                            load_path_constraints(folder, m_plan, m_chain, reporter));
        AISPRINT_TRY_ASSIGN(m_models, load_live_models(folder, m_plan, m_chain, reporter));
        const RunRequest request = make_request(target);
        AISPRINT_TRY(remove_tree(target));
        AISPRINT_TRY_ASSIGN(m_outcome, backend.run(request, progress, stop));
        AISPRINT_TRY(remove_tree(request.work));
        m_result.interrupted = m_outcome.interrupted;
        m_result.health = m_outcome.health;
        if (m_outcome.interrupted) {
            return std::move(m_result);
        }
        m_journeys = follow(m_outcome);
        observe_rates();
        AISPRINT_TRY(compare_components(request));
        for (const PathConstraint& constraint : constraints) {
            compare_path(constraint);
        }
        make_report_data(request);
        return std::move(m_result);
    }

private:
    [[nodiscard]] const Unit& unit_at(std::size_t position) const {
        return m_plan.testbed.units[m_chain.units[position]];
    }

    [[nodiscard]] int parallelism_at(std::size_t position) const {
        const std::vector<int>& given = m_options.parallelism;
        return given.empty()       ? unit_at(position).parameters.parallelism.front()
               : given.size() == 1 ? given.front()
                                   : given[position];
    }

    [[nodiscard]] RunRequest make_request(const fs::path& target) const {
        RunRequest request;
        for (std::size_t i = 0; i < m_chain.units.size(); ++i) {
            request.services.push_back({&unit_at(i), parallelism_at(i),
                                        m_plan.schedules[m_deployment].fits[i].containers, i});
        }
        request.input_files = m_plan.input_files;
        request.single_inputs = m_options.inputs;
        request.arrival = m_options.arrival;
        request.inter_upload_seconds = 1 / m_options.rate;
        request.seed = m_options.seed;
        request.workflow = "live run\n";
        request.folder = target;
        request.work = target / ".work";
        return request;
    }

    /// Inputs that count, in the order of their arrival.
    [[nodiscard]] std::vector<Journey> counted() const {
        const std::size_t skipped = std::min(m_options.warm_up, m_journeys.size());
        return {m_journeys.begin() + static_cast<std::ptrdiff_t>(skipped), m_journeys.end()};
    }

    /// The rate of the inputs that were drawn: a few of them are never exactly at the one that was
    /// asked for, and it is not the models' fault.
    [[nodiscard]] double drawn_rate() const {
        return m_result.observed_rate > 0 ? m_result.observed_rate : m_options.rate;
    }

    void observe_rates() {
        const std::size_t count = m_outcome.uploads.size();
        if (count > 1) {
            const double span = m_outcome.uploads.back().seconds;
            m_result.observed_rate = span > 0 ? static_cast<double>(count - 1) / span : 0;
        }
        std::vector<Moment> ends;
        for (const Journey& journey : m_journeys) {
            for (const JobRecord* job : journey.jobs.back()) {
                ends.push_back(*job->job_finish);
            }
        }
        std::sort(ends.begin(), ends.end());
        if (ends.size() > 1 && ends.back() > ends.front()) {
            m_result.completed_rate =
                static_cast<double>(ends.size() - 1) / Seconds(ends.back() - ends.front()).count();
        }
    }

    Result<void> compare_components(const RunRequest& request) {
        AISPRINT_TRY(make_forecast());
        for (std::size_t i = 0; i < m_chain.units.size(); ++i) {
            LiveComponent component;
            component.unit = unit_at(i).id;
            component.partition = unit_at(i).partition;
            component.parallelism = request.services[i].parallelism;
            component.busy = busy_share(i, component.parallelism);
            std::vector<double> times;
            for (const Journey& journey : counted()) {
                for (const JobRecord* job : journey.jobs[i]) {
                    times.push_back(Seconds(*job->job_finish - *job->job_create).count());
                }
            }
            summarise(times, component.times);
            expect(i, component);
            m_result.components.push_back(std::move(component));
        }
        return {};
    }

    Result<void> make_forecast() {
        std::vector<int> parallelism;
        for (std::size_t i = 0; i < m_chain.units.size(); ++i) {
            parallelism.push_back(parallelism_at(i));
        }
        AISPRINT_TRY_ASSIGN(std::vector<QueueStage> stages,
                            stages_of_campaign(m_plan, m_deployment, parallelism));
        for (QueueStage& stage : stages) {
            stage.holding.machine_cores = m_options.machine_cores;
        }
        m_forecast = LiveForecast(std::move(stages), m_outcome.uploads, m_options.warm_up);
        return {};
    }

    void expect(std::size_t position, LiveComponent& component) {
        const auto model = m_models.find(component.unit);
        if (model != m_models.end()) {
            component.model_name = model->second.name;
            component.times.model =
                ask_model(model->second, component.parallelism * unit_at(position).cpu,
                          drawn_rate() * m_forecast.jobs_per_input(position), component.notes);
        }
        component.times.forecast = m_forecast.component(position, component.notes);
    }

    /// Share of the time in which the slots of a component worked.
    [[nodiscard]] double busy_share(std::size_t position, int slots) const {
        std::optional<Moment> begin;
        std::optional<Moment> end;
        Seconds held(0);
        for (const JobRecord& job : m_outcome.jobs[position]) {
            begin = begin ? std::min(*begin, *job.job_create) : *job.job_create;
            end = end ? std::max(*end, *job.job_finish) : *job.job_finish;
            held += *job.job_finish - *job.pod_create;
        }
        return begin && *end > *begin ? held / Seconds(*end - *begin) / slots : 0;
    }

    void compare_path(const PathConstraint& constraint) {
        LivePath path;
        path.name = constraint.name;
        path.threshold = constraint.threshold;
        std::vector<double> times;
        for (const Journey& journey : counted()) {
            if (const auto seconds = path_seconds(journey, constraint.first, constraint.last)) {
                times.push_back(*seconds);
            }
        }
        summarise(times, path.times);
        path.times.model = ExpectedTime();
        for (std::size_t i = constraint.first; i <= constraint.last; ++i) {
            path.partitions.push_back(unit_at(i).partition);
            add(m_result.components[i].times.model, path.times.model);
        }
        path.times.forecast = m_forecast.path(constraint.first, constraint.last);
        m_result.paths.push_back(std::move(path));
    }

    /// A sum with a part that is not known is not known.
    static void add(const std::optional<ExpectedTime>& part, std::optional<ExpectedTime>& sum) {
        if (!part || !sum) {
            sum.reset();
            return;
        }
        sum->seconds += part->seconds;
    }

    void make_report_data(const RunRequest& request) {
        m_result.report.title =
            fmt::format("{} at {:.4g} inputs/s", m_result.deployment, m_options.rate);
        for (std::size_t i = 0; i < m_chain.units.size(); ++i) {
            const Unit& unit = unit_at(i);
            ReportUnit entry;
            entry.id = unit.id;
            entry.component = unit.component;
            entry.resource = unit.resource;
            entry.service = unit.service;
            entry.cpu = unit.cpu;
            entry.model = m_result.components[i].model_name;
            ServiceRun run;
            run.parallelism = request.services[i].parallelism;
            for (const JobRecord& job : m_outcome.jobs[i]) {
                if (job.status == JobStatus::succeeded) {
                    run.jobs.push_back(job);
                }
            }
            entry.runs.push_back(std::move(run));
            const std::vector<ResponseRow> rows = response_rows(entry.runs, unit.cpu);
            const auto& model = m_result.components[i].times.model;
            if (!rows.empty() && model) {
                entry.predictions.push_back({rows[0].cores, rows[0].observed_throughput,
                                             model->seconds, model->lower, model->upper});
            }
            m_result.report.units.push_back(std::move(entry));
        }
    }

    const CampaignPlan& m_plan;
    std::size_t m_deployment;
    LiveOptions m_options;
    const UnitChain& m_chain;
    std::map<std::string, LiveModel> m_models;
    RunOutcome m_outcome;
    std::vector<Journey> m_journeys; ///< by input; they point into the outcome
    LiveForecast m_forecast;
    LiveResult m_result;
};

} // namespace

std::optional<double> error_of(const std::optional<ExpectedTime>& expected,
                               const TimeComparison& times) {
    if (!expected || times.inputs == 0 || times.mean <= 0) {
        return std::nullopt;
    }
    return (expected->seconds - times.mean) / times.mean;
}

Result<LiveResult> run_live(const config::ApplicationFolder& folder,
                            const CampaignPlan& plan,
                            std::size_t deployment,
                            const LiveOptions& options,
                            const fs::path& target,
                            Backend& backend,
                            const ProgressSink& progress,
                            Reporter& reporter,
                            const std::stop_token& stop) {
    const std::size_t length = plan.testbed.deployments[deployment].units.size();
    const std::size_t given = options.parallelism.size();
    if (given > 1 && given != length) {
        return fail(ErrorKind::input,
                    make_error("PRF083",
                               fmt::format("there are {} numbers of jobs at once, but {} "
                                           "components in the deployment",
                                           given, length),
                               "give one number for all, or one for each component"));
    }
    AISPRINT_TRY_ASSIGN(const FileLock lock, lock_folder(target.parent_path()));
    return LiveRun(plan, deployment, options)
        .run(folder, target, backend, progress, reporter, stop);
}

} // namespace aisprint::profiling
