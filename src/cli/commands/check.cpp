// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "design_options.hpp"
#include "locate.hpp"
#include "views/design_view.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace aisprint::cli {

namespace {

int run(const DesignArguments& arguments, Session& session) {
    const auto folder = find_application(arguments.application_dir);
    if (!folder) {
        return session.finish(folder.error());
    }
    const auto settings = to_design_options(arguments);
    if (!settings) {
        return session.finish(settings.error());
    }
    const auto report =
        design::run_design(*folder, *settings, design::DryRun::yes, session.reporter());
    if (!report) {
        return session.finish(report.error());
    }
    if (!session.options().quiet) {
        session.print(design_outlook(*report));
    }
    return session.finish(to_json(*report));
}

CommandAction setup(CLI::App& app) {
    auto arguments = std::make_shared<DesignArguments>();
    add_design_options(app, *arguments);
    return [arguments](Session& session) { return run(*arguments, session); };
}

} // namespace

Command check_command() {
    return {"check",
            "Read and check an application as 'design' does; write nothing.",
            CommandGroup::more,
            {"aisprint check --application_dir my_app",
             "aisprint check --application_dir my_app --json"},
            "'aisprint design --application_dir my_app'",
            setup};
}

} // namespace aisprint::cli
