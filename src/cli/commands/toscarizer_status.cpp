// SPDX-License-Identifier: Apache-2.0
#include "deploy_session.hpp"
#include "interrupt.hpp"
#include "views/status_view.hpp"

#include <fmt/format.h>

#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    DeploySource source;
    ImArguments im;
};

int run(const Options& options, Session& session) {
    const Interrupt interrupt;
    const auto opened =
        DeploySession::open_at_server(options.source, options.im, interrupt.token(), session);
    if (!opened) {
        return session.finish(opened.error());
    }
    DeploySession& run = **opened;
    const auto live = deploy::ask_states(run.context());
    if (!live) {
        return session.finish(live.error());
    }
    if (interrupt.token().stop_requested()) {
        return session.finish(interrupted());
    }
    const std::vector<StatusLine> lines =
        status_lines(run.store().state(), *live, run.context().clock.wall_time(), run.redactor());
    session.print(status_text(lines));
    if (all_configured(lines)) {
        return session.finish(to_json(lines));
    }
    return session.finish(Failure{ErrorKind::degraded,
                                  {make_error("DPL065", "not all components are configured",
                                              fmt::format("go on with: {}", run.command()))}},
                          to_json(lines));
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_deployment_options(app, options->source.deployment);
    add_tosca_files_option(app, options->source);
    add_im_options(app, options->im);
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command toscarizer_status_command() {
    return {"status",
            "Show the state of every infrastructure of a deployment.",
            CommandGroup::guide,
            {"aisprint toscarizer status --application_dir my_app --optimal",
             "aisprint toscarizer status --application_dir my_app --optimal --json"},
            "",
            setup};
}

} // namespace aisprint::cli
