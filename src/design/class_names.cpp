// SPDX-License-Identifier: Apache-2.0
#include "class_names.hpp"

#include "csv.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace aisprint::design {

namespace fs = std::filesystem;

Result<std::vector<std::string>> parse_class_names(const fs::path& file,
                                                   const std::string& shown_as) {
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(file, shown_as));
    const CsvTable table = parse_csv(source.text());
    const auto wrong = [&](std::size_t line, const std::string& text) {
        return fail(ErrorKind::input,
                    make_error_at(source, Span{source.name(), line, 1, 0}, "DSN030", text,
                                  "write columns class and index; indices 0, 1, 2, ..."));
    };
    const auto class_column = table.column("class");
    const auto index_column = table.column("index");
    if (!class_column || !index_column) {
        return wrong(1, "no columns 'class' and 'index' in the header");
    }
    std::vector<std::string> names(table.rows.size());
    std::vector<bool> seen(table.rows.size());
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const auto& cells = table.rows[row].cells;
        std::size_t index = 0;
        const std::string text = *index_column < cells.size() ? cells[*index_column] : "";
        const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), index);
        if (error != std::errc{} || stop != text.data() + text.size() || index >= names.size() ||
            seen[index] || *class_column >= cells.size()) {
            return wrong(table.rows[row].line,
                         fmt::format("'{}' is not one of the indices 0 to {}, each once", text,
                                     names.size() - 1));
        }
        seen[index] = true;
        names[index] = cells[*class_column];
    }
    return names;
}

std::optional<std::vector<std::string>> load_class_names(const fs::path& component_folder) {
    const fs::path file =
        component_folder / "classification_performance" / "class_names_dictionary.csv";
    if (!fs::is_regular_file(file)) {
        return std::nullopt;
    }
    auto names = parse_class_names(file, file.string());
    return names ? std::optional(std::move(*names)) : std::nullopt;
}

} // namespace aisprint::design
