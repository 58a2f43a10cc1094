// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/exec_arguments.hpp"

#include <unistd.h>

#include <sstream>

namespace aisprint {

namespace {

namespace fs = std::filesystem;

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) {
        result.push_back(text.data());
    }
    result.push_back(nullptr);
    return result;
}

} // namespace

ExecArguments::ExecArguments(const std::vector<std::string>& command,
                             const std::vector<std::pair<std::string, std::string>>& environment)
    : m_command(command) {
    for (char** variable = environ; *variable != nullptr; ++variable) {
        m_environment.emplace_back(*variable);
    }
    for (const auto& [name, value] : environment) {
        std::erase_if(m_environment, [prefix = name + "="](const std::string& variable) {
            return variable.starts_with(prefix);
        });
        m_environment.push_back(name + "=" + value);
    }
    m_argv = pointers(m_command);
    m_envp = pointers(m_environment);
}

std::vector<fs::path> programs_called(const std::string& name, const std::string& search_path) {
    std::vector<fs::path> found;
    std::istringstream folders(search_path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        const fs::path program = fs::path(folder) / name;
        std::error_code ignored;
        if (!folder.empty() && fs::is_regular_file(program, ignored) &&
            ::access(program.c_str(), X_OK) == 0) {
            found.push_back(program);
        }
    }
    return found;
}

} // namespace aisprint
