// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace aisprint {

class SourceFile;

/// How bad a diagnostic is. Only errors stop a command.
enum class Severity { error, warning, note };

/// A place in a text. Lines and columns count from 1, columns and length in code points.
/// `line == 0` means the whole file; an empty file name means no place at all.
struct Span {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;
    std::size_t length = 0;

    auto operator<=>(const Span&) const = default;
};

/// A remark that belongs to a diagnostic, with the place that it speaks of, if any.
struct Note {
    std::string text;
    std::optional<Span> span;

    auto operator<=>(const Note&) const = default;
};

/// One thing that is wrong, or noteworthy, for a person or a program to read.
///
/// `message` starts in lower case and has no final period; it names the thing, what was found
/// and what is allowed. `hint` is an action. `snippet` is the line of source that the span
/// points into, empty if there is none to show. Codes are listed in docs/diagnostics.md.
struct Diagnostic {
    Severity severity = Severity::error;
    std::string code;
    std::string message;
    Span span;
    std::string snippet;
    std::vector<Note> notes;
    std::string hint;

    auto operator<=>(const Diagnostic&) const = default;
};

/// An error without a place, for example in an argument of the command line.
[[nodiscard]] Diagnostic make_error(std::string code, std::string message, std::string hint = {});

/// An error about a whole file.
[[nodiscard]] Diagnostic
make_error_in(std::string file, std::string code, std::string message, std::string hint = {});

/// An error at a place of `source`; takes the snippet from there.
[[nodiscard]] Diagnostic make_error_at(const SourceFile& source,
                                       const Span& span,
                                       std::string code,
                                       std::string message,
                                       std::string hint = {});

/// The same diagnostic as a warning.
[[nodiscard]] Diagnostic as_warning(Diagnostic diagnostic);

/// Moves all of `from` to the end of `to`.
void append(std::vector<Diagnostic>& to, std::vector<Diagnostic> from);

/// Sorts by file, line and column and drops exact repetitions.
void sort_and_merge(std::vector<Diagnostic>& diagnostics);

/// The diagnostic as text: position, severity, message, code, source line with caret, notes and
/// hint; one or more lines, each ended by a newline.
[[nodiscard]] std::string format_diagnostic(const Diagnostic& diagnostic);

/// The name as printed: "error", "warning" or "note".
[[nodiscard]] std::string to_string(Severity severity);

/// The candidate closest to `name` by edit distance, if one is close enough to be a likely
/// misspelling (at most a third of the letters, case ignored).
[[nodiscard]] std::optional<std::string> closest_name(const std::string& name,
                                                      const std::vector<std::string>& candidates);

} // namespace aisprint
