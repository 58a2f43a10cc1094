// SPDX-License-Identifier: Apache-2.0
#include "csv.hpp"

#include <algorithm>

namespace aisprint::design {

namespace {

std::string trimmed(const std::string& text) {
    const std::size_t first = text.find_first_not_of(" \t");
    return first == std::string::npos
               ? std::string{}
               : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

} // namespace

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
    const auto found = std::ranges::find(header, name);
    return found == header.end() ? std::nullopt
                                 : std::optional(static_cast<std::size_t>(found - header.begin()));
}

CsvTable parse_csv(std::string_view text) {
    CsvTable table;
    CsvRow row{{}, 1};
    std::string cell;
    bool quoted = false;
    std::size_t line = 1;
    bool has_header = false;
    const auto end_row = [&] {
        row.cells.push_back(trimmed(cell));
        cell.clear();
        if (row.cells.size() > 1 || !row.cells.front().empty()) {
            if (has_header) {
                table.rows.push_back(std::move(row));
            } else {
                table.header = std::move(row.cells);
                has_header = true;
            }
        }
        row = CsvRow{{}, line};
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        line += c == '\n' ? 1 : 0;
        if (c == '"' && quoted && i + 1 < text.size() && text[i + 1] == '"') {
            cell += c;
            ++i;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (c == ',' && !quoted) {
            row.cells.push_back(trimmed(cell));
            cell.clear();
        } else if (c == '\n' && !quoted) {
            end_row();
        } else if (c != '\r') {
            cell += c;
        }
    }
    if (!cell.empty() || !row.cells.empty()) {
        end_row();
    }
    return table;
}

} // namespace aisprint::design
