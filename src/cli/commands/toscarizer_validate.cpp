// SPDX-License-Identifier: Apache-2.0
#include "deploy_session.hpp"

#include <fmt/format.h>

#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    DeploySource source;
    ImAuthArguments auth;
};

int run(const Options& options, Session& session) {
    const auto input =
        read_deploy_input(options.source, options.auth, NeedAuth::if_present, session.reporter());
    if (!input) {
        return session.finish(input.error());
    }
    nlohmann::ordered_json documents = nlohmann::ordered_json::array();
    for (const deploy::Unit& unit : input->units) {
        documents.push_back(unit.document_path);
    }
    session.print(
        fmt::format("{} documents without fault; {}.\n", documents.size(),
                    input->auth ? "the credentials go with them" : "no credentials to check"));
    return session.finish(
        nlohmann::ordered_json{{"documents", documents}, {"credentials", input->auth.has_value()}});
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_deployment_options(app, options->source.deployment);
    add_tosca_files_option(app, options->source);
    add_im_auth_options(app, options->auth);
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command toscarizer_validate_command() {
    return {"validate",
            "Check files, TOSCA documents and credentials of a deployment, without a network.",
            CommandGroup::guide,
            {"aisprint toscarizer validate --application_dir my_app --optimal",
             "aisprint toscarizer validate --tosca_file cluster.yaml"},
            "deploy it with 'aisprint toscarizer deploy'",
            setup};
}

} // namespace aisprint::cli
