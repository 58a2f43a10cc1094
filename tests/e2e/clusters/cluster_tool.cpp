// SPDX-License-Identifier: Apache-2.0
// cluster_tool prepare|delete APPLICATION IM_URL MOMENT [OPTION=VALUE]... [RESOURCE=NODES]...
// Prepares clusters for an application at the server of IM_URL, as a campaign does, and prints them
// as JSON (no secrets); or deletes them as at the end of a campaign. Kills itself at the MOMENT-th
// moment of writing its state (0: never). Options: types_url, auth (a file), campaign.
#include "aisprint/base/files.hpp"
#include "aisprint/clients/im_auth.hpp"
#include "aisprint/deploy/state.hpp"
#include "aisprint/profiling/virtual_clusters.hpp"
#include "aisprint/tosca/clusters.hpp"

#include <nlohmann/json.hpp>

#include <csignal>
#include <cstdlib>
#include <iostream>

namespace {

using namespace aisprint;
using namespace aisprint::profiling;

constexpr const char* k_folder = "oscarp/.toscarizer";

/// What was typed.
struct Arguments {
    std::string what;
    std::string application;
    std::string url;
    int moment = 0;
    std::string types_url;
    std::string auth = "id = im; type = InfrastructureManager; username = ann; password = pw1";
    std::string campaign = "first";
    NodeCounts nodes;
};

Result<Arguments> read_arguments(const std::vector<std::string>& words) {
    Arguments arguments;
    arguments.what = words[0];
    arguments.application = words[1];
    arguments.url = words[2];
    arguments.moment = std::atoi(words[3].c_str());
    for (std::size_t i = 4; i < words.size(); ++i) {
        const std::size_t equals = words[i].find('=');
        const std::string name = words[i].substr(0, equals);
        const std::string value = words[i].substr(equals + 1);
        if (name == "types_url") {
            arguments.types_url = value;
        } else if (name == "auth") {
            AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(value, "auth.dat"));
            CollectingReporter reporter;
            AISPRINT_TRY_ASSIGN(
                const clients::ImAuth auth,
                clients::parse_im_auth(source, {}, clients::AuthCommands::refused, reporter));
            arguments.auth = auth.header_value().reveal();
        } else if (name == "campaign") {
            arguments.campaign = value;
        } else {
            arguments.nodes[name] = std::atoi(value.c_str());
        }
    }
    return arguments;
}

void print(const ClusterMap& clusters) {
    nlohmann::ordered_json document = nlohmann::ordered_json::object();
    for (const auto& [resource, cluster] : clusters) {
        document[resource] = {{"oscar_endpoint", cluster.oscar_endpoint},
                              {"has_oscar_password", !cluster.oscar_password.empty()},
                              {"minio_endpoint", cluster.minio_endpoint},
                              {"has_minio_password", !cluster.minio_secret_key.empty()},
                              {"ssh_host", cluster.ssh ? cluster.ssh->host : std::string()}};
    }
    std::cout << document.dump() << '\n';
}

Result<void> work(const Arguments& arguments) {
    const config::ApplicationFolder folder{arguments.application, "app"};
    CollectingReporter reporter;
    AISPRINT_TRY_ASSIGN(const tosca::Deployment clusters,
                        tosca::load_clusters(folder, {"VM1", "VM2"}, k_folder, reporter));
    AISPRINT_TRY_ASSIGN(deploy::StateStore store,
                        deploy::StateStore::open(folder.path / k_folder, k_folder));
    int moments = 0;
    store.observe_writes([&](deploy::WriteMoment) {
        if (++moments == arguments.moment) {
            std::raise(SIGKILL);
        }
    });
    const auto transport = clients::make_curl_transport({});
    clients::SystemClock clock;
    SystemRandomSource random;
    clients::ImClientOptions client_options;
    client_options.url = arguments.url;
    client_options.authorization = Secret(arguments.auth);
    clients::ImClient client(*transport, clock, client_options);
    VirtualOptions options;
    options.folder = folder;
    options.campaign = arguments.campaign;
    options.domain = "example.org";
    options.types_url = arguments.types_url;
    options.clean.after = true;
    options.run.poll = std::chrono::milliseconds(arguments.types_url.empty() ? 5 : 300);
    options.run.creation_grace = std::chrono::seconds(0);
    const auto print_line = [](const ClusterEvent& event) {
        if (const std::string line = to_text(event); !line.empty()) {
            std::cerr << line << '\n';
        }
    };
    VirtualParts parts{client, arguments.url, clock, random, store, {}, reporter, print_line};
    AISPRINT_TRY_ASSIGN(const std::unique_ptr<VirtualClusters> source,
                        VirtualClusters::open(clusters, options, std::move(parts)));
    if (arguments.what == "delete") {
        return source->finish(CampaignEnd::complete);
    }
    AISPRINT_TRY_ASSIGN(const ClusterMap ready, source->prepare(arguments.nodes, {}));
    print(ready);
    return {};
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() < 4 || (words[0] != "prepare" && words[0] != "delete")) {
        std::cerr << "usage: cluster_tool prepare|delete APPLICATION IM_URL MOMENT ...\n";
        return 2;
    }
    const auto arguments = read_arguments(words);
    const auto done =
        arguments ? work(*arguments) : Result<void>(tl::unexpected(arguments.error()));
    if (done) {
        return 0;
    }
    for (const Diagnostic& diagnostic : done.error().diagnostics) {
        std::cerr << format_diagnostic(diagnostic);
    }
    return done.error().kind == ErrorKind::remote ? 5 : 1;
}
