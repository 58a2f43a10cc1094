// SPDX-License-Identifier: Apache-2.0
#include "local_options.hpp"

#include "locate.hpp"

#include "aisprint/base/exec_arguments.hpp"

#include <cstdlib>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_system_python = "/usr/bin/python3";

/// The program `name` in PATH, or the name itself.
std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        return name;
    }
    const char* path = std::getenv("PATH");
    const auto found = programs_called(name, path == nullptr ? "" : path);
    return found.empty() ? name : found.front().string();
}

} // namespace

Result<profiling::LocalOptions> make_local_options(const config::ApplicationFolder& folder,
                                                   const profiling::RunParameters& parameters,
                                                   const std::string& python) {
    profiling::LocalOptions local;
    local.application = fs::absolute(folder.path);
    const std::string& wanted = python.empty() ? parameters.python : python;
    if (wanted.empty()) {
        local.pythons = {find_program("python3"), k_system_python};
    } else {
        local.pythons = {find_program(wanted)};
    }
    AISPRINT_TRY_ASSIGN(const fs::path templates, find_templates());
    local.python_package = fs::absolute(templates / "python");
    local.job_timeout_seconds = parameters.job_timeout_seconds;
    local.set_thread_env = parameters.set_thread_env;
    return local;
}

} // namespace aisprint::cli
