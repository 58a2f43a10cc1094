// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/clients/im_client.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace aisprint::deploy {

/// Where an infrastructure stands from our side.
enum class Phase {
    creating, ///< the request is about to be sent, or its answer was lost
    created,  ///< we have its URL
    updating, ///< a changed document is about to be sent
    deleting, ///< its deletion is about to be asked for
    failed    ///< could not be created, or IM says failed
};

/// What is recorded of one component's infrastructure.
struct InfrastructureRecord {
    std::string document_path;   ///< as shown
    std::string document_digest; ///< SHA-256 of the text that was sent, without the tag
    std::string content_digest;  ///< of what that text says; empty: not known (another tool's)
    std::string shape_digest;    ///< of what it says beside numbers of nodes
    std::string tag;             ///< stands in the metadata of what was sent; finds it again
    std::string infra_name;
    std::string url; ///< empty: not known
    Phase phase = Phase::creating;
    clients::ImStateName state = clients::ImStateName::pending; ///< as IM said last
    std::string message;                                        ///< redacted
    int attempts = 0;                                           ///< of creation
    std::chrono::seconds created{0};                            ///< UTC, 0: not yet
    std::chrono::seconds changed{0};                            ///< of the last change of state
    std::string outputs_digest;                                 ///< empty: not fetched
    /// An answer to an earlier request with this tag was lost and the server did not have the
    /// infrastructure then: should it turn up late beside the one of `url`, it is deleted.
    bool may_have_twin = false;

    bool operator==(const InfrastructureRecord&) const = default;
};

/// The state of a deployment: im/state.json, from which im/infras.yaml is made.
struct DeploymentState {
    static constexpr int k_format_version = 1;
    std::uint64_t serial = 0;
    std::string im_url;
    std::map<std::string, InfrastructureRecord> components;

    bool operator==(const DeploymentState&) const = default;
};

/// JSON text of a state, and back. Reading fails (input, DPL0xx) on other versions and forms.
[[nodiscard]] std::string to_json_text(const DeploymentState& state);
[[nodiscard]] Result<DeploymentState> parse_state(const SourceFile& source);

/// infras.yaml as the runtime manager reads it: component -> [URL or '', state, message].
[[nodiscard]] std::string to_infras_yaml(const DeploymentState& state);

/// A state from an infras.yaml of another tool (anchors accepted). Fails (input, DPL0xx).
[[nodiscard]] Result<DeploymentState> parse_infras_yaml(const SourceFile& source);

/// Moments of writing a state.
enum class WriteMoment { before, between_files, after };

/// The files of a deployment's state, locked against other runs for as long as the object lives.
class StateStore {
public:
    /// Locks `im_folder` (made with mode 0700 if absent) and reads its state: state.json, else
    /// infras.yaml, else an empty one. Fails (input, DPL0xx) if another run holds the lock, or if
    /// the state cannot be read.
    [[nodiscard]] static Result<StateStore> open(const std::filesystem::path& im_folder,
                                                 const std::string& shown_as);

    StateStore(StateStore&&) noexcept;
    StateStore& operator=(StateStore&&) noexcept;
    ~StateStore();

    /// The state; not while other threads change it.
    [[nodiscard]] const DeploymentState& state() const;

    /// The record of a component as it is now, if there is one. May be called by several threads.
    [[nodiscard]] std::optional<InfrastructureRecord> find(const std::string& component) const;

    /// Replaces the record of a component and writes both files (0600, atomically, state.json
    /// first) before it returns; nothing is written if nothing changes. May be called by several
    /// threads. Fails (io).
    [[nodiscard]] Result<void> put(const std::string& component, InfrastructureRecord record);

    /// Forgets a component, and writes. Deletes both files with the last one. Fails (io).
    [[nodiscard]] Result<void> erase(const std::string& component);

    /// Records the address of the server that the state belongs to. Fails (io), and (input, DPL0xx)
    /// if there are infrastructures at another one.
    [[nodiscard]] Result<void> set_im_url(const std::string& url);

    /// Has `observer` called at each moment of each write, for tests that end the process there.
    void observe_writes(std::function<void(WriteMoment)> observer);

private:
    struct Impl;
    explicit StateStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aisprint::deploy
