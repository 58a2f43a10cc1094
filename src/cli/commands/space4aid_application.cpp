// SPDX-License-Identifier: Apache-2.0
#include "locate.hpp"
#include "space4aid_search.hpp"
#include "views/space4aid_view.hpp"

#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/optimizer/max_rate.hpp"
#include "aisprint/placement/application.hpp"
#include "aisprint/placement/system_json.hpp"

#include <fmt/format.h>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

const char* const k_production =
    "aisprint/deployments/optimal_deployment/production_deployment.yaml";

/// The solution file of a version at its largest rate, or at its own if it is not feasible there.
std::string max_rate_solution(const placement::ApplicationVersion& version,
                              const optimizer::MaxRateOptions& options,
                              VersionRate& rate,
                              Reporter& reporter) {
    rate.name = version.name;
    const auto found = optimizer::largest_rate(version.problem, version.solution, options);
    rate.feasible = found.has_value();
    rate.rate = found ? found->rate : version.problem.arrival_rate;
    const optimizer::Instance instance(version.problem, rate.rate);
    if (!found) {
        reporter.report(as_warning(make_error(
            "OPT307",
            fmt::format("{} is not feasible at {:.6g} requests/s on the resources chosen",
                        version.name, rate.rate),
            "its file for SPACE4AI-R says so; ask for less, or allow more resources")));
    }
    return placement::write_solution(
        instance, version.solution,
        found ? found->evaluation : optimizer::evaluate(instance, version.solution), std::nullopt);
}

/// Files of a placement, with paths relative to the application.
struct Outputs {
    std::vector<FileContent> files;
    std::vector<fs::path> outdated; ///< earlier files that contradict these
};

/// All files of a placement.
Outputs make_outputs(const placement::ApplicationProblem& application,
                     const Space4aidArguments& arguments,
                     PlacementReport& report,
                     Reporter& reporter) {
    const PlacedSolution& placed = *report.placed;
    const optimizer::Instance& instance = report.problem->instance;
    const std::string system = placement::write_system(application.problem);
    Outputs outputs;
    outputs.files = {{"space4ai-d/Input.json", placement::write_method_config(application.config)},
                     {"space4ai-d/SystemFile.json", system},
                     {"space4ai-d/Output.json",
                      placement::write_solution(instance, placed.solution, placed.evaluation,
                                                report.certificate)},
                     {k_production, placement::write_production_deployment(
                                        application, placed.solution, true,
                                        arguments.nested ? placement::ProductionForm::nested
                                                         : placement::ProductionForm::flat,
                                        reporter)},
                     {"space4ai-d/original_system.json", system}};
    if (application.config.methods.binary_search) {
        const auto versions =
            placement::application_versions(application, placed.solution, reporter);
        for (const placement::ApplicationVersion& version : versions) {
            VersionRate rate;
            std::string text = max_rate_solution(version, *application.config.methods.binary_search,
                                                 rate, reporter);
            outputs.files.push_back({placement::max_rate_file(version.name), std::move(text)});
            report.version_rates.push_back(std::move(rate));
        }
        outputs.outdated = placement::outdated_max_rate_files(application, versions);
    }
    return outputs;
}

/// Writes the files, then removes outdated ones.
Result<void> replace_files(const Outputs& outputs, const Space4aidArguments& arguments) {
    AISPRINT_TRY(write_outputs(outputs.files, arguments));
    for (const fs::path& path : outputs.outdated) {
        if (!arguments.dry_run) {
            AISPRINT_TRY(remove_tree(path));
        }
    }
    return {};
}

std::vector<std::string> shown(const std::vector<fs::path>& paths) {
    std::vector<std::string> names;
    for (const fs::path& path : paths) {
        names.push_back(path.string());
    }
    return names;
}

int finish(const Space4aidArguments& arguments,
           const config::ApplicationFolder& folder,
           const placement::ApplicationProblem& application,
           PlacementReport report,
           Session& session) {
    nlohmann::ordered_json result{{"application", folder.shown_as}};
    if (!report.placed) {
        result.update(to_json(report));
        return session.finish(Failure{ErrorKind::infeasible, {no_placement(report)}}, result);
    }
    Outputs outputs = make_outputs(application, arguments, report, session.reporter());
    for (FileContent& file : outputs.files) {
        file.path = fs::path(folder.shown_as) / file.path;
    }
    for (fs::path& path : outputs.outdated) {
        path = fs::path(folder.shown_as) / path;
    }
    outputs.files.push_back({arguments.picture.empty()
                                 ? fs::path(folder.shown_as) / "space4ai-d/placement.html"
                                 : fs::path(arguments.picture),
                             picture_of(report)});
    if (const auto written = replace_files(outputs, arguments); !written) {
        return session.finish(written.error());
    }
    report_remarks(report, session.reporter());
    const std::vector<std::string> names = file_names(outputs.files);
    const std::vector<std::string> removed = shown(outputs.outdated);
    if (prints_text(session)) {
        session.print(report_text(report) + files_text(names, dry_run(arguments)) +
                      removed_text(removed, dry_run(arguments)));
        session.print(arguments.dry_run
                          ? "\nNext: the same without --dry_run\n"
                          : fmt::format("\nNext: aisprint toscarizer docker --application_dir {}\n",
                                        folder.shown_as));
    }
    result.update(to_json(report));
    result["files"] = names;
    result["removed"] = removed;
    return session.finish(result);
}

} // namespace

int run_on_application(const Space4aidArguments& arguments, Session& session) {
    const auto folder = find_application(arguments.application_dir);
    if (!folder) {
        return session.finish(folder.error());
    }
    if (prints_text(session)) {
        session.print("Starting SPACE4AI-D...\n");
    }
    auto application = placement::load_application_problem(folder->path, session.reporter());
    if (!application) {
        return session.finish(application.error());
    }
    apply_rules(arguments, application->problem);
    apply_limits(arguments, application->config.methods);
    if (const auto known = check_front(application->problem, arguments); !known) {
        return session.finish(known.error());
    }
    if (prints_text(session)) {
        session.print("\n" + space4aid_heading(application->problem));
    }
    PlacementReport report =
        search_placement(application->problem, application->config.methods, arguments, session);
    report.data_unit = "KB";
    return finish(arguments, *folder, *application, std::move(report), session);
}

} // namespace aisprint::cli
