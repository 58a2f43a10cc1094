// SPDX-License-Identifier: Apache-2.0
#include "aisprint/training/table.hpp"

#include "numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <utility>

namespace aisprint::training {

namespace {

struct Cell {
    std::string text;
    std::size_t begin = 0;
    std::size_t end = 0;
};

struct Record {
    std::vector<Cell> cells;
    std::size_t begin = 0;
    std::size_t end = 0;
};

/// Takes CSV apart (RFC 4180; lone "\r" ends a record too).
class CsvReader {
public:
    explicit CsvReader(const SourceFile& source) : m_source(source), m_text(source.text()) {
        if (m_text.starts_with("\xEF\xBB\xBF")) {
            m_at = 3;
        }
    }

    /// The next record that is not empty.
    std::optional<Record> next() {
        while (m_at < m_text.size() && at_line_end()) {
            ++m_at;
        }
        if (m_at >= m_text.size()) {
            return std::nullopt;
        }
        Record record;
        record.begin = m_at;
        record.cells.push_back(read_cell());
        while (m_at < m_text.size() && m_text[m_at] == ',') {
            ++m_at;
            record.cells.push_back(read_cell());
        }
        record.end = m_at;
        return record;
    }

    std::vector<Diagnostic> errors;

private:
    const SourceFile& m_source;
    const std::string& m_text;
    std::size_t m_at = 0;

    [[nodiscard]] bool at_line_end() const { return m_text[m_at] == '\n' || m_text[m_at] == '\r'; }

    Cell read_cell() {
        Cell cell;
        cell.begin = m_at;
        if (m_at < m_text.size() && m_text[m_at] == '"') {
            read_quoted(cell);
        }
        while (m_at < m_text.size() && m_text[m_at] != ',' && !at_line_end()) {
            cell.text += m_text[m_at++];
        }
        cell.end = m_at;
        return cell;
    }

    void read_quoted(Cell& cell) {
        for (++m_at; m_at < m_text.size(); ++m_at) {
            if (m_text[m_at] != '"') {
                cell.text += m_text[m_at];
            } else if (m_at + 1 < m_text.size() && m_text[m_at + 1] == '"') {
                cell.text += m_text[m_at++];
            } else {
                ++m_at;
                return;
            }
        }
        errors.push_back(make_error_at(m_source, m_source.span_of(cell.begin, cell.begin + 1),
                                       "TRN004", "the quote that opens here is never closed",
                                       "close it, or write \"\" for a quote inside of quotes"));
    }
};

std::vector<std::string>
read_heading(const SourceFile& source, const Record& record, std::vector<Diagnostic>& errors) {
    std::vector<std::string> names;
    for (const Cell& cell : record.cells) {
        const std::string name = trimmed(cell.text);
        const Span span = source.span_of(cell.begin, std::max(cell.end, cell.begin + 1));
        if (name.empty()) {
            errors.push_back(make_error_at(source, span, "TRN003",
                                           fmt::format("column {} has no name", names.size() + 1),
                                           "the first line must name every column"));
        } else if (std::ranges::find(names, name) != names.end()) {
            errors.push_back(make_error_at(source, span, "TRN003",
                                           fmt::format("two columns are named '{}'", name),
                                           "rename one of them"));
        }
        names.push_back(name);
    }
    return names;
}

Column make_column(const std::string& name, const std::vector<Record>& records, std::size_t index) {
    Column column;
    column.name = name;
    for (const Record& record : records) {
        const std::string text = trimmed(record.cells[index].text);
        const std::optional<double> number = parse_number(text);
        if (!number && !text.empty()) {
            column.is_text = true;
            column.numbers.clear();
            break;
        }
        column.numbers.push_back(number.value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    if (column.is_text) {
        for (const Record& record : records) {
            column.texts.push_back(record.cells[index].text);
        }
    }
    return column;
}

} // namespace

const Column* Table::find(const std::string& name) const {
    const auto found = std::ranges::find(columns, name, &Column::name);
    return found == columns.end() ? nullptr : &*found;
}

Result<Table> parse_table(const SourceFile& source) {
    CsvReader reader(source);
    const std::optional<Record> heading = reader.next();
    if (!heading) {
        return fail(ErrorKind::input,
                    make_error_in(source.name(), "TRN001", "the file is empty",
                                  "write a line with the names of the columns, then one line per "
                                  "measurement"));
    }
    const std::vector<std::string> names = read_heading(source, *heading, reader.errors);
    std::vector<Record> records;
    while (std::optional<Record> record = reader.next()) {
        if (record->cells.size() != names.size()) {
            reader.errors.push_back(
                make_error_at(source, source.span_of(record->begin, record->end), "TRN002",
                              fmt::format("this row has {} cells; the heading has {}",
                                          record->cells.size(), names.size())));
        }
        records.push_back(*std::move(record));
    }
    if (!reader.errors.empty()) {
        sort_and_merge(reader.errors);
        return fail(ErrorKind::input, std::move(reader.errors));
    }
    Table table;
    table.rows = records.size();
    for (std::size_t i = 0; i < names.size(); ++i) {
        table.columns.push_back(make_column(names[i], records, i));
    }
    return table;
}

} // namespace aisprint::training
