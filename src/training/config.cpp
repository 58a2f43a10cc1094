// SPDX-License-Identifier: Apache-2.0
// The configuration file: sections General, DataPreparation and FeatureSelection.
#include "aisprint/training/config.hpp"

#include "config_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

namespace aisprint::training {

namespace {

const std::string k_general = "General";
const std::string k_preparation = "DataPreparation";
const std::string k_selection = "FeatureSelection";

void read_techniques(ConfigReader& in, TrainingConfig& config) {
    const IniOption* option = in.required(k_general, "techniques", "techniques not set");
    if (option == nullptr) {
        return;
    }
    const auto names = in.texts_of(*option, k_general, option->literal.value);
    for (std::size_t i = 0; names && i < names->size(); ++i) {
        const std::string& name = (*names)[i];
        const Literal& place = option->literal.value.items[i];
        if (name == "NeuralNetwork") {
            config.unsupported.push_back(name);
            in.warn(option->name_span, "TRN018", "NeuralNetwork is not supported",
                    "it is left out; the other techniques are trained");
            continue;
        }
        const std::optional<Technique> technique = parse_technique(name);
        if (!technique) {
            const std::vector<std::string> known{"LRRidge",      "XGBoost", "DecisionTree",
                                                 "RandomForest", "SVR",     "NNLS",
                                                 "Stepwise",     "Dummy"};
            const auto closest = closest_name(name, known);
            in.error_at(*option, place, "TRN013",
                        fmt::format("the technique '{}' is unknown; known are {}", name,
                                    fmt::join(known, ", ")),
                        closest ? fmt::format("did you mean '{}'?", *closest) : "");
        } else if (std::ranges::find(config.techniques, *technique) == config.techniques.end()) {
            config.techniques.push_back(*technique);
        }
    }
    if (names && config.techniques.empty() && !in.failed()) {
        in.error(*option, "TRN013", "techniques names none that can be trained",
                 "add one of LRRidge, NNLS, Stepwise, SVR, DecisionTree, RandomForest, XGBoost, "
                 "Dummy");
    }
}

std::optional<SplitMethod> split_named(const std::string& name) {
    static const std::map<std::string, SplitMethod> k_methods{
        {"All", SplitMethod::all},
        {"HoldOut", SplitMethod::hold_out},
        {"KFold", SplitMethod::k_fold},
        {"Extrapolation", SplitMethod::extrapolation},
        {"Interpolation", SplitMethod::interpolation}};
    const auto found = k_methods.find(name);
    return found == k_methods.end() ? std::nullopt : std::optional(found->second);
}

/// The method that an option names; hold-out, and an error, where it cannot be told.
std::optional<SplitMethod>
read_split(ConfigReader& in, const std::string& name, const std::string& missing) {
    const IniOption* option = in.required(k_general, name, missing);
    const auto word = option == nullptr ? std::nullopt : in.text(k_general, name);
    if (!word) {
        return std::nullopt;
    }
    const auto method = split_named(*word);
    if (!method) {
        in.error(*option, "TRN012", fmt::format("unknown hp_selection/validation method {}", *word),
                 name == "validation" ? "use All, HoldOut, KFold, Extrapolation or Interpolation"
                                      : "use All, HoldOut or KFold");
    } else if (name == "hp_selection" &&
               (*method == SplitMethod::extrapolation || *method == SplitMethod::interpolation)) {
        in.error(*option, "TRN014", fmt::format("{} cannot be used to perform hp_selection", *word),
                 "use All, HoldOut or KFold");
        return std::nullopt;
    }
    return method;
}

void read_interpolation(ConfigReader& in, TrainingConfig& config, bool is_needed) {
    const std::string name = "interpolation_columns";
    const IniOption* option = is_needed
                                  ? in.required(k_general, name, "interpolation_columns not set")
                                  : in.option(k_general, name);
    if (option == nullptr) {
        return;
    }
    const std::string allowed =
        "a dictionary of texts and numbers or lists of numbers, such as {\"cores\": [4, 12]}";
    bool right = option->literal.value.kind == LiteralKind::dictionary;
    for (const auto& [key, value] : option->literal.value.entries) {
        right = right && key.kind == LiteralKind::text;
        if (value.kind == LiteralKind::number) {
            right = right && value.number >= 2;
            config.interpolation[key.text] = value.number;
            continue;
        }
        right = right && value.kind == LiteralKind::list;
        std::vector<double> values;
        for (const Literal& item : value.items) {
            right = right && item.kind == LiteralKind::number;
            values.push_back(item.number);
        }
        config.interpolation[key.text] = values;
    }
    if (!right) {
        in.refuse(*option, k_general, allowed + "; a number is a step, at least 2");
    }
}

void read_splits(ConfigReader& in, TrainingConfig& config) {
    const auto selection = read_split(in, "hp_selection", "hp_selection not specified");
    const auto validation = read_split(in, "validation", "validation not specified");
    const auto uses = [&](SplitMethod method) {
        return selection == method || validation == method;
    };
    const auto needed = [&](SplitMethod method, const std::string& name) {
        if (uses(method)) {
            (void)in.required(k_general, name, name + " not set");
        }
    };
    config.selection_split = selection.value_or(SplitMethod::k_fold);
    config.validation_split = validation.value_or(SplitMethod::hold_out);
    needed(SplitMethod::hold_out, "hold_out_ratio");
    config.hold_out_ratio =
        in.number(k_general, "hold_out_ratio", 0, 1, "a number above 0 and below 1").value_or(0);
    needed(SplitMethod::k_fold, "folds");
    config.folds = in.whole(k_general, "folds", 2).value_or(0);
    needed(SplitMethod::extrapolation, "extrapolation_columns");
    config.extrapolation =
        in.numbers(k_general, "extrapolation_columns").value_or(std::map<std::string, double>());
    read_interpolation(in, config, uses(SplitMethod::interpolation));
}

bool equals_ignoring_case(const std::string& text, const std::string& lower) {
    return std::ranges::equal(text, lower, [](unsigned char a, char b) {
        return static_cast<char>(std::tolower(a)) == b;
    });
}

void read_search(ConfigReader& in, TrainingConfig& config) {
    const auto tuning = in.text(k_general, "hyperparameter_tuning");
    (void)in.whole(k_general, "hyperopt_save_interval", 0);
    if (!tuning || !equals_ignoring_case(*tuning, "hyperopt")) {
        (void)in.whole(k_general, "hyperopt_max_evals", 1);
        return;
    }
    (void)in.required(k_general, "hyperopt_max_evals", "hyperopt_max_evals not set");
    config.search_evaluations = in.whole(k_general, "hyperopt_max_evals", 1).value_or(1);
}

void read_monotone(ConfigReader& in, TrainingConfig& config) {
    const auto signs = in.numbers(k_general, "monotone");
    for (const auto& [column, sign] : signs.value_or(std::map<std::string, double>())) {
        if (sign != -1 && sign != 0 && sign != 1) {
            in.refuse(*in.option(k_general, "monotone"), k_general,
                      "a dictionary of columns and -1, 0 or 1");
            return;
        }
        config.monotone[column] = static_cast<int>(sign);
    }
}

void read_policy(ConfigReader& in, TrainingConfig& config) {
    static const std::map<std::string, ExtrapolationPolicy> k_policies{
        {"clamp", ExtrapolationPolicy::clamp},
        {"reject", ExtrapolationPolicy::reject},
        {"allow", ExtrapolationPolicy::allow}};
    const auto word = in.text(k_general, "extrapolation");
    if (!word) {
        return;
    }
    const auto found = k_policies.find(*word);
    if (found == k_policies.end()) {
        in.refuse(*in.option(k_general, "extrapolation"), k_general, "clamp, reject or allow");
        return;
    }
    config.policy = found->second;
}

void read_general(ConfigReader& in, TrainingConfig& config) {
    read_techniques(in, config);
    (void)in.required(k_general, "y", "y not set: the column to predict");
    config.target = in.text(k_general, "y").value_or("");
    read_splits(in, config);
    config.runs = in.whole(k_general, "run_num", 1).value_or(1);
    config.seed = in.whole(k_general, "seed", 0).value_or(0);
    read_search(in, config);
    config.save_training_models = in.flag(k_general, "save_training_regressors").value_or(false);
    config.compatible = in.flag(k_general, "compatible").value_or(false);
    config.split_by_group = in.flag(k_general, "group_split").value_or(!config.compatible);
    config.group_columns =
        in.texts(k_general, "group_columns").value_or(std::vector<std::string>());
    read_monotone(in, config);
    read_policy(in, config);
    // for neural networks, or added by the reference to its copies of the file
    for (const char* name : {"keras_backend", "keras_use_cpu", "configuration_file", "output", "j",
                             "debug", "details", "generate_plots", "keep_temp"}) {
        (void)in.option(k_general, name);
    }
}

/// A list of columns, or [*], which is {"*"}.
std::vector<std::string> read_columns(ConfigReader& in, const std::string& name) {
    const IniOption* option = in.option(k_preparation, name);
    if (option == nullptr) {
        return {};
    }
    if (option->literal.value.is_bare && option->literal.value.text == "[*]") {
        return {"*"};
    }
    return in.texts(k_preparation, name).value_or(std::vector<std::string>());
}

void read_products(ConfigReader& in, TrainingConfig& config) {
    const IniOption* degree = in.option(k_preparation, "product_max_degree");
    if (degree != nullptr && degree->literal.value.is_bare && degree->literal.value.text == "inf") {
        config.product_degree = std::numeric_limits<std::size_t>::max();
    } else {
        config.product_degree = in.whole(k_preparation, "product_max_degree", 0).value_or(0);
    }
    config.product_interactions_only =
        in.flag(k_preparation, "product_interactions_only").value_or(false);
    config.selected_products =
        in.texts(k_preparation, "selected_products").value_or(std::vector<std::string>());
}

void check_ernest(ConfigReader& in, const TrainingConfig& config) {
    if (!config.ernest) {
        return;
    }
    const auto forbid = [&](bool is_used, const char* option, const char* message) {
        if (is_used) {
            in.error(*in.option(k_preparation, option), "TRN014", message);
        }
    };
    const char* columns = "use_columns and skip_columns cannot be used with ernest";
    forbid(config.use_columns.has_value(), "use_columns", columns);
    forbid(!config.skip_columns.empty(), "skip_columns", columns);
    forbid(!config.inverse.empty(), "inverse", "inverse cannot be used with ernest");
    forbid(config.product_degree > 0, "product_max_degree", "product cannot be used with ernest");
    forbid(config.normalization, "normalization", "normalization cannot be used with ernest");
}

void read_preparation(ConfigReader& in, TrainingConfig& config) {
    config.input_path = in.text(k_preparation, "input_path").value_or("");
    config.use_columns = in.texts(k_preparation, "use_columns");
    config.skip_columns =
        in.texts(k_preparation, "skip_columns").value_or(std::vector<std::string>());
    config.rename_columns = in.renamings(k_preparation, "rename_columns")
                                .value_or(std::map<std::string, std::string>());
    config.skip_rows =
        in.numbers(k_preparation, "skip_rows").value_or(std::map<std::string, double>());
    config.categorical_columns =
        in.texts(k_preparation, "categorical_columns").value_or(std::vector<std::string>());
    config.inverse = read_columns(in, "inverse");
    config.log = read_columns(in, "log");
    read_products(in, config);
    config.normalization = in.flag(k_preparation, "normalization").value_or(false);
    config.ernest = in.flag(k_preparation, "ernest").value_or(false);
    check_ernest(in, config);
}

void read_tolerance(ConfigReader& in, TrainingConfig& config) {
    std::string name = "XGBoost_tolerance";
    if (const IniOption* alias = in.option(k_selection, "xgboost_tolerance")) {
        in.warn(alias->name_span, "TRN017", "'xgboost_tolerance' is read as 'XGBoost_tolerance'",
                "write it so");
        name = in.option(k_selection, name) == nullptr ? "xgboost_tolerance" : name;
    }
    if (config.selection == SelectionMethod::xgboost) {
        (void)in.required(k_selection, name, "XGBoost tolerance not set");
    }
    config.xgboost_tolerance =
        in.number(k_selection, name, 0, 1, "a number above 0 and below 1").value_or(0);
}

void read_selection(ConfigReader& in, TrainingConfig& config) {
    if (in.file().find(k_selection) == nullptr) {
        (void)in.option(k_selection, "method"); // the section is known
        return;
    }
    const IniOption* option = in.required(k_selection, "method", "method not set: SFS or XGBoost");
    const std::string method = option == nullptr ? "" : in.text(k_selection, "method").value_or("");
    if (method == "SFS") {
        config.selection = SelectionMethod::sequential_forward;
    } else if (method == "XGBoost") {
        config.selection = SelectionMethod::xgboost;
    } else if (!method.empty()) {
        in.refuse(*option, k_selection, "SFS or XGBoost");
    }
    config.max_features = in.whole(k_selection, "max_features", 1).value_or(0);
    config.min_features = in.whole(k_selection, "min_features", 1).value_or(1);
    if (config.max_features > 0 && config.min_features > config.max_features) {
        in.refuse(*in.option(k_selection, "min_features"), k_selection,
                  fmt::format("at most max_features, {}", config.max_features));
    }
    config.selection_folds = in.whole(k_selection, "folds", 2).value_or(5);
    read_tolerance(in, config);
}

} // namespace

Result<TrainingConfig> parse_config(const SourceFile& source, Reporter& reporter) {
    ConfigReader in(source);
    TrainingConfig config;
    read_general(in, config);
    read_preparation(in, config);
    read_selection(in, config);
    read_candidates(in, config);
    in.warn_of_unknown();
    in.send_warnings(reporter);
    if (in.failed()) {
        return in.failure();
    }
    return config;
}

} // namespace aisprint::training
