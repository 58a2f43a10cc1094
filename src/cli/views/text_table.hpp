// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace aisprint::cli {

/// On which side of its column a cell stands.
enum class Align { left, right };

/// A plain table: columns as wide as their widest cell, two blanks between them.
class TextTable {
public:
    /// A heading per column, with the side on which its cells stand.
    TextTable(std::vector<std::string> header, std::vector<Align> alignment);

    /// Adds a line; missing cells at its end are empty.
    void add(std::vector<std::string> cells);

    /// True if no line was added.
    [[nodiscard]] bool empty() const { return m_rows.size() == 1; }

    /// The lines, each after `indent` blanks. A column that is empty in all lines is left out.
    [[nodiscard]] std::string text(std::size_t indent) const;

private:
    std::vector<std::vector<std::string>> m_rows;
    std::vector<Align> m_alignment;
};

} // namespace aisprint::cli
