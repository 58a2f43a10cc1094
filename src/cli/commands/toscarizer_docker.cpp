// SPDX-License-Identifier: Apache-2.0
#include "interrupt.hpp"
#include "locate.hpp"
#include "toscarizer_options.hpp"
#include "views/images_view.hpp"

#include "design_options.hpp"

#include "aisprint/images/build.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

namespace aisprint::cli {

namespace {

constexpr const char* k_engine_group = "Engine";
constexpr const char* k_image_group = "Content of the images";

struct Options {
    std::string application_dir;
    images::PlanOptions plan;
    std::vector<std::string> component_base_images;
    bool all_resources = false;
    std::string engine;
    std::vector<std::string> engine_arguments;
    std::vector<std::string> build_arguments;
    std::vector<std::string> push_arguments;
    int parallel = 2;
    bool no_skip = false;
    bool no_push = false;
    bool keep = false;
    bool dry_run = false;
};

/// Splits C=IMAGE texts. Fails (usage, CLI004).
Result<std::map<std::string, std::string>>
parse_base_images(const std::vector<std::string>& texts) {
    std::map<std::string, std::string> images;
    for (const std::string& text : texts) {
        const std::size_t equals = text.find('=');
        if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
            return fail(ErrorKind::usage,
                        make_error("CLI004",
                                   fmt::format("--component_base_image: '{}' is not "
                                               "COMPONENT=IMAGE",
                                               text),
                                   "write for example my-component=python:3.11-slim"));
        }
        images[text.substr(0, equals)] = text.substr(equals + 1);
    }
    return images;
}

Result<images::BuildOptions> to_build_options(const Options& options,
                                              const config::ApplicationFolder& folder) {
    images::BuildOptions build;
    build.dry_run = options.dry_run ? images::DryRun::yes : images::DryRun::no;
    if (!options.dry_run) {
        const char* path = std::getenv("PATH");
        AISPRINT_TRY_ASSIGN(build.engine,
                            images::find_engine(options.engine, path == nullptr ? "" : path));
        build.engine.global_arguments = options.engine_arguments;
        build.engine.build_arguments = options.build_arguments;
        build.engine.push_arguments = options.push_arguments;
    }
    build.parallel = options.parallel;
    build.skip = options.no_skip ? images::SkipUnchanged::no : images::SkipUnchanged::yes;
    build.push = options.no_push ? images::Push::no : images::Push::yes;
    build.keep = options.keep ? images::KeepContexts::yes : images::KeepContexts::no;
    build.log_folder = folder.path / "aisprint/logs";
    return build;
}

/// What is left to say when all images went through: files filled in, errors, exit code.
int conclude(const Options& options,
             const config::ApplicationFolder& folder,
             const images::BuildSummary& summary,
             Session& session) {
    nlohmann::ordered_json result = to_json(summary);
    if (summary.interrupted) {
        return session.finish(
            Failure{ErrorKind::cancelled,
                    {make_error("CLI012", "interrupted; the images that are ready stay",
                                "run the same command again to build the rest")}},
            result);
    }
    if (!summary.errors.empty()) {
        return session.finish(Failure{ErrorKind::io, summary.errors}, result);
    }
    std::vector<images::Image> built;
    for (const images::BuiltImage& image : summary.images) {
        built.push_back(image.image);
    }
    std::vector<std::string> completed;
    if (!options.dry_run) {
        const auto files = images::complete_deployments(folder, built, session.reporter());
        if (!files) {
            return session.finish(files.error(), result);
        }
        completed = *files;
    }
    result["completed"] = completed;
    if (!session.options().quiet) {
        session.print(images_story(options.dry_run,
                                   folder.shown("aisprint/designs/containers.yaml"), completed));
    }
    return session.finish(result);
}

int run(const Options& options, Session& session) {
    const auto folder = find_application(options.application_dir);
    if (!folder) {
        return session.finish(folder.error());
    }
    images::PlanOptions plan_options = options.plan;
    auto base_images = parse_base_images(options.component_base_images);
    if (!base_images) {
        return session.finish(base_images.error());
    }
    plan_options.base_image_of = std::move(*base_images);
    plan_options.resources =
        options.all_resources ? images::ResourceChoice::all : images::ResourceChoice::candidates;
    const auto plan = images::make_build_plan(*folder, plan_options, session.reporter());
    if (!plan) {
        return session.finish(plan.error());
    }
    const auto build = to_build_options(options, *folder);
    if (!build) {
        return session.finish(build.error());
    }
    const Interrupt interrupt;
    const auto summary = images::build_images(
        *folder, *plan, *build,
        [&](const images::ImageEvent& event) {
            if (!session.options().quiet) {
                session.print(image_line(event));
            }
        },
        interrupt.token());
    return summary ? conclude(options, *folder, *summary, session)
                   : session.finish(summary.error());
}

void add_engine_options(CLI::App& app, Options& options) {
    app.add_option("--engine,--builder", options.engine,
                   "Program that builds: docker, podman, buildah, or a path (default: the first "
                   "of these that is there).")
        ->type_name("NAME")
        ->group(k_engine_group);
    app.add_option(spellings("--engine_arg"), options.engine_arguments,
                   "Argument for every call of it, such as --storage-driver=vfs; repeatable.")
        ->type_name("ARG")
        ->allow_extra_args(false)
        ->group(k_engine_group);
    app.add_option(spellings("--build_arg"), options.build_arguments,
                   "Argument for builds, such as --isolation=chroot; repeatable.")
        ->type_name("ARG")
        ->allow_extra_args(false)
        ->group(k_engine_group);
    app.add_option(spellings("--push_arg"), options.push_arguments,
                   "Argument for pushes, such as --tls-verify=false; repeatable.")
        ->type_name("ARG")
        ->allow_extra_args(false)
        ->group(k_engine_group);
    app.add_option("--parallel", options.parallel, "Images made at once (default 2).")
        ->type_name("N")
        ->check(CLI::PositiveNumber)
        ->group(k_engine_group);
    app.add_flag(spellings("--no_skip"), options.no_skip,
                 "Build images whose inputs did not change, too.")
        ->group(k_engine_group);
    app.add_flag(spellings("--no_push"), options.no_push, "Build only; push nothing.")
        ->group(k_engine_group);
    app.add_flag("--keep", options.keep, "Keep generated Dockerfiles after a build.")
        ->group(k_engine_group);
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    add_application_dir(app, options->application_dir);
    app.add_option("--registry", options->plan.registry, "Registry that images go to.")
        ->type_name("HOST")
        ->required();
    app.add_option(spellings("--registry_folder"), options->plan.registry_folder,
                   "Folder in the registry.")
        ->type_name("PATH");
    app.add_option("--ecr", options->plan.ecr,
                   "AWS ECR repository, for components that may run on Lambda.")
        ->type_name("URL");
    app.add_flag(spellings("--dry_run"), options->dry_run,
                 "Write Dockerfiles and containers.yaml; build and push nothing.");
    app.add_flag(spellings("--all_resources"), options->all_resources,
                 "Build for every resource of a candidate layer, not only for candidates.");
    app.add_option(spellings("--base_image"), options->plan.base_image,
                   "Image that the others are made from.")
        ->type_name("IMAGE")
        ->group(k_image_group);
    app.add_option(spellings("--component_base_image"), options->component_base_images,
                   "The same for one component; repeatable.")
        ->type_name("C=IMAGE")
        ->allow_extra_args(false)
        ->group(k_image_group);
    app.add_option(
           spellings("--telegraf_version"), options->plan.telegraf_version,
           fmt::format("Telegraf in Lambda images (default {}).", options->plan.telegraf_version))
        ->type_name("VERSION")
        ->group(k_image_group);
    app.add_option(spellings("--supervisor_version"), options->plan.supervisor_version,
                   fmt::format("faas-supervisor in Lambda images (default {}).",
                               options->plan.supervisor_version))
        ->type_name("VERSION")
        ->group(k_image_group);
    app.add_option("--sconify", options->plan.sconify,
                   "Command of the SCONE tool, for components with trustedExecution.")
        ->type_name("COMMAND")
        ->group(k_image_group);
    add_engine_options(app, *options);
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command toscarizer_docker_command() {
    return {"docker",
            "Build and push the container images of an application.",
            CommandGroup::guide,
            {"aisprint toscarizer docker --application_dir my_app --registry docker.io "
             "--registry_folder me",
             "aisprint toscarizer docker --application_dir my_app --registry docker.io --dry_run",
             "aisprint toscarizer docker --application_dir my_app --registry localhost:5000 "
             "--engine buildah --push_arg=--tls-verify=false"},
            "write the documents with 'aisprint toscarizer tosca'",
            setup};
}

} // namespace aisprint::cli
