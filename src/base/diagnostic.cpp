// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/diagnostic.hpp"

#include "aisprint/base/source_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <numeric>
#include <tuple>

namespace aisprint {

namespace {

std::string format_position(const Span& span) {
    if (span.file.empty()) {
        return {};
    }
    if (span.line == 0) {
        return span.file + ": ";
    }
    return fmt::format("{}:{}:{}: ", span.file, span.line, span.column);
}

/// Blanks that bring the caret under its column; tabs of the source line are kept.
std::string caret_padding(std::string_view line, std::size_t column) {
    std::string padding;
    std::size_t position = 1;
    for (std::size_t i = 0; i < line.size() && position < column; ++i) {
        const bool continuation = (static_cast<unsigned char>(line[i]) & 0xC0U) == 0x80U;
        if (continuation) {
            continue;
        }
        padding += line[i] == '\t' ? '\t' : ' ';
        ++position;
    }
    padding.append(column > position ? column - position : 0, ' ');
    return padding;
}

std::string format_snippet(const Diagnostic& diagnostic) {
    const Span& span = diagnostic.span;
    if (diagnostic.snippet.empty() || span.line == 0) {
        return {};
    }
    std::string carets = "^";
    if (span.length > 1) {
        carets.append(span.length - 1, '~');
    }
    return fmt::format("{:>5} | {}\n      | {}{}\n",
                       span.line,
                       diagnostic.snippet,
                       caret_padding(diagnostic.snippet, span.column),
                       carets);
}

std::string lower(const std::string& text) {
    std::string result = text;
    std::ranges::transform(result, result.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return result;
}

/// Levenshtein distance in two rows.
std::size_t edit_distance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitution});
        }
    }
    return row[b.size()];
}

} // namespace

Diagnostic make_error(std::string code, std::string message, std::string hint) {
    Diagnostic diagnostic;
    diagnostic.code = std::move(code);
    diagnostic.message = std::move(message);
    diagnostic.hint = std::move(hint);
    return diagnostic;
}

Diagnostic make_error_at(const SourceFile& source,
                         const Span& span,
                         std::string code,
                         std::string message,
                         std::string hint) {
    Diagnostic diagnostic = make_error(std::move(code), std::move(message), std::move(hint));
    diagnostic.span = span;
    if (diagnostic.span.file.empty()) {
        diagnostic.span.file = source.name();
    }
    diagnostic.snippet = std::string(source.line_text(span.line));
    return diagnostic;
}

Diagnostic as_warning(Diagnostic diagnostic) {
    diagnostic.severity = Severity::warning;
    return diagnostic;
}

void sort_and_merge(std::vector<Diagnostic>& diagnostics) {
    const auto key = [](const Diagnostic& d) {
        return std::tie(d.span.file, d.span.line, d.span.column, d.severity, d.code, d.message);
    };
    std::ranges::stable_sort(diagnostics,
                             [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
    diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end()), diagnostics.end());
}

std::string format_diagnostic(const Diagnostic& diagnostic) {
    std::string text = fmt::format("{}{}: {}",
                                   format_position(diagnostic.span),
                                   to_string(diagnostic.severity),
                                   diagnostic.message);
    if (!diagnostic.code.empty()) {
        text += fmt::format(" [{}]", diagnostic.code);
    }
    text += '\n';
    text += format_snippet(diagnostic);
    for (const Note& note : diagnostic.notes) {
        const std::string position = note.span ? format_position(*note.span) : std::string{};
        text += fmt::format("{}note: {}\n", position, note.text);
    }
    if (!diagnostic.hint.empty()) {
        text += fmt::format("hint: {}\n", diagnostic.hint);
    }
    return text;
}

std::string to_string(Severity severity) {
    switch (severity) {
    case Severity::error:
        return "error";
    case Severity::warning:
        return "warning";
    case Severity::note:
        return "note";
    }
    return "error";
}

std::optional<std::string> closest_name(const std::string& name,
                                        const std::vector<std::string>& candidates) {
    const std::string wanted = lower(name);
    std::optional<std::string> best;
    std::size_t best_distance = std::max<std::size_t>(1, name.size() / 3) + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(wanted, lower(candidate));
        if (distance < best_distance) {
            best_distance = distance;
            best = candidate;
        }
    }
    return best;
}

} // namespace aisprint
