// SPDX-License-Identifier: Apache-2.0
#include "deploy_session.hpp"
#include "interrupt.hpp"
#include "views/outputs_view.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    DeploySource source;
    ImArguments im;
    std::vector<std::string> components;
    std::string output;
    bool mask = false;
    bool show_keys = false;
};

/// Prints the outputs, or writes them where only their owner can read them.
Result<void> deliver(const Options& options, const std::string& text, Session& session) {
    if (options.output.empty()) {
        session.print(text + "\n");
        return {};
    }
    AISPRINT_TRY(write_file_atomic(options.output, text, Access::owner_only));
    session.print(fmt::format("Outputs written to {}\n", options.output));
    return {};
}

int run(const Options& options, Session& session) {
    const Interrupt interrupt;
    const auto opened =
        DeploySession::open_at_server(options.source, options.im, interrupt.token(), session);
    if (!opened) {
        return session.finish(opened.error());
    }
    DeploySession& run = **opened;
    const auto shown = options.mask        ? ShownSecrets::none
                       : options.show_keys ? ShownSecrets::all
                                           : ShownSecrets::all_but_keys;
    const std::vector<deploy::ComponentOutputs> outputs =
        deploy::fetch_outputs(run.context(), options.components);
    if (interrupt.token().stop_requested()) {
        return session.finish(interrupted());
    }
    const nlohmann::ordered_json result = outputs_json(outputs, shown);
    if (const auto delivered = deliver(options, outputs_yaml(result), session); !delivered) {
        return session.finish(delivered.error());
    }
    Failure failure{ErrorKind::degraded, {}};
    for (const deploy::ComponentOutputs& component : outputs) {
        if (!component.error.empty()) {
            failure.diagnostics.push_back(
                make_error("DPL066",
                           fmt::format("no outputs of component '{}': {}", component.component,
                                       component.error),
                           "look at it with 'aisprint toscarizer status'"));
        }
    }
    return failure.diagnostics.empty() ? session.finish(result) : session.finish(failure, result);
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_deployment_options(app, options->source.deployment);
    add_tosca_files_option(app, options->source);
    app.add_option("--component,--only", options->components, "Outputs of these only.")
        ->type_name("C1,C2")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_option("--output", options->output,
                   "Write them to a file that only its owner can read.")
        ->type_name("FILE");
    CLI::Option* mask = app.add_flag("--mask", options->mask, "Hide passwords, tokens and keys.");
    app.add_flag(spellings("--show_keys"), options->show_keys, "Show private keys, too.")
        ->excludes(mask);
    add_im_options(app, options->im);
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command toscarizer_outputs_command() {
    return {"outputs",
            "Show addresses and credentials of what was deployed.",
            CommandGroup::guide,
            {"aisprint toscarizer outputs --application_dir my_app --optimal",
             "aisprint toscarizer outputs --application_dir my_app --optimal --mask",
             "aisprint toscarizer outputs --application_dir my_app --base --show_keys "
             "--output outputs.yaml"},
            "",
            setup};
}

} // namespace aisprint::cli
