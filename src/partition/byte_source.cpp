// SPDX-License-Identifier: Apache-2.0
#include "byte_source.hpp"

#include "aisprint/base/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>

namespace aisprint::partition {

namespace {

constexpr std::size_t k_window_bytes = 256 * 1024;
constexpr std::size_t k_copy_bytes = 1024 * 1024;

/// read(2) at an offset until all is there; false at the end of the file or on an error.
bool read_fully(int descriptor, std::uint64_t offset, char* to, std::size_t count) {
    std::size_t done = 0;
    while (done < count) {
        const ssize_t got =
            ::pread(descriptor, to + done, count - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(got);
    }
    return true;
}

} // namespace

InputFile::InputFile(InputFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_size(std::exchange(other.m_size, 0)) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
    std::swap(m_descriptor, other.m_descriptor);
    std::swap(m_size, other.m_size);
    return *this;
}

InputFile::~InputFile() {
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
    }
}

tl::expected<InputFile, std::error_code> InputFile::open(const std::filesystem::path& path) {
    InputFile file;
    // A named pipe must not block the program before it is refused.
    file.m_descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status {};
    if (file.m_descriptor < 0 || ::fstat(file.m_descriptor, &status) != 0) {
        return tl::unexpected(last_system_error());
    }
    if (S_ISDIR(status.st_mode)) {
        return tl::unexpected(std::make_error_code(std::errc::is_a_directory));
    }
    if (!S_ISREG(status.st_mode)) {
        return tl::unexpected(std::make_error_code(std::errc::no_such_device));
    }
    file.m_size = static_cast<std::uint64_t>(status.st_size);
    return file;
}

bool InputFile::read_at(std::uint64_t offset, char* to, std::size_t count) const {
    if (offset > m_size || count > m_size - offset) {
        return false;
    }
    return read_fully(m_descriptor, offset, to, count);
}

const char* FileWindow::bytes_at(std::uint64_t offset, std::size_t count) {
    if (offset >= m_begin && offset - m_begin <= m_filled &&
        count <= m_filled - (offset - m_begin)) {
        return m_buffer.data() + (offset - m_begin);
    }
    if (offset > m_file->size() || count > m_file->size() - offset) {
        return nullptr;
    }
    const std::size_t wanted = static_cast<std::size_t>(
        std::min<std::uint64_t>(std::max(count, k_window_bytes), m_file->size() - offset));
    m_buffer.resize(std::max(m_buffer.size(), wanted));
    m_begin = offset;
    m_filled = 0;
    if (!m_file->read_at(offset, m_buffer.data(), wanted)) {
        return nullptr;
    }
    m_filled = wanted;
    return m_buffer.data();
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : m_descriptor(std::exchange(other.m_descriptor, -1)), m_path(std::move(other.m_path)),
      m_size(other.m_size) {}

OutputFile::~OutputFile() {
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
        ::unlink(m_path.c_str());
    }
}

tl::unexpected<Failure> OutputFile::failure(int error) const {
    return io_failure("PRT016", "write", m_path, std::error_code(error, std::generic_category()));
}

Result<OutputFile> OutputFile::create(const std::filesystem::path& path) {
    OutputFile file;
    file.m_path = path;
    // A file that is there already may be the very model that is being read: it is not emptied.
    ::unlink(path.c_str());
    file.m_descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file.m_descriptor < 0) {
        return file.failure(errno);
    }
    return file;
}

Result<void> OutputFile::append(const char* data, std::size_t count) {
    std::size_t done = 0;
    while (done < count) {
        const ssize_t written = ::write(m_descriptor, data + done, count - done);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written < 0) {
            return failure(errno);
        }
        done += static_cast<std::size_t>(written);
    }
    m_size += count;
    return {};
}

Result<void>
OutputFile::append_range(const InputFile& from, std::uint64_t offset, std::uint64_t count) {
    std::vector<char> buffer(
        static_cast<std::size_t>(std::min<std::uint64_t>(count, k_copy_bytes)));
    std::uint64_t done = 0;
    while (done < count) {
        const std::size_t step =
            static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), count - done));
        if (!from.read_at(offset + done, buffer.data(), step)) {
            return fail(ErrorKind::io,
                        make_error("PRT016",
                                   "cannot write " + m_path.string() +
                                       ": the model file became shorter while it was read",
                                   "run again when nothing else writes to the model"));
        }
        AISPRINT_TRY(append(buffer.data(), step));
        done += step;
    }
    return {};
}

Result<void> OutputFile::pad_to(std::uint64_t size) {
    const std::vector<char> zeros(static_cast<std::size_t>(size - m_size));
    return append(zeros.data(), zeros.size());
}

Result<void> OutputFile::finish() {
    const int descriptor = std::exchange(m_descriptor, -1);
    if (::close(descriptor) != 0) {
        const int error = errno;
        ::unlink(m_path.c_str());
        return failure(error);
    }
    return {};
}

} // namespace aisprint::partition
