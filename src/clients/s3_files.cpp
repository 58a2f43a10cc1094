// SPDX-License-Identifier: Apache-2.0
#include "s3_files.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

namespace aisprint::clients {

namespace {

tl::unexpected<RemoteError> not_possible(std::string_view doing,
                                         const std::filesystem::path& path) {
    return refused_here(
        fmt::format("cannot {} {}: {}", doing, path.string(), last_system_error().message()));
}

} // namespace

tl::unexpected<RemoteError> refused_here(std::string message) {
    RemoteError error;
    error.kind = RemoteErrorKind::refused;
    error.delivery = Delivery::not_sent;
    error.message = std::move(message);
    return tl::unexpected<RemoteError>(std::move(error));
}

RemoteResult<FileParts> FileParts::open(const std::filesystem::path& path) {
    Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (!file.is_open() || ::fstat(file.get(), &status) != 0) {
        return not_possible("read", path);
    }
    if (!S_ISREG(status.st_mode)) {
        return refused_here(fmt::format("cannot read {}: not a regular file", path.string()));
    }
    return FileParts(path, std::move(file), static_cast<std::uint64_t>(status.st_size));
}

RemoteResult<std::string> FileParts::read(std::uint64_t offset, std::size_t length) const {
    std::string bytes(length, '\0');
    std::size_t done = 0;
    while (done < length) {
        const ssize_t count = ::pread(m_file.get(), bytes.data() + done, length - done,
                                      static_cast<off_t>(offset + done));
        if (count > 0) {
            done += static_cast<std::size_t>(count);
        } else if (count == 0) {
            return refused_here(
                fmt::format("{} became shorter while it was read", m_path.string()));
        } else if (errno != EINTR) {
            return not_possible("read", m_path);
        }
    }
    return bytes;
}

RemoteResult<GrowingFile> GrowingFile::open(const std::filesystem::path& path) {
    std::string temporary =
        path.parent_path() / fmt::format(".{}.XXXXXX", path.filename().string());
    Descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));
    if (!file.is_open()) {
        return not_possible("write", path);
    }
    return GrowingFile(path, std::move(temporary), std::move(file));
}

RemoteResult<void> GrowingFile::append(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(m_file.get(), bytes.data(), bytes.size());
        if (count >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(count));
        } else if (errno != EINTR) {
            return not_possible("write", m_path);
        }
    }
    return {};
}

RemoteResult<void> GrowingFile::place() {
    constexpr mode_t k_usual_mode = 0644;
    struct stat status {};
    const bool exists = ::stat(m_path.c_str(), &status) == 0;
    const mode_t mode = exists ? status.st_mode & 07777U : k_usual_mode;
    if (::fchmod(m_file.get(), mode) != 0 || ::rename(m_temporary.c_str(), m_path.c_str()) != 0) {
        return not_possible("write", m_path);
    }
    m_temporary.clear();
    return {};
}

GrowingFile::GrowingFile(GrowingFile&& other) noexcept
    : m_path(std::move(other.m_path)), m_temporary(std::exchange(other.m_temporary, {})),
      m_file(std::move(other.m_file)) {}

GrowingFile::~GrowingFile() {
    if (!m_temporary.empty()) {
        ::unlink(m_temporary.c_str());
    }
}

} // namespace aisprint::clients
