// SPDX-License-Identifier: Apache-2.0
#include "deploy_session.hpp"
#include "interrupt.hpp"
#include "views/deploy_view.hpp"

#include <fmt/format.h>

#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    DeploySource source;
    ImArguments im;
    WaitArguments wait;
    std::vector<std::string> only;
    bool plan = false;
    bool force = false;
    bool json_stream = false;
};

/// Components in the order in which they go: those that write to others first.
std::vector<std::string> deletion_order(const DeploySession& run) {
    std::vector<std::string> order;
    for (const deploy::Unit& unit : run.units()) {
        order.push_back(unit.component);
    }
    return order;
}

int show_plan(DeploySession& run, Session& session) {
    std::string text;
    nlohmann::ordered_json actions = nlohmann::ordered_json::array();
    for (const auto& [component, record] : run.store().state().components) {
        text += fmt::format("delete {} {}\n", component,
                            record.url.empty() ? "(no address recorded)" : record.url);
        actions.push_back({{"action", "delete"}, {"component", component}, {"url", record.url}});
    }
    session.print(text + fmt::format("\n{} to delete\nCarry it out with: {}\n", actions.size(),
                                     run.delete_command()));
    return session.finish(nlohmann::ordered_json{{"actions", std::move(actions)}});
}

int conclude(const deploy::RunSummary& summary, DeploySession& run, Session& session) {
    const nlohmann::ordered_json result = to_json(summary);
    if (summary.interrupted) {
        return session.finish(Failure{ErrorKind::cancelled,
                                      {make_error("DPL061", "interrupted; what is left is recorded",
                                                  "go on with: " + run.delete_command())}},
                              result);
    }
    Failure failure{ErrorKind::remote, {}};
    for (const deploy::ComponentOutcome& outcome : summary.components) {
        if (outcome.ok) {
            continue;
        }
        if (!outcome.remote) {
            failure.kind = ErrorKind::io;
        }
        failure.diagnostics.push_back(
            make_error("DPL067",
                       fmt::format("error deleting infrastructure of component '{}': {}",
                                   outcome.component, outcome.message),
                       "repeat until nothing is left: " + run.delete_command()));
    }
    return failure.diagnostics.empty() ? session.finish(result) : session.finish(failure, result);
}

int run(const Options& options, Session& session) {
    if (options.json_stream) {
        session.stream_events();
    }
    auto input = read_state_input(options.source, options.im.auth, session.reporter());
    if (!input) {
        return session.finish(input.error());
    }
    const Interrupt interrupt;
    DeployProgress progress(session, Undertaking::remove);
    auto opened = DeploySession::open(std::move(*input), options.im, interrupt.token(),
                                      [&](const deploy::Event& event) { progress.show(event); });
    if (!opened) {
        return session.finish(opened.error());
    }
    DeploySession& run = **opened;
    if (options.plan) {
        return show_plan(run, session);
    }
    session.tell(fmt::format("Asking {} ...\n", options.im.url));
    if (const auto server = run.check_server(); !server) {
        return session.finish(server.error());
    }
    deploy::RunOptions run_options = to_run_options(options.wait);
    run_options.force = options.force ? clients::ForceDelete::yes : clients::ForceDelete::no;
    if (const auto settled = deploy::settle_unknown(run.context(), run_options); !settled) {
        return session.finish(settled.error());
    }
    const auto summary =
        deploy::delete_all(run.context(), deletion_order(run), options.only, run_options);
    progress.end();
    return summary ? conclude(*summary, run, session) : session.finish(summary.error());
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_deployment_options(app, options->source.deployment);
    add_tosca_files_option(app, options->source);
    app.add_flag("--plan", options->plan, "Show what would be deleted; do nothing.");
    app.add_option("--only", options->only, "Delete these components only.")
        ->type_name("C1,C2")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_flag("--force", options->force,
                 "Have IM forget machines that it cannot delete any more.");
    app.add_flag(spellings("--json_stream"), options->json_stream,
                 "Print events as they come, one JSON object per line.");
    add_im_options(app, options->im);
    add_wait_options(app, options->wait);
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command toscarizer_delete_command() {
    return {"delete",
            "Delete every infrastructure of a deployment; can be repeated until nothing is left.",
            CommandGroup::guide,
            {"aisprint toscarizer delete --application_dir my_app --optimal --plan",
             "aisprint toscarizer delete --application_dir my_app --optimal"},
            "",
            setup};
}

} // namespace aisprint::cli
