// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/diagnostic.hpp"

#include "aisprint/base/source_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <iterator>
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

/// A code point and the number of bytes that it takes; a byte that is not UTF-8 stands alone.
std::pair<char32_t, std::size_t> decode(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t length = lead < 0xC0U ? 1 : lead < 0xE0U ? 2 : lead < 0xF0U ? 3 : 4;
    if (length == 1 || !is_utf8(text.substr(0, length))) {
        return {lead, 1};
    }
    char32_t value = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        value = (value << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
    }
    return {value, length};
}

/// Cells that a code point takes on a terminal: 2 for East Asian wide letters and pictures, 0 for
/// combining marks (the common blocks of Unicode's EastAsianWidth.txt).
std::size_t cell_width(char32_t c) {
    const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
    if (within(0x300, 0x36F) || within(0x200B, 0x200F) || within(0x20D0, 0x20FF) ||
        within(0xFE00, 0xFE0F)) {
        return 0;
    }
    const bool wide = within(0x1100, 0x115F) || within(0x2E80, 0x303E) || within(0x3041, 0xA4CF) ||
                      within(0xAC00, 0xD7A3) || within(0xF900, 0xFAFF) || within(0xFE30, 0xFE6F) ||
                      within(0xFF00, 0xFF60) || within(0xFFE0, 0xFFE6) ||
                      within(0x1F300, 0x1F64F) || within(0x1F900, 0x1F9FF) ||
                      within(0x20000, 0x3FFFD);
    return wide ? 2 : 1;
}

/// The line under a source line: blanks (tabs are kept), then a caret and tildes under the span.
std::string caret_line(std::string_view line, const Span& span) {
    std::string text;
    std::size_t column = 1;
    for (; column < span.column; ++column) {
        if (line.empty()) {
            text += ' ';
            continue;
        }
        const auto [letter, length] = decode(line);
        line.remove_prefix(length);
        text.append(letter == '\t' ? 1 : cell_width(letter), letter == '\t' ? '\t' : ' ');
    }
    std::size_t cells = 0;
    for (std::size_t i = 0; i < span.length && !line.empty(); ++i) {
        const auto [letter, length] = decode(line);
        line.remove_prefix(length);
        cells += cell_width(letter);
    }
    text += '^';
    return text.append(cells > 1 ? cells - 1 : 0, '~');
}

std::string format_snippet(const Diagnostic& diagnostic) {
    const Span& span = diagnostic.span;
    if (diagnostic.snippet.empty() || span.line == 0) {
        return {};
    }
    return fmt::format("{:>5} | {}\n      | {}\n", span.line, diagnostic.snippet,
                       caret_line(diagnostic.snippet, span));
}

std::string lower(const std::string& text) {
    std::string result = text;
    std::ranges::transform(result, result.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
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

Diagnostic
make_error_in(std::string file, std::string code, std::string message, std::string hint) {
    Diagnostic diagnostic = make_error(std::move(code), std::move(message), std::move(hint));
    diagnostic.span.file = std::move(file);
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
    // JSON without line breaks is one line of any length; nobody wants to see it.
    constexpr std::size_t k_longest_snippet = 1000;
    const std::string_view line = source.line_text(span.line);
    diagnostic.snippet = line.size() <= k_longest_snippet ? std::string(line) : std::string{};
    return diagnostic;
}

Diagnostic as_warning(Diagnostic diagnostic) {
    diagnostic.severity = Severity::warning;
    return diagnostic;
}

void append(std::vector<Diagnostic>& to, std::vector<Diagnostic> from) {
    std::ranges::move(from, std::back_inserter(to));
}

void sort_and_merge(std::vector<Diagnostic>& diagnostics) {
    const auto key = [](const Diagnostic& d) {
        return std::tie(d.span.file, d.span.line, d.span.column, d.severity, d.code, d.message,
                        d.hint);
    };
    std::ranges::stable_sort(
        diagnostics, [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
    diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end()), diagnostics.end());
}

std::string format_diagnostic(const Diagnostic& diagnostic) {
    std::string text = fmt::format("{}{}: {}", format_position(diagnostic.span),
                                   to_string(diagnostic.severity), diagnostic.message);
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
