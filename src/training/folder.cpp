// SPDX-License-Identifier: Apache-2.0
// The folder that a training leaves: models, results, and what they were made of.
#include "aisprint/base/files.hpp"
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

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) {
        return text;
    }
    std::string result = "\"";
    for (const char letter : text) {
        result += letter == '"' ? "\"\"" : std::string(1, letter);
    }
    return result + '"';
}

/// Rows are numbered in a column without a name, as the reference does.
std::string csv_of(const Table& table) {
    std::string csv;
    for (const Column& column : table.columns) {
        csv += "," + quoted(column.name);
    }
    csv += '\n';
    for (std::size_t row = 0; row < table.rows; ++row) {
        csv += fmt::format("{}", row);
        for (const Column& column : table.columns) {
            csv += column.is_text ? "," + quoted(column.texts[row])
                                  : fmt::format(",{}", column.numbers[row]);
        }
        csv += '\n';
    }
    return csv;
}

std::vector<std::pair<std::string, std::string>> files_of(const TrainingReport& report,
                                                          const std::string& configuration_text,
                                                          const std::string& data_text) {
    std::vector<std::pair<std::string, std::string>> files{
        {"configuration.ini", configuration_text},
        {"data.csv", data_text},
        {"data_preprocessed.csv", csv_of(report.prepared)},
        {"results.txt", results_text(report)},
        {"results.json", results_json(report).dump(2) + "\n"}};
    for (const TechniqueResult& result : report.techniques) {
        if (!result.ok) {
            continue;
        }
        const std::string name = to_string(result.technique);
        files.emplace_back(name + ".json", result.model.dump(1) + "\n");
        if (!result.training_model.is_null()) {
            files.emplace_back(name + "_training.json", result.training_model.dump(1) + "\n");
        }
    }
    files.emplace_back("best.json", report.techniques[report.best].model.dump(1) + "\n");
    files.emplace_back("done", "");
    return files;
}

/// Files that a training may leave, finished or not.
bool is_ours(const std::string& name) {
    static const std::set<std::string> k_names{"configuration.ini",     "data.csv",
                                               "data_preprocessed.csv", "results.txt",
                                               "results.json",          "best.json"};
    const std::string stem = name.substr(0, name.find_last_of('.'));
    const std::string plain = stem.substr(0, stem.find("_training"));
    return k_names.contains(name) || (name.ends_with(".json") && parse_technique(plain));
}

/// Checks that nothing of value is in the way.
Result<void> check_free(const fs::path& folder) {
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

} // namespace

Result<void> write_model_folder(const fs::path& folder,
                                const TrainingReport& report,
                                const std::string& configuration_text,
                                const std::string& data_text) {
    AISPRINT_TRY(check_free(folder));
    std::error_code reason;
    const fs::path target = fs::absolute(folder).lexically_normal();
    const fs::path place = target.has_filename() ? target : target.parent_path();
    const fs::path fresh =
        place.parent_path() / fmt::format(".{}.{}.new", place.filename().string(), ::getpid());
    AISPRINT_TRY(make_directories(fresh));
    for (const auto& [name, content] : files_of(report, configuration_text, data_text)) {
        if (Result<void> written = write_new_file(fresh / name, content); !written) {
            (void)remove_tree(fresh); // the failure to write is what counts
            return written;
        }
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
