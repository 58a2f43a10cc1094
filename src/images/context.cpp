// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/base/files.hpp"

#include <algorithm>
#include <filesystem>

namespace aisprint::images {

namespace fs = std::filesystem;

namespace {

/// Names that no image contains, wherever they are.
bool is_left_out(const std::string& name) {
    return name == "__pycache__" || name == ".venv" || name.ends_with(".pyc");
}

/// Dockerfiles are not part of an image, but only its own one counts as an input.
bool is_recipe(const fs::path& relative) {
    const std::string text = relative.string();
    return text.starts_with("Dockerfile") && text.find('/') == std::string::npos;
}

/// Files and links below a folder, sorted by their path in it; folders are not listed.
Result<std::vector<fs::path>> files_below(const fs::path& root) {
    std::vector<fs::path> files;
    std::error_code reason;
    fs::recursive_directory_iterator entry(root, reason);
    for (const fs::recursive_directory_iterator end; !reason && entry != end;
         entry.increment(reason)) {
        const bool is_folder = entry->is_directory() && !entry->is_symlink();
        if (is_left_out(entry->path().filename().string())) {
            if (is_folder) {
                entry.disable_recursion_pending();
            }
        } else if (!is_folder) {
            files.push_back(entry->path().lexically_relative(root));
        }
    }
    if (reason) {
        return io_failure("BAS001", "read", root, reason);
    }
    std::ranges::sort(files);
    return files;
}

Result<std::string> digest_of_file(const fs::path& path) {
    if (fs::is_symlink(path)) {
        return "link " + fs::read_symlink(path).string();
    }
    AISPRINT_TRY_ASSIGN(const std::string content, read_file(path));
    const bool executable =
        (fs::status(path).permissions() & fs::perms::owner_exec) != fs::perms::none;
    return (executable ? "program " : "file ") + sha256_hex(content);
}

} // namespace

Result<void> write_contexts(const config::ApplicationFolder& folder, const BuildPlan& plan) {
    for (const ContextFile& file : plan.files) {
        const fs::path path = folder.path / file.path;
        if (file.use == FileUse::initial && fs::exists(path)) {
            continue;
        }
        AISPRINT_TRY(make_directories(path.parent_path()));
        const auto there = read_file(path);
        if (!there || *there != file.content) {
            AISPRINT_TRY(write_file_atomic(path, file.content));
        }
        if (file.executable) {
            std::error_code reason;
            fs::permissions(path,
                            fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec,
                            fs::perm_options::add, reason);
            if (reason) {
                return io_failure("BAS002", "write", path, reason);
            }
        }
    }
    return {};
}

Result<std::string> digest_of_inputs(const config::ApplicationFolder& folder, const Image& image) {
    const fs::path root = folder.path / image.context;
    std::string facts = "inputs 1\n" + image.architecture + '\n';
    if (!fs::is_directory(root)) {
        return "sha256:" + sha256_hex(facts);
    }
    if (fs::is_regular_file(root / image.dockerfile)) {
        AISPRINT_TRY_ASSIGN(const std::string recipe, digest_of_file(root / image.dockerfile));
        facts += recipe + '\n';
    }
    AISPRINT_TRY_ASSIGN(const std::vector<fs::path> files, files_below(root));
    for (const fs::path& file : files) {
        if (!is_recipe(file)) {
            AISPRINT_TRY_ASSIGN(const std::string digest, digest_of_file(root / file));
            facts += file.generic_string() + '\n' + digest + '\n';
        }
    }
    return "sha256:" + sha256_hex(facts);
}

Result<void> remove_recipes(const config::ApplicationFolder& folder,
                            const BuildPlan& plan,
                            const std::string& context) {
    for (const ContextFile& file : plan.files) {
        if (file.use == FileUse::recipe && fs::path(file.path).parent_path() == context) {
            AISPRINT_TRY(remove_tree(folder.path / file.path));
        }
    }
    return {};
}

} // namespace aisprint::images
