// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace aisprint::cli {

/// Under which heading of the help a command stands: those of the user guide come first.
enum class CommandGroup { guide, more };

/// Does the work of a command after its options have been parsed; returns the exit code.
using CommandAction = std::function<int(Session&)>;

/// All that is known of a command: parser, help, completion and documentation are made from it.
struct Command {
    std::string name;
    std::string summary;
    CommandGroup group = CommandGroup::more;
    std::vector<std::string> examples;
    std::string next; ///< what to do afterwards
    /// Adds the command's options and returns its action.
    /// Null for a command that only has subcommands.
    CommandAction (*setup)(CLI::App& app) = nullptr;
    std::vector<Command> subcommands = {};
    std::vector<std::string> aliases = {}; ///< other names that are understood and not shown
};

/// Every command, in the order of the help.
[[nodiscard]] const std::vector<Command>& commands();

/// The command of that name, or null. Subcommands are named with their command: "toscarizer fdl".
[[nodiscard]] const Command* find_command(const std::string& name);

/// The subcommand of that name or alias, or null.
[[nodiscard]] const Command* find_command(const std::vector<Command>& among,
                                          const std::string& word);

/// Both spellings of an option: --application_dir is also --application-dir.
[[nodiscard]] std::string spellings(const std::string& name);

/// The groups of options in help texts.
inline constexpr const char* k_global_group = "Global options";

Command new_application_command();
Command design_command();
Command profile_command();
Command run_command();
Command space4aid_command();
Command toscarizer_command();
Command check_command();
Command partition_command();
Command train_command();
Command predict_command();
Command schema_command();
Command completion_command();

} // namespace aisprint::cli
