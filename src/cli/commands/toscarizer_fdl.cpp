// SPDX-License-Identifier: Apache-2.0
#include "toscarizer_options.hpp"

#include "aisprint/tosca/fdl.hpp"
#include "aisprint/tosca/write.hpp"

#include <fmt/format.h>

#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    DeploymentArguments deployment;
    std::string style = "file";
    bool compat = false;
};

Result<std::string> write(const Options& options, Session& session) {
    AISPRINT_TRY_ASSIGN(const ChosenDeployment chosen, choose_deployment(options.deployment));
    AISPRINT_TRY_ASSIGN(const tosca::Deployment deployment,
                        tosca::load_deployment(chosen.folder, chosen.kind, session.reporter()));
    AISPRINT_TRY_ASSIGN(const std::vector<tosca::StoredDocument> documents,
                        tosca::load_documents(chosen.folder, deployment.files));
    AISPRINT_TRY_ASSIGN(
        const tosca::Fdl fdl,
        tosca::build_fdl(deployment, documents,
                         options.style == "api" ? tosca::FdlStyle::api : tosca::FdlStyle::file,
                         options.compat ? tosca::Compatibility::reference
                                        : tosca::Compatibility::ours));
    return tosca::write_fdl(chosen.folder, deployment.files, fdl);
}

int run(const Options& options, Session& session) {
    const auto path = write(options, session);
    if (!path) {
        return session.finish(path.error());
    }
    if (!session.options().quiet) {
        session.print(fmt::format("DONE. FDL file {} has been generated.\n", *path));
    }
    return session.finish(nlohmann::ordered_json{{"path", *path}});
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_deployment_options(app, options->deployment);
    app.add_option(spellings("--fdl_style"), options->style,
                   "What 'script' says: a 'file' that oscar-cli uploads (default), or the path in "
                   "the image, as OSCAR's 'api' takes it.")
        ->type_name("STYLE")
        ->check(CLI::IsMember({"file", "api"}));
    app.add_flag("--compat", options->compat,
                 "Write what the Python toscarizer wrote, faults included.");
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command toscarizer_fdl_command() {
    return {"fdl",
            "Write the FDL of a deployment for oscar-cli, from its TOSCA documents.",
            CommandGroup::guide,
            {"aisprint toscarizer fdl --application_dir my_app --base",
             "aisprint toscarizer fdl --application_dir my_app --optimal --fdl_style api"},
            "apply it with 'oscar-cli apply fdl.yaml'",
            setup};
}

} // namespace aisprint::cli
