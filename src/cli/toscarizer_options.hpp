// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

#include "aisprint/clients/im_auth.hpp"
#include "aisprint/tosca/deployment.hpp"
#include "aisprint/tosca/document.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>

namespace aisprint::cli {

/// The options that say which deployment of which application is meant, as typed.
struct DeploymentArguments {
    std::string application_dir;
    bool base = false;
    bool optimal = false;
};

/// Adds --application_dir, --base and --optimal.
void add_deployment_options(CLI::App& app, DeploymentArguments& arguments);

/// A deployment that a command works on.
struct ChosenDeployment {
    config::ApplicationFolder folder;
    tosca::DeploymentKind kind = tosca::DeploymentKind::base;
};

/// The deployment that was asked for. Fails (usage, CLI002, CLI004) unless exactly one of --base
/// and --optimal is there.
[[nodiscard]] Result<ChosenDeployment> choose_deployment(const DeploymentArguments& arguments);

/// The words --base or --optimal, for messages that tell what to type next.
[[nodiscard]] std::string flag_of(tosca::DeploymentKind kind);

/// The options about credentials of the Infrastructure Manager, as typed.
struct ImAuthArguments {
    std::string im_auth;
    bool allow_commands = false;
};

/// Adds --im_auth and --allow_auth_commands.
void add_im_auth_options(CLI::App& app, ImAuthArguments& arguments);

/// Credentials, and the file that they are from.
struct LoadedAuth {
    clients::ImAuth auth;
    std::string shown_as;
};

/// Reads the credentials: the file given, else im/auth.dat of the application, else auth.dat of the
/// deployment's im folder. Fails (input) if there is none (CLI010), or as load_im_auth does.
[[nodiscard]] Result<LoadedAuth> load_auth(const ImAuthArguments& arguments,
                                           const config::ApplicationFolder* folder,
                                           const std::string& im_folder,
                                           Reporter& reporter);

/// The options about a private registry, as typed.
struct RegistryArguments {
    std::string server;
    std::string username;
    std::string password;
    std::string auth_file;
};

/// Adds --registry_server, --registry_username, --registry_password and --registry_auth_file.
void add_registry_options(CLI::App& app, RegistryArguments& arguments);

/// Access to the registry, or nothing if it was not asked for. A password `-` is read from `in`;
/// with --registry_auth_file user and password come from a Docker configuration (auths). Fails
/// (usage, CLI002; input, CLI011).
[[nodiscard]] Result<std::optional<tosca::RegistryAccess>>
to_registry_access(const RegistryArguments& arguments, std::istream& in);

Command toscarizer_docker_command();
Command toscarizer_fdl_command();
Command toscarizer_tosca_command();
Command toscarizer_validate_command();
Command toscarizer_deploy_command();
Command toscarizer_status_command();
Command toscarizer_outputs_command();
Command toscarizer_delete_command();

} // namespace aisprint::cli
