// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "design_options.hpp"
#include "interrupt.hpp"
#include "local_options.hpp"
#include "locate.hpp"
#include "profile_backend.hpp"
#include "version.hpp"
#include "views/profile_view.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/profiling/calibration.hpp"
#include "aisprint/profiling/campaign.hpp"
#include "aisprint/profiling/estimate.hpp"
#include "aisprint/profiling/machine.hpp"
#include "aisprint/profiling/outputs.hpp"
#include "aisprint/profiling/setup.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    std::string application_dir;
    bool dry_run = false;
    bool restart = false;
    bool resume = false;
    bool estimate = false;
    bool calibrate = false;
    bool set_up = false;
    BackendArguments backend;
    std::vector<std::string> only;
};

int conclude(const config::ApplicationFolder& folder,
             const profiling::CampaignPlan& plan,
             const profiling::CampaignSummary& summary,
             const std::vector<std::string>& environment,
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
    const auto models = profiling::write_campaign_outputs(folder, plan, summary, environment,
                                                          session.reporter(), stop);
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

profiling::EstimateSettings estimate_settings(const std::string& backend) {
    return backend == "oscar" ? profiling::oscar_estimate_settings()
                              : profiling::local_estimate_settings();
}

/// Where a campaign measures: as the command line says, else the parameters, else here.
std::string backend_name(const Options& options, const profiling::CampaignPlan& plan) {
    const std::string& named =
        options.backend.where.empty() ? plan.parameters.backend : options.backend.where;
    return named.empty() ? "local" : named;
}

profiling::CampaignEstimate estimate_of(const Options& options,
                                        const profiling::CampaignPlan& plan,
                                        const profiling::Knowledge& knowledge) {
    return profiling::estimate_campaign(plan, options.only, knowledge,
                                        estimate_settings(backend_name(options, plan)));
}

/// Runs one job of each component here, in a folder that is deleted at the end.
Result<profiling::Calibration> run_calibration(const Options& options,
                                               const config::ApplicationFolder& folder,
                                               const profiling::CampaignPlan& plan,
                                               const profiling::Knowledge& known,
                                               Session& session) {
    if (backend_name(options, plan) != "local") {
        return fail(ErrorKind::usage,
                    make_error_in("<command line>", "CLI004",
                                  "--calibrate is for campaigns on this machine, and this one "
                                  "measures on clusters",
                                  "add --backend local, or leave --calibrate out"));
    }
    AISPRINT_TRY_ASSIGN(const auto chosen, choose_backend(options.backend, folder, plan,
                                                          BackendUse::measure, session));
    AISPRINT_TRY(chosen->backend().check(plan.testbed));
    const ScratchDirectory scratch;
    const Interrupt interrupt;
    AISPRINT_TRY_ASSIGN(profiling::Calibration calibration,
                        profiling::calibrate(plan, options.only, known, chosen->backend(),
                                             scratch.path(), interrupt.token()));
    if (calibration.interrupted) {
        return fail(ErrorKind::cancelled, make_error("CLI012", "interrupted; nothing was written"));
    }
    for (const std::string& why : calibration.failed) {
        session.reporter().report(as_warning(
            make_error("PRF074", fmt::format("no time of {}", why), "try the component by hand")));
    }
    return calibration;
}

/// Prints how long the campaign will take, and starts nothing of it.
int show_estimate(const Options& options,
                  const config::ApplicationFolder& folder,
                  const profiling::CampaignPlan& plan,
                  Session& session) {
    profiling::Knowledge knowledge = profiling::knowledge_of(plan);
    std::map<std::string, double> parts;
    if (options.calibrate) {
        const auto calibration = run_calibration(options, folder, plan, knowledge, session);
        if (!calibration) {
            return session.finish(calibration.error());
        }
        for (const auto& [unit, found] : calibration->knowledge) {
            knowledge[unit] = found;
        }
        parts = calibration->parts;
    }
    const profiling::CampaignEstimate estimate = estimate_of(options, plan, knowledge);
    if (!session.options().quiet) {
        session.print(calibration_text(parts) + estimate_text(estimate));
    }
    nlohmann::ordered_json result = to_json(plan);
    result["estimate"] = to_json(estimate);
    if (options.calibrate) {
        result["calibration"] = parts;
    }
    return session.finish(result);
}

/// Options of a campaign that follow from the command line and from where it measures.
profiling::CampaignOptions campaign_options(const Options& options,
                                            const profiling::CampaignPlan& plan) {
    const profiling::Machine machine = profiling::describe_machine();
    profiling::CampaignOptions campaign;
    campaign.restart = options.restart ? profiling::Restart::yes : profiling::Restart::no;
    campaign.only = options.only;
    campaign.tool = {
        {"name", "aisprint"}, {"version", k_version}, {"backend", backend_name(options, plan)}};
    const auto lines = profiling::to_lines(machine);
    campaign.tool.insert(campaign.tool.end(), lines.begin(), lines.end());
    if (backend_name(options, plan) == "local") {
        campaign.capacity = machine.capacity;
    }
    return campaign;
}

/// Makes the Python environments of all designs.
Result<void> set_up(const Options& options,
                    const config::ApplicationFolder& folder,
                    const profiling::CampaignPlan& plan,
                    const std::stop_token& stop,
                    Session& session) {
    AISPRINT_TRY_ASSIGN(const profiling::LocalOptions local,
                        make_local_options(folder, plan.parameters, options.backend.python));
    return profiling::set_up_designs(
        plan.testbed, local.application, local.pythons.front(),
        [&](const std::string& line) { session.tell(line + "\n"); }, stop);
}

/// Checks all that can be checked, and shows what would be run.
int dry_run(const Options& options,
            const profiling::CampaignPlan& plan,
            const profiling::CampaignOptions& campaign,
            profiling::Backend& backend,
            Session& session) {
    std::vector<Diagnostic> wrong;
    if (campaign.capacity) {
        const auto fits =
            profiling::check_capacity(plan, options.only, *campaign.capacity, session.reporter());
        append(wrong, fits ? std::vector<Diagnostic>() : fits.error().diagnostics);
    }
    const auto checked = backend.check(plan.testbed);
    if (!checked && checked.error().kind != ErrorKind::input) {
        return session.finish(checked.error());
    }
    append(wrong, checked ? std::vector<Diagnostic>() : checked.error().diagnostics);
    if (!wrong.empty()) {
        return session.finish(Failure{ErrorKind::input, std::move(wrong)});
    }
    const profiling::CampaignEstimate estimate =
        estimate_of(options, plan, profiling::knowledge_of(plan));
    if (!session.options().quiet) {
        session.print(dry_run_text(plan, options.only) + estimate_text(estimate));
    }
    nlohmann::ordered_json result = to_json(plan);
    result["estimate"] = to_json(estimate);
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
    if (const auto known = profiling::check_names(*plan, options.only); !known) {
        return session.finish(known.error());
    }
    if (options.estimate) {
        return show_estimate(options, *folder, *plan, session);
    }
    if (const auto readable = profiling::check_campaign_outputs(*folder, *plan); !readable) {
        return session.finish(readable.error());
    }
    const auto chosen =
        choose_backend(options.backend, *folder, *plan,
                       options.dry_run ? BackendUse::check : BackendUse::measure, session);
    if (!chosen) {
        return session.finish(chosen.error());
    }
    profiling::Backend& backend = (*chosen)->backend();
    if (!session.options().quiet) {
        session.print("Starting profiling...\n\n" + campaign_recap(*plan));
    }
    const profiling::CampaignOptions campaign = campaign_options(options, *plan);
    if (options.dry_run) {
        return dry_run(options, *plan, campaign, backend, session);
    }
    const Interrupt interrupt;
    if (options.set_up) {
        const auto made = set_up(options, *folder, *plan, interrupt.token(), session);
        if (!made) {
            return session.finish(made.error());
        }
    }
    CampaignView view(session, *plan, (*chosen)->limits(),
                      {*plan, options.only, estimate_settings(backend_name(options, *plan))});
    const auto summary = profiling::run_campaign(*plan, campaign, backend, view, session.reporter(),
                                                 interrupt.token());
    return summary ? conclude(*folder, *plan, *summary, (*chosen)->environment(), interrupt.token(),
                              session)
                   : session.finish(summary.error());
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_application_dir(app, options->application_dir);
    app.add_flag(spellings("--dry_run"), options->dry_run,
                 "Check everything and show what would be run; change nothing.");
    CLI::Option* estimate = app.add_flag("--estimate", options->estimate,
                                         "Show how long the campaign will take, and on clusters "
                                         "what it costs; start nothing.");
    app.add_flag("--calibrate", options->calibrate,
                 "With --estimate: run one job of each component first that was never measured, "
                 "on this machine, in a folder that is deleted afterwards.")
        ->needs(estimate);
    app.add_flag("--setup", options->set_up,
                 "Make a .venv in each design first, from its requirements.txt.");
    app.add_option("--only", options->only,
                   "Test these deployments (deployment_1) or units (C1@VM1) only.")
        ->type_name("D1,U2")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_flag("--restart", options->restart,
                 "Throw away what was measured in the campaign's folder, and begin anew.");
    // a campaign always goes on where it stopped; the word is understood all the same
    app.add_flag("--resume", options->resume, "Go on where an earlier run stopped (always done).")
        ->group("");
    app.add_option("--backend", options->backend.where,
                   "Where to measure: 'local' (default), on this machine; 'oscar', on clusters.")
        ->type_name("WHERE")
        ->check(CLI::IsMember({"local", "oscar"}));
    app.add_option("--python", options->backend.python,
                   "Interpreter of components whose design has no .venv (default: python3, of PATH "
                   "or of the system).")
        ->type_name("PROGRAM");
    add_im_options(app, options->backend.im);
    return [options, &app](Session& session) {
        options->backend.im_url_is_typed = app.count("--im_url") > 0;
        return run(*options, session);
    };
}

} // namespace

Command profile_command() {
    return {"profile",
            "Measure every component, here or on clusters, at several degrees of parallelism.",
            CommandGroup::guide,
            {"aisprint profile --application_dir my_app --dry_run",
             "aisprint profile --application_dir my_app --estimate --calibrate",
             "aisprint profile --application_dir my_app --setup",
             "aisprint profile --application_dir my_app",
             "aisprint profile --application_dir my_app --only deployment_0",
             "aisprint profile --application_dir my_app --backend oscar"},
            "look at the report; place the application with 'aisprint space4aid'",
            setup};
}

} // namespace aisprint::cli
