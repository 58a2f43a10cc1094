// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/files.hpp"

#include "aisprint/base/descriptor.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aisprint {

namespace fs = std::filesystem;

namespace {

Result<void> write_all(const fs::path& path, int fd, std::string_view content) {
    while (!content.empty()) {
        const ssize_t written = ::write(fd, content.data(), content.size());
        if (written < 0) {
            if (errno == EINTR) {
                continue;
            }
            return io_failure("BAS002", "write", path, last_system_error());
        }
        content.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

/// `named` is the path that a failure names: the user's, where `path` is a temporary neighbour.
Result<void> write_with_mode(const fs::path& path,
                             std::string_view content,
                             mode_t mode,
                             const fs::path& named) {
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.get() < 0) {
        return io_failure("BAS002", "write", named, last_system_error());
    }
    return write_all(named, file.get(), content);
}

/// A file under a temporary name beside its place; removed unless it is put there.
class PendingFile {
public:
    /// Writes the content. Keeps the mode of the file that it will replace, unless it is to be
    /// the owner's alone.
    static Result<PendingFile>
    stage(const fs::path& path, std::string_view content, Access access) {
        struct stat status {};
        const bool exists = ::stat(path.c_str(), &status) == 0;
        PendingFile file(path);
        const bool is_private = access == Access::owner_only;
        AISPRINT_TRY(write_with_mode(file.m_temporary, content, is_private ? 0600 : 0644, path));
        if (exists && !is_private) {
            ::chmod(file.m_temporary.c_str(), status.st_mode & 07777U);
        }
        return file;
    }

    /// Renames it over the file at its place.
    Result<void> place() {
        if (::rename(m_temporary.c_str(), m_path.c_str()) != 0) {
            return io_failure("BAS002", "write", m_path, last_system_error());
        }
        m_temporary.clear();
        return {};
    }

    PendingFile(PendingFile&& other) noexcept
        : m_path(std::move(other.m_path)), m_temporary(std::move(other.m_temporary)) {
        other.m_temporary.clear();
    }
    PendingFile& operator=(PendingFile&&) = delete;
    PendingFile(const PendingFile&) = delete;
    PendingFile& operator=(const PendingFile&) = delete;
    ~PendingFile() {
        if (!m_temporary.empty()) {
            ::unlink(m_temporary.c_str());
        }
    }

private:
    explicit PendingFile(const fs::path& path)
        : m_path(path),
          m_temporary(path.parent_path() /
                      fmt::format(".{}.{}.tmp", path.filename().string(), ::getpid())) {}

    fs::path m_path;
    fs::path m_temporary;
};

} // namespace

std::error_code last_system_error() {
    return {errno, std::generic_category()};
}

tl::unexpected<Failure> io_failure(const std::string& code,
                                   const std::string& doing,
                                   const fs::path& path,
                                   const std::error_code& reason) {
    return fail(ErrorKind::io, make_error(code, fmt::format("cannot {} {}: {}", doing,
                                                            path.string(), reason.message())));
}

Result<std::string> read_file(const fs::path& path) {
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    struct stat status {};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
        return io_failure("BAS001", "read", path, last_system_error());
    }
    std::string content;
    content.reserve(static_cast<std::size_t>(std::max<off_t>(status.st_size, 0)));
    constexpr std::size_t k_chunk = 1U << 16U;
    for (;;) {
        const std::size_t old_size = content.size();
        content.resize(old_size + k_chunk);
        const ssize_t count = ::read(file.get(), content.data() + old_size, k_chunk);
        content.resize(old_size + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count == 0) {
            return content;
        }
        if (count < 0 && errno != EINTR) {
            return io_failure("BAS001", "read", path, last_system_error());
        }
    }
}

Result<SourceFile> load_source(const fs::path& path, std::string shown_as) {
    AISPRINT_TRY_ASSIGN(std::string text, read_file(path));
    return SourceFile(std::move(shown_as), std::move(text));
}

Result<void> write_file_atomic(const fs::path& path, std::string_view content, Access access) {
    AISPRINT_TRY_ASSIGN(PendingFile file, PendingFile::stage(path, content, access));
    return file.place();
}

Result<void> write_files_together(const std::vector<FileContent>& files) {
    std::vector<PendingFile> pending;
    pending.reserve(files.size());
    for (const FileContent& file : files) {
        if (file.path.has_parent_path()) {
            AISPRINT_TRY(make_directories(file.path.parent_path()));
        }
        std::error_code ignored;
        if (fs::is_directory(file.path, ignored)) {
            return io_failure("BAS002", "write", file.path,
                              std::make_error_code(std::errc::is_a_directory));
        }
        AISPRINT_TRY_ASSIGN(PendingFile staged,
                            PendingFile::stage(file.path, file.content, file.access));
        pending.push_back(std::move(staged));
    }
    for (PendingFile& file : pending) {
        AISPRINT_TRY(file.place());
    }
    return {};
}

Result<void> write_new_file(const fs::path& path, std::string_view content) {
    return write_with_mode(path, content, 0644, path);
}

Result<void> copy_regular_file(const fs::path& from, const fs::path& to) {
    std::error_code reason;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing, reason);
    if (reason) {
        return io_failure("BAS002", "copy " + from.string() + " to", to, reason);
    }
    return {};
}

Result<void> make_directories(const fs::path& path, Access access) {
    std::error_code reason;
    fs::create_directories(path, reason);
    if (!reason && access == Access::owner_only) {
        fs::permissions(path, fs::perms::owner_all, reason);
    }
    if (reason) {
        return io_failure("BAS003", "make the folder", path, reason);
    }
    return {};
}

Result<void> remove_tree(const fs::path& path) {
    std::error_code reason;
    fs::remove_all(path, reason);
    if (reason) {
        return io_failure("BAS004", "remove", path, reason);
    }
    return {};
}

ScratchDirectory::ScratchDirectory() {
    std::string name = (fs::temp_directory_path() / "aisprint-XXXXXX").string();
    AISPRINT_ASSERT(::mkdtemp(name.data()) != nullptr);
    m_path = name;
}

ScratchDirectory::~ScratchDirectory() {
    std::error_code ignored;
    fs::remove_all(m_path, ignored);
}

} // namespace aisprint
