// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "deployment_check.hpp"
#include "im_connection.hpp"

#include "aisprint/deploy/plan.hpp"
#include "aisprint/deploy/run.hpp"
#include "aisprint/deploy/state.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aisprint::cli {

/// What a command about infrastructures works on, as typed.
struct DeploySource {
    DeploymentArguments deployment;
    std::vector<std::string> tosca_files;
};

/// Adds --tosca_file.
void add_tosca_files_option(CLI::App& app, DeploySource& source);

/// The same, read and checked.
struct DeployInput {
    std::vector<deploy::Unit> units; ///< in the order of the graph
    std::optional<clients::ImAuth> auth;
    Redactor redactor;
    std::filesystem::path im_folder;
    std::string im_shown_as;
    std::string arguments; ///< what to type after the command to mean the same deployment again
};

/// Reads an application's deployment, or documents by themselves. Fails (usage) if neither or both
/// are named, (input) with all that is wrong in them.
[[nodiscard]] Result<DeployInput> read_deploy_input(const DeploySource& source,
                                                    const ImAuthArguments& auth,
                                                    NeedAuth need,
                                                    Reporter& reporter);

/// Finds the state of a deployment without reading the application; units are empty. Fails as
/// choose_deployment, and (input) if nothing was deployed (DPL062).
[[nodiscard]] Result<DeployInput>
read_state_input(const DeploySource& source, const ImAuthArguments& auth, Reporter& reporter);

/// What a command that changes nothing ends with after a signal (DPL061).
[[nodiscard]] Failure interrupted();

/// States that IM told, by component.
using LiveStates = std::map<std::string, clients::ImResult<clients::ImState>>;

/// State, client and context of one run, kept together.
class DeploySession {
public:
    /// Opens and locks the state. Fails (input) if another run holds it.
    [[nodiscard]] static Result<std::unique_ptr<DeploySession>>
    open(DeployInput input, const ImArguments& im, std::stop_token stop, deploy::EventSink events);

    [[nodiscard]] const std::vector<deploy::Unit>& units() const { return m_input.units; }
    [[nodiscard]] deploy::StateStore& store() { return *m_store; }
    [[nodiscard]] const Redactor& redactor() const { return m_input.redactor; }

    /// The commands that mean this deployment again.
    [[nodiscard]] std::string command() const;
    [[nodiscard]] std::string delete_command() const;

    /// True if the state has anything that IM could be asked about.
    [[nodiscard]] bool knows_infrastructures() const;

    /// True if there are credentials.
    [[nodiscard]] bool can_ask() const { return m_connection != nullptr; }

    /// For the calls of the deploy library; only if can_ask().
    [[nodiscard]] deploy::RunContext& context() { return *m_context; }

    /// Makes sure that IM answers and takes the credentials. Fails (remote, DPL063), or (input,
    /// DPL064) if they are not taken.
    [[nodiscard]] Result<void> check_server();

    /// Finds again what an earlier run left, asks for states, and plans. Fails as those do.
    [[nodiscard]] Result<std::vector<deploy::Action>>
    settle_and_plan(const deploy::PlanOptions& rules, const deploy::RunOptions& options);

    /// The state of what was deployed, opened, and a server that answers: read_state_input(),
    /// open() and check_server() one after the other. Fails as those do.
    [[nodiscard]] static Result<std::unique_ptr<DeploySession>>
    open_at_server(const DeploySource& source,
                   const ImArguments& im,
                   std::stop_token stop,
                   Session& session);

private:
    explicit DeploySession(DeployInput input) : m_input(std::move(input)) {}

    DeployInput m_input;
    std::string m_im_url;
    std::optional<deploy::StateStore> m_store;
    std::unique_ptr<ImConnection> m_connection;
    std::optional<deploy::RunContext> m_context;
};

} // namespace aisprint::cli
