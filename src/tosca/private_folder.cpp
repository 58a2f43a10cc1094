// SPDX-License-Identifier: Apache-2.0
#include "private_folder.hpp"

#include "aisprint/base/files.hpp"

#include <array>
#include <set>
#include <sstream>
#include <string>

namespace aisprint::tosca {

namespace fs = std::filesystem;

namespace {

constexpr std::array<const char*, 7> k_ignored{"/*.yaml", "/.*.yaml", "/*.sh",    "/*.log",
                                               "/*.json", "/*.lock",  "/auth.dat"};

} // namespace

Result<void> make_private_folder(const fs::path& path) {
    AISPRINT_TRY(make_directories(path, Access::owner_only));
    const fs::path file = path / ".gitignore";
    std::string text;
    std::error_code ignored; // what cannot be asked for cannot be read either, which is reported
    if (fs::exists(file, ignored) || ignored) {
        AISPRINT_TRY_ASSIGN(text, read_file(file));
    }
    std::set<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.insert(line);
    }
    std::string wanted = text;
    if (!wanted.empty() && !wanted.ends_with('\n')) {
        wanted += '\n';
    }
    for (const char* line : k_ignored) {
        if (!lines.contains(line)) {
            wanted += std::string(line) + "\n";
        }
    }
    if (wanted != text) {
        return write_file_atomic(file, wanted);
    }
    return {};
}

bool is_private_file(const fs::path& path) {
    std::error_code reason;
    const fs::file_status status = fs::symlink_status(path, reason);
    const fs::perms others = fs::perms::group_all | fs::perms::others_all;
    return !reason && fs::is_regular_file(status) &&
           (status.permissions() & others) == fs::perms::none;
}

} // namespace aisprint::tosca
