// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/placement/application.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aisprint::placement {

/// The files of an application, to be changed and written to a scratch folder.
class SampleApplication {
public:
    /// Three components on an edge node, two virtual machines and two functions; "stage1" has
    /// three cuts, of which the last is number 10.
    static SampleApplication partitioned();

    /// A filter and a classifier with a small version each.
    static SampleApplication degraded();

    /// Replaces the first occurrence of `from` in a file; it must be there.
    SampleApplication&
    replace(const std::string& file, const std::string& from, const std::string& to);

    SampleApplication& remove(const std::string& file);
    SampleApplication& write(const std::string& file, const std::string& text);

    /// Writes the files and loads them. The folder stays until the next call.
    Result<ApplicationProblem> load();

    /// Codes of the errors, then "|" and those of the warnings, if any.
    std::vector<std::string> findings();

    /// The problem; a failure is printed and ends the test program.
    ApplicationProblem loaded();

    /// Warnings of the last load.
    [[nodiscard]] const std::vector<Diagnostic>& warnings() const { return m_warnings; }

    /// Where the files are written.
    [[nodiscard]] const std::filesystem::path& folder() const { return m_scratch->path(); }

private:
    std::map<std::string, std::string> m_files;
    std::vector<Diagnostic> m_warnings;
    std::shared_ptr<ScratchDirectory> m_scratch;
};

} // namespace aisprint::placement
