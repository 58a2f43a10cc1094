// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/training/predict.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    std::string model;
    std::string input;
    std::string output;
    double level = 0;
};

Result<training::TablePrediction> predict(const Options& options, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const SourceFile model, load_source(options.model, options.model));
    AISPRINT_TRY_ASSIGN(const SourceFile csv, load_source(options.input, options.input));
    AISPRINT_TRY_ASSIGN(const training::Table table, training::parse_table(csv));
    AISPRINT_TRY_ASSIGN(training::TablePrediction prediction,
                        training::predict_table(model, table, options.level, reporter));
    if (!options.output.empty()) {
        const std::filesystem::path folder = options.output;
        std::vector<FileContent> files{{folder / "prediction.csv", to_csv(prediction)}};
        if (prediction.mape) {
            files.push_back({folder / "mape.txt", fmt::format("{}\n", *prediction.mape)});
        }
        files.push_back({folder / "done", ""});
        AISPRINT_TRY(write_files_together(files));
    }
    return prediction;
}

nlohmann::ordered_json to_json(const training::TablePrediction& prediction) {
    nlohmann::ordered_json json{{"target", prediction.target},
                                {"outside", prediction.outside},
                                {"saturated", prediction.saturated}};
    if (prediction.mape) {
        json["mape"] = *prediction.mape;
    }
    json["rows"] = nlohmann::ordered_json::array();
    for (const training::PredictedRow& row : prediction.rows) {
        nlohmann::ordered_json entry{{"pred", row.prediction.value},
                                     {"inside_domain", row.prediction.inside_domain}};
        if (row.real) {
            entry["real"] = *row.real;
        }
        if (row.prediction.lower && row.prediction.upper) {
            entry["lower"] = *row.prediction.lower;
            entry["upper"] = *row.prediction.upper;
        }
        if (!row.prediction.clamped.empty()) {
            entry["clamped"] = row.prediction.clamped;
        }
        if (!row.prediction.extrapolated.empty()) {
            entry["extrapolated"] = row.prediction.extrapolated;
        }
        json["rows"].push_back(std::move(entry));
    }
    return json;
}

int run(const Options& options, Session& session) {
    const auto prediction = predict(options, session.reporter());
    if (!prediction) {
        return session.finish(prediction.error());
    }
    if (options.output.empty()) {
        session.print(to_csv(*prediction));
    }
    if (prediction->mape) {
        session.tell(fmt::format("MAPE {:.2f} %\n", 100 * *prediction->mape));
    }
    if (prediction->outside > 0) {
        session.tell(fmt::format("{} of {} rows lie outside of the profiled range\n",
                                 prediction->outside, prediction->rows.size()));
    }
    return session.finish(to_json(*prediction));
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("-r,--regressor", options->model, "Model file that 'train' wrote.")
        ->type_name("FILE")
        ->required();
    app.add_option("-i,--input", options->input, "CSV file with the inputs of the model.")
        ->type_name("FILE")
        ->required();
    app.add_option("-o,--output", options->output,
                   "Folder for prediction.csv and mape.txt (default: print the predictions).")
        ->type_name("DIR");
    app.add_option("--level", options->level,
                   "Print intervals too that hold so large a share of times, such as 0.9.")
        ->type_name("SHARE")
        ->check(CLI::Range(0.0, 0.999999));
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command predict_command() {
    return {"predict",
            "Predict response times with a performance model.",
            CommandGroup::more,
            {"aisprint predict -r models/best.json -i times.csv",
             "aisprint predict -r models/best.json -i times.csv --level 0.9 -o predictions"},
            "give the model to aisprint space4aid in performance_models.json",
            setup};
}

} // namespace aisprint::cli
