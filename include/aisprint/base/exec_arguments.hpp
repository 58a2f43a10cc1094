// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace aisprint {

/// Everything that exec needs of a command, made before fork(): afterwards nothing may be
/// allocated.
class ExecArguments {
public:
    /// `environment` comes on top of our own variables; a later one of the same name wins.
    ExecArguments(const std::vector<std::string>& command,
                  const std::vector<std::pair<std::string, std::string>>& environment);
    ExecArguments(const ExecArguments&) = delete;
    ExecArguments& operator=(const ExecArguments&) = delete;

    /// Null-terminated lists, good as long as the object.
    [[nodiscard]] char* const* argv() const { return m_argv.data(); }
    [[nodiscard]] char* const* envp() const { return m_envp.data(); }

private:
    std::vector<std::string> m_command;
    std::vector<std::string> m_environment;
    std::vector<char*> m_argv;
    std::vector<char*> m_envp;
};

/// The programs called `name` in `search_path` (folders, as in PATH), in its order: files that we
/// may execute.
[[nodiscard]] std::vector<std::filesystem::path> programs_called(const std::string& name,
                                                                 const std::string& search_path);

} // namespace aisprint
