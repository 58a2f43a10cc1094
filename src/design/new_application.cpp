// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/new_application.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/config/application_dag.hpp"
#include "aisprint/design/output_tree.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <linux/fs.h>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

namespace aisprint::design {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view k_name_mark = "@APPLICATION_NAME@";

tl::unexpected<Failure> already_there(const std::string& name) {
    return fail(ErrorKind::io,
                make_error("DSN004", fmt::format("\"{}\" directory already exists", name),
                           "choose another name, or remove it"));
}

/// Writes the skeleton into a folder that nobody else reads.
Result<void> fill(const fs::path& folder, const std::string& name, const fs::path& origin) {
    OutputTree tree;
    AISPRINT_TRY(tree.add_tree(".", origin));
    for (const auto& [path, item] : tree.items()) {
        const fs::path target = folder / path;
        if (item.kind == OutputItem::Kind::folder) {
            AISPRINT_TRY(make_directories(target));
            continue;
        }
        AISPRINT_TRY_ASSIGN(std::string content, read_file(item.origin));
        if (const std::size_t mark = content.find(k_name_mark); mark != std::string::npos) {
            content.replace(mark, k_name_mark.size(), name);
        }
        AISPRINT_TRY(make_directories(target.parent_path()));
        AISPRINT_TRY(write_new_file(target, content));
    }
    return {};
}

} // namespace

Result<void>
create_application(const fs::path& parent, const std::string& name, const fs::path& templates) {
    if (!config::is_valid_name(name)) {
        return fail(ErrorKind::usage,
                    make_error("DSN003", fmt::format("'{}' cannot name an application", name),
                               "use letters, digits, '.', '_' and '-', starting with a letter or "
                               "a digit"));
    }
    const fs::path target = parent / name;
    if (fs::exists(fs::symlink_status(target))) {
        return already_there(name);
    }
    const fs::path temporary = parent / fmt::format(".{}.{}.tmp", name, ::getpid());
    AISPRINT_TRY(make_directories(temporary));
    const Result<void> filled = fill(temporary, name, templates / "application");
    if (!filled) {
        AISPRINT_TRY(remove_tree(temporary));
        return filled;
    }
    // Unlike rename(), this does not replace an empty folder that has come up meanwhile.
    if (::syscall(SYS_renameat2, AT_FDCWD, temporary.c_str(), AT_FDCWD, target.c_str(),
                  RENAME_NOREPLACE) != 0) {
        const std::error_code reason = last_system_error();
        AISPRINT_TRY(remove_tree(temporary));
        if (reason == std::errc::file_exists) {
            return already_there(name);
        }
        return io_failure("BAS003", "make the folder", target, reason);
    }
    return {};
}

} // namespace aisprint::design
