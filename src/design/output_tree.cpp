// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/output_tree.hpp"

#include "aisprint/base/files.hpp"

#include <algorithm>

namespace aisprint::design {

namespace fs = std::filesystem;

namespace {

/// Deeper than any sensible tree: links that form a cycle end here.
constexpr int k_deepest = 64;

/// Left by every run of a component; never part of it.
const char* const k_python_cache = "__pycache__";

} // namespace

void OutputTree::add(const RelativePath& path, OutputItem item) {
    m_items.insert_or_assign(path, std::move(item));
}

void OutputTree::add_file(const RelativePath& path, std::string content) {
    add(path, {OutputItem::Kind::file, std::move(content), {}});
}

void OutputTree::add_copy(const RelativePath& path, fs::path origin) {
    add(path, {OutputItem::Kind::copy, {}, std::move(origin)});
}

void OutputTree::add_moved(const RelativePath& path, fs::path origin) {
    add(path, {OutputItem::Kind::moved, {}, std::move(origin)});
}

void OutputTree::add_link(const RelativePath& path, std::string target) {
    add(path, {OutputItem::Kind::link, std::move(target), {}});
}

void OutputTree::add_folder(const RelativePath& path) {
    add(path, {OutputItem::Kind::folder, {}, {}});
}

Result<void> OutputTree::add_tree(const RelativePath& path,
                                  const fs::path& origin,
                                  const std::vector<std::string>& skip) {
    add_folder(path);
    std::error_code reason;
    fs::recursive_directory_iterator entries(
        origin, fs::directory_options::follow_directory_symlink, reason);
    for (; !reason && entries != fs::end(entries); entries.increment(reason)) {
        const fs::path& entry = entries->path();
        const std::string name = entry.filename().string();
        const bool skipped = entries.depth() == 0 && std::ranges::find(skip, name) != skip.end();
        if (skipped || name == k_python_cache) {
            entries.disable_recursion_pending();
            continue;
        }
        if (entries.depth() > k_deepest) {
            return io_failure("BAS001", "copy", entry,
                              std::make_error_code(std::errc::too_many_symbolic_link_levels));
        }
        const RelativePath target = path + "/" + entry.lexically_relative(origin).generic_string();
        const bool is_folder = entries->is_directory(reason);
        if (reason) {
            return io_failure("BAS001", "copy", entry, reason);
        }
        if (is_folder) {
            add_folder(target);
        } else {
            add_copy(target, entry);
        }
    }
    if (reason) {
        return io_failure("BAS001", "copy", origin, reason);
    }
    return {};
}

} // namespace aisprint::design
