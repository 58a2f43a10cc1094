// SPDX-License-Identifier: Apache-2.0
#include "results.hpp"

#include "model_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace aisprint::training {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_name_width = 14;

/// The mean of a figure over the experiments of a run.
double mean_of(const TechniqueResult& result,
               std::size_t run,
               const std::function<double(const ExperimentResult&)>& figure) {
    double sum = 0;
    double count = 0;
    for (const ExperimentResult& experiment : result.experiments) {
        if (experiment.run == run) {
            sum += figure(experiment);
            count += 1;
        }
    }
    return count > 0 ? sum / count : 0;
}

std::string run_text(const TrainingReport& report, std::size_t run) {
    std::string text =
        fmt::format("Printing results for run {}\n\nMAPE for all techniques:\n", run);
    const TechniqueResult* best = nullptr;
    double best_mape = 0;
    for (const TechniqueResult& result : report.techniques) {
        if (!result.ok) {
            continue;
        }
        const auto mean = [&](const auto& figure) { return mean_of(result, run, figure); };
        const double selection = mean([](const ExperimentResult& e) { return e.selection_mape; });
        text +=
            fmt::format("   {:<{}}: (Training {:.6f} - HP Selection {:.6f}) - Validation {:.6f}\n",
                        to_string(result.technique), k_name_width,
                        mean([](const ExperimentResult& e) { return e.training.mape; }), selection,
                        mean([](const ExperimentResult& e) { return e.validation.mape; }));
        if (best == nullptr || selection < best_mape) {
            best = &result;
            best_mape = selection;
        }
    }
    if (best != nullptr) {
        const auto mean = [&](const auto& figure) { return mean_of(*best, run, figure); };
        text +=
            fmt::format("\nBest result of the run is {}\nMetrics for best result:\n"
                        "   MAPE: (Training {:.6f} - HP Selection {:.6f}) - Validation {:.6f}\n"
                        "   RMSE: (Training {:.6f}) - Validation {:.6f}\n"
                        "   R^2 : (Training {:.6f}) - Validation {:.6f}\n\n",
                        to_string(best->technique),
                        mean([](const ExperimentResult& e) { return e.training.mape; }), best_mape,
                        mean([](const ExperimentResult& e) { return e.validation.mape; }),
                        mean([](const ExperimentResult& e) { return e.training.rmse; }),
                        mean([](const ExperimentResult& e) { return e.validation.rmse; }),
                        mean([](const ExperimentResult& e) { return e.training.r2; }),
                        mean([](const ExperimentResult& e) { return e.validation.r2; }));
    }
    return text;
}

std::size_t count_runs(const TrainingReport& report) {
    std::size_t runs = 0;
    for (const TechniqueResult& result : report.techniques) {
        for (const ExperimentResult& experiment : result.experiments) {
            runs = std::max(runs, experiment.run + 1);
        }
    }
    return runs;
}

Json metrics_json(const Metrics& metrics) {
    return {{"mape", metrics.mape}, {"rmse", metrics.rmse}, {"r2", metrics.r2}};
}

Json technique_json(const TechniqueResult& result) {
    Json json{{"technique", to_string(result.technique)}, {"ok", result.ok}};
    if (!result.ok) {
        json["error"] = result.error;
        return json;
    }
    json["selection_mape"] = result.selection_mape;
    json["validation"] = metrics_json(result.validation);
    json["validation_mape_min"] = result.validation_mape_min;
    json["validation_mape_max"] = result.validation_mape_max;
    json["training"] = metrics_json(result.training);
    json["hyperparameters"] = to_json(result.parameters);
    json["features"] = result.features;
    json["seconds"] = result.seconds;
    json["experiments"] = Json::array();
    for (const ExperimentResult& experiment : result.experiments) {
        json["experiments"].push_back(experiment_json(experiment));
    }
    return json;
}

} // namespace

Json experiment_json(const ExperimentResult& experiment) {
    return {{"name", experiment.name},
            {"selection_mape", experiment.selection_mape},
            {"validation", metrics_json(experiment.validation)},
            {"training", metrics_json(experiment.training)},
            {"hyperparameters", to_json(experiment.parameters)},
            {"features", experiment.features}};
}

std::string results_text(const TrainingReport& report) {
    std::string text;
    for (std::size_t run = 0; run < count_runs(report); ++run) {
        text += run_text(report, run);
    }
    for (const TechniqueResult& result : report.techniques) {
        if (!result.ok) {
            text += fmt::format("{} had no successful runs: {}\n", to_string(result.technique),
                                result.error);
        }
    }
    text += fmt::format("Overall best result is {}, with configuration {}\n\n",
                        to_string(report.techniques[report.best].technique),
                        to_json(report.techniques[report.best].parameters).dump());
    text += "Training metrics of the final models, on all rows:\n";
    for (const TechniqueResult& result : report.techniques) {
        if (result.ok) {
            text += fmt::format("   {:<{}}: MAPE {:.6f} - RMSE {:.6f} - R^2 {:.6f}\n",
                                to_string(result.technique), k_name_width, result.training.mape,
                                result.training.rmse, result.training.r2);
        }
    }
    text += "\nBest models:\n";
    double seconds = 0;
    for (const TechniqueResult& result : report.techniques) {
        seconds += result.seconds;
        if (result.ok) {
            text +=
                fmt::format("{}\n   Features: {}\n   Hyper-parameters: {}\n\n", result.description,
                            fmt::join(result.features, ", "), to_json(result.parameters).dump());
        }
    }
    text += fmt::format("Execution Time : {:.2f} s\n", seconds);
    return text;
}

Json results_json(const TrainingReport& report) {
    Json json{{"best", to_string(report.techniques[report.best].technique)},
              {"rows", report.rows},
              {"groups", report.groups},
              {"features", report.prepared_features},
              {"dropped_features", report.dropped_features},
              {"techniques", Json::array()}};
    for (const TechniqueResult& result : report.techniques) {
        json["techniques"].push_back(technique_json(result));
    }
    return json;
}

} // namespace aisprint::training
