// SPDX-License-Identifier: Apache-2.0
#include "deploy_session.hpp"
#include "interrupt.hpp"
#include "views/deploy_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace aisprint::cli {

namespace {

constexpr int k_plan_has_changes = 10;

struct Options {
    DeploySource source;
    ImArguments im;
    WaitArguments wait;
    std::vector<std::string> only;
    bool plan = false;
    bool detailed_exitcode = false;
    bool replace = false;
    bool prune = false;
    bool resume = false;
    bool json_stream = false;
};

deploy::PlanOptions to_plan_options(const Options& options) {
    deploy::PlanOptions plan;
    plan.replace = options.replace ? deploy::Replace::yes : deploy::Replace::no;
    plan.prune = options.prune ? deploy::Prune::yes : deploy::Prune::no;
    plan.only = options.only;
    return plan;
}

/// What to type to have a plan carried out.
std::string command_of(const std::vector<deploy::Action>& plan,
                       const Options& options,
                       const DeploySession& run) {
    const bool replaces =
        std::ranges::count(plan, deploy::ActionKind::replace, &deploy::Action::kind) > 0;
    std::string command = run.command();
    command += replaces || options.replace ? " --replace" : "";
    command += options.prune ? " --prune" : "";
    if (!options.only.empty()) {
        command += fmt::format(" --only {}", fmt::join(options.only, ","));
    }
    return command;
}

/// Shows what would be done. Asks IM for states only if there is something to ask about and there
/// are credentials to ask with; nothing is changed.
int show_plan(const Options& options, DeployInput& input, Session& session) {
    deploy::PlanOptions rules = to_plan_options(options);
    rules.replace = deploy::Replace::yes; // a plan says what would be replaced
    auto opened = DeploySession::open(std::move(input), options.im, std::stop_token{}, {});
    if (!opened) {
        return session.finish(opened.error());
    }
    DeploySession& run = **opened;
    LiveStates live;
    if (run.knows_infrastructures() && run.can_ask()) {
        session.tell(fmt::format("Asking {} ...\n", options.im.url));
        auto states = deploy::ask_states(run.context());
        if (!states) {
            return session.finish(states.error());
        }
        live = std::move(*states);
    }
    const auto plan = deploy::make_plan(run.units(), run.store().state(), live, rules);
    if (!plan) {
        return session.finish(plan.error());
    }
    session.print(plan_text(run.units(), *plan, command_of(*plan, options, run)));
    const int code = session.finish(plan_json(run.units(), *plan));
    return code == 0 && options.detailed_exitcode && has_changes(*plan) ? k_plan_has_changes : code;
}

/// Diagnostics of what failed; the kind says whether trying again may help.
Failure failure_of(const deploy::RunSummary& summary, const std::string& command) {
    Failure failure{ErrorKind::remote, {}};
    for (const deploy::ComponentOutcome& outcome : summary.components) {
        if (outcome.ok || outcome.skipped) {
            continue;
        }
        if (!outcome.remote) {
            failure.kind = ErrorKind::io;
        }
        Diagnostic diagnostic =
            make_error("DPL060",
                       fmt::format("component '{}' is {}", outcome.component,
                                   clients::to_string(outcome.state)),
                       fmt::format("the others stay as they are; go on with: {}", command));
        if (!outcome.message.empty()) {
            diagnostic.notes.push_back({outcome.message, std::nullopt});
        }
        if (!outcome.log_path.empty()) {
            diagnostic.notes.push_back({"whole message: " + outcome.log_path, std::nullopt});
        }
        failure.diagnostics.push_back(std::move(diagnostic));
    }
    return failure;
}

int conclude(const deploy::RunSummary& summary, DeploySession& run, Session& session) {
    const nlohmann::ordered_json result = to_json(summary);
    session.print(deploy::to_infras_yaml(run.store().state()) + "\n");
    if (summary.interrupted) {
        return session.finish(
            Failure{ErrorKind::cancelled,
                    {make_error("DPL061",
                                "interrupted; what is under way at IM goes on there, and is "
                                "recorded",
                                fmt::format("go on with: {}; or get rid of it with: {}",
                                            run.command(), run.delete_command()))}},
            result);
    }
    Failure failure = failure_of(summary, run.command());
    return failure.diagnostics.empty() ? session.finish(result) : session.finish(failure, result);
}

int deploy_all(const Options& options, DeployInput& input, Session& session) {
    const Interrupt interrupt;
    DeployProgress progress(session, Undertaking::deploy);
    auto opened = DeploySession::open(std::move(input), options.im, interrupt.token(),
                                      [&](const deploy::Event& event) { progress.show(event); });
    if (!opened) {
        return session.finish(opened.error());
    }
    DeploySession& run = **opened;
    session.tell(fmt::format("Asking {} ...\n", options.im.url));
    const deploy::RunOptions run_options = to_run_options(options.wait);
    auto plan = run.settle_and_plan(to_plan_options(options), run_options);
    if (!plan) {
        return session.finish(plan.error());
    }
    const auto summary = deploy::carry_out(run.context(), run.units(), *plan, run_options);
    progress.end();
    return summary ? conclude(*summary, run, session) : session.finish(summary.error());
}

int run(const Options& options, Session& session) {
    if (options.json_stream) {
        session.stream_events();
    }
    auto input =
        read_deploy_input(options.source, options.im.auth,
                          options.plan ? NeedAuth::if_present : NeedAuth::yes, session.reporter());
    if (!input) {
        return session.finish(input.error());
    }
    return options.plan ? show_plan(options, *input, session)
                        : deploy_all(options, *input, session);
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_deployment_options(app, options->source.deployment);
    add_tosca_files_option(app, options->source);
    app.add_flag("--plan", options->plan, "Show what would be done and what it costs; do nothing.");
    app.add_flag(spellings("--detailed_exitcode"), options->detailed_exitcode,
                 "With --plan: exit with 10 if there is something to do.");
    app.add_option("--only", options->only, "Act on these components only.")
        ->type_name("C1,C2")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_flag("--replace", options->replace,
                 "Delete and make anew what cannot be changed in place.");
    app.add_flag("--prune", options->prune,
                 "Delete infrastructures of components that left the deployment.");
    app.add_option("--parallel", options->wait.parallel,
                   "Infrastructures being made at once (default 4).")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    app.add_flag(spellings("--json_stream"), options->json_stream,
                 "Print events as they come, one JSON object per line.");
    // a run always goes on where the last one stopped; the word is understood all the same
    app.add_flag("--resume", options->resume, "Go on where an earlier run stopped (always done).")
        ->group("");
    add_im_options(app, options->im);
    add_wait_options(app, options->wait);
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command toscarizer_deploy_command() {
    return {"deploy",
            "Deploy an application through the Infrastructure Manager, or go on doing so.",
            CommandGroup::guide,
            {"aisprint toscarizer deploy --application_dir my_app --optimal --plan",
             "aisprint toscarizer deploy --application_dir my_app --optimal",
             "aisprint toscarizer deploy --tosca_file cluster.yaml --im_auth auth.dat"},
            "look at it with 'aisprint toscarizer status' and 'aisprint toscarizer outputs'",
            setup};
}

} // namespace aisprint::cli
