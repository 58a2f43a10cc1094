// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"
#include "aisprint/base/result.hpp"

#include <string>
#include <utility>
#include <vector>

namespace aisprint {

/// Where libraries send what is not their result: warnings, and steps of progress.
class Reporter {
public:
    Reporter() = default;
    Reporter(const Reporter&) = delete;
    Reporter& operator=(const Reporter&) = delete;
    virtual ~Reporter() = default;

    /// Takes a warning or a note.
    virtual void report(Diagnostic diagnostic) = 0;

    /// Takes a line of detail that only a verbose run shows.
    virtual void detail(const std::string& text) = 0;
};

/// Hands the warnings and notes of a check to the reporter, in their order. Fails (input) with its
/// errors if there are any.
[[nodiscard]] Result<void> fail_on_errors(std::vector<Diagnostic> found, Reporter& reporter);

/// Keeps what it is told; for tests and for commands that print at the end.
class CollectingReporter final : public Reporter {
public:
    void report(Diagnostic diagnostic) override { m_diagnostics.push_back(std::move(diagnostic)); }
    void detail(const std::string& text) override { m_details.push_back(text); }

    /// The warnings and notes, in order of arrival.
    [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return m_diagnostics; }

    /// The lines of detail, in order of arrival.
    [[nodiscard]] const std::vector<std::string>& details() const { return m_details; }

private:
    std::vector<Diagnostic> m_diagnostics;
    std::vector<std::string> m_details;
};

} // namespace aisprint
