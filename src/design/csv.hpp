// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::design {

/// A row of a CSV file with the line that it starts in (from 1).
struct CsvRow {
    std::vector<std::string> cells;
    std::size_t line = 0;
};

/// A CSV file with a header line.
struct CsvTable {
    std::vector<std::string> header;
    std::vector<CsvRow> rows;

    /// The position of a column, or nothing.
    [[nodiscard]] std::optional<std::size_t> column(std::string_view name) const;
};

/// Splits a CSV text: commas, double quotes around cells (doubled inside), any line ends. Blanks
/// around cells and empty lines are dropped.
[[nodiscard]] CsvTable parse_csv(std::string_view text);

} // namespace aisprint::design
