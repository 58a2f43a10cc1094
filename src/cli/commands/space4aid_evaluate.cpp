// SPDX-License-Identifier: Apache-2.0
#include "locate.hpp"
#include "space4aid_search.hpp"
#include "views/space4aid_facts.hpp"
#include "views/space4aid_view.hpp"

#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/placement/application.hpp"

#include <fmt/format.h>

#include <cmath>

namespace aisprint::cli {

namespace {

/// A stated cost that differs by less is the same, written with fewer digits.
constexpr double k_cost_tolerance = 1e-6;

Result<optimizer::Problem> load_problem(const Space4aidArguments& arguments, Reporter& reporter) {
    if (!arguments.system.empty()) {
        return load_system(arguments, reporter);
    }
    AISPRINT_TRY_ASSIGN(const config::ApplicationFolder folder,
                        find_application(arguments.application_dir));
    AISPRINT_TRY_ASSIGN(placement::ApplicationProblem application,
                        placement::load_application_problem(folder.path, reporter));
    apply_rules(arguments, application.problem);
    return std::move(application.problem);
}

/// The figures of the file's solution at the rate asked for, or at the file's own.
Result<PlacementReport> evaluate(const Space4aidArguments& arguments, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(optimizer::Problem problem, load_problem(arguments, reporter));
    AISPRINT_TRY_ASSIGN(const SourceFile source,
                        load_source(arguments.evaluate, arguments.evaluate));
    AISPRINT_TRY_ASSIGN(placement::SolutionFile file,
                        placement::parse_solution(source, problem, reporter));
    problem.arrival_rate =
        arguments.rate.value_or(file.arrival_rate > 0 ? file.arrival_rate : problem.arrival_rate);
    PlacementReport report;
    report.data_unit = arguments.system.empty() ? "KB" : "";
    report.problem = std::make_shared<const PlacementCase>(std::move(problem));
    report.placed =
        PlacedSolution{file.solution, optimizer::evaluate(report.problem->instance, file.solution)};
    const double cost = report.placed->evaluation.cost;
    const bool same_rate = std::abs(report.problem->problem.arrival_rate - file.arrival_rate) <=
                           1e-9 * file.arrival_rate;
    if (file.total_cost && same_rate &&
        std::abs(*file.total_cost - cost) > k_cost_tolerance * std::max(1.0, cost)) {
        reporter.report(as_warning(make_error_in(
            arguments.evaluate, "OPT308",
            fmt::format("total_cost is {} $, but this placement costs {} $",
                        money_text(*file.total_cost), money_text(cost)),
            "look at --function_charge, and at the version of the system that it was made for")));
    }
    return report;
}

Diagnostic not_feasible(const PlacementReport& report, const std::string& file) {
    const auto& violations = report.placed->evaluation.violations;
    Diagnostic diagnostic = make_error_in(
        file, "OPT303",
        fmt::format("the placement breaks {} {} at {:.6g} requests/s", violations.size(),
                    violations.size() == 1 ? "constraint" : "constraints",
                    report.problem->problem.arrival_rate),
        "run 'aisprint space4aid' without --evaluate to find a placement that keeps all");
    for (const optimizer::Violation& violation : violations) {
        diagnostic.notes.push_back(
            {violation_text(report.problem->problem, violation), std::nullopt});
    }
    return diagnostic;
}

} // namespace

int run_evaluation(const Space4aidArguments& arguments, Session& session) {
    const auto report = evaluate(arguments, session.reporter());
    if (!report) {
        return session.finish(report.error());
    }
    std::vector<FileContent> files;
    if (!arguments.picture.empty()) {
        files.push_back({arguments.picture, picture_of(*report)});
    }
    if (const auto written = write_outputs(files, arguments); !written) {
        return session.finish(written.error());
    }
    const std::vector<std::string> names = file_names(files);
    if (prints_text(session)) {
        session.print(space4aid_heading(report->problem->problem) +
                      placement_tables(report->problem->instance, *report->placed) +
                      files_text(names, dry_run(arguments)));
    }
    nlohmann::ordered_json result{{"solution", arguments.evaluate}};
    result.update(to_json(*report));
    result["files"] = names;
    return report->placed->evaluation.feasible()
               ? session.finish(result)
               : session.finish(
                     Failure{ErrorKind::infeasible, {not_feasible(*report, arguments.evaluate)}},
                     result);
}

} // namespace aisprint::cli
