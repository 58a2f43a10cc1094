// SPDX-License-Identifier: Apache-2.0
#include "space4aid_options.hpp"

#include "command.hpp"
#include "design_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <thread>
#include <utility>

namespace aisprint::cli {

namespace {

constexpr double k_largest_rate = 1e9;
constexpr unsigned k_most_threads = 256;

const char* const k_forms_group = "What is placed";
const char* const k_search_group = "Search";
const char* const k_rules_group = "Rules of the model";
const char* const k_more_group = "Further answers";

void add_form_options(CLI::App& app, Space4aidArguments& arguments) {
    add_application_dir(app, arguments.application_dir);
    app.add_option("-s,--system", arguments.system,
                   "System description (JSON) instead of an application.")
        ->type_name("FILE")
        ->group(k_forms_group);
    app.add_option("-c,--config", arguments.config,
                   "Methods for --system (default: ConfigFiles/Input_file.json, if there).")
        ->type_name("FILE")
        ->group(k_forms_group);
    app.add_option("-L,--lambda,--Lambda", arguments.rate,
                   "Arrival rate for --system, in requests per second.")
        ->type_name("RATE")
        ->group(k_forms_group);
    app.add_option("--output", arguments.output,
                   "Folder for the solutions of --system (default: that of the system file).")
        ->type_name("DIR")
        ->group(k_forms_group);
    app.add_option("--evaluate", arguments.evaluate,
                   "Do not search: work out this solution, at --lambda or its own rate.")
        ->type_name("SOLUTION")
        ->group(k_forms_group);
    app.add_option("-e," + spellings("--evaluation_lambda"), arguments.evaluate_at,
                   "The same with the rate first.")
        ->type_name("RATE SOLUTION")
        ->expected(2)
        ->group(k_forms_group);
}

void add_search_options(CLI::App& app, Space4aidArguments& arguments) {
    app.add_flag(spellings("--no_exact"), arguments.no_exact,
                 "Run the methods of the configuration only, without BranchAndBound.")
        ->group(k_search_group);
    app.add_option("--duration", arguments.duration_s,
                   "Seconds for BranchAndBound, and for each further answer (default 60).")
        ->type_name("S")
        ->check(CLI::Range(0.001, 1e9))
        ->group(k_search_group);
    app.add_option("--gap", arguments.gap,
                   "Be content with a cost proved to be at most this share above the optimum, "
                   "0.01 for 1 % (default 0).")
        ->type_name("SHARE")
        ->check(CLI::Range(0.0, 1.0))
        ->group(k_search_group);
    app.add_option("--seed", arguments.seed, "Seed of the heuristics, for the configuration's.")
        ->type_name("N")
        ->group(k_search_group);
    app.add_option("--threads", arguments.threads,
                   "Threads (default: as many as the machine has); the answer is the same.")
        ->type_name("N")
        ->check(CLI::Range(1U, k_most_threads))
        ->group(k_search_group);
}

void add_rule_options(CLI::App& app, Space4aidArguments& arguments) {
    app.add_option(spellings("--function_charge"), arguments.function_charge,
                   "Load that functions are paid for: of the 'component' (default) or of the "
                   "'partition', after early exits.")
        ->type_name("LOAD")
        ->check(CLI::IsMember({"component", "partition"}))
        ->group(k_rules_group);
    app.add_option("--memory", arguments.memory,
                   "Memory that partitions share: of 'one_node' (default) or of 'all_nodes'.")
        ->type_name("OF")
        ->check(CLI::IsMember({"one_node", "all_nodes"}))
        ->group(k_rules_group);
    app.add_option(spellings("--risk_level"), arguments.risk_level,
                   "Keep limits at this quantile of trained models, 0.95 for instance, not at "
                   "their prediction (0, default).")
        ->type_name("P")
        ->check(CLI::Range(0.0, 0.9999))
        ->group(k_rules_group);
}

void add_answer_options(CLI::App& app, Space4aidArguments& arguments) {
    app.add_option("--pareto", arguments.pareto,
                   "Also the front of cost against the response time of this path constraint, "
                   "or against the arrival 'rate'.")
        ->type_name("PATH")
        ->group(k_more_group);
    app.add_option("--points", arguments.points, "Most points of the front (default 20).")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{2}, std::size_t{1000}))
        ->group(k_more_group);
    app.add_flag("--sensitivity", arguments.sensitivity,
                 "Also what each constraint and each limit of a resource costs.")
        ->group(k_more_group);
    app.add_option("--picture", arguments.picture,
                   "Picture of the placement as an HTML page (default with an application: "
                   "space4ai-d/placement.html).")
        ->type_name("FILE")
        ->group(k_more_group);
}

Diagnostic not_together(const std::string& first, const std::string& second) {
    return make_error("CLI004",
                      fmt::format("'{}' and '{}' cannot be given together", first, second),
                      "choose one of the two");
}

Diagnostic not_without(const std::string& option, const std::string& needed) {
    return make_error("CLI004", fmt::format("'{}' needs '{}'", option, needed),
                      fmt::format("add {}, or leave {} out", needed, option));
}

/// The folder comes from the environment, not from the command line.
bool is_from_environment(const std::string& application_dir) {
    const char* value = std::getenv("AISPRINT_APPLICATION_DIR");
    return value != nullptr && application_dir == value;
}

bool is_rate(double rate) {
    return rate > 0 && rate <= k_largest_rate;
}

Diagnostic no_rate(const std::string& what, const std::string& found) {
    return make_error(
        "CLI004", fmt::format("{} is '{}', must be above 0, in requests per second", what, found),
        "write a number, for example 1.5");
}

/// RATE SOLUTION of --evaluation_lambda.
Result<void> take_pair(Space4aidArguments& arguments) {
    if (arguments.evaluate_at.empty()) {
        return {};
    }
    if (!arguments.evaluate.empty()) {
        return fail(ErrorKind::usage, not_together("--evaluate", "--evaluation_lambda"));
    }
    if (arguments.rate) {
        return fail(ErrorKind::usage, not_together("--lambda", "--evaluation_lambda"));
    }
    const std::string& text = arguments.evaluate_at.front();
    char* end = nullptr;
    const double rate = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !is_rate(rate)) {
        return fail(ErrorKind::usage, no_rate("the rate of --evaluation_lambda", text));
    }
    arguments.rate = rate;
    arguments.evaluate = arguments.evaluate_at.back();
    return {};
}

Result<void> check_forms(const Space4aidArguments& arguments) {
    const bool stand_alone = !arguments.system.empty();
    const std::pair<bool, const char*> stand_alone_only[] = {
        {!arguments.config.empty(), "--config"},
        {!arguments.output.empty(), "--output"},
        {arguments.rate.has_value() && !arguments.evaluates(), "--lambda"},
    };
    for (const auto& [given, name] : stand_alone_only) {
        if (given && !stand_alone) {
            return fail(ErrorKind::usage, not_without(name, "--system"));
        }
    }
    if (stand_alone && arguments.nested) {
        return fail(ErrorKind::usage, not_together("--system", "--nested"));
    }
    return {};
}

Result<void> check_evaluation(const Space4aidArguments& arguments) {
    const std::pair<bool, const char*> search_only[] = {
        {!arguments.config.empty(), "--config"},
        {arguments.no_exact, "--no_exact"},
        {arguments.duration_s.has_value(), "--duration"},
        {arguments.gap.has_value(), "--gap"},
        {arguments.seed.has_value(), "--seed"},
        {!arguments.pareto.empty(), "--pareto"},
        {arguments.sensitivity, "--sensitivity"},
        {!arguments.output.empty(), "--output"},
        {arguments.nested, "--nested"},
    };
    for (const auto& [given, name] : search_only) {
        if (given && arguments.evaluates()) {
            return fail(ErrorKind::usage, not_together("--evaluate", name));
        }
    }
    return {};
}

} // namespace

void add_space4aid_options(CLI::App& app, Space4aidArguments& arguments) {
    add_form_options(app, arguments);
    app.add_flag("--nested", arguments.nested,
                 "Write production_deployment.yaml with all of it below System.Resources.");
    app.add_flag(spellings("--dry_run"), arguments.dry_run, "Search and report; write nothing.");
    add_search_options(app, arguments);
    add_rule_options(app, arguments);
    add_answer_options(app, arguments);
}

Result<void> settle_space4aid_arguments(Space4aidArguments& arguments) {
    if (!arguments.system.empty() && !arguments.application_dir.empty()) {
        if (!is_from_environment(arguments.application_dir)) {
            return fail(ErrorKind::usage, not_together("--system", "--application_dir"));
        }
        arguments.application_dir.clear();
    }
    if (arguments.rate && !is_rate(*arguments.rate)) {
        return fail(ErrorKind::usage, no_rate("--lambda", fmt::format("{}", *arguments.rate)));
    }
    AISPRINT_TRY(take_pair(arguments));
    AISPRINT_TRY(check_forms(arguments));
    return check_evaluation(arguments);
}

void apply_rules(const Space4aidArguments& arguments, optimizer::Problem& problem) {
    problem.function_charge = arguments.function_charge == "partition"
                                  ? optimizer::FunctionCharge::partition_load
                                  : optimizer::FunctionCharge::component_load;
    problem.memory_rule = arguments.memory == "all_nodes" ? optimizer::MemoryRule::all_nodes
                                                          : optimizer::MemoryRule::one_node;
    problem.risk_level = arguments.risk_level;
}

void apply_limits(const Space4aidArguments& arguments, optimizer::MethodList& methods) {
    if (arguments.no_exact) {
        methods.exact.reset();
    }
    methods.seed = arguments.seed.value_or(methods.seed);
    methods.threads = wanted_threads(arguments);
    if (methods.exact) {
        methods.exact->duration_s = arguments.duration_s.value_or(methods.exact->duration_s);
        methods.exact->gap = arguments.gap.value_or(methods.exact->gap);
        methods.exact->threads = arguments.threads || methods.exact->threads <= 1
                                     ? methods.threads
                                     : methods.exact->threads;
    }
}

unsigned wanted_threads(const Space4aidArguments& arguments) {
    return arguments.threads.value_or(
        std::clamp(std::thread::hardware_concurrency(), 1U, k_most_threads));
}

} // namespace aisprint::cli
