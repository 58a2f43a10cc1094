// SPDX-License-Identifier: Apache-2.0
#include "toscarizer_options.hpp"

#include "design_options.hpp"
#include "locate.hpp"

#include "aisprint/base/base64.hpp"
#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <istream>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_registry_group = "Private registry";

tl::unexpected<Failure> bad_auth_file(const RegistryArguments& arguments, std::string message) {
    return fail(ErrorKind::input,
                make_error_in(arguments.auth_file, "CLI011", std::move(message),
                              "log in with 'docker login' or 'podman login' and give its file"));
}

/// User and password of `arguments.server` in a Docker configuration.
Result<tosca::RegistryAccess> read_auth_file(const RegistryArguments& arguments) {
    AISPRINT_TRY_ASSIGN(const std::string text, read_file(arguments.auth_file));
    const auto document = nlohmann::json::parse(text, nullptr, false);
    if (!document.is_object() || !document.contains("auths") || !document.at("auths").is_object()) {
        return bad_auth_file(arguments, "no JSON object with \"auths\"");
    }
    const nlohmann::json& servers = document.at("auths");
    if (!servers.contains(arguments.server)) {
        return bad_auth_file(arguments,
                             fmt::format("no entry for the registry '{}'", arguments.server));
    }
    const nlohmann::json& entry = servers.at(arguments.server);
    const auto auth = entry.is_object() ? entry.find("auth") : entry.end();
    const bool has_text = entry.is_object() && auth != entry.end() && auth->is_string();
    const auto decoded = decode_base64(has_text ? auth->get<std::string>() : std::string());
    const std::size_t colon = decoded ? decoded->find(':') : std::string::npos;
    if (colon == std::string::npos) {
        return bad_auth_file(arguments,
                             fmt::format("the entry of '{}' has no \"auth\" with user and password",
                                         arguments.server));
    }
    return tosca::RegistryAccess{arguments.server, decoded->substr(0, colon),
                                 Secret(decoded->substr(colon + 1))};
}

} // namespace

void add_deployment_options(CLI::App& app, DeploymentArguments& arguments) {
    add_application_dir(app, arguments.application_dir);
    app.add_flag("--base", arguments.base, "The deployment of the base design.");
    app.add_flag("--optimal", arguments.optimal, "The deployment that was chosen.");
}

Result<ChosenDeployment> choose_deployment(const DeploymentArguments& arguments) {
    if (arguments.base == arguments.optimal) {
        return fail(ErrorKind::usage,
                    arguments.base ? make_error("CLI004", "--base and --optimal exclude each other",
                                                "run the command once for each")
                                   : make_error("CLI002", "--base or --optimal options must be set",
                                                "add --base, or --optimal for the deployment that "
                                                "'aisprint space4aid' chose"));
    }
    AISPRINT_TRY_ASSIGN(config::ApplicationFolder folder,
                        find_application(arguments.application_dir));
    return ChosenDeployment{std::move(folder), arguments.base ? tosca::DeploymentKind::base
                                                              : tosca::DeploymentKind::optimal};
}

std::string flag_of(tosca::DeploymentKind kind) {
    return kind == tosca::DeploymentKind::base ? "--base" : "--optimal";
}

void add_im_auth_options(CLI::App& app, ImAuthArguments& arguments) {
    app.add_option(spellings("--im_auth"), arguments.im_auth,
                   "Credentials for the Infrastructure Manager and the clouds (default: "
                   "im/auth.dat of the application).")
        ->type_name("FILE");
    app.add_flag(spellings("--allow_auth_commands"), arguments.allow_commands,
                 "Run what command(...) in the credentials names.");
}

Result<LoadedAuth> load_auth(const ImAuthArguments& arguments,
                             const config::ApplicationFolder* folder,
                             const std::string& im_folder,
                             Reporter& reporter) {
    const auto load = [&](const fs::path& path, const std::string& shown) -> Result<LoadedAuth> {
        AISPRINT_TRY_ASSIGN(clients::ImAuth auth,
                            clients::load_im_auth(path, shown,
                                                  arguments.allow_commands
                                                      ? clients::AuthCommands::allowed
                                                      : clients::AuthCommands::refused,
                                                  reporter));
        return LoadedAuth{std::move(auth), shown};
    };
    if (!arguments.im_auth.empty()) {
        if (fs::exists(arguments.im_auth)) {
            return load(arguments.im_auth, arguments.im_auth);
        }
        return fail(ErrorKind::input,
                    make_error("CLI010",
                               fmt::format("IM auth data does not exist: {}", arguments.im_auth),
                               "give a file of credentials with --im_auth"));
    }
    std::vector<std::string> tried;
    if (folder != nullptr) {
        for (const std::string& candidate : {std::string("im/auth.dat"), im_folder + "/auth.dat"}) {
            if (fs::exists(folder->path / candidate)) {
                return load(folder->path / candidate, folder->shown(candidate));
            }
            tried.push_back(folder->shown(candidate));
        }
    }
    return fail(ErrorKind::input,
                make_error("CLI010",
                           tried.empty() ? "no IM auth data was given"
                                         : fmt::format("IM auth data does not exist: {}",
                                                       fmt::join(tried, ", nor ")),
                           "write im/auth.dat (see docs/deploying.md), or give a file with "
                           "--im_auth"));
}

void add_registry_options(CLI::App& app, RegistryArguments& arguments) {
    app.add_option(spellings("--registry_server"), arguments.server,
                   "Registry that needs a password to pull from.")
        ->type_name("HOST")
        ->group(k_registry_group);
    app.add_option(spellings("--registry_username"), arguments.username, "Its user.")
        ->type_name("NAME")
        ->group(k_registry_group);
    app.add_option(spellings("--registry_password"), arguments.password,
                   "Its password; '-' reads it from standard input, which others cannot see.")
        ->type_name("TEXT")
        ->group(k_registry_group);
    app.add_option(spellings("--registry_auth_file"), arguments.auth_file,
                   "Docker configuration to take user and password from.")
        ->type_name("FILE")
        ->group(k_registry_group);
}

Result<std::optional<tosca::RegistryAccess>> to_registry_access(const RegistryArguments& arguments,
                                                                std::istream& in) {
    const bool any = !arguments.server.empty() || !arguments.username.empty() ||
                     !arguments.password.empty() || !arguments.auth_file.empty();
    if (!any) {
        return std::nullopt;
    }
    const bool from_file = !arguments.auth_file.empty();
    if (arguments.server.empty() ||
        (!from_file && (arguments.username.empty() || arguments.password.empty()))) {
        return fail(ErrorKind::usage,
                    make_error("CLI002",
                               "a private registry needs --registry_server, --registry_username "
                               "and --registry_password",
                               "give all three, or --registry_server and --registry_auth_file"));
    }
    if (from_file) {
        AISPRINT_TRY_ASSIGN(tosca::RegistryAccess access, read_auth_file(arguments));
        return access;
    }
    std::string password = arguments.password;
    if (password == "-") {
        std::getline(in, password);
    }
    return tosca::RegistryAccess{arguments.server, arguments.username, Secret(password)};
}

} // namespace aisprint::cli
