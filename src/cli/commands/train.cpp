// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "interrupt.hpp"
#include "views/text_table.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/training/train.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

struct Options {
    std::string configuration;
    std::string input;
    std::string output = "output";
    std::size_t jobs = 1;
    bool details = false;
    bool keep = false;
    bool export_onnx = false;
};

struct Trained {
    training::TrainingReport report;
    std::string input;
};

/// A path of the configuration counts from its folder; if nothing is there, from the current one.
std::string resolve(const std::string& configuration, const std::string& path) {
    const fs::path beside = fs::path(configuration).parent_path() / path;
    std::error_code reason; // what is not there is reported when it is read
    return fs::exists(beside, reason) ? beside.string() : path;
}

Result<std::string> input_of(const Options& options, const training::TrainingConfig& config) {
    if (!options.input.empty()) {
        return options.input;
    }
    if (config.input_path.empty()) {
        return fail(ErrorKind::input,
                    make_error_in(options.configuration, "TRN011", "input_path not set",
                                  "write input_path = FILE below [DataPreparation], or give "
                                  "--input FILE"));
    }
    return resolve(options.configuration, config.input_path);
}

/// A text as the configuration would hold it.
std::string literal(const std::string& text) {
    std::string result = "\"";
    for (const char letter : text) {
        result +=
            letter == '"' || letter == '\\' ? std::string{'\\', letter} : std::string(1, letter);
    }
    return result + '"';
}

training::FolderOptions folder_options(const Options& options) {
    training::FolderOptions folder;
    folder.added = {{"configuration_file", literal(options.configuration)},
                    {"output", literal(options.output)},
                    {"j", fmt::format("{}", options.jobs)},
                    {"debug", "False"},
                    {"details", options.details ? "True" : "False"}};
    folder.onnx = options.export_onnx;
    folder.experiments = options.keep;
    return folder;
}

Result<Trained> train(const Options& options, std::stop_token stop, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const SourceFile ini,
                        load_source(options.configuration, options.configuration));
    AISPRINT_TRY_ASSIGN(const training::TrainingConfig config,
                        training::parse_config(ini, reporter));
    AISPRINT_TRY(training::check_model_folder(options.output)); // not when all is trained
    Trained trained;
    AISPRINT_TRY_ASSIGN(trained.input, input_of(options, config));
    AISPRINT_TRY_ASSIGN(const SourceFile csv, load_source(trained.input, trained.input));
    AISPRINT_TRY_ASSIGN(const training::Table table, training::parse_table(csv));
    training::TrainOptions how;
    how.threads = options.jobs;
    how.data_digest = sha256_hex(csv.text());
    how.stop = std::move(stop);
    AISPRINT_TRY_ASSIGN(trained.report, training::train(table, config, how, reporter));
    AISPRINT_TRY(training::write_model_folder(options.output, trained.report, ini.text(),
                                              csv.text(), folder_options(options)));
    return trained;
}

std::string percent(double share) {
    return fmt::format("{:.2f} %", 100 * share);
}

std::string text_of(const Trained& trained, const Options& options) {
    const training::TrainingReport& report = trained.report;
    std::string text =
        fmt::format("{}: {} rows of {} tested configurations, {} features\n\n", trained.input,
                    report.rows, report.groups, report.prepared_features.size());
    TextTable table({"technique", "selection MAPE", "validation MAPE", "training MAPE", "features"},
                    {Align::left, Align::right, Align::right, Align::right, Align::right});
    for (const training::TechniqueResult& result : report.techniques) {
        if (result.ok) {
            table.add({to_string(result.technique), percent(result.selection_mape),
                       percent(result.validation.mape), percent(result.training.mape),
                       fmt::format("{}", result.features.size())});
        } else {
            table.add({to_string(result.technique), "failed", "", "", ""});
        }
    }
    text += table.text(2);
    if (options.details) {
        for (const training::TechniqueResult& result : report.techniques) {
            if (result.ok) {
                text += fmt::format("\n{}\n", result.description);
            }
        }
    }
    return text + fmt::format("\nbest: {}, written to {}\n",
                              to_string(report.techniques[report.best].technique),
                              (fs::path(options.output) / "best.json").string());
}

int run(const Options& options, Session& session) {
    const Interrupt interrupt;
    const auto trained = train(options, interrupt.token(), session.reporter());
    if (!trained) {
        return session.finish(trained.error());
    }
    session.print(text_of(*trained, options));
    nlohmann::ordered_json result = training::results_json(trained->report);
    result["folder"] = options.output;
    return session.finish(result);
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("-c,--config", options->configuration,
                   "Configuration: techniques, splits, preparation of the data (INI).")
        ->type_name("FILE")
        ->required();
    app.add_option("--input", options->input, "CSV file, in place of the configuration's.")
        ->type_name("FILE");
    app.add_option("-o,--output", options->output, "Folder to write to (default: output).")
        ->type_name("DIR");
    app.add_option("-j,--jobs", options->jobs,
                   "Threads (default: 1). The models do not depend on it.")
        ->type_name("N")
        ->check(CLI::Range(1, 1024));
    app.add_flag("-l,--details", options->details, "Print what the models consist of.");
    app.add_flag("-k,--keep", options->keep, "Keep the figures of every experiment (run_0, ...).");
    app.add_flag("--export_onnx", options->export_onnx,
                 "Write the best model as best.onnx too, for other programs.");
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command train_command() {
    return {"train",
            "Train performance models on measurements, and choose the best.",
            CommandGroup::more,
            {"aisprint train -c aMLLibrary-config.ini -o models",
             "aisprint train -c aMLLibrary-config.ini --input times.csv -o models -j 4"},
            "aisprint predict -r models/best.json -i times.csv",
            setup,
            {},
            {"train-models"}};
}

} // namespace aisprint::cli
