// SPDX-License-Identifier: Apache-2.0
#include "space4aid_search.hpp"
#include "views/space4aid_view.hpp"

#include "aisprint/placement/method_config.hpp"
#include "aisprint/placement/system_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

const char* const k_default_config = "ConfigFiles/Input_file.json";

/// The methods of --config; of the older tool's default file; else BranchAndBound alone.
Result<placement::MethodConfig> load_config(const Space4aidArguments& arguments,
                                            Reporter& reporter) {
    std::error_code ignored;
    if (arguments.config.empty() && !fs::exists(k_default_config, ignored)) {
        if (arguments.no_exact) {
            return fail(ErrorKind::usage, make_error("CLI004",
                                                     "--no_exact leaves no method: there is no "
                                                     "configuration",
                                                     "add --config FILE with the methods to run"));
        }
        return placement::MethodConfig{};
    }
    const std::string path = arguments.config.empty() ? k_default_config : arguments.config;
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(path, path));
    return placement::parse_method_config(source, placement::MethodConfigForm::stand_alone,
                                          reporter);
}

/// LambdaBound of the configuration and the rate of the command line; without either, the
/// system's own. Ascending as given, each once.
std::vector<double>
rates_of(const placement::MethodConfig& config, const Space4aidArguments& arguments, double own) {
    std::vector<double> rates;
    const auto add = [&rates](double rate) {
        // Sums of decimal steps carry noise in their last digits.
        const double clean = std::round(rate * 1e12) / 1e12;
        if (std::ranges::none_of(
                rates, [&](double other) { return rate_in_name(other) == rate_in_name(clean); })) {
            rates.push_back(clean);
        }
    };
    if (config.rates) {
        const placement::RateRange& range = *config.rates;
        for (std::size_t k = 0;; ++k) {
            const double rate = range.start + static_cast<double>(k) * range.step;
            if (rate >= range.end - 1e-9 * range.step) {
                break;
            }
            add(rate);
        }
    }
    if (arguments.rate) {
        add(*arguments.rate);
    }
    if (rates.empty()) {
        rates.push_back(own);
    }
    return rates;
}

/// FILE, or with several rates FILE_<rate> before the extension.
fs::path picture_path(const std::string& given, double rate, std::size_t rates) {
    const fs::path path(given);
    return rates == 1
               ? path
               : path.parent_path() / fmt::format("{}_{}{}", path.stem().string(),
                                                  rate_in_name(rate), path.extension().string());
}

/// Files of one rate: the solution, or the report on the closest placement.
std::vector<FileContent>
make_files(const PlacementReport& report, const Space4aidArguments& arguments, std::size_t rates) {
    const optimizer::Instance& instance = report.problem->instance;
    const std::string rate = rate_in_name(instance.arrival_rate());
    const fs::path folder = arguments.output.empty() ? fs::path(arguments.system).parent_path()
                                                     : fs::path(arguments.output);
    std::vector<FileContent> files;
    if (report.placed) {
        files.push_back({folder / fmt::format("Lambda_{}.json", rate),
                         placement::write_solution(instance, report.placed->solution,
                                                   report.placed->evaluation, report.certificate)});
        if (!arguments.picture.empty()) {
            files.push_back({picture_path(arguments.picture, instance.arrival_rate(), rates),
                             picture_of(report)});
        }
    } else if (report.least_violating) {
        files.push_back(
            {folder / fmt::format("{}_infeasible.json", rate),
             placement::write_infeasible_report(instance, report.least_violating->solution,
                                                report.least_violating->evaluation)});
    }
    return files;
}

struct Runs {
    std::vector<FileContent> files;
    std::vector<Diagnostic> failures;
    nlohmann::ordered_json json = nlohmann::ordered_json::array();
};

void run_rate(const optimizer::Problem& problem,
              const placement::MethodConfig& config,
              const Space4aidArguments& arguments,
              std::size_t rates,
              Session& session,
              Runs& runs) {
    if (prints_text(session)) {
        session.print((runs.json.empty() ? "" : "\n") + space4aid_heading(problem));
    }
    const PlacementReport report = search_placement(problem, config.methods, arguments, session);
    std::ranges::move(make_files(report, arguments, rates), std::back_inserter(runs.files));
    runs.json.push_back(to_json(report));
    if (!report.placed) {
        runs.failures.push_back(no_placement(report));
        if (prints_text(session)) {
            session.print("\nno feasible placement\n");
        }
        return;
    }
    report_remarks(report, session.reporter());
    if (prints_text(session)) {
        session.print(report_text(report));
    }
}

} // namespace

Result<optimizer::Problem> load_system(const Space4aidArguments& arguments, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(arguments.system, arguments.system));
    AISPRINT_TRY_ASSIGN(optimizer::Problem problem, placement::parse_system(source, reporter));
    apply_rules(arguments, problem);
    if (problem.name.empty()) {
        problem.name = fs::path(arguments.system).stem().string();
    }
    return problem;
}

int run_on_system(const Space4aidArguments& arguments, Session& session) {
    auto problem = load_system(arguments, session.reporter());
    auto config = load_config(arguments, session.reporter());
    if (!problem || !config) {
        Failure failure = problem ? config.error() : problem.error();
        if (!problem && !config) {
            append(failure.diagnostics, config.error().diagnostics);
        }
        return session.finish(failure);
    }
    apply_limits(arguments, config->methods);
    if (const auto known = check_front(*problem, arguments); !known) {
        return session.finish(known.error());
    }
    const std::vector<double> rates = rates_of(*config, arguments, problem->arrival_rate);
    Runs runs;
    for (const double rate : rates) {
        problem->arrival_rate = rate;
        run_rate(*problem, *config, arguments, rates.size(), session, runs);
    }
    if (const auto written = write_outputs(runs.files, arguments); !written) {
        return session.finish(written.error());
    }
    const std::vector<std::string> names = file_names(runs.files);
    if (prints_text(session)) {
        session.print(files_text(names, dry_run(arguments)));
    }
    const nlohmann::ordered_json result{
        {"system", arguments.system}, {"runs", runs.json}, {"files", names}};
    return runs.failures.empty()
               ? session.finish(result)
               : session.finish(Failure{ErrorKind::infeasible, runs.failures}, result);
}

} // namespace aisprint::cli
