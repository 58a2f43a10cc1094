// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <vector>

namespace aisprint::partition {

/// A regular file that is open for reading at any offset.
class InputFile {
public:
    InputFile() = default;
    InputFile(InputFile&& other) noexcept;
    InputFile& operator=(InputFile&& other) noexcept;
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;
    ~InputFile();

    /// Opens a file. The error is the system's reason; it is no_such_device for what is not a
    /// regular file.
    [[nodiscard]] static tl::expected<InputFile, std::error_code>
    open(const std::filesystem::path& path);

    /// Bytes of the file when it was opened.
    [[nodiscard]] std::uint64_t size() const { return m_size; }

    /// Reads exactly `count` bytes at `offset`; false if the file ends before or cannot be read.
    [[nodiscard]] bool read_at(std::uint64_t offset, char* to, std::size_t count) const;

private:
    int m_descriptor = -1;
    std::uint64_t m_size = 0;
};

/// A window that moves over a file, for readers that skip a lot.
class FileWindow {
public:
    explicit FileWindow(const InputFile& file) : m_file(&file) {}

    /// `count` bytes at `offset`, valid until the next call; null if the file has no such bytes.
    [[nodiscard]] const char* bytes_at(std::uint64_t offset, std::size_t count);

private:
    const InputFile* m_file;
    std::vector<char> m_buffer;
    std::uint64_t m_begin = 0;
    std::size_t m_filled = 0;
};

/// A new file that is written from start to end. Nothing is left behind if it is not finished.
class OutputFile {
public:
    OutputFile() = default;
    OutputFile(OutputFile&& other) noexcept;
    OutputFile& operator=(OutputFile&&) = delete;
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    ~OutputFile();

    /// Creates the file; takes the place of one of that name. Fails (io, PRT016).
    [[nodiscard]] static Result<OutputFile> create(const std::filesystem::path& path);

    /// Appends bytes. Fails (io, PRT016).
    [[nodiscard]] Result<void> append(const char* data, std::size_t count);

    /// Appends a range of another file without holding it in memory. Fails (io, PRT016).
    [[nodiscard]] Result<void>
    append_range(const InputFile& from, std::uint64_t offset, std::uint64_t count);

    /// Appends zeros up to this size. Fails (io, PRT016).
    [[nodiscard]] Result<void> pad_to(std::uint64_t size);

    /// Bytes written so far.
    [[nodiscard]] std::uint64_t size() const { return m_size; }

    /// Closes the file for good. Fails (io, PRT016).
    [[nodiscard]] Result<void> finish();

private:
    [[nodiscard]] tl::unexpected<Failure> failure(int error) const;

    int m_descriptor = -1;
    std::filesystem::path m_path;
    std::uint64_t m_size = 0;
};

} // namespace aisprint::partition
