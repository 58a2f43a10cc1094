// SPDX-License-Identifier: Apache-2.0
#include "deploy_session.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/tosca/secrets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

/// Cost of the worker nodes of a component; functions have no price per hour.
std::optional<double> cost_of(const tosca::Component& component) {
    if (component.layer.kind == tosca::LayerKind::lambda) {
        return std::nullopt;
    }
    return component.resource.cost * static_cast<double>(component.resource.total_nodes);
}

/// A word as a POSIX shell takes it.
std::string shell_word(const std::string& text) {
    constexpr std::string_view k_plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                         "0123456789_-./:,=+@%";
    if (!text.empty() && text.find_first_not_of(k_plain) == std::string::npos) {
        return text;
    }
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
    }
    return quoted + "'";
}

std::string arguments_for(const ChosenDeployment& chosen) {
    return fmt::format("--application_dir {} {}", shell_word(chosen.folder.shown_as),
                       flag_of(chosen.kind));
}

/// The options about the server that were given, each after a blank.
std::string arguments_for(const ImArguments& im) {
    std::string text;
    const auto add = [&text](const char* option, const std::string& value) {
        if (!value.empty()) {
            text += fmt::format(" {} {}", option, shell_word(value));
        }
    };
    const ImArguments usual;
    add("--im_url", im.url == usual.url ? "" : im.url);
    add("--im_auth", im.auth.im_auth);
    add("--ca_file", im.ca_file);
    add("--verify", im.verify == usual.verify ? "" : im.verify);
    text += im.insecure ? " --insecure" : "";
    text += im.auth.allow_commands ? " --allow_auth_commands" : "";
    return text;
}

DeployInput to_input(CheckedDeployment checked) {
    DeployInput input;
    const std::string& im = checked.deployment.files.im;
    input.im_folder = checked.chosen.folder.path / im;
    input.im_shown_as = checked.chosen.folder.shown(im);
    input.arguments = arguments_for(checked.chosen);
    input.auth = std::move(checked.auth);
    input.redactor = std::move(checked.redactor);
    for (std::size_t i = 0; i < checked.deployment.components.size(); ++i) {
        const tosca::Component& component = checked.deployment.components[i];
        tosca::StoredDocument& document = checked.documents[i];
        deploy::Unit unit;
        unit.component = component.name;
        unit.document_path = document.path;
        unit.footprint = deploy::footprint_of(document.content);
        unit.footprint.cost_per_hour = cost_of(component);
        unit.text = std::move(document.text);
        unit.content = std::move(document.content);
        for (const tosca::Link& link : component.successors) {
            unit.successors.push_back(checked.deployment.components[link.component].name);
        }
        input.units.push_back(std::move(unit));
    }
    return input;
}

Result<std::vector<tosca::StoredDocument>> load_files(const std::vector<std::string>& files) {
    std::vector<tosca::StoredDocument> documents;
    std::vector<Diagnostic> found;
    for (const std::string& file : files) {
        auto source = load_source(file, file);
        if (!source) {
            append(found, std::move(source).error().diagnostics);
            continue;
        }
        auto content = yaml::parse(*source);
        if (!content) {
            append(found, std::move(content).error().diagnostics);
            continue;
        }
        documents.push_back({file, file, source->text(), std::move(*content)});
    }
    if (!found.empty()) {
        return fail(ErrorKind::input, std::move(found));
    }
    return documents;
}

/// Where the state of documents by themselves lies: beside the first.
void locate_state_of_files(const std::vector<std::string>& files, DeployInput& input) {
    const fs::path folder = fs::path(files.front()).parent_path();
    input.im_folder = folder.empty() ? fs::path(".") : folder;
    input.im_shown_as = input.im_folder.string();
    for (const std::string& file : files) {
        input.arguments +=
            (input.arguments.empty() ? "" : " ") + fmt::format("--tosca_file {}", shell_word(file));
    }
}

Result<void> check_source(const DeploySource& source, Reporter& reporter) {
    const DeploymentArguments& deployment = source.deployment;
    if (deployment.application_dir.empty() && !deployment.base && !deployment.optimal &&
        source.tosca_files.empty()) {
        return fail(ErrorKind::usage,
                    make_error("CLI002", "--application_dir or --tosca_file options must be set",
                               "name an application with --base or --optimal, or documents"));
    }
    if (!deployment.application_dir.empty() && !source.tosca_files.empty()) {
        reporter.report(as_warning(
            make_error("CLI013", "--application_dir option set: --tosca_file will be ignored",
                       "give one of the two")));
    }
    return {};
}

/// Secrets of a YAML file whose names tell that they are some; one that is not there, or that
/// cannot be read, has none that we could print.
void add_secrets_of(const fs::path& path, Redactor& redactor) {
    if (const auto source = load_source(path, path.string())) {
        if (const auto content = yaml::parse(*source)) {
            tosca::add_secrets(*content, redactor);
        }
    }
}

bool means_files(const DeploySource& source) {
    return source.deployment.application_dir.empty() && !source.tosca_files.empty();
}

tl::unexpected<Failure>
server_failure(const std::string& url, const clients::ImError& error, const Redactor& redactor) {
    const std::string message = redactor.redact(error.message);
    if (error.kind == clients::ImErrorKind::unauthorised) {
        return fail(
            ErrorKind::input,
            make_error("DPL064",
                       fmt::format("the IM at {} does not take the credentials: {}", url, message),
                       "check the line of type InfrastructureManager in auth.dat"));
    }
    if (error.kind == clients::ImErrorKind::cancelled) {
        return tl::unexpected<Failure>(interrupted());
    }
    return fail(ErrorKind::remote,
                make_error("DPL063", fmt::format("the IM at {} does not answer: {}", url, message),
                           "check --im_url, the network and the proxy, and try again"));
}

} // namespace

Failure interrupted() {
    return {ErrorKind::cancelled, {make_error("DPL061", "interrupted; nothing was changed")}};
}

void add_tosca_files_option(CLI::App& app, DeploySource& source) {
    app.add_option(spellings("--tosca_file"), source.tosca_files,
                   "A TOSCA document by itself, without an application; repeatable.")
        ->type_name("FILE")
        ->allow_extra_args(false);
}

Result<DeployInput> read_deploy_input(const DeploySource& source,
                                      const ImAuthArguments& auth,
                                      NeedAuth need,
                                      Reporter& reporter) {
    AISPRINT_TRY(check_source(source, reporter));
    if (!means_files(source)) {
        AISPRINT_TRY_ASSIGN(CheckedDeployment checked,
                            check_deployment(source.deployment, auth, need, reporter));
        return to_input(std::move(checked));
    }
    AISPRINT_TRY_ASSIGN(std::vector<tosca::StoredDocument> documents,
                        load_files(source.tosca_files));
    AISPRINT_TRY(check_documents(documents, reporter));
    DeployInput input;
    if (need == NeedAuth::yes || !auth.im_auth.empty()) {
        AISPRINT_TRY_ASSIGN(LoadedAuth loaded, load_auth(auth, nullptr, "", reporter));
        loaded.auth.add_secrets(input.redactor);
        input.auth = std::move(loaded.auth);
    }
    locate_state_of_files(source.tosca_files, input);
    for (tosca::StoredDocument& document : documents) {
        tosca::add_secrets(document.content, input.redactor);
        deploy::Unit unit;
        unit.component = document.component;
        unit.document_path = document.path;
        unit.footprint = deploy::footprint_of(document.content);
        unit.text = std::move(document.text);
        unit.content = std::move(document.content);
        input.units.push_back(std::move(unit));
    }
    return input;
}

Result<DeployInput>
read_state_input(const DeploySource& source, const ImAuthArguments& auth, Reporter& reporter) {
    AISPRINT_TRY(check_source(source, reporter));
    DeployInput input;
    std::optional<config::ApplicationFolder> folder;
    std::string im;
    if (means_files(source)) {
        locate_state_of_files(source.tosca_files, input);
    } else {
        AISPRINT_TRY_ASSIGN(ChosenDeployment chosen, choose_deployment(source.deployment));
        AISPRINT_TRY_ASSIGN(const tosca::DeploymentFiles files,
                            tosca::find_deployment(chosen.folder, chosen.kind));
        im = files.im;
        input.im_folder = chosen.folder.path / im;
        input.im_shown_as = chosen.folder.shown(im);
        input.arguments = arguments_for(chosen);
        // the order of the graph, and the secrets; a document that is gone is no obstacle here
        if (auto documents = tosca::load_documents(chosen.folder, files)) {
            for (const tosca::StoredDocument& document : *documents) {
                tosca::add_secrets(document.content, input.redactor);
                deploy::Unit unit;
                unit.component = document.component;
                input.units.push_back(std::move(unit));
            }
        }
        for (const std::string& file :
             {std::string("common_config/physical_nodes.yaml"), im + "/.secrets.yaml"}) {
            add_secrets_of(chosen.folder.path / file, input.redactor);
        }
        folder = std::move(chosen.folder);
    }
    if (!fs::exists(input.im_folder / "state.json") &&
        !fs::exists(input.im_folder / "infras.yaml")) {
        return fail(
            ErrorKind::input,
            make_error("DPL062",
                       fmt::format("nothing deployed: no {}/infras.yaml", input.im_shown_as),
                       fmt::format("deploy with: aisprint toscarizer deploy {}", input.arguments)));
    }
    AISPRINT_TRY_ASSIGN(LoadedAuth loaded,
                        load_auth(auth, folder ? &*folder : nullptr, im, reporter));
    loaded.auth.add_secrets(input.redactor);
    input.auth = std::move(loaded.auth);
    return input;
}

Result<std::unique_ptr<DeploySession>> DeploySession::open(DeployInput input,
                                                           const ImArguments& im,
                                                           std::stop_token stop,
                                                           deploy::EventSink events) {
    std::unique_ptr<DeploySession> session(new DeploySession(std::move(input)));
    session->m_im_url = im.url;
    session->m_input.arguments += arguments_for(im);
    AISPRINT_TRY_ASSIGN(session->m_store, deploy::StateStore::open(session->m_input.im_folder,
                                                                   session->m_input.im_shown_as));
    if (session->m_input.auth) {
        AISPRINT_TRY_ASSIGN(session->m_connection, ImConnection::make(im, *session->m_input.auth));
        ImConnection& connection = *session->m_connection;
        session->m_context.emplace(deploy::RunContext{
            connection.client(), connection.clock(), connection.random(), *session->m_store,
            session->m_input.redactor, session->m_input.im_folder, std::move(events), stop});
    }
    return session;
}

Result<std::unique_ptr<DeploySession>> DeploySession::open_at_server(const DeploySource& source,
                                                                     const ImArguments& im,
                                                                     std::stop_token stop,
                                                                     Session& session) {
    AISPRINT_TRY_ASSIGN(DeployInput input, read_state_input(source, im.auth, session.reporter()));
    AISPRINT_TRY_ASSIGN(std::unique_ptr<DeploySession> run,
                        open(std::move(input), im, std::move(stop), {}));
    session.tell(fmt::format("Asking {} ...\n", im.url));
    AISPRINT_TRY(run->check_server());
    return run;
}

std::string DeploySession::command() const {
    return "aisprint toscarizer deploy " + m_input.arguments;
}

std::string DeploySession::delete_command() const {
    return "aisprint toscarizer delete " + m_input.arguments;
}

bool DeploySession::knows_infrastructures() const {
    return !m_store->state().components.empty();
}

Result<void> DeploySession::check_server() {
    AISPRINT_ASSERT(can_ask());
    if (const auto version = m_connection->impatient_client().version(m_context->stop); !version) {
        return server_failure(m_im_url, version.error(), m_input.redactor);
    }
    if (const auto list = m_connection->impatient_client().list(m_context->stop); !list) {
        return server_failure(m_im_url, list.error(), m_input.redactor);
    }
    return {};
}

Result<std::vector<deploy::Action>>
DeploySession::settle_and_plan(const deploy::PlanOptions& rules,
                               const deploy::RunOptions& options) {
    AISPRINT_TRY(check_server());
    AISPRINT_TRY(m_store->set_im_url(m_im_url));
    AISPRINT_TRY(deploy::settle_unknown(*m_context, options));
    AISPRINT_TRY_ASSIGN(const LiveStates live, deploy::ask_states(*m_context));
    return deploy::make_plan(m_input.units, m_store->state(), live, rules);
}

} // namespace aisprint::cli
