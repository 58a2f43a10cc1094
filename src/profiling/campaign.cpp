// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/campaign.hpp"

#include "campaign_files.hpp"
#include "campaign_load.hpp"
#include "campaign_record.hpp"
#include "campaign_results.hpp"
#include "capacity.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/profiling/machine.hpp"
#include "aisprint/profiling/recap.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

class Campaign {
public:
    Campaign(const CampaignPlan& plan,
             const CampaignOptions& options,
             const CampaignFiles& files,
             Backend& backend,
             CampaignObserver& observer,
             std::stop_token stop)
        : m_plan(plan), m_options(options), m_files(files), m_backend(backend),
          m_observer(observer), m_stop(std::move(stop)) {}

    Result<CampaignSummary> run() {
        std::set<std::size_t> wanted;
        for (const TestId& test : tests_of(m_plan, m_options.only)) {
            wanted.insert(test.deployment);
        }
        for (std::size_t d = 0; d < m_plan.testbed.deployments.size(); ++d) {
            if (!wanted.contains(d)) {
                continue;
            }
            AISPRINT_TRY(run_deployment(d));
            if (m_stop.stop_requested()) {
                m_summary.interrupted = true;
                return std::move(m_summary);
            }
            AISPRINT_TRY(make_deployment_results(d));
        }
        AISPRINT_TRY(remove_tree(m_files.work()));
        return std::move(m_summary);
    }

private:
    Result<void> run_deployment(std::size_t d) {
        const UnitChain& chain = m_plan.testbed.deployments[d];
        AISPRINT_TRY(make_directories(m_files.deployment(d)));
        AISPRINT_TRY(write_file_atomic(
            m_files.deployment(d) / "campaign_summary.txt",
            recap_text(m_plan.testbed, chain, m_plan.schedules[d], m_plan.parameters)));
        m_record = std::make_unique<DeploymentRecord>(m_plan, m_files, m_options, m_backend, d);
        AISPRINT_TRY(m_record->load(units_tested_alone(m_plan, d)));
        m_observer.deployment_begins(d);
        for (const Run& run : m_plan.schedules[d].runs) {
            AISPRINT_TRY(run_level(d, chain, run));
            if (m_stop.stop_requested()) {
                return {};
            }
        }
        return {};
    }

    /// The full workflow, then each unit that is new in this deployment alone.
    Result<void> run_level(std::size_t d, const UnitChain& chain, const Run& run) {
        const std::vector<std::size_t> alone = units_tested_alone(m_plan, d);
        const bool missing = std::any_of(alone.begin(), alone.end(), [&](std::size_t unit) {
            return !m_files.is_done({d, run.number, m_plan.testbed.units[unit].id});
        });
        const TestId full{d, run.number, k_full_workflow};
        bool must_run = !m_files.is_done(full);
        if (!must_run && missing) {
            AISPRINT_TRY(prepare(chain, run));
            // tests of single units replay what the full workflow left in the buckets
            AISPRINT_TRY_ASSIGN(const bool held, m_backend.holds_objects_of(request_for(full)));
            must_run = !held;
        }
        if (must_run) {
            AISPRINT_TRY(run_full(full, chain, run));
        } else {
            AISPRINT_TRY(skip(full));
        }
        for (const std::size_t unit : alone) {
            if (m_stop.stop_requested()) {
                return {};
            }
            const TestId test{d, run.number, m_plan.testbed.units[unit].id};
            if (m_files.is_done(test)) {
                AISPRINT_TRY(skip(test));
            } else {
                AISPRINT_TRY(run_alone(test, chain, unit, run));
            }
        }
        return {};
    }

    Result<void> skip(const TestId& test) {
        AISPRINT_TRY_ASSIGN(const TestRecord record, m_files.read_record(test));
        note_health(test, record.health);
        ++m_summary.tests_skipped;
        m_observer.test_skipped(test);
        return {};
    }

    void note_health(const TestId& test, const std::vector<std::string>& health) {
        for (const std::string& why : health) {
            m_summary.degraded.push_back(
                fmt::format("deployment_{}, Run #{}, {}", test.deployment, test.run, why));
        }
    }

    [[nodiscard]] RunService service_of(const UnitChain& chain,
                                        std::size_t d,
                                        std::size_t position,
                                        std::size_t unit,
                                        const Run& run) const {
        const std::string& id = m_plan.testbed.units[chain.units[position]].id;
        return {&m_plan.testbed.units[unit], run.parallelism.at(id),
                m_plan.schedules[d].fits[position].containers, position};
    }

    [[nodiscard]] RunRequest request_for(const TestId& test) const {
        const RunParameters& parameters = m_plan.parameters;
        RunRequest request;
        request.kind =
            test.unit == k_full_workflow ? RunKind::full_workflow : RunKind::single_service;
        request.batch_size = parameters.batch_size;
        request.number_of_batches = parameters.number_of_batches;
        request.arrival = parameters.arrival;
        request.inter_upload_seconds = parameters.inter_upload_seconds;
        request.seed = parameters.seed + test.run;
        request.workflow = fmt::format("deployment_{} Run #{}\n", test.deployment, test.run);
        request.folder = m_files.test(test);
        request.work = m_files.work();
        return request;
    }

    /// Makes the resources ready, once for the tests of a level.
    Result<void> prepare(const UnitChain& chain, const Run& run) {
        const std::pair<const UnitChain*, const Run*> wanted(&chain, &run);
        if (m_prepared != wanted) {
            AISPRINT_TRY(m_backend.prepare(m_plan.testbed, chain, run, m_stop));
            m_prepared = wanted;
        }
        return {};
    }

    Result<void> run_full(const TestId& test, const UnitChain& chain, const Run& run) {
        RunRequest request = request_for(test);
        for (std::size_t i = 0; i < chain.units.size(); ++i) {
            request.services.push_back(service_of(chain, test.deployment, i, chain.units[i], run));
        }
        request.input_files = m_plan.input_files;
        if (m_plan.parameters.synchronous) {
            request.load = load_of(m_plan.parameters, request.seed);
        }
        AISPRINT_TRY(prepare(chain, run));
        return execute(test, request, run);
    }

    /// Objects of the unit's real input bucket go through it again.
    Result<void>
    run_alone(const TestId& test, const UnitChain& chain, std::size_t unit, const Run& run) {
        const std::size_t position = position_of(chain, unit);
        RunRequest request = request_for(test);
        request.services.push_back(service_of(chain, test.deployment, position, unit, run));
        const Unit& facts = m_plan.testbed.units[unit];
        request.arrival = facts.parameters.arrival.value_or(m_plan.parameters.arrival);
        if (m_plan.parameters.synchronous) {
            const TestId full{test.deployment, test.run, k_full_workflow};
            const Unit& first = m_plan.testbed.units[chain.units.front()];
            AISPRINT_TRY_ASSIGN(const auto jobs, m_files.read_jobs(full, first.service));
            request.replay = replay_of(m_plan.parameters, jobs);
        }
        AISPRINT_TRY(prepare(chain, run));
        return execute(test, request, run);
    }

    /// Where a unit, or the unit that it is a degraded version of, stands in a chain.
    [[nodiscard]] std::size_t position_of(const UnitChain& chain, std::size_t unit) const {
        for (std::size_t i = 0; i < chain.units.size(); ++i) {
            const auto alternatives = m_plan.testbed.alternatives.find(chain.units[i]);
            if (chain.units[i] == unit ||
                (alternatives != m_plan.testbed.alternatives.end() &&
                 std::find(alternatives->second.begin(), alternatives->second.end(), unit) !=
                     alternatives->second.end())) {
                return i;
            }
        }
        AISPRINT_ASSERT(false);
        return 0;
    }

    Result<void> execute(const TestId& test, const RunRequest& request, const Run& run) {
        AISPRINT_TRY(cool_down());
        if (fs::exists(request.folder) && !m_files.is_done(test)) {
            m_observer.test_repeated(test);
        }
        AISPRINT_TRY(remove_tree(request.folder));
        AISPRINT_TRY(make_directories(request.folder));
        const std::string started = utc_text_of_now();
        AISPRINT_TRY(m_record->begin(test, started));
        m_observer.test_begins(test, m_plan.schedules[test.deployment].runs.size());
        AISPRINT_TRY_ASSIGN(const RunOutcome outcome, measure(request));
        m_has_run = true;
        if (outcome.interrupted) {
            return {};
        }
        std::vector<std::string> services;
        for (const RunService& service : request.services) {
            services.push_back(service.unit->service);
        }
        AISPRINT_TRY(m_files.write_test(test, run, services, started, outcome));
        AISPRINT_TRY(m_record->end(test));
        ++m_summary.tests_done;
        note_health(test, outcome.health);
        m_observer.test_ends(test, outcome);
        return {};
    }

    /// Runs a workload; marks it if the machine was too small for it.
    Result<RunOutcome> measure(const RunRequest& request) {
        const ProgressSink progress = [this](const Progress& now) { m_observer.progress(now); };
        AISPRINT_TRY_ASSIGN(RunOutcome outcome, m_backend.run(request, progress, m_stop));
        if (m_options.capacity) {
            outcome.oversubscribed = overload_of(request.services, *m_options.capacity);
        }
        if (!outcome.oversubscribed.empty() &&
            m_plan.parameters.oversubscription == Oversubscription::degrades) {
            outcome.health.push_back("oversubscribed: " + outcome.oversubscribed);
        }
        return outcome;
    }

    /// The pause between two tests.
    Result<void> cool_down() {
        if (m_has_run && m_plan.parameters.cooldown_seconds > 0) {
            std::mutex mutex;
            std::unique_lock lock(mutex);
            std::condition_variable_any never;
            never.wait_for(lock, m_stop,
                           std::chrono::duration<double>(m_plan.parameters.cooldown_seconds),
                           [] { return false; });
        }
        return {};
    }

    Result<void> make_deployment_results(std::size_t d) {
        const CampaignResults results(m_plan, m_files);
        AISPRINT_TRY_ASSIGN(Written written, results.write_full(d));
        tell(d, k_full_workflow, written);
        for (const std::size_t unit : units_new_in(m_plan, d)) {
            AISPRINT_TRY_ASSIGN(UnitResult result, results.write_unit(d, unit, written));
            m_summary.units.push_back(std::move(result));
            tell(d, m_plan.testbed.units[unit].id, written);
        }
        return {};
    }

    void tell(std::size_t d, const std::string& unit, Written written) {
        if (written == Written::now) {
            m_observer.results_made(d, unit);
        } else {
            m_observer.results_kept(d, unit);
        }
    }

    const CampaignPlan& m_plan;
    const CampaignOptions& m_options;
    const CampaignFiles& m_files;
    Backend& m_backend;
    CampaignObserver& m_observer;
    std::stop_token m_stop;
    CampaignSummary m_summary;
    bool m_has_run = false;
    std::pair<const UnitChain*, const Run*> m_prepared;
    std::unique_ptr<DeploymentRecord> m_record; ///< of the deployment that is being tested
};

/// How a campaign ended, for those who clean up after it.
CampaignEnd end_of(const Result<CampaignSummary>& summary) {
    if (summary) {
        return summary->interrupted ? CampaignEnd::interrupted : CampaignEnd::complete;
    }
    return summary.error().kind == ErrorKind::cancelled ? CampaignEnd::interrupted
                                                        : CampaignEnd::failed;
}

} // namespace

Result<CampaignSummary> run_campaign(const CampaignPlan& plan,
                                     const CampaignOptions& options,
                                     Backend& backend,
                                     CampaignObserver& observer,
                                     Reporter& reporter,
                                     const std::stop_token& stop) {
    if (options.capacity) {
        AISPRINT_TRY(check_capacity(plan, options.only, *options.capacity, reporter));
    }
    AISPRINT_TRY(backend.check(plan.testbed));
    AISPRINT_TRY_ASSIGN(const CampaignFiles files, CampaignFiles::open(plan, options));
    Result<CampaignSummary> summary = Campaign(plan, options, files, backend, observer, stop).run();
    const Result<void> finished = backend.finish(end_of(summary));
    if (!summary && !finished) {
        std::vector<Diagnostic>& all = summary.error().diagnostics;
        const std::vector<Diagnostic>& more = finished.error().diagnostics;
        all.insert(all.end(), more.begin(), more.end());
    }
    if (!summary || !finished) {
        return tl::unexpected<Failure>(summary ? finished.error() : summary.error());
    }
    for (const std::string& why : summary->degraded) {
        reporter.report(as_warning(make_error("PRF064", "degraded run: " + why,
                                              "its row is kept; look at the logs of the run")));
    }
    return summary;
}

Result<std::string> merge_data_sizes(const std::string& existing,
                                     const CampaignPlan& plan,
                                     const CampaignSummary& summary) {
    const char* const file = "oscarp/components_data_size.yaml";
    AISPRINT_TRY_ASSIGN(yaml::Node sizes, yaml::parse(SourceFile(file, existing)));
    if (sizes.is_null()) {
        sizes = yaml::mapping();
    }
    if (!sizes.is_mapping()) {
        return fail(
            ErrorKind::input,
            make_error_in(file, "PRF075",
                          fmt::format("it must be a map from components to kilobytes, found "
                                      "{}",
                                      yaml::describe(sizes)),
                          "delete the file, or mend it"));
    }
    for (const UnitResult& result : summary.units) {
        if (result.mean_output_kb <= 0) {
            continue; // nothing was measured
        }
        const std::string& name = plan.testbed.units[result.unit].partition;
        yaml::Node value = yaml::plain(real_text(rounded(result.mean_output_kb, 3)));
        if (yaml::Node* old = sizes.find(name)) {
            *old = std::move(value);
        } else {
            sizes.add(name, std::move(value));
        }
    }
    return yaml::write(sizes);
}

} // namespace aisprint::profiling
