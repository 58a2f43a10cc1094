// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/descriptor.hpp"
#include "aisprint/base/diagnostic.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/base/result.hpp"

#include <filesystem>

namespace aisprint {

/// Keeps other runs away from a file or a folder until the object is destroyed, or the process
/// ends, however it ends. It binds only those that ask for it. One without a file holds nothing.
class FileLock {
public:
    FileLock() = default;

    /// Locks a file, which is made if it is not there, and stays: another run may have opened it.
    /// Fails (input, `if_held`) at once if somebody holds it, (io, BAS002) if it cannot be opened.
    [[nodiscard]] static Result<FileLock> on_file(const std::filesystem::path& path,
                                                  const Diagnostic& if_held,
                                                  Access access = Access::as_usual);

    /// Locks a folder that is there. Fails (input, `if_held`), (io, BAS001).
    [[nodiscard]] static Result<FileLock> on_folder(const std::filesystem::path& path,
                                                    const Diagnostic& if_held);

    [[nodiscard]] bool is_held() const { return m_file.is_open(); }

private:
    explicit FileLock(Descriptor file) : m_file(std::move(file)) {}

    Descriptor m_file;
};

} // namespace aisprint
