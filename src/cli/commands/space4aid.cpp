// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "space4aid_search.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace aisprint::cli {

namespace {

int run(Space4aidArguments arguments, Session& session) {
    if (const auto settled = settle_space4aid_arguments(arguments); !settled) {
        return session.finish(settled.error());
    }
    if (arguments.evaluates()) {
        return run_evaluation(arguments, session);
    }
    return arguments.system.empty() ? run_on_application(arguments, session)
                                    : run_on_system(arguments, session);
}

CommandAction setup(CLI::App& app) {
    auto arguments = std::make_shared<Space4aidArguments>();
    add_space4aid_options(app, *arguments);
    return [arguments](Session& session) { return run(*arguments, session); };
}

} // namespace

Command space4aid_command() {
    return {"space4aid",
            "Find the cheapest deployment that meets every constraint.",
            CommandGroup::guide,
            {"aisprint space4aid --application_dir my_app",
             "aisprint space4aid --application_dir my_app --sensitivity --dry_run",
             "aisprint space4aid --system system.json --config config.json --lambda 1.8",
             "aisprint space4aid --system system.json --evaluate Lambda_1.8.json"},
            "'aisprint toscarizer' builds and deploys what was chosen",
            setup};
}

} // namespace aisprint::cli
