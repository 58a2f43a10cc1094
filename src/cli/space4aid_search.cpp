// SPDX-License-Identifier: Apache-2.0
#include "space4aid_search.hpp"

#include "views/space4aid_facts.hpp"
#include "views/space4aid_view.hpp"

#include "aisprint/optimizer/evaluator.hpp"
#include "aisprint/placement/picture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <utility>

namespace aisprint::cli {

namespace {

using optimizer::ExactStatus;
using optimizer::Problem;

const char* const k_rate = "rate";
/// How many times the largest rate of a front may be above the problem's own.
constexpr double k_front_rate_factor = 100;

std::optional<std::size_t> find_path(const Problem& problem, const std::string& name) {
    const auto found =
        std::ranges::find(problem.path_constraints, name, &optimizer::PathConstraint::name);
    return found == problem.path_constraints.end()
               ? std::nullopt
               : std::optional(static_cast<std::size_t>(found - problem.path_constraints.begin()));
}

double time_limit(const optimizer::MethodList& methods, const Space4aidArguments& arguments) {
    const double standard =
        methods.exact ? methods.exact->duration_s : optimizer::ExactOptions{}.duration_s;
    return arguments.duration_s.value_or(standard);
}

/// What the exact search knows, in the form that the sensitivity table starts from.
optimizer::ExactResult exact_result(const optimizer::Optimum& optimum) {
    optimizer::ExactResult result;
    result.status = optimum.status;
    result.solution = optimum.solution;
    result.cost = optimum.cost;
    result.lower_bound = optimum.lower_bound;
    return result;
}

void add_tradeoffs(PlacementReport& report,
                   const optimizer::MethodList& methods,
                   const Space4aidArguments& arguments,
                   const std::function<void(const std::string&)>& progress) {
    const Problem& problem = report.problem->problem;
    const optimizer::TradeoffOptions options{time_limit(methods, arguments),
                                             wanted_threads(arguments), arguments.points};
    if (!arguments.pareto.empty()) {
        progress("front");
        Front front;
        if (arguments.pareto == k_rate) {
            const double bound = methods.binary_search ? methods.binary_search->upper_bound
                                                       : problem.arrival_rate * k_front_rate_factor;
            front.points = optimizer::cost_against_rate(problem, bound, options);
        } else {
            front.path = find_path(problem, arguments.pareto);
            AISPRINT_ASSERT(front.path.has_value());
            front.points = optimizer::cost_against_path_time(problem, *front.path, options);
        }
        report.front = std::move(front);
    }
    if (arguments.sensitivity) {
        progress("sensitivity");
        report.sensitivity = optimizer::sensitivity(problem, exact_result(report.optimum), options);
    }
}

std::string rate_text(const Problem& problem) {
    return fmt::format("{:.6g} requests/s", problem.arrival_rate);
}

} // namespace

Result<void> check_front(const Problem& problem, const Space4aidArguments& arguments) {
    if (arguments.pareto.empty() || arguments.pareto == k_rate ||
        find_path(problem, arguments.pareto)) {
        return {};
    }
    std::vector<std::string> names{k_rate};
    for (const optimizer::PathConstraint& path : problem.path_constraints) {
        names.push_back(path.name);
    }
    const auto close = closest_name(arguments.pareto, names);
    return fail(
        ErrorKind::usage,
        make_error("OPT305",
                   fmt::format("no path constraint is named '{}'; --pareto takes {}",
                               arguments.pareto, fmt::join(names, ", ")),
                   close ? fmt::format("did you mean '{}'?", *close) : "choose one of them"));
}

PlacementReport search_placement(const Problem& problem,
                                 const optimizer::MethodList& methods,
                                 const Space4aidArguments& arguments,
                                 Session& session) {
    const auto progress = [&session](const std::string& name) {
        if (prints_text(session)) {
            session.environment().err << fmt::format("running {}\n", name) << std::flush;
        }
    };
    PlacementReport report;
    report.problem = std::make_shared<const PlacementCase>(problem);
    const optimizer::Instance& instance = report.problem->instance;
    report.optimum = optimizer::optimize(instance, methods, progress);
    const optimizer::Optimum& optimum = report.optimum;
    if (optimum.solution) {
        report.placed = {*optimum.solution, optimizer::evaluate(instance, *optimum.solution)};
        AISPRINT_ASSERT(report.placed->evaluation.feasible());
        if (methods.exact) {
            report.certificate = placement::Certificate{optimum.status == ExactStatus::optimal,
                                                        optimum.lower_bound, optimum.gap()};
        }
        add_tradeoffs(report, methods, arguments, progress);
        return report;
    }
    if (optimum.least_violating) {
        report.least_violating = {*optimum.least_violating,
                                  optimizer::evaluate(instance, *optimum.least_violating)};
    }
    if (optimum.status == ExactStatus::infeasible) {
        progress("explanation");
        report.explanation = optimizer::explain_infeasibility(
            report.problem->problem, time_limit(methods, arguments), wanted_threads(arguments));
    }
    return report;
}

Diagnostic no_placement(const PlacementReport& report) {
    const Problem& problem = report.problem->problem;
    if (!report.explanation) {
        Diagnostic diagnostic = make_error(
            "OPT302",
            fmt::format("no placement that keeps every constraint was found at {}; it is not "
                        "proved that there is none",
                        rate_text(problem)),
            "run BranchAndBound (without --no_exact), with a longer --duration");
        if (report.least_violating) {
            for (const auto& violation : report.least_violating->evaluation.violations) {
                diagnostic.notes.push_back(
                    {"the closest one: " + violation_text(problem, violation), std::nullopt});
            }
        }
        return diagnostic;
    }
    Diagnostic diagnostic = make_error(
        "OPT301",
        fmt::format("no placement keeps every constraint at {}, proved", rate_text(problem)),
        report.explanation->relaxations.empty() ? "relax several of the clashing requirements"
                                                : "relax one of them, or add resources");
    for (std::string& line : explanation_lines(problem, *report.explanation)) {
        diagnostic.notes.push_back({std::move(line), std::nullopt});
    }
    return diagnostic;
}

void report_remarks(const PlacementReport& report, Reporter& reporter) {
    if (report.certificate && !report.certificate->optimal) {
        reporter.report(as_warning(make_error(
            "OPT304",
            fmt::format("BranchAndBound stopped at its limit: {} $ is proved to be at most {:.2f} "
                        "% above the optimum, not to be the optimum",
                        money_text(report.optimum.cost),
                        100 * (report.optimum.cost / report.certificate->lower_bound - 1)),
            "give it more time with --duration")));
    }
}

std::string report_text(const PlacementReport& report) {
    return placement_tables(report.problem->instance, *report.placed) + search_tables(report);
}

Result<void> write_outputs(const std::vector<FileContent>& files,
                           const Space4aidArguments& arguments) {
    return arguments.dry_run ? Result<void>{} : write_files_together(files);
}

std::vector<std::string> file_names(const std::vector<FileContent>& files) {
    std::vector<std::string> names;
    for (const FileContent& file : files) {
        names.push_back(file.path.string());
    }
    return names;
}

design::DryRun dry_run(const Space4aidArguments& arguments) {
    return arguments.dry_run ? design::DryRun::yes : design::DryRun::no;
}

std::string picture_of(const PlacementReport& report) {
    return placement::draw_placement(report.problem->instance, report.placed->solution,
                                     report.placed->evaluation, report.certificate,
                                     report.data_unit);
}

bool prints_text(const Session& session) {
    return !session.options().json && !session.options().quiet;
}

std::string rate_in_name(double rate) {
    const double rounded = std::round(rate * 1e4) / 1e4;
    std::string text = fmt::format("{}", rounded);
    if (text.find_first_not_of("0123456789") == std::string::npos) {
        text += ".0";
    }
    return text;
}

} // namespace aisprint::cli
