// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/clients/im_client.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
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
};

/// The state of a deployment: im/state.json, from which im/infras.yaml is made.
struct DeploymentState {
    static constexpr int k_format_version = 1;
    std::uint64_t serial = 0;
    std::string im_url;
    std::map<std::string, InfrastructureRecord> components;
};

/// JSON text of a state, and back. Reading fails (input, DPL0xx) on other versions and forms.
[[nodiscard]] std::string to_json_text(const DeploymentState& state);
[[nodiscard]] Result<DeploymentState> parse_state(const SourceFile& source);

/// infras.yaml as the runtime manager reads it: component -> [URL or '', state, message].
[[nodiscard]] std::string to_infras_yaml(const DeploymentState& state);

/// A state from an infras.yaml of another tool (anchors accepted). Fails (input, DPL0xx).
[[nodiscard]] Result<DeploymentState> parse_infras_yaml(const SourceFile& source);

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

    [[nodiscard]] const DeploymentState& state() const;

    /// Replaces the record of a component and writes both files (0600, atomically, state.json
    /// first) before it returns. May be called by several threads. Fails (io).
    [[nodiscard]] Result<void> put(const std::string& component, InfrastructureRecord record);

    /// Forgets a component, and writes. Deletes both files with the last one. Fails (io).
    [[nodiscard]] Result<void> erase(const std::string& component);

    /// Records the address of the server that the state belongs to. Fails (io).
    [[nodiscard]] Result<void> set_im_url(const std::string& url);

private:
    struct Impl;
    explicit StateStore(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace aisprint::deploy
