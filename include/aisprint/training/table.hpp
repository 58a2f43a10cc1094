// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace aisprint::training {

/// A column of a CSV file. A column in which any cell is neither a number nor empty is text.
struct Column {
    std::string name;
    bool is_text = false;
    std::vector<double> numbers;    ///< NaN for an empty cell; empty if is_text
    std::vector<std::string> texts; ///< as written; empty unless is_text
};

/// A CSV file: columns in file order, all of the same length.
struct Table {
    std::vector<Column> columns;
    std::size_t rows = 0;

    /// The column of that name, or null.
    [[nodiscard]] const Column* find(const std::string& name) const;
};

/// Reads CSV: commas, quoted fields, LF or CRLF, a heading. Fails (input, TRN00x) on rows of
/// another length than the heading, repeated or empty headings, and unclosed quotes, at their
/// places.
[[nodiscard]] Result<Table> parse_table(const SourceFile& source);

} // namespace aisprint::training
