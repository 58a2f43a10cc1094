// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>
#include <utility>

namespace aisprint {

namespace {

namespace fs = std::filesystem;

/// Locks what is open.
Result<void> lock(const Descriptor& file, const fs::path& path, const Diagnostic& if_held) {
    if (::flock(file.get(), LOCK_EX | LOCK_NB) == 0) {
        return {};
    }
    if (errno == EWOULDBLOCK) {
        return fail(ErrorKind::input, if_held);
    }
    return io_failure("BAS002", "lock", path, last_system_error());
}

} // namespace

Result<FileLock> FileLock::on_file(const fs::path& path, const Diagnostic& if_held, Access access) {
    const mode_t mode = access == Access::owner_only ? 0600 : 0644;
    Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, mode));
    if (!file.is_open()) {
        return io_failure("BAS002", "write", path, last_system_error());
    }
    AISPRINT_TRY(lock(file, path, if_held));
    return FileLock(std::move(file));
}

Result<FileLock> FileLock::on_folder(const fs::path& path, const Diagnostic& if_held) {
    Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder.is_open()) {
        return io_failure("BAS001", "open", path, last_system_error());
    }
    AISPRINT_TRY(lock(folder, path, if_held));
    return FileLock(std::move(folder));
}

} // namespace aisprint
