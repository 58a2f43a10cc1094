// SPDX-License-Identifier: Apache-2.0
#include "local_options.hpp"

#include "locate.hpp"

#include "aisprint/base/exec_arguments.hpp"

#include <cstdlib>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_system_python = "/usr/bin/python3";

/// The program `name` in PATH, or the name itself. A path counts from `base`: components run in
/// other folders.
std::string find_program(const std::string& name, const fs::path& base) {
    if (name.find('/') != std::string::npos) {
        return (base / name).string();
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
    if (!python.empty()) {
        local.pythons = {find_program(python, fs::current_path())};
    } else if (!parameters.python.empty()) {
        local.pythons = {find_program(parameters.python, local.application)};
    } else {
        local.pythons = {find_program("python3", {}), k_system_python};
    }
    AISPRINT_TRY_ASSIGN(const fs::path templates, find_templates());
    local.python_package = fs::absolute(templates / "python");
    local.job_timeout_seconds = parameters.job_timeout_seconds;
    local.set_thread_env = parameters.set_thread_env;
    local.whole_seconds = parameters.emulate_oscar_resolution;
    return local;
}

} // namespace aisprint::cli
