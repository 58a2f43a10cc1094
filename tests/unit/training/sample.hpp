// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/source_file.hpp"
#include "aisprint/perf/model.hpp"
#include "aisprint/training/regressor.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace aisprint::training {

/// A CSV file of numbers, read without the library under test.
struct Sample {
    std::map<std::string, std::vector<double>> columns;

    [[nodiscard]] Matrix matrix(const std::vector<std::string>& names) const {
        Matrix matrix(columns.at(names.front()).size(), names.size());
        for (std::size_t j = 0; j < names.size(); ++j) {
            for (std::size_t i = 0; i < matrix.rows(); ++i) {
                matrix.at(i, j) = columns.at(names[j])[i];
            }
        }
        return matrix;
    }
};

inline Sample read_sample(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    std::vector<std::string> names;
    std::istringstream heading(line);
    for (std::string name; std::getline(heading, name, ',');) {
        names.push_back(name);
    }
    Sample sample;
    while (std::getline(file, line)) {
        std::istringstream row(line);
        std::string cell;
        for (const std::string& name : names) {
            std::getline(row, cell, ',');
            sample.columns[name].push_back(std::stod(cell));
        }
    }
    return sample;
}

/// The whole model file around a regressor that was fitted to so many features, as text.
inline std::string
model_file(Technique technique, const Regressor& regressor, std::size_t features) {
    nlohmann::ordered_json file{{"format", "ai-sprint-performance-model"},
                                {"version", 1},
                                {"technique", to_string(technique)},
                                {"inputs", nlohmann::ordered_json::array()},
                                {"derived", nlohmann::ordered_json::array()},
                                {"features", nlohmann::ordered_json::array()},
                                {"scaling", regressor.scaling()},
                                {"target_transform", regressor.target_transform()},
                                {"model", regressor.to_json()},
                                {"domain", nlohmann::ordered_json::object()},
                                {"mean_target", 1.0},
                                {"interval", nullptr}};
    for (std::size_t i = 0; i < features; ++i) {
        file["inputs"].push_back("x" + std::to_string(i));
        file["features"].push_back("x" + std::to_string(i));
    }
    return file.dump();
}

} // namespace aisprint::training
