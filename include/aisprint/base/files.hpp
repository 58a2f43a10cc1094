// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint {

/// The bytes of a file. Fails (io, BAS001) with the system's reason.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path);

/// A file as a SourceFile under the name `shown_as`. Fails as read_file does.
[[nodiscard]] Result<SourceFile> load_source(const std::filesystem::path& path,
                                             std::string shown_as);

/// Who may read a file or a folder. Files of the owner get 0600 (folders 0700), also if they were
/// there with a wider mode.
enum class Access { as_usual, owner_only };

/// Writes a file in full or not at all: a temporary neighbour is renamed over it. Keeps the mode
/// of a file that it replaces; a new one gets 0644. Fails (io, BAS002).
[[nodiscard]] Result<void> write_file_atomic(const std::filesystem::path& path,
                                             std::string_view content,
                                             Access access = Access::as_usual);

/// A file to be written.
struct FileContent {
    std::filesystem::path path;
    std::string content;
    Access access = Access::as_usual;
};

/// Writes several files, each as write_file_atomic does, with their folders: all contents are on
/// disk as temporary neighbours before the first one is renamed, so that no file is written when
/// one of them cannot be. Fails (io, BAS002 or BAS003).
[[nodiscard]] Result<void> write_files_together(const std::vector<FileContent>& files);

/// Writes a new file inside a folder that nobody else reads yet. Fails (io, BAS002).
[[nodiscard]] Result<void> write_new_file(const std::filesystem::path& path,
                                          std::string_view content);

/// Copies the bytes and the permission bits of a regular file. Fails (io, BAS002).
[[nodiscard]] Result<void> copy_regular_file(const std::filesystem::path& from,
                                             const std::filesystem::path& to);

/// Makes a folder and its parents. With owner_only the folder itself gets 0700, new or not; its
/// parents are made as usual. Fails (io, BAS003).
[[nodiscard]] Result<void> make_directories(const std::filesystem::path& path,
                                            Access access = Access::as_usual);

/// Deletes a file or a whole tree; a path that is not there is fine. Fails (io, BAS004).
[[nodiscard]] Result<void> remove_tree(const std::filesystem::path& path);

/// What the last failed call of the operating system left in errno.
[[nodiscard]] std::error_code last_system_error();

/// A failure of the operating system on `path`: "cannot DO PATH: REASON".
[[nodiscard]] tl::unexpected<Failure> io_failure(const std::string& code,
                                                 const std::string& doing,
                                                 const std::filesystem::path& path,
                                                 const std::error_code& reason);

/// A folder that is deleted with the object; for tests and for work in progress.
class ScratchDirectory {
public:
    /// Makes a fresh folder below the system's temporary folder. Asserts that it can.
    ScratchDirectory();
    ~ScratchDirectory();
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;

    /// Where it is.
    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

} // namespace aisprint
