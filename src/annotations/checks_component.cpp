// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/checks.hpp"

#include "checker.hpp"
#include "drift.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::annotations {

namespace {

/// Above this many MB somebody probably meant another unit.
constexpr double k_suspicious_memory_mb = 1024.0 * 1024.0;

void check_component_name(Checker& checker) {
    if (const Value* const name = checker.require("name")) {
        checker.expect_string(*name, "name");
    }
}

void check_prev_components(Checker& checker, const Value& list) {
    if (!checker.expect_list(list, "prev_components", "component names")) {
        return;
    }
    const std::optional<std::string> self = checker.script().component_name();
    std::vector<std::string> seen;
    for (const Value& item : list.items) {
        if (!checker.expect_string(item, "prev_components")) {
            continue;
        }
        if (self && item.text == *self) {
            checker.error(
                item.span, "ANN041",
                fmt::format("`prev_components` of '{}' contains the component itself", *self),
                "list only the components before it");
        } else if (std::ranges::find(seen, item.text) != seen.end()) {
            checker.error(item.span, "ANN041",
                          fmt::format("`prev_components` contains '{}' twice", item.text),
                          "list the path once, in order");
        }
        seen.push_back(item.text);
    }
}

void check_exec_time(Checker& checker) {
    const Value* const local = checker.find("local_time_thr");
    const Value* const global = checker.find("global_time_thr");
    const Value* const previous = checker.find("prev_components");
    if (local != nullptr) {
        checker.expect_number(*local, "local_time_thr", NumberRange::positive);
    }
    if (global != nullptr) {
        checker.expect_number(*global, "global_time_thr", NumberRange::positive);
    }
    if (previous != nullptr) {
        check_prev_components(checker, *previous);
    }
    const bool empty =
        previous == nullptr || (previous->kind == ValueKind::list && previous->items.empty());
    if (global != nullptr && empty) {
        checker.error(global->span, "ANN040",
                      "`global_time_thr` needs the list of the components before this one, but "
                      "`prev_components` is missing or empty",
                      "add `prev_components=[...]`");
    } else if (global == nullptr && !empty) {
        checker.warn(previous->span, "ANN045",
                     "`prev_components` has no effect without `global_time_thr`",
                     "add `global_time_thr=...` or remove `prev_components`");
    }
}

void check_throughput(Checker& checker) {
    if (const Value* const rate = checker.require("rate")) {
        checker.expect_number(*rate, "rate", NumberRange::positive);
    }
}

void check_model_file(Checker& checker, const FolderFacts& facts) {
    const Value* const file = checker.require("onnx_file");
    if (file == nullptr || !checker.expect_string(*file, "onnx_file")) {
        return;
    }
    const std::string& folder = checker.script().folder;
    if (file->text.find('/') != std::string::npos || file->text.find('\\') != std::string::npos) {
        checker.error(file->span, "ANN023",
                      fmt::format("`onnx_file` of `{}` is {}, not a plain file name",
                                  checker.annotation().name, to_display(*file)),
                      fmt::format("put the file into src/{}/onnx and give its name alone", folder));
    } else if (facts.has_model && !facts.has_model(folder, file->text)) {
        checker.error(file->span, "ANN050",
                      fmt::format("the model src/{}/onnx/{} does not exist", folder, file->text),
                      "put the model there, or correct the name");
    }
}

void check_partitionable(Checker& checker, const FolderFacts& facts) {
    check_model_file(checker, facts);
    const Value* const number = checker.find("num_partitions");
    if (number != nullptr && (number->kind != ValueKind::integer || number->integer < 1)) {
        checker.error(number->span, number->kind == ValueKind::integer ? "ANN023" : "ANN022",
                      fmt::format("`num_partitions` of `partitionable_model` is {}, not an "
                                  "integer of 1 or more",
                                  to_display(*number)),
                      "give the number of different cuts that are wanted");
    }
    if (const Annotation* const exits = checker.script().find("early_exits_model")) {
        checker
            .error(checker.annotation().span, "ANN051",
                   "`partitionable_model` and `early_exits_model` cannot be used on one component",
                   "remove one of the two")
            .notes.push_back({"`early_exits_model` is here", exits->span});
    }
}

void check_condition(Checker& checker) {
    const Value* const function = checker.require("condition_function");
    if (function == nullptr || !checker.expect_string(*function, "condition_function")) {
        return;
    }
    std::vector<std::string> names = checker.script().module_functions;
    names.insert(names.end(), checker.script().imported_names.begin(),
                 checker.script().imported_names.end());
    if (std::ranges::find(names, function->text) != names.end()) {
        return;
    }
    const auto similar = closest_name(function->text, names);
    checker.error(function->span, "ANN052",
                  fmt::format("`condition_function` is {}, but {} has no such function at its top "
                              "level",
                              to_display(*function), checker.script().path),
                  similar ? fmt::format("did you mean '{}'?", *similar)
                          : fmt::format("define `def {}(outputs):`", function->text));
}

void check_probabilities(Checker& checker, const FolderFacts& facts) {
    const Value* const list = checker.require("transition_probabilities");
    if (list == nullptr || !checker.expect_list(*list, "transition_probabilities", "numbers")) {
        return;
    }
    for (const Value& item : list->items) {
        checker.expect_number(item, "transition_probabilities", NumberRange::probability);
    }
    const std::optional<std::size_t> exits =
        facts.exit_count ? facts.exit_count(checker.script().folder) : std::nullopt;
    if (exits && *exits != list->items.size()) {
        checker.error(list->span, "ANN053",
                      fmt::format("`transition_probabilities` has {} values, but the model has {} "
                                  "early exits",
                                  list->items.size(), *exits),
                      "give one probability per exit, in the order of onnx/early_exits.csv");
    } else if (list->items.empty()) {
        checker.error(list->span, "ANN053", "`transition_probabilities` is empty",
                      "give one probability per exit");
    }
}

void check_early_exits(Checker& checker, const FolderFacts& facts) {
    check_model_file(checker, facts);
    check_condition(checker);
    check_probabilities(checker, facts);
}

void check_filtered_class(Checker& checker, const FolderFacts& facts) {
    const Value* const filtered = checker.find("filtered_class");
    if (filtered == nullptr || !checker.expect_string(*filtered, "filtered_class") ||
        !facts.class_names) {
        return;
    }
    const auto classes = facts.class_names(checker.script().folder);
    if (!classes || std::ranges::find(*classes, filtered->text) != classes->end()) {
        return;
    }
    const auto similar = closest_name(filtered->text, *classes);
    checker.error(filtered->span, "ANN055",
                  fmt::format("`filtered_class` is {}, which is not among the classes of src/{}/"
                              "classification_performance/class_names_dictionary.csv",
                              to_display(*filtered), checker.script().folder),
                  similar ? fmt::format("did you mean '{}'?", *similar)
                          : "use one of the classes there");
}

void check_performance(Checker& checker, const FolderFacts& facts) {
    static const std::vector<std::string> metrics = {
        "average_f1", "average_precision", "average_recall", "average_accuracy", "accuracy"};
    const Value* const metric = checker.find("metric");
    const Value* const threshold = checker.find("metric_thr");
    if (metric != nullptr) {
        checker.expect_one_of(*metric, "metric", metrics);
    }
    if (threshold != nullptr) {
        checker.expect_number(*threshold, "metric_thr", NumberRange::probability);
    }
    if (threshold != nullptr && metric == nullptr) {
        checker.warn(threshold->span, "ANN059", "`metric_thr` has no effect without `metric`",
                     "add `metric='average_f1'` or another metric");
    }
    check_filtered_class(checker, facts);
    if (metric == nullptr && checker.find("filtered_class") == nullptr) {
        checker.error(checker.annotation().span, "ANN057",
                      "`model_performance` needs `metric` (the classifier) or `filtered_class` "
                      "(the filter)",
                      "add one of the two");
    }
}

void check_device(Checker& checker) {
    static const std::vector<std::string> uses = {"dnn", "pre", "post"};
    for (const std::string_view argument : {"ram", "vram"}) {
        const Value* const memory = checker.require(argument);
        if (memory != nullptr &&
            checker.expect_number(*memory, argument, NumberRange::not_negative) &&
            memory->number() > k_suspicious_memory_mb) {
            checker.warn(memory->span, "ANN062",
                         fmt::format("`{}` of `device_constraints` is {} MB, which is more than "
                                     "1 TB",
                                     argument, to_display(*memory)),
                         "give the memory in MB");
        }
    }
    const Value* const list = checker.require("use_gpu_for");
    if (list != nullptr && checker.expect_list(*list, "use_gpu_for", "'dnn', 'pre' and 'post'")) {
        for (const Value& item : list->items) {
            checker.expect_one_of(item, "use_gpu_for", uses);
        }
    }
}

void check_security(Checker& checker) {
    for (const Argument& argument : checker.annotation().arguments) {
        if (const Value* const flag = checker.find(argument.name)) {
            checker.expect_boolean(*flag, argument.name);
        }
    }
}

void check_one(Checker& checker, const FolderFacts& facts) {
    const std::string& name = checker.annotation().name;
    if (name == "component_name") {
        check_component_name(checker);
    } else if (name == "exec_time") {
        check_exec_time(checker);
    } else if (name == "expected_throughput") {
        check_throughput(checker);
    } else if (name == "partitionable_model") {
        check_partitionable(checker, facts);
    } else if (name == "early_exits_model") {
        check_early_exits(checker, facts);
    } else if (name == "model_performance") {
        check_performance(checker, facts);
    } else if (name == "detect_metric_drift") {
        static_cast<void>(normalise_drift(checker));
    } else if (name == "device_constraints") {
        check_device(checker);
    } else if (name == "security") {
        check_security(checker);
    }
}

} // namespace

std::vector<Diagnostic>
check_component(const ComponentScript& script, const FolderFacts& facts, Reporter& reporter) {
    std::vector<Diagnostic> errors;
    for (const Annotation& annotation : script.annotations) {
        Checker checker(script, annotation, errors, reporter);
        check_one(checker, facts);
    }
    sort_and_merge(errors);
    return errors;
}

} // namespace aisprint::annotations
