// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

namespace aisprint::cli {

/// What a run of the program works with, so that tests can stand in.
struct Environment {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
    bool in_is_terminal = false;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
    std::size_t err_columns = 80; ///< of the terminal, if it is one
    std::size_t err_lines = 24;
};

/// Runs the program with the process's streams; returns the exit code.
[[nodiscard]] int run(int argc, char** argv);

/// Runs the program: `arguments` begins with the program's name. Returns the exit code, as listed
/// by `aisprint help exit-codes`. Changes the working directory for --chdir.
[[nodiscard]] int run(const std::vector<std::string>& arguments, Environment& environment);

} // namespace aisprint::cli
