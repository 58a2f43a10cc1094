// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::golden {

namespace fs = std::filesystem;

/// Where a case lives and where it runs.
struct Folders {
    fs::path program;
    fs::path golden;    ///< tests/golden
    fs::path test_case; ///< tests/golden/SUITE/CASE
    std::string name;   ///< SUITE/CASE
    fs::path scratch;   ///< the case's own; holds bin/, work/ and what was printed
    fs::path work;      ///< working directory of the commands
};

[[nodiscard]] Folders make_folders(const std::string& program,
                                   const std::string& golden,
                                   const std::string& scratch,
                                   const std::string& name);

/// Makes the scratch folder anew: input folders copied one over the other, then the edits.
/// Throws std::runtime_error if the case is not well formed.
void prepare(const Folders& folders);

/// All paths below a folder, sorted, one a line; folders end with a slash.
[[nodiscard]] std::string list_tree(const fs::path& folder);

/// All paths with their sizes and contents: equal if and only if nothing has changed.
[[nodiscard]] std::string snapshot(const fs::path& folder);

/// Compares what a case did with its files, or rewrites these files.
class Expectations {
public:
    explicit Expectations(const Folders& folders);

    /// Exit codes, one a line; a missing file `exit` stands for zeros.
    void check_exit(const std::string& codes);
    /// "stdout" or "stderr" against NAME.exact or NAME.glob; without either it must be empty.
    void check_stream(const std::string& name);
    /// The paths against `tree`; `(unchanged)` there compares all contents with the input.
    void check_tree();
    /// The files listed in `out/`.
    void check_files();

    /// What differs; empty if nothing does.
    [[nodiscard]] const std::string& report() const { return m_report; }

private:
    void compare(const std::string& title,
                 const fs::path& file,
                 const std::string& expected,
                 const std::string& found);
    [[nodiscard]] std::string masked(std::string text) const;

    const Folders& m_folders;
    bool m_update = false;
    std::string m_report;
};

} // namespace aisprint::golden
