// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

#include <optional>
#include <string>

namespace aisprint::cli {

/// The help of the program.
[[nodiscard]] std::string program_help(const CLI::App& app);

/// The help of one command; `name` has the names of the commands above it, too.
[[nodiscard]] std::string
command_help(const std::string& name, const Command& command, const CLI::App& app);

/// The two usage lines that go before a usage error.
[[nodiscard]] std::string usage_lines(const std::string& command);

/// A help topic: environment, exit-codes or formats.
[[nodiscard]] std::optional<std::string> help_topic(const std::string& name);

/// Names of the help topics.
[[nodiscard]] const std::vector<std::string>& help_topics();

} // namespace aisprint::cli
