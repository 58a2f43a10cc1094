// SPDX-License-Identifier: Apache-2.0
#include "locate.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <vector>

namespace aisprint::cli {

namespace fs = std::filesystem;

Result<fs::path> find_templates() {
    std::vector<fs::path> candidates;
    if (const char* given = std::getenv("AISPRINT_TEMPLATES")) {
        if (fs::is_directory(fs::path(given) / "application")) {
            return fs::path(given);
        }
        return fail(ErrorKind::io,
                    make_error("CLI006",
                               fmt::format("AISPRINT_TEMPLATES is '{}', which has no folder "
                                           "'application'",
                                           given),
                               "name the folder with the templates of aisprint, or unset it"));
    }
    std::error_code reason;
    const fs::path program = fs::read_symlink("/proc/self/exe", reason);
    if (!reason) {
        candidates.push_back(program.parent_path().parent_path() / "share/aisprint/templates");
        // build/PRESET/bin/aisprint in a source tree
        candidates.push_back(program.parent_path() / "../../../templates");
    }
    for (const fs::path& candidate : candidates) {
        if (fs::is_directory(candidate / "application")) {
            return candidate;
        }
    }
    return fail(ErrorKind::io,
                make_error("CLI006", "the templates of aisprint are not beside the program",
                           "install aisprint anew, or set AISPRINT_TEMPLATES to their folder"));
}

Result<config::ApplicationFolder> find_application(const std::string& given) {
    if (!given.empty()) {
        std::string shown = given;
        while (shown.size() > 1 && shown.ends_with('/')) {
            shown.pop_back();
        }
        return config::ApplicationFolder{shown, shown};
    }
    if (fs::is_directory("common_config")) {
        return config::ApplicationFolder{".", "."};
    }
    return fail(ErrorKind::usage,
                make_error("CLI002", "missing option '--application_dir'",
                           "give the path of an application, or run this inside of one"));
}

} // namespace aisprint::cli
