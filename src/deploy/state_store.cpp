// SPDX-License-Identifier: Apache-2.0
// The files of a deployment's state and their lock.
#include "aisprint/base/file_lock.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/deploy/state.hpp"

#include <fmt/format.h>

#include <mutex>
#include <utility>

namespace aisprint::deploy {

namespace fs = std::filesystem;

struct StateStore::Impl {
    fs::path folder;
    FileLock lock;
    mutable std::mutex mutex; ///< guards what follows, and the files
    DeploymentState state;
    std::function<void(WriteMoment)> observer;

    [[nodiscard]] fs::path state_path() const { return folder / "state.json"; }
    [[nodiscard]] fs::path infras_path() const { return folder / "infras.yaml"; }

    void tell(WriteMoment moment) const {
        if (observer) {
            observer(moment);
        }
    }

    /// Puts a new state into place. What is in memory is what was written last, or what a failed
    /// write would have written: the next write repairs the files.
    Result<void> write(DeploymentState next) {
        next.serial = state.serial + 1;
        state = std::move(next);
        tell(WriteMoment::before);
        if (state.components.empty()) {
            AISPRINT_TRY(remove_tree(infras_path()));
            tell(WriteMoment::between_files);
            AISPRINT_TRY(remove_tree(state_path()));
        } else {
            AISPRINT_TRY(write_file_atomic(state_path(), to_json_text(state), Access::owner_only));
            tell(WriteMoment::between_files);
            AISPRINT_TRY(
                write_file_atomic(infras_path(), to_infras_yaml(state), Access::owner_only));
        }
        tell(WriteMoment::after);
        return {};
    }

    /// Temporary files of runs that were killed while they wrote.
    Result<void> remove_leftovers() const {
        std::error_code reason;
        for (fs::directory_iterator entry(folder, reason), end; !reason && entry != end;
             entry.increment(reason)) {
            const std::string name = entry->path().filename().string();
            if (name.ends_with(".tmp") &&
                (name.starts_with(".state.json.") || name.starts_with(".infras.yaml."))) {
                AISPRINT_TRY(remove_tree(entry->path()));
            }
        }
        if (reason) {
            return io_failure("BAS001", "read the folder", folder, reason);
        }
        return {};
    }

    /// Reads state.json, else infras.yaml. A file that is there but cannot be looked at is no empty
    /// state: what it tells of would be created again.
    Result<void> load(const std::string& shown_as) {
        const auto shown = [&](const char* name) { return (fs::path(shown_as) / name).string(); };
        AISPRINT_TRY_ASSIGN(const bool has_state, is_there(state_path()));
        AISPRINT_TRY_ASSIGN(const bool has_infras, is_there(infras_path()));
        if (has_state) {
            AISPRINT_TRY_ASSIGN(const SourceFile source,
                                load_source(state_path(), shown("state.json")));
            AISPRINT_TRY_ASSIGN(state, parse_state(source));
            return repair_infras(has_infras);
        }
        if (has_infras) {
            AISPRINT_TRY_ASSIGN(const SourceFile source,
                                load_source(infras_path(), shown("infras.yaml")));
            AISPRINT_TRY_ASSIGN(state, parse_infras_yaml(source));
        }
        return {};
    }

    static Result<bool> is_there(const fs::path& path) {
        std::error_code reason;
        const bool found = fs::exists(path, reason);
        if (reason) {
            return io_failure("BAS001", "read", path, reason);
        }
        return found;
    }

    /// A run that was killed between the two files has left an older infras.yaml.
    [[nodiscard]] Result<void> repair_infras(bool has_infras) const {
        const std::string wanted = to_infras_yaml(state);
        if (has_infras) {
            AISPRINT_TRY_ASSIGN(const std::string found, read_file(infras_path()));
            if (found == wanted) {
                return {};
            }
        }
        return write_file_atomic(infras_path(), wanted, Access::owner_only);
    }
};

StateStore::StateStore(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
StateStore::StateStore(StateStore&&) noexcept = default;
StateStore& StateStore::operator=(StateStore&&) noexcept = default;
StateStore::~StateStore() = default;

Result<StateStore> StateStore::open(const fs::path& im_folder, const std::string& shown_as) {
    AISPRINT_TRY(make_directories(im_folder, Access::owner_only));
    auto impl = std::make_unique<Impl>();
    impl->folder = im_folder;
    AISPRINT_TRY_ASSIGN(
        impl->lock,
        FileLock::on_file(im_folder / ".lock",
                          make_error_in(shown_as, "DPL001",
                                        "another run of aisprint is working on this deployment",
                                        "wait for it to end, or interrupt it, then run this again"),
                          Access::owner_only));
    AISPRINT_TRY(impl->remove_leftovers());
    AISPRINT_TRY(impl->load(shown_as));
    return StateStore(std::move(impl));
}

const DeploymentState& StateStore::state() const {
    return m_impl->state;
}

std::optional<InfrastructureRecord> StateStore::find(const std::string& component) const {
    const std::lock_guard guard(m_impl->mutex);
    const auto found = m_impl->state.components.find(component);
    return found == m_impl->state.components.end() ? std::nullopt : std::optional(found->second);
}

Result<void> StateStore::put(const std::string& component, InfrastructureRecord record) {
    const std::lock_guard guard(m_impl->mutex);
    const auto found = m_impl->state.components.find(component);
    if (found != m_impl->state.components.end() && found->second == record) {
        return {};
    }
    DeploymentState next = m_impl->state;
    next.components[component] = std::move(record);
    return m_impl->write(std::move(next));
}

Result<void> StateStore::erase(const std::string& component) {
    const std::lock_guard guard(m_impl->mutex);
    DeploymentState next = m_impl->state;
    if (next.components.erase(component) == 0) {
        return {};
    }
    return m_impl->write(std::move(next));
}

Result<void> StateStore::set_im_url(const std::string& url) {
    const std::lock_guard guard(m_impl->mutex);
    DeploymentState next = m_impl->state;
    if (next.im_url == url) {
        return {};
    }
    if (!next.im_url.empty() && !next.components.empty()) {
        return fail(ErrorKind::input,
                    make_error("DPL008",
                               fmt::format("this deployment belongs to the Infrastructure Manager "
                                           "at {}, not to the one at {}",
                                           next.im_url, url),
                               fmt::format("give --im_url {}, or delete the deployment there first",
                                           next.im_url)));
    }
    next.im_url = url;
    if (next.components.empty()) {
        m_impl->state = std::move(next); // written with the first component
        return {};
    }
    return m_impl->write(std::move(next));
}

void StateStore::observe_writes(std::function<void(WriteMoment)> observer) {
    const std::lock_guard guard(m_impl->mutex);
    m_impl->observer = std::move(observer);
}

} // namespace aisprint::deploy
