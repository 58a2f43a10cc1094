// SPDX-License-Identifier: Apache-2.0
#include "profile_backend.hpp"

#include "../local_options.hpp"
#include "../views/profile_view.hpp"
#include "toscarizer_options.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/random_source.hpp"
#include "aisprint/deploy/credentials.hpp"
#include "aisprint/profiling/campaign_clusters.hpp"
#include "aisprint/profiling/campaign_functions.hpp"
#include "aisprint/profiling/local_backend.hpp"
#include "aisprint/profiling/oscar_backend.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <set>

namespace aisprint::cli {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_owner_file = "owner"; ///< in the folder of clusters
constexpr const char* k_auth_folder = "aisprint/deployments/base/im";

class ThisMachine final : public ChosenBackend {
public:
    explicit ThisMachine(profiling::LocalOptions options) : m_backend(std::move(options)) {}

    profiling::Backend& backend() override { return m_backend; }
    std::optional<profiling::LimitMethods> limits() const override { return m_backend.limits(); }
    std::vector<std::string> environment() const override {
        return environment_lines(m_backend.limits());
    }

private:
    profiling::LocalBackend m_backend;
};

/// Stands for clusters when only files are looked at.
class Unasked final : public profiling::ClusterSource {
public:
    Result<void> check(const std::vector<std::string>& /*resources*/) override { return {}; }
    Result<profiling::ClusterMap> prepare(const profiling::NodeCounts& /*nodes*/,
                                          std::stop_token /*stop*/) override {
        return profiling::ClusterMap();
    }
    Result<void> finish(profiling::CampaignEnd /*end*/) override { return {}; }
};

std::unique_ptr<clients::RemoteShell> make_ssh(const clients::SshTarget& target) {
    return std::make_unique<clients::SshShell>(target);
}

/// A text as it may stand in a label of Kubernetes and in the name of a folder.
std::string label_of(const std::string& text) {
    constexpr std::size_t k_longest = 30;
    std::string label;
    for (const char c : text.substr(0, k_longest)) {
        const bool is_plain = std::isalnum(static_cast<unsigned char>(c)) != 0 &&
                              static_cast<unsigned char>(c) < 0x80;
        label += is_plain ? c : '-';
    }
    return label;
}

/// The keys of AWS: those of the line whose id is lambda, else ec2.
std::optional<profiling::AwsKeys> find_aws_keys(const clients::ImAuth& auth) {
    for (const char* id : {"lambda", "ec2"}) {
        for (const clients::ImCredential& credential : auth.credentials()) {
            if (credential.id == id && !credential.field("username").empty() &&
                !credential.field("password").empty()) {
                return profiling::AwsKeys{std::string(credential.field("username")),
                                          Secret(std::string(credential.field("password")))};
            }
        }
    }
    return std::nullopt;
}

/// Clusters, and what they stand on.
class ClustersBackend final : public ChosenBackend {
public:
    ClustersBackend(const BackendArguments& arguments,
                    const config::ApplicationFolder& folder,
                    const profiling::CampaignPlan& plan,
                    Session& session)
        : m_arguments(arguments), m_folder(folder), m_plan(plan), m_session(session) {
        for (const profiling::Unit& unit : plan.testbed.units) {
            m_resources.insert(unit.resource);
        }
    }

    /// Reads what files say; with `measure`, also opens records of clusters. Sends nothing.
    Result<void> open(BackendUse use) {
        AISPRINT_TRY(make_oscar(m_unasked).check(m_plan.testbed));
        AISPRINT_TRY_ASSIGN(
            const tosca::Deployment clusters,
            profiling::load_campaign_clusters(m_folder, m_plan.testbed, m_session.reporter()));
        AISPRINT_TRY_ASSIGN(
            const tosca::Deployment functions,
            profiling::load_campaign_functions(m_folder, m_plan.testbed, m_session.reporter()));
        if (use == BackendUse::check) {
            m_backend = std::make_unique<profiling::OscarBackend>(options(), parts(m_unasked));
            return {};
        }
        AISPRINT_TRY(
            make_directories(m_folder.path / profiling::k_clusters_folder, Access::owner_only));
        AISPRINT_TRY(read_owner());
        AISPRINT_TRY(open_sources(clusters, functions));
        m_backend = std::make_unique<profiling::OscarBackend>(options(), parts(*m_clusters));
        return {};
    }

    profiling::Backend& backend() override { return *m_backend; }
    std::optional<profiling::LimitMethods> limits() const override { return std::nullopt; }
    std::vector<std::string> environment() const override {
        return {fmt::format("measured on {}: {}",
                            m_functions ? "OSCAR clusters and cloud functions" : "OSCAR clusters",
                            fmt::join(m_resources, ", "))};
    }

private:
    [[nodiscard]] profiling::OscarBackend make_oscar(profiling::ClusterSource& source) {
        return profiling::OscarBackend(options(), parts(source));
    }

    [[nodiscard]] profiling::OscarOptions options() const {
        const profiling::RunParameters& parameters = m_plan.parameters;
        profiling::OscarOptions options;
        options.owner = m_owner;
        options.storage_bucket = parameters.storage_bucket;
        options.keeps_objects = parameters.single_services;
        options.is_synchronous = parameters.synchronous;
        options.time_correction_hours = parameters.time_correction_hours;
        if (parameters.job_timeout_seconds) {
            options.running_limit = std::chrono::milliseconds(
                static_cast<std::int64_t>(*parameters.job_timeout_seconds * 1000));
        }
        return options;
    }

    [[nodiscard]] profiling::OscarParts parts(profiling::ClusterSource& source) {
        return {source,
                m_clock,
                m_session.reporter(),
                [ca_file = ca_file()](const profiling::Cluster& cluster) {
                    const bool is_aws =
                        cluster.functions && cluster.functions->own_endpoint.empty();
                    clients::CurlOptions curl = curl_options_for(
                        cluster.functions ? cluster.minio_endpoint : cluster.oscar_endpoint);
                    curl.verification = cluster.verification;
                    curl.ca_file = is_aws ? fs::path() : ca_file; // that of the clusters
                    return clients::make_curl_transport(curl);
                },
                make_ssh,
                make_jitter(),
                [this](const std::string& line) { say(line); },
                m_functions.get()};
    }

    [[nodiscard]] fs::path ca_file() const {
        return m_arguments.im.ca_file.empty() ? m_plan.parameters.ca_file : m_arguments.im.ca_file;
    }

    [[nodiscard]] clients::TlsVerification verification() const {
        return m_plan.parameters.tls_verify ? clients::TlsVerification::on
                                            : clients::TlsVerification::off;
    }

    void say(const std::string& line) {
        if (!m_session.options().quiet && !line.empty()) {
            m_session.print(line + "\n");
        }
    }

    /// Our services carry a mark that other checkouts of the application do not have.
    Result<void> read_owner() {
        const fs::path file = m_folder.path / profiling::k_clusters_folder / k_owner_file;
        if (!fs::exists(file)) {
            constexpr std::size_t k_drawn = 10;
            const std::string name = fs::absolute(m_folder.path).lexically_normal().filename();
            AISPRINT_TRY(write_file_atomic(
                file, fmt::format("app-{}-{}", label_of(name), m_random.draw(k_drawn)),
                Access::owner_only));
        }
        AISPRINT_TRY_ASSIGN(m_owner, read_file(file));
        return {};
    }

    Result<void> open_sources(const tosca::Deployment& clusters,
                              const tosca::Deployment& functions) {
        const profiling::RunParameters& parameters = m_plan.parameters;
        profiling::CampaignClusterOptions options;
        options.made.folder = m_folder;
        options.made.campaign = parameters.campaign_dir;
        options.made.domain = parameters.domain_name;
        options.made.clean = {parameters.clean_before, parameters.clean_after,
                              parameters.clean_if_crash};
        options.made.run = to_run_options({});
        options.made.verification = verification();
        options.make_shell = make_ssh;
        options.events = [this](const profiling::ClusterEvent& event) { say(to_text(event)); };
        AISPRINT_TRY_ASSIGN(std::optional<profiling::ImServer> im,
                            connect_to_im(clusters, functions));
        if (!functions.components.empty()) {
            AISPRINT_TRY(open_functions(functions, options, *im));
        }
        if (!profiling::needs_im(clusters)) {
            im.reset();
        }
        AISPRINT_TRY_ASSIGN(m_clusters,
                            profiling::CampaignClusters::open(clusters, std::move(options),
                                                              std::move(im), m_session.reporter()));
        return {};
    }

    Result<void> open_functions(const tosca::Deployment& functions,
                                const profiling::CampaignClusterOptions& clusters,
                                const profiling::ImServer& im) {
        profiling::FunctionOptions options;
        options.folder = m_folder;
        options.keys = m_aws_keys;
        const char* variable = std::getenv("AWS_ENDPOINT_URL");
        options.endpoint = variable == nullptr ? "" : variable;
        while (options.endpoint.ends_with('/')) {
            options.endpoint.pop_back();
        }
        options.clean = clusters.made.clean;
        options.run = clusters.made.run;
        options.verification =
            options.endpoint.empty() ? clients::TlsVerification::on : verification();
        options.events = clusters.events;
        AISPRINT_TRY_ASSIGN(m_functions,
                            profiling::CampaignFunctions::open(functions, std::move(options), im,
                                                               m_session.reporter()));
        return {};
    }

    /// The server that makes clusters and functions, if one is needed. Sends nothing yet.
    Result<std::optional<profiling::ImServer>> connect_to_im(const tosca::Deployment& clusters,
                                                             const tosca::Deployment& functions) {
        tosca::Deployment made = clusters;
        std::erase_if(made.components, [](const tosca::Component& cluster) {
            return !tosca::has_own_cluster(cluster.layer.kind);
        });
        made.components.insert(made.components.end(), functions.components.begin(),
                               functions.components.end());
        if (made.components.empty()) {
            return std::optional<profiling::ImServer>();
        }
        AISPRINT_TRY_ASSIGN(const LoadedAuth auth, load_auth(m_arguments.im.auth, &m_folder,
                                                             k_auth_folder, m_session.reporter()));
        std::vector<Diagnostic> missing = deploy::check_credentials(made, auth.auth, auth.shown_as);
        if (!missing.empty()) {
            return fail(ErrorKind::input, std::move(missing));
        }
        m_aws_keys = find_aws_keys(auth.auth);
        ImArguments im = m_arguments.im;
        im.url = im_url();
        im.ca_file = ca_file();
        AISPRINT_TRY_ASSIGN(m_connection, ImConnection::make(im, auth.auth));
        Redactor redactor;
        auth.auth.add_secrets(redactor);
        return std::optional<profiling::ImServer>(
            profiling::ImServer{m_connection->client(), im.url, m_connection->clock(),
                                m_connection->random(), std::move(redactor)});
    }

    [[nodiscard]] std::string im_url() const {
        const char* variable = std::getenv("IM_URL");
        if (m_arguments.im_url_is_typed) {
            return m_arguments.im.url;
        }
        if (variable != nullptr && *variable != '\0') {
            return variable;
        }
        return m_plan.parameters.im_url.empty() ? m_arguments.im.url : m_plan.parameters.im_url;
    }

    BackendArguments m_arguments;
    config::ApplicationFolder m_folder;
    const profiling::CampaignPlan& m_plan;
    Session& m_session;
    std::set<std::string> m_resources;
    std::string m_owner;
    clients::SystemClock m_clock;
    SystemRandomSource m_random;
    Unasked m_unasked;
    std::unique_ptr<ImConnection> m_connection;
    std::optional<profiling::AwsKeys> m_aws_keys;              ///< of auth.dat
    std::unique_ptr<profiling::CampaignFunctions> m_functions; ///< null: there are none
    std::unique_ptr<profiling::CampaignClusters> m_clusters;
    std::unique_ptr<profiling::OscarBackend> m_backend;
};

} // namespace

Result<std::unique_ptr<ChosenBackend>> choose_backend(const BackendArguments& arguments,
                                                      const config::ApplicationFolder& folder,
                                                      const profiling::CampaignPlan& plan,
                                                      BackendUse use,
                                                      Session& session) {
    const std::string& where = arguments.where.empty() ? plan.parameters.backend : arguments.where;
    if (where == "oscar") {
        auto clusters = std::make_unique<ClustersBackend>(arguments, folder, plan, session);
        AISPRINT_TRY(clusters->open(use));
        return clusters;
    }
    AISPRINT_TRY_ASSIGN(profiling::LocalOptions options,
                        make_local_options(folder, plan.parameters, arguments.python));
    return std::make_unique<ThisMachine>(std::move(options));
}

} // namespace aisprint::cli
