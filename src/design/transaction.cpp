// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/transaction.hpp"

#include "aisprint/base/file_lock.hpp"
#include "aisprint/base/files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <linux/fs.h>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>
#include <sys/syscall.h>
#include <unistd.h>

namespace aisprint::design {

namespace fs = std::filesystem;

namespace {

const char* const k_staging = ".aisprint-staging";
const char* const k_journal = "journal";
const char* const k_generated = "aisprint";
const char* const k_manifest = "aisprint/.design_manifest";
const char* const k_manifest_header = "# Written by 'aisprint design': the paths that it made.\n";

bool is_below_generated(const RelativePath& path) {
    return path.starts_with("aisprint/");
}

/// Swaps two paths in one step where the file system can, else in two.
Result<void> exchange(const fs::path& a, const fs::path& b) {
    if (::syscall(SYS_renameat2, AT_FDCWD, a.c_str(), AT_FDCWD, b.c_str(), RENAME_EXCHANGE) == 0) {
        return {};
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return io_failure("BAS002", "replace", b, last_system_error());
    }
    const fs::path aside = a.parent_path() / "aside";
    if (::rename(b.c_str(), aside.c_str()) != 0 || ::rename(a.c_str(), b.c_str()) != 0 ||
        ::rename(aside.c_str(), a.c_str()) != 0) {
        return io_failure("BAS002", "replace", b, last_system_error());
    }
    return {};
}

Result<void> rename_into_place(const fs::path& from, const fs::path& to) {
    AISPRINT_TRY(make_directories(to.parent_path()));
    if (::rename(from.c_str(), to.c_str()) != 0) {
        return io_failure("BAS002", "write", to, last_system_error());
    }
    return {};
}

/// Hard link, or a copy where links are not possible. Symbolic links are made anew.
Result<void> link_or_copy(const fs::path& from, const fs::path& to) {
    std::error_code reason;
    if (fs::is_symlink(from, reason)) {
        fs::copy_symlink(from, to, reason);
    } else {
        fs::create_hard_link(from, to, reason);
        if (reason) {
            return copy_regular_file(from, to);
        }
    }
    if (reason) {
        return io_failure("BAS002", "keep", from, reason);
    }
    return {};
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty() && !line.starts_with('#')) {
            lines.push_back(line);
        }
    }
    return lines;
}

/// True for what the original tools, which leave no manifest, write below aisprint/.
bool looks_generated(const RelativePath& path) {
    static const std::regex pattern(
        "aisprint/designs/[^/]+/(base|partition[0-9]+_[0-9]+)(/.*)?"
        "|aisprint/designs/component_partitions\\.yaml"
        "|aisprint/deployments/multi_cluster_qos_constraints\\.yaml"
        "|aisprint/deployments/optimal_deployment/production_deployment\\.yaml"
        "|aisprint/deployments/(base|deployment[0-9]+)/(src/.*|application_dag\\.yaml"
        "|ams/qos_constraints_L[0-9]+\\.yaml|space4ai-d/qos_constraints\\.yaml)");
    static const std::regex environment("aisprint/designs/[^/]+/[^/]+/\\.venv(/.*)?");
    return std::regex_match(path, pattern) && !std::regex_match(path, environment);
}

/// All files, links and empty folders below aisprint/, without following links, sorted.
Result<std::vector<RelativePath>> existing_paths(const fs::path& application) {
    const fs::path root = application / k_generated;
    std::error_code reason;
    if (!fs::exists(root)) {
        return std::vector<RelativePath>{};
    }
    const std::size_t prefix = root.string().size() - std::string_view(k_generated).size();
    std::set<RelativePath> paths;
    fs::recursive_directory_iterator entries(root, reason);
    for (; !reason && entries != fs::end(entries); entries.increment(reason)) {
        RelativePath path = entries->path().string().substr(prefix);
        // A folder with something in it is not listed itself.
        paths.erase(path.substr(0, path.rfind('/')));
        paths.insert(std::move(path));
    }
    if (reason) {
        return io_failure("BAS001", "read", root, reason);
    }
    return std::vector<RelativePath>(paths.begin(), paths.end());
}

} // namespace

struct Transaction::State {
    fs::path application;
    fs::path staging;
    fs::path workspace;
    FileLock lock;

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (lock.is_held()) {
            std::error_code ignored;
            fs::remove_all(staging / "work", ignored);
            if (!fs::exists(staging / k_journal, ignored)) {
                fs::remove_all(staging, ignored);
            }
        }
    }

    Result<void> recover() const;
    Result<void> apply(const std::vector<RelativePath>& outside) const;
    Result<void> stage(const OutputTree& tree) const;
    Result<void> stage_item(const RelativePath& path, const OutputItem& item) const;
    Result<void> keep_foreign_files(const OutputTree& tree) const;
    [[nodiscard]] fs::path staged(const RelativePath& path) const {
        return staging / "tree" / path;
    }
};

Result<void> Transaction::State::recover() const {
    if (!fs::exists(staging)) {
        return {};
    }
    if (fs::exists(staging / k_journal)) {
        AISPRINT_TRY_ASSIGN(const std::string journal, read_file(staging / k_journal));
        AISPRINT_TRY(apply(lines_of(journal)));
    }
    return remove_tree(staging);
}

/// Applies a staged tree. Can be repeated: a staged path that is gone has been applied already.
/// The exchanged old folder is recognised by the marker that only a new one carries.
Result<void> Transaction::State::apply(const std::vector<RelativePath>& outside) const {
    const fs::path fresh = staged(k_generated);
    const fs::path marker = fresh / ".fresh";
    if (fs::exists(marker)) {
        const fs::path current = application / k_generated;
        if (fs::exists(current)) {
            AISPRINT_TRY(exchange(fresh, current));
        } else {
            AISPRINT_TRY(rename_into_place(fresh, current));
        }
    }
    for (const RelativePath& path : outside) {
        if (fs::exists(fs::symlink_status(staged(path)))) {
            AISPRINT_TRY(rename_into_place(staged(path), application / path));
        }
    }
    return remove_tree(application / k_generated / ".fresh");
}

Result<void> Transaction::State::stage_item(const RelativePath& path,
                                            const OutputItem& item) const {
    const fs::path target = staged(path);
    std::error_code reason;
    switch (item.kind) {
    case OutputItem::Kind::folder:
        return make_directories(target);
    case OutputItem::Kind::file:
        return write_new_file(target, item.content);
    case OutputItem::Kind::copy:
        return copy_regular_file(item.origin, target);
    case OutputItem::Kind::moved:
        fs::rename(item.origin, target, reason);
        break;
    case OutputItem::Kind::link:
        fs::create_symlink(item.content, target, reason);
        break;
    }
    if (reason) {
        return io_failure("BAS002", "write", target, reason);
    }
    return {};
}

Result<void> Transaction::State::stage(const OutputTree& tree) const {
    std::string manifest = k_manifest_header;
    RelativePath folder;
    for (const auto& [path, item] : tree.items()) {
        // Items come sorted, so that the folder changes rarely.
        if (RelativePath parent = path.substr(0, path.rfind('/')); parent != folder) {
            AISPRINT_TRY(make_directories(staged(parent)));
            folder = std::move(parent);
        }
        AISPRINT_TRY(stage_item(path, item));
        if (is_below_generated(path)) {
            manifest += path + "\n";
        }
    }
    AISPRINT_TRY(make_directories(staged(k_generated)));
    AISPRINT_TRY(write_new_file(staged(k_manifest), manifest));
    AISPRINT_TRY(keep_foreign_files(tree));
    return write_new_file(staged(k_generated) / ".fresh", "");
}

/// Takes over what lies below aisprint/ and was not written by `design`.
Result<void> Transaction::State::keep_foreign_files(const OutputTree& tree) const {
    AISPRINT_TRY_ASSIGN(const auto generated, generated_paths(application));
    const std::set<RelativePath> ours(generated.begin(), generated.end());
    AISPRINT_TRY_ASSIGN(const auto existing, existing_paths(application));
    for (const RelativePath& path : existing) {
        if (ours.contains(path) || tree.items().contains(path) || path == k_manifest ||
            fs::exists(fs::symlink_status(staged(path)))) {
            continue;
        }
        const fs::path origin = application / path;
        if (fs::is_directory(fs::symlink_status(origin))) {
            AISPRINT_TRY(make_directories(staged(path)));
            continue;
        }
        AISPRINT_TRY(make_directories(staged(path).parent_path()));
        AISPRINT_TRY(link_or_copy(origin, staged(path)));
    }
    return {};
}

Transaction::Transaction(std::unique_ptr<State> state) : m_state(std::move(state)) {}
Transaction::Transaction(Transaction&&) noexcept = default;
Transaction& Transaction::operator=(Transaction&&) noexcept = default;
Transaction::~Transaction() = default;

Result<Transaction> Transaction::open(const fs::path& application) {
    auto state = std::make_unique<State>();
    state->application = application;
    state->staging = application / k_staging;
    state->workspace = state->staging / "work";
    AISPRINT_TRY_ASSIGN(
        state->lock,
        FileLock::on_folder(application, make_error("DSN001",
                                                    "another run of aisprint is changing this "
                                                    "application",
                                                    "wait for it to end, then run this again")));
    AISPRINT_TRY(state->recover());
    AISPRINT_TRY(make_directories(state->workspace));
    return Transaction(std::move(state));
}

const fs::path& Transaction::workspace() const {
    return m_state->workspace;
}

Result<void> Transaction::commit(const OutputTree& tree) {
    AISPRINT_TRY(m_state->stage(tree));
    std::string journal;
    std::vector<RelativePath> outside;
    for (const auto& [path, item] : tree.items()) {
        if (!is_below_generated(path) && item.kind != OutputItem::Kind::folder) {
            outside.push_back(path);
            journal += path + "\n";
        }
    }
    AISPRINT_TRY(write_file_atomic(m_state->staging / k_journal, journal));
    AISPRINT_TRY(m_state->apply(outside));
    return remove_tree(m_state->staging);
}

Result<std::vector<RelativePath>> generated_paths(const fs::path& application) {
    if (fs::exists(application / k_manifest)) {
        AISPRINT_TRY_ASSIGN(const std::string manifest, read_file(application / k_manifest));
        return lines_of(manifest);
    }
    AISPRINT_TRY_ASSIGN(std::vector<RelativePath> paths, existing_paths(application));
    std::erase_if(paths, [](const RelativePath& path) { return !looks_generated(path); });
    return paths;
}

} // namespace aisprint::design
