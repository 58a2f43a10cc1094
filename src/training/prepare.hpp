// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/training/config.hpp"
#include "aisprint/training/regressor.hpp"
#include "aisprint/training/table.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace aisprint::training {

/// A column of numbers on its way to being a feature.
struct WorkColumn {
    std::string name;
    std::vector<double> values;
    std::string operation; ///< empty for an input; else as in model files
    std::vector<std::string> operands;
    double value = 0;     ///< of onehot
    bool is_flag = false; ///< only 0 and 1, made of a category
};

/// Columns by name, in the order in which they came about.
struct Workspace {
    std::vector<WorkColumn> columns; ///< features so far
    std::vector<WorkColumn> hidden;  ///< no features, but others may be made of them
    std::map<std::string, std::vector<std::string>> categories; ///< texts of an input, by number
    std::vector<std::string> dropped;                           ///< constant, or twins of others
    std::size_t rows = 0;

    /// The feature of that name, or null.
    [[nodiscard]] const WorkColumn* find(const std::string& name) const;
    /// The column of that name, feature or not, or null.
    [[nodiscard]] const WorkColumn* find_any(const std::string& name) const;
};

/// Adds inverse, log, products and Ernest's features. Errors go to `errors`.
void derive_columns(const TrainingConfig& config,
                    Workspace& work,
                    Reporter& reporter,
                    std::vector<Diagnostic>& errors);

/// Takes away columns from `first` on that are constant or equal an earlier one.
void drop_useless(Workspace& work, std::size_t first);

/// Data ready to be learned from.
struct Prepared {
    Workspace work;
    Matrix features;
    std::vector<std::string> names; ///< of the features
    std::vector<double> target;
    std::vector<std::size_t> groups; ///< of each row, from 0 in order of appearance
    std::size_t group_count = 0;
    std::vector<std::size_t> validation; ///< rows that extrapolation or interpolation set apart
    std::vector<int> monotone;           ///< of the features; empty: none

    [[nodiscard]] std::size_t rows() const { return target.size(); }
};

/// Does what section DataPreparation says. Fails (input, TRN02x) with every error.
[[nodiscard]] Result<Prepared>
prepare(const Table& table, const TrainingConfig& config, Reporter& reporter);

/// The prepared columns and the target, for people.
[[nodiscard]] Table prepared_table(const Prepared& prepared, const std::string& target);

} // namespace aisprint::training
