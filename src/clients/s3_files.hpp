// SPDX-License-Identifier: Apache-2.0
// Local files that are read and written piece by piece.
#pragma once

#include "aisprint/base/descriptor.hpp"
#include "aisprint/clients/remote_error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace aisprint::clients {

/// A call that is refused here, before anything is sent: not_sent, status 0.
[[nodiscard]] tl::unexpected<RemoteError> refused_here(std::string message);

/// A file that is read in pieces. It must keep its size.
class FileParts {
public:
    /// Fails (refused) with the system's reason, and for what is not a regular file.
    [[nodiscard]] static RemoteResult<FileParts> open(const std::filesystem::path& path);

    [[nodiscard]] std::uint64_t size() const { return m_size; }

    /// `length` bytes from `offset`. Fails (refused) if there are fewer.
    [[nodiscard]] RemoteResult<std::string> read(std::uint64_t offset, std::size_t length) const;

private:
    FileParts(std::filesystem::path path, Descriptor file, std::uint64_t size)
        : m_path(std::move(path)), m_file(std::move(file)), m_size(size) {}

    std::filesystem::path m_path;
    Descriptor m_file;
    std::uint64_t m_size = 0;
};

/// A file that grows under a temporary name beside its place, and is removed unless it is put
/// there.
class GrowingFile {
public:
    /// Fails (refused) with the system's reason.
    [[nodiscard]] static RemoteResult<GrowingFile> open(const std::filesystem::path& path);

    [[nodiscard]] RemoteResult<void> append(std::string_view bytes);

    /// Renames it to its place, with the mode of the file that it replaces, or else 0644.
    [[nodiscard]] RemoteResult<void> place();

    GrowingFile(GrowingFile&& other) noexcept;
    GrowingFile& operator=(GrowingFile&&) = delete;
    GrowingFile(const GrowingFile&) = delete;
    GrowingFile& operator=(const GrowingFile&) = delete;
    ~GrowingFile();

private:
    GrowingFile(std::filesystem::path path, std::string temporary, Descriptor file)
        : m_path(std::move(path)), m_temporary(std::move(temporary)), m_file(std::move(file)) {}

    std::filesystem::path m_path;
    std::string m_temporary; ///< empty: nothing to remove
    Descriptor m_file;
};

} // namespace aisprint::clients
