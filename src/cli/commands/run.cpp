// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "design_options.hpp"
#include "interrupt.hpp"
#include "local_options.hpp"
#include "locate.hpp"
#include "views/profile_view.hpp"
#include "views/run_view.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/profiling/live_run.hpp"
#include "aisprint/profiling/machine.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cmath>
#include <memory>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_target = "oscarp/live_run";
constexpr const char* k_report = "report.html";
constexpr double k_default_seconds = 60;
constexpr std::size_t k_most_inputs = 10'000'000; ///< each is remembered with its jobs

struct Options {
    std::string application_dir;
    std::string deployment;
    double rate = 0; ///< 0: as annotated
    std::string distribution = "poisson";
    double duration = 0;      ///< s; 0: not given
    std::size_t requests = 0; ///< 0: not given
    std::size_t warm_up = 0;
    std::uint64_t seed = 1;
    std::vector<int> parallelism;
    std::string python;
};

Result<profiling::LiveOptions> live_options(const Options& options,
                                            const config::ApplicationFolder& folder,
                                            const profiling::CampaignPlan& plan) {
    profiling::LiveOptions live;
    AISPRINT_TRY_ASSIGN(const std::optional<double> annotated,
                        profiling::annotated_rate(folder, plan));
    if (options.rate == 0 && !annotated) {
        return fail(ErrorKind::usage,
                    make_error("CLI017",
                               "the rate is not told: neither with --rate, nor with "
                               "@expected_throughput in the first component",
                               "give --rate, in inputs per second"));
    }
    live.rate = options.rate > 0 ? options.rate : *annotated;
    live.arrival = options.distribution == "poisson" ? profiling::Arrival::poisson
                                                     : profiling::Arrival::deterministic;
    const double seconds = options.duration > 0 ? options.duration : k_default_seconds;
    live.warm_up = options.warm_up;
    live.inputs = options.requests > 0
                      ? options.requests
                      : static_cast<std::size_t>(std::max(1.0, std::round(live.rate * seconds)));
    if (live.inputs > k_most_inputs) {
        return fail(ErrorKind::usage,
                    make_error("CLI017",
                               fmt::format("{} inputs would be sent, and {} are the most",
                                           live.inputs, k_most_inputs),
                               "give a lower --rate, or a shorter --duration"));
    }
    if (live.warm_up >= live.inputs) {
        return fail(ErrorKind::usage,
                    make_error("CLI017",
                               fmt::format("{} inputs are sent, and {} of them are warm-up: none "
                                           "is left to measure",
                                           live.inputs, live.warm_up),
                               "give a smaller --warm_up, or more --requests"));
    }
    live.parallelism = options.parallelism;
    live.seed = options.seed;
    live.machine_cores = profiling::describe_machine().cores;
    return live;
}

int conclude(const config::ApplicationFolder& folder,
             profiling::LiveResult& live,
             const profiling::LimitMethods& limits,
             Session& session) {
    if (live.interrupted) {
        return session.finish(Failure{ErrorKind::cancelled,
                                      {make_error("CLI018", "interrupted; nothing was compared",
                                                  "run it again, with fewer --requests")}});
    }
    const std::string shown = fmt::format("{}/{}/{}", k_target, live.deployment, k_report);
    live.report.environment = environment_lines(limits);
    const profiling::Report report = profiling::make_report(live.report);
    const auto written = write_files_together({{folder.path / shown, report.html}});
    nlohmann::ordered_json result = to_json(live);
    result["report"] = folder.shown(shown);
    if (!written) {
        return session.finish(written.error(), result);
    }
    if (!session.options().quiet) {
        session.print(live_text(live) + fmt::format("\nReport: {}\n", folder.shown(shown)));
    }
    if (!live.health.empty()) {
        return session.finish(
            Failure{
                ErrorKind::degraded,
                {make_error("CLI019", "the run is degraded: " + live.health.front(),
                            "look at the logs below " +
                                folder.shown(fmt::format("{}/{}", k_target, live.deployment)))}},
            result);
    }
    return session.finish(result);
}

int run(const Options& options, Session& session) {
    const auto folder = find_application(options.application_dir);
    if (!folder) {
        return session.finish(folder.error());
    }
    Reporter& reporter = session.reporter();
    const auto plan = profiling::plan_campaign(*folder, reporter);
    if (!plan) {
        return session.finish(plan.error());
    }
    const auto deployment =
        profiling::find_live_deployment(*folder, *plan, options.deployment, reporter);
    if (!deployment) {
        return session.finish(deployment.error());
    }
    const auto live = live_options(options, *folder, *plan);
    if (!live) {
        return session.finish(live.error());
    }
    const auto local = make_local_options(*folder, plan->parameters, options.python);
    if (!local) {
        return session.finish(local.error());
    }
    profiling::LocalBackend backend(*local);
    profiling::Testbed chosen = plan->testbed; // components of others need not be able to run
    chosen.units.clear();
    for (const std::size_t unit : plan->testbed.deployments[*deployment].units) {
        chosen.units.push_back(plan->testbed.units[unit]);
    }
    if (const auto checked = backend.check(chosen); !checked) {
        return session.finish(checked.error());
    }
    session.tell(fmt::format("Running deployment_{}: {} inputs at {:.4g} per second, about {:.0f} "
                             "s...\n",
                             *deployment, live->inputs, live->rate,
                             static_cast<double>(live->inputs) / live->rate));
    const Interrupt interrupt;
    auto result = profiling::run_live(
        *folder, *plan, *deployment, *live,
        fs::absolute(folder->path / k_target / fmt::format("deployment_{}", *deployment)), backend,
        [](const profiling::Progress&) {}, reporter, interrupt.token());
    return result ? conclude(*folder, *result, backend.limits(), session)
                  : session.finish(result.error());
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_application_dir(app, options->application_dir);
    app.add_option("--deployment", options->deployment,
                   "Which deployment: deployment_I of the campaign, or one of the design that fits "
                   "only one of them (default: the one in production_deployment.yaml).")
        ->type_name("NAME");
    app.add_option("--rate", options->rate,
                   "Inputs per second (default: expected_throughput of the first component).")
        ->type_name("R")
        ->check(CLI::Range(1e-6, 1e6));
    app.add_option("--distribution", options->distribution,
                   "How inputs arrive: 'poisson' (default) or 'constant'.")
        ->type_name("WORD")
        ->check(CLI::IsMember({"poisson", "constant"}));
    auto* duration = app.add_option("--duration", options->duration,
                                    "Send inputs for so many seconds (default: 60).")
                         ->type_name("S")
                         ->check(CLI::Range(1e-3, 1e7));
    app.add_option("--requests", options->requests, "Send so many inputs.")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, k_most_inputs))
        ->excludes(duration);
    app.add_option(spellings("--warm_up"), options->warm_up,
                   "Leave the first N inputs out of the figures (default: 0).")
        ->type_name("N");
    app.add_option("--parallelism", options->parallelism,
                   "Jobs at once: one number, or one for each component (default: the highest "
                   "level of run_parameters.yaml).")
        ->type_name("P1,P2")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(CLI::Range(1, 10000));
    app.add_option("--seed", options->seed, "Seed of the arrivals (default: 1).")->type_name("N");
    app.add_option("--python", options->python,
                   "Interpreter of components whose design has no .venv (default: python3, of PATH "
                   "or of the system).")
        ->type_name("PROGRAM");
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command run_command() {
    return {"run",
            "Run a deployment here under load, and compare its response times with predictions.",
            CommandGroup::guide,
            {"aisprint run --application_dir my_app --deployment deployment_0 --rate 0.5",
             "aisprint run --application_dir my_app --rate 2 --distribution constant --requests "
             "100 --warm_up 10"},
            "see docs/profiling.md, \"Can the models be trusted?\"",
            setup};
}

} // namespace aisprint::cli
