// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "design_options.hpp"
#include "locate.hpp"
#include "views/design_view.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    DesignArguments design;
    bool keep_production = false;
    bool dry_run = false;
};

int run(const Options& options, Session& session) {
    const auto folder = find_application(options.design.application_dir);
    if (!folder) {
        return session.finish(folder.error());
    }
    auto settings = to_design_options(options.design);
    if (!settings) {
        return session.finish(settings.error());
    }
    const auto templates = find_templates();
    if (!templates) {
        return session.finish(templates.error());
    }
    settings->templates = *templates;
    settings->production =
        options.keep_production ? design::Production::keep : design::Production::replace;
    if (!session.options().quiet) {
        session.print(design_heading(folder->shown_as));
    }
    const auto dry_run = options.dry_run ? design::DryRun::yes : design::DryRun::no;
    const auto report = design::run_design(*folder, *settings, dry_run, session.reporter());
    if (!report) {
        return session.finish(report.error());
    }
    if (!session.options().quiet) {
        session.print(dry_run == design::DryRun::yes ? design_outlook(*report)
                                                     : design_story(*report));
    }
    return session.finish(to_json(*report));
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_design_options(app, options->design);
    app.add_flag(spellings("--keep_production_deployment"), options->keep_production,
                 "Keep production_deployment.yaml as it is, for example the optimiser's.");
    app.add_flag(spellings("--dry_run"), options->dry_run, "Check and report; write nothing.");
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command design_command() {
    return {"design",
            "Read annotations, partition models, generate designs and deployments.",
            CommandGroup::guide,
            {"aisprint design --application_dir my_app",
             "aisprint design --application_dir my_app --num_partitions 2 --collapse",
             "aisprint design --application_dir my_app --dry_run --json"},
            "look at my_app/aisprint; choose cuts with 'aisprint partition MODEL.onnx'",
            setup};
}

} // namespace aisprint::cli
