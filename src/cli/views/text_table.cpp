// SPDX-License-Identifier: Apache-2.0
#include "text_table.hpp"

#include "aisprint/base/source_file.hpp"

#include <algorithm>
#include <utility>

namespace aisprint::cli {

TextTable::TextTable(std::vector<std::string> header, std::vector<Align> alignment)
    : m_alignment(std::move(alignment)) {
    m_alignment.resize(header.size(), Align::left);
    m_rows.push_back(std::move(header));
}

void TextTable::add(std::vector<std::string> cells) {
    cells.resize(m_alignment.size());
    m_rows.push_back(std::move(cells));
}

std::string TextTable::text(std::size_t indent) const {
    std::vector<std::size_t> widths(m_alignment.size(), 0);
    for (std::size_t column = 0; column < widths.size(); ++column) {
        const bool filled = std::any_of(m_rows.begin() + 1, m_rows.end(),
                                        [&](const auto& row) { return !row[column].empty(); });
        for (const auto& row : m_rows) {
            widths[column] = filled ? std::max(widths[column], count_code_points(row[column])) : 0;
        }
    }
    std::string text;
    for (const auto& row : m_rows) {
        std::string line;
        for (std::size_t column = 0; column < row.size(); ++column) {
            if (widths[column] == 0) {
                continue;
            }
            line += line.empty() ? std::string(indent, ' ') : "  ";
            const std::string padding(widths[column] - count_code_points(row[column]), ' ');
            line +=
                m_alignment[column] == Align::right ? padding + row[column] : row[column] + padding;
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

} // namespace aisprint::cli
