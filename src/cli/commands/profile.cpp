// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "design_options.hpp"
#include "interrupt.hpp"
#include "locate.hpp"
#include "views/profile_view.hpp"

#include "aisprint/profiling/campaign.hpp"
#include "aisprint/profiling/local_backend.hpp"
#include "aisprint/profiling/outputs.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <memory>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_system_python = "/usr/bin/python3";

struct Options {
    std::string application_dir;
    bool dry_run = false;
    bool restart = false;
    bool resume = false;
    std::string backend;
    std::string python;
    std::vector<std::string> only;
};

/// The program `name` in PATH, or an empty text.
std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        return name;
    }
    const char* path = std::getenv("PATH");
    std::string_view rest = path == nullptr ? "" : path;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find(':'), rest.size());
        const fs::path candidate = fs::path(rest.substr(0, end)) / name;
        std::error_code ignored;
        if (fs::exists(candidate, ignored)) {
            return candidate.string();
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return name;
}

Result<profiling::LocalOptions> local_options(const Options& options,
                                              const config::ApplicationFolder& folder,
                                              const profiling::RunParameters& parameters) {
    const std::string backend = options.backend.empty() ? parameters.backend : options.backend;
    if (backend == "oscar") {
        return fail(ErrorKind::input,
                    make_error("CLI014", "profiling on OSCAR clusters is not part of this version",
                               "leave out --backend to measure on this machine"));
    }
    profiling::LocalOptions local;
    local.application = fs::absolute(folder.path);
    const std::string python = options.python.empty() ? parameters.python : options.python;
    if (python.empty()) {
        local.pythons = {find_program("python3"), k_system_python};
    } else {
        local.pythons = {find_program(python)};
    }
    AISPRINT_TRY_ASSIGN(const fs::path templates, find_templates());
    local.python_package = fs::absolute(templates / "python");
    local.job_timeout_seconds = parameters.job_timeout_seconds;
    local.set_thread_env = parameters.set_thread_env;
    return local;
}

int conclude(const config::ApplicationFolder& folder,
             const profiling::CampaignPlan& plan,
             const profiling::CampaignSummary& summary,
             const profiling::LimitMethods& limits,
             const std::stop_token& stop,
             Session& session) {
    nlohmann::ordered_json result = to_json(plan, summary);
    if (summary.interrupted) {
        return session.finish(
            Failure{ErrorKind::cancelled,
                    {make_error("CLI012", "interrupted; what is measured stays",
                                fmt::format("go on with: aisprint profile --application_dir {}",
                                            folder.shown_as))}},
            result);
    }
    if (!session.options().quiet && plan.parameters.train_models) {
        session.print("Generating models...\n");
    }
    const auto models = profiling::write_campaign_outputs(
        folder, plan, summary, environment_lines(limits), session.reporter(), stop);
    if (!models) {
        return session.finish(models.error(), result);
    }
    result["models"] = to_json(plan, *models);
    result["report"] = plan.shown_as + "/" + profiling::k_report_file;
    if (!session.options().quiet) {
        session.print(campaign_table(plan, summary) + models_table(plan, *models) +
                      fmt::format("Report: {}/{}\n", plan.shown_as, profiling::k_report_file));
    }
    if (!models->failed.empty()) {
        return session.finish(
            Failure{ErrorKind::degraded,
                    {make_error("CLI016",
                                fmt::format("no model of {}", fmt::join(models->failed, "; ")),
                                "look at the logs of the runs, and repeat them")}},
            result);
    }
    if (!summary.degraded.empty()) {
        return session.finish(
            Failure{
                ErrorKind::degraded,
                {make_error("CLI015", fmt::format("{} runs are degraded", summary.degraded.size()),
                            "their rows are kept; repeat the campaign with --restart when "
                            "the cause is gone")}},
            result);
    }
    return session.finish(result);
}

int run(const Options& options, Session& session) {
    const auto folder = find_application(options.application_dir);
    if (!folder) {
        return session.finish(folder.error());
    }
    const auto plan = profiling::plan_campaign(*folder, session.reporter());
    if (!plan) {
        return session.finish(plan.error());
    }
    const auto local = local_options(options, *folder, plan->parameters);
    if (!local) {
        return session.finish(local.error());
    }
    profiling::LocalBackend backend(*local);
    if (!session.options().quiet) {
        session.print("Starting profiling...\n\n" + campaign_recap(*plan));
    }
    if (options.dry_run) {
        const auto checked = backend.check(plan->testbed);
        if (checked && !session.options().quiet) {
            session.print(dry_run_text(*plan));
        }
        return checked ? session.finish(to_json(*plan)) : session.finish(checked.error());
    }
    const Interrupt interrupt;
    CampaignView view(session, *plan, backend.limits());
    profiling::CampaignOptions campaign;
    campaign.restart = options.restart ? profiling::Restart::yes : profiling::Restart::no;
    campaign.only = options.only;
    const auto summary = profiling::run_campaign(*plan, campaign, backend, view, session.reporter(),
                                                 interrupt.token());
    return summary
               ? conclude(*folder, *plan, *summary, backend.limits(), interrupt.token(), session)
               : session.finish(summary.error());
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_application_dir(app, options->application_dir);
    app.add_flag(spellings("--dry_run"), options->dry_run,
                 "Check everything and show what would be run; change nothing.");
    app.add_option("--only", options->only,
                   "Test these deployments (deployment_1) or units (C1@VM1) only.")
        ->type_name("D1,U2")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_flag("--restart", options->restart,
                 "Throw away what the campaign's folder holds if it is of another campaign.");
    // a campaign always goes on where it stopped; the word is understood all the same
    app.add_flag("--resume", options->resume, "Go on where an earlier run stopped (always done).")
        ->group("");
    app.add_option("--backend", options->backend,
                   "Where to measure: 'local' (default), on this machine.")
        ->type_name("WHERE")
        ->check(CLI::IsMember({"local", "oscar"}));
    app.add_option("--python", options->python,
                   "Interpreter of components whose design has no .venv (default: python3, of PATH "
                   "or of the system).")
        ->type_name("PROGRAM");
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command profile_command() {
    return {"profile",
            "Measure every component on this machine, at several degrees of parallelism.",
            CommandGroup::guide,
            {"aisprint profile --application_dir my_app --dry_run",
             "aisprint profile --application_dir my_app",
             "aisprint profile --application_dir my_app --only deployment_0"},
            "look at the report; place the application with 'aisprint space4aid'",
            setup};
}

} // namespace aisprint::cli
