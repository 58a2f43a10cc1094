// SPDX-License-Identifier: Apache-2.0
// The folder that a training leaves: models, results, and what they were made of.
#include "aisprint/base/csv.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/training/onnx.hpp"
#include "aisprint/training/train.hpp"
#include "results.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace aisprint::training {

namespace {

namespace fs = std::filesystem;

/// Rows are numbered in a column without a name, as the reference does.
std::string csv_of(const Table& table) {
    std::string csv;
    for (const Column& column : table.columns) {
        csv += "," + csv_field(column.name);
    }
    csv += '\n';
    for (std::size_t row = 0; row < table.rows; ++row) {
        csv += fmt::format("{}", row);
        for (const Column& column : table.columns) {
            csv += column.is_text ? "," + csv_field(column.texts[row])
                                  : fmt::format(",{}", column.numbers[row]);
        }
        csv += '\n';
    }
    return csv;
}

/// The configuration with options at the head of its section General.
std::string enriched(const std::string& configuration,
                     const std::vector<std::pair<std::string, std::string>>& added) {
    std::string text;
    for (const auto& [name, literal] : added) {
        text += fmt::format("{} = {}\n", name, literal);
    }
    // it was read: the section is there
    const std::size_t at =
        configuration.starts_with("[General]") ? 0 : configuration.find("\n[General]") + 1;
    const std::size_t end = configuration.find('\n', at);
    if (end == std::string::npos) {
        return fmt::format("{}\n{}", configuration, text);
    }
    return configuration.substr(0, end + 1) + text + configuration.substr(end + 1);
}

using Files = std::vector<std::pair<std::string, std::string>>;

void add_experiments(const TechniqueResult& result, Files& files) {
    for (const ExperimentResult& experiment : result.experiments) {
        files.emplace_back(fmt::format("{}/{}.json", experiment.name, to_string(result.technique)),
                           experiment_json(experiment).dump(2) + "\n");
    }
}

Result<Files> files_of(const TrainingReport& report,
                       const std::string& configuration_text,
                       const std::string& data_text,
                       const FolderOptions& options) {
    Files files{{"configuration.ini", configuration_text},
                {"data.csv", data_text},
                {"data_preprocessed.csv", csv_of(report.prepared)},
                {"results.txt", results_text(report)},
                {"results.json", results_json(report).dump(2) + "\n"}};
    if (!options.added.empty()) {
        files.emplace_back("configuration_enriched.ini",
                           enriched(configuration_text, options.added));
    }
    for (const TechniqueResult& result : report.techniques) {
        if (options.experiments) {
            add_experiments(result, files);
        }
        if (!result.ok) {
            continue;
        }
        const std::string name = to_string(result.technique);
        files.emplace_back(name + ".json", result.model.dump(1) + "\n");
        if (!result.training_model.is_null()) {
            files.emplace_back(name + "_training.json", result.training_model.dump(1) + "\n");
        }
    }
    const nlohmann::ordered_json& best = report.techniques[report.best].model;
    files.emplace_back("best.json", best.dump(1) + "\n");
    if (options.onnx) {
        AISPRINT_TRY_ASSIGN(std::string model, to_onnx(best));
        files.emplace_back("best.onnx", std::move(model));
    }
    files.emplace_back("done", "");
    return files;
}

/// Files that a training may leave, finished or not.
bool is_ours(const std::string& name) {
    static const std::set<std::string> k_names{"configuration.ini",
                                               "data.csv",
                                               "data_preprocessed.csv",
                                               "results.txt",
                                               "results.json",
                                               "best.json",
                                               "best.onnx",
                                               "configuration_enriched.ini"};
    const std::string stem = name.substr(0, name.find_last_of('.'));
    const std::string plain = stem.substr(0, stem.find("_training"));
    const bool is_run = name.starts_with("run_") && name.size() > 4 &&
                        name.find_first_not_of("0123456789", 4) == std::string::npos;
    return k_names.contains(name) || is_run || (name.ends_with(".json") && parse_technique(plain));
}

Result<void> write_all(const fs::path& folder, const Files& files) {
    AISPRINT_TRY(make_directories(folder));
    for (const auto& [name, content] : files) {
        const fs::path path = folder / name;
        if (path.parent_path() != folder) {
            AISPRINT_TRY(make_directories(path.parent_path()));
        }
        AISPRINT_TRY(write_new_file(path, content));
    }
    return {};
}

} // namespace

Result<void> check_model_folder(const fs::path& folder) {
    std::error_code reason;
    if (!fs::exists(folder, reason)) {
        return {};
    }
    if (!fs::is_directory(folder, reason)) {
        return fail(ErrorKind::input,
                    make_error("TRN051", fmt::format("{} is not a folder", folder.string()),
                               "choose another place for the models"));
    }
    if (fs::exists(folder / "done", reason)) {
        return fail(ErrorKind::input,
                    make_error("TRN050",
                               fmt::format("{} already exists and holds a finished training",
                                           folder.string()),
                               "choose another folder, or delete this one"));
    }
    for (const fs::directory_entry& entry : fs::directory_iterator(folder, reason)) {
        if (!is_ours(entry.path().filename().string())) {
            return fail(ErrorKind::input,
                        make_error("TRN051",
                                   fmt::format("{} holds {}, which no training wrote",
                                               folder.string(), entry.path().filename().string()),
                                   "choose a new folder for the models"));
        }
    }
    if (reason) {
        return io_failure("BAS003", "read", folder, reason);
    }
    return {};
}

Result<void> write_model_folder(const fs::path& folder,
                                const TrainingReport& report,
                                const std::string& configuration_text,
                                const std::string& data_text,
                                const FolderOptions& options) {
    AISPRINT_TRY(check_model_folder(folder));
    AISPRINT_TRY_ASSIGN(const Files files,
                        files_of(report, configuration_text, data_text, options));
    std::error_code reason;
    const fs::path target = fs::absolute(folder).lexically_normal();
    const fs::path place = target.has_filename() ? target : target.parent_path();
    const fs::path fresh =
        place.parent_path() / fmt::format(".{}.{}.new", place.filename().string(), ::getpid());
    if (Result<void> written = write_all(fresh, files); !written) {
        (void)remove_tree(fresh); // the failure to write is what counts
        return written;
    }
    AISPRINT_TRY(remove_tree(place));
    fs::rename(fresh, place, reason);
    if (reason) {
        auto failure = io_failure("BAS002", "rename to", place, reason);
        (void)remove_tree(fresh);
        return failure;
    }
    return {};
}

} // namespace aisprint::training
