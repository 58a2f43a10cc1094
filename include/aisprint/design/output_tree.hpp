// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace aisprint::design {

/// Takes part in the name of a path relative to the application's folder.
using RelativePath = std::string;

/// What one path of the application shall be.
struct OutputItem {
    enum class Kind { file, copy, link, folder, moved };
    Kind kind = Kind::file;
    std::string content;          ///< file: bytes; link: target
    std::filesystem::path origin; ///< copy: file to copy; moved: file to take over
};

/// Everything that a run of `design` is going to write, before any of it is written.
/// Paths are relative to the application's folder and use '/'.
class OutputTree {
public:
    /// A file with this content.
    void add_file(const RelativePath& path, std::string content);

    /// A copy of a file, with its permissions.
    void add_copy(const RelativePath& path, std::filesystem::path origin);

    /// A file that was made elsewhere for this purpose and is taken over.
    void add_moved(const RelativePath& path, std::filesystem::path origin);

    /// A symbolic link.
    void add_link(const RelativePath& path, std::string target);

    /// A folder, perhaps empty.
    void add_folder(const RelativePath& path);

    /// Copies of all files below `origin`, through symbolic links. Names in `skip` are left out at
    /// the top level, __pycache__ everywhere. Fails (io) when something cannot be read, or links
    /// form a cycle.
    [[nodiscard]] Result<void> add_tree(const RelativePath& path,
                                        const std::filesystem::path& origin,
                                        const std::vector<std::string>& skip = {});

    /// All items, sorted by path.
    [[nodiscard]] const std::map<RelativePath, OutputItem>& items() const { return m_items; }

private:
    void add(const RelativePath& path, OutputItem item);

    std::map<RelativePath, OutputItem> m_items;
};

} // namespace aisprint::design
