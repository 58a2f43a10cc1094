// SPDX-License-Identifier: Apache-2.0
#include "toscarizer_options.hpp"

#include "aisprint/base/random_source.hpp"
#include "aisprint/tosca/names.hpp"
#include "aisprint/tosca/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace aisprint::cli {

namespace {

constexpr const char* k_monitoring_group = "Monitoring";
constexpr const char* k_runtime_group = "SPACE4AI-R";

struct Options {
    DeploymentArguments deployment;
    ImAuthArguments im_auth;
    RegistryArguments registry;
    std::int64_t elastic = 0;
    std::string domain;
    std::string influxdb_url;
    std::string influxdb_token;
    std::string monitoring_parent = "greatest";
    bool space4ai_r = false;
    std::string application_url;
    std::string tosca_types;
    bool strict_names = false;
    bool tosca_strict = false;
    bool rotate = false;
    bool allow_unprotected = false;
    bool compat = false;
};

Result<tosca::BuildOptions> to_build_options(const Options& options,
                                             const tosca::Deployment& deployment,
                                             const config::ApplicationFolder& folder,
                                             Session& session) {
    tosca::BuildOptions build;
    build.elastic = options.elastic;
    if (options.elastic > 0) {
        AISPRINT_TRY_ASSIGN(
            const LoadedAuth auth,
            load_auth(options.im_auth, &folder, deployment.files.im, session.reporter()));
        build.im_auth = auth.auth.header_value();
    }
    build.domain = options.domain;
    build.influxdb_url = options.influxdb_url;
    build.influxdb_token = Secret(options.influxdb_token);
    AISPRINT_TRY_ASSIGN(build.registry,
                        to_registry_access(options.registry, session.environment().in));
    build.space4ai_r = options.space4ai_r;
    build.application_url = options.application_url;
    build.types_url = options.tosca_types;
    build.strict_names = options.strict_names;
    build.strict_elastic = options.tosca_strict;
    build.monitoring_parent = options.monitoring_parent == "next"
                                  ? tosca::MonitoringParent::next
                                  : tosca::MonitoringParent::greatest;
    build.compatibility =
        options.compat ? tosca::Compatibility::reference : tosca::Compatibility::ours;
    return build;
}

struct Written {
    std::vector<tosca::WrittenFile> files;
};

Result<Written> write_all(const Options& options, Session& session) {
    AISPRINT_TRY_ASSIGN(const ChosenDeployment chosen, choose_deployment(options.deployment));
    AISPRINT_TRY_ASSIGN(const tosca::Deployment deployment,
                        tosca::load_deployment(chosen.folder, chosen.kind, session.reporter(),
                                               options.allow_unprotected
                                                   ? tosca::Unprotected::allow
                                                   : tosca::Unprotected::refuse));
    AISPRINT_TRY_ASSIGN(const tosca::BuildOptions build,
                        to_build_options(options, deployment, chosen.folder, session));
    tosca::DeploymentNames before;
    if (!options.rotate) { // a file that cannot be read is no obstacle to new names
        AISPRINT_TRY_ASSIGN(before, tosca::load_names(chosen.folder, deployment.files.im));
    }
    SystemRandomSource random;
    const tosca::DeploymentNames names =
        tosca::draw_names(deployment, before, tosca::KeepNames::yes, random);
    AISPRINT_TRY_ASSIGN(const std::vector<tosca::Document> documents,
                        tosca::build_documents(deployment, names, build, session.reporter()));
    Written written;
    AISPRINT_TRY_ASSIGN(written.files,
                        tosca::write_documents(chosen.folder, deployment.files, documents, names));
    return written;
}

std::string to_text(tosca::WriteState state) {
    switch (state) {
    case tosca::WriteState::written:
        return "written";
    case tosca::WriteState::unchanged:
        return "unchanged";
    case tosca::WriteState::removed:
        return "removed";
    }
    return {};
}

int run(const Options& options, Session& session) {
    const auto written = write_all(options, session);
    if (!written) {
        return session.finish(written.error());
    }
    nlohmann::ordered_json documents = nlohmann::ordered_json::array();
    for (const tosca::WrittenFile& file : written->files) {
        documents.push_back(
            {{"component", file.component}, {"path", file.path}, {"state", to_text(file.state)}});
        if (file.state == tosca::WriteState::removed) {
            session.reporter().detail(fmt::format("removed {}: its component is gone", file.path));
        } else if (!session.options().quiet) {
            session.print(fmt::format("DONE. TOSCA file {} has been generated for Component: {}.\n",
                                      file.path, file.component));
        }
    }
    return session.finish(nlohmann::ordered_json{{"documents", documents}});
}

void add_monitoring_options(CLI::App& app, Options& options) {
    app.add_option(spellings("--influxdb_url"), options.influxdb_url,
                   "Central InfluxDB that the topmost layers report to.")
        ->type_name("URL")
        ->group(k_monitoring_group);
    app.add_option(spellings("--influxdb_token"), options.influxdb_token,
                   "Its token; without one the topmost layers keep their data to themselves.")
        ->type_name("TOKEN")
        ->group(k_monitoring_group);
    app.add_option(spellings("--monitoring_parent"), options.monitoring_parent,
                   "Layer that a layer reports to: the one with the 'greatest' number (default) or "
                   "the 'next' one.")
        ->type_name("WHICH")
        ->check(CLI::IsMember({"greatest", "next"}))
        ->group(k_monitoring_group);
    app.add_flag(spellings("--strict_names"), options.strict_names,
                 "Take the application's name from its QoS constraints where they differ.")
        ->group(k_monitoring_group);
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_deployment_options(app, options->deployment);
    app.add_option("--elastic", options->elastic,
                   "Make clusters elastic, with at most so many worker nodes (0, the default: "
                   "not).")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber);
    app.add_option("--domain", options->domain,
                   "DNS domain of the clusters, a Route 53 zone (default: im.grycap.net).")
        ->type_name("DOMAIN");
    app.add_flag("--rotate,--regenerate", options->rotate,
                 "Draw new names and passwords for all clusters.");
    app.add_flag(spellings("--allow_unprotected"), options->allow_unprotected,
                 "Take images without protection for components that ask for an enclave.");
    app.add_option(spellings("--tosca_types"), options->tosca_types,
                   "Where IM finds type files and artifacts, instead of the published ones.")
        ->type_name("URL");
    app.add_flag(spellings("--tosca_strict"), options->tosca_strict,
                 "Name the host of elastic front ends, as newer IM servers ask for.");
    app.add_flag("--compat", options->compat,
                 "Write what the Python toscarizer wrote, faults included.");
    add_im_auth_options(app, options->im_auth);
    add_monitoring_options(app, *options);
    add_registry_options(app, options->registry);
    app.add_flag(spellings("--space4ai_r"), options->space4ai_r, "Deploy SPACE4AI-R as well.")
        ->group(k_runtime_group);
    app.add_option(spellings("--application_url"), options->application_url,
                   "Git repository of the application, for SPACE4AI-R.")
        ->type_name("URL")
        ->group(k_runtime_group);
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command toscarizer_tosca_command() {
    return {"tosca",
            "Write a TOSCA document for every component of a deployment.",
            CommandGroup::guide,
            {"aisprint toscarizer tosca --application_dir my_app --base",
             "aisprint toscarizer tosca --application_dir my_app --optimal --domain example.org",
             "aisprint toscarizer tosca --application_dir my_app --optimal --elastic 5"},
            "look at what it costs with 'aisprint toscarizer deploy --plan'",
            setup,
            {},
            {"toska"}};
}

} // namespace aisprint::cli
