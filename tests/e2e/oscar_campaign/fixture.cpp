// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

#include "aisprint/profiling/local_backend.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <regex>

namespace aisprint::profiling::test {

namespace fs = std::filesystem;

namespace {

constexpr const char* k_program = R"(import argparse, os, sys, time
parser = argparse.ArgumentParser()
parser.add_argument("-i")
parser.add_argument("-o")
arguments = parser.parse_args()
with open(arguments.i, "rb") as file:
    source = file.read()
def write(name, content):
    with open(arguments.o + name, "wb") as file:
        file.write(content)
)";

std::string
entry(const std::string& key, const std::string& name, int layer, const std::string& resource) {
    return fmt::format("  {0}:\n    name: {1}\n    candidateExecutionLayers: [{2}]\n"
                       "    Containers:\n      container1: {{image: [registry.example/{1}_base_"
                       "amd64:1, registry.example/{1}_base_arm64:1], memorySize: 1024, "
                       "computingUnits: 0.9, candidateExecutionResources: [{3}]}}\n",
                       key, name, layer, resource);
}

std::string layer(int number, const std::string& resource) {
    return fmt::format("        computationalLayer{0}:\n          number: {0}\n"
                       "          type: PhysicalAlreadyProvisioned\n          Resources:\n"
                       "            resource1: {{name: {1}, totalNodes: 2, cost: 1, memorySize: "
                       "8192, processors: {{processor1: {{architecture: amd64, computingUnits: "
                       "4}}}}}}\n",
                       number, resource);
}

} // namespace

std::string name_of_version(const ::testing::TestParamInfo<const char*>& version) {
    std::string name = version.param;
    std::replace(name.begin(), name.end(), '.', '_');
    return name;
}

OscarCampaign::OscarCampaign() : m_folder{m_scratch.path() / "app", "app"} {}

void OscarCampaign::SetUp() {
    write("common_config/application_dag.yaml",
          "System:\n  name: app\n  components: [filter_a, b]\n"
          "  dependencies: [[filter_a, b, 1]]\n");
    write("common_config/candidate_resources.yaml",
          "System:\n  name: app\n  NetworkDomains:\n    ND1:\n      AccessDelay: 0\n"
          "      Bandwidth: 100\n      subNetworkDomains: []\n      ComputationalLayers:\n" +
              layer(1, "VM1") + layer(2, "VM2"));
    write("common_config/candidate_deployments.yaml",
          "Components:\n" + entry("component1", "filter_a", 1, "VM1") +
              entry("component2", "b", 2, "VM2"));
    write("aisprint/designs/component_partitions.yaml",
          "components:\n  filter_a:\n    partitions: [base]\n  b:\n    partitions: [base]\n");
    write("oscarp/input_files/clip.v1.mp4", "moving pictures");
    write_parameters("[2, 1]", "true");
    write_component("filter_a", "time.sleep(0.3)\nwrite('-1.jpg', source + b' a')\n");
    write_component("b", "time.sleep(0.3)\nwrite('.txt', source.upper())\n");
    m_options.owner = "app-c1";
    m_options.idle_limit = std::chrono::seconds(4);
    m_options.running_limit = std::chrono::seconds(8);
    m_options.patience = std::chrono::seconds(2);
}

void OscarCampaign::start_double(const std::string& clusters,
                                 const std::vector<std::string>& more) {
    nlohmann::json components;
    for (const std::string name : {"filter_a", "b"}) {
        components[fmt::format("registry.example/{}_base_amd64:1", name)] =
            (m_folder.path / "aisprint/designs" / name / "base").string();
    }
    const fs::path file = m_scratch.path() / "components.json";
    ASSERT_TRUE(write_file_atomic(file, components.dump()));
    std::vector<std::string> arguments{
        "--clusters",  clusters,    "--components",
        file.string(), "--work",    (m_scratch.path() / "jobs").string(),
        "--scale",     "0",         "--restart-seconds",
        "0.1",         "--yunikorn"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    m_double = std::make_unique<DoubleProcess>(arguments);
    for (const char* name : {"VM1", "VM2"}) {
        m_clusters.clusters[name] =
            m_double->cluster(name, m_with_shell ? m_scratch.path() / "known_hosts" : fs::path());
    }
}

void OscarCampaign::write(const std::string& path, const std::string& text) {
    ASSERT_TRUE(make_directories((m_folder.path / path).parent_path()));
    ASSERT_TRUE(write_file_atomic(m_folder.path / path, text));
}

std::string OscarCampaign::text_of(const std::string& path) {
    const auto text = read_file(m_folder.path / path);
    EXPECT_TRUE(text) << path;
    return text ? *text : "";
}

void OscarCampaign::write_component(const std::string& name, const std::string& body) {
    write("aisprint/designs/" + name + "/base/main.py", k_program + body);
}

void OscarCampaign::write_parameters(const std::string& levels,
                                     const std::string& single_services) {
    write("oscarp/run_parameters.yaml",
          fmt::format("input_files: {{filename: clip.v1.mp4}}\n"
                      "asynchronous: {{batch_size: 2, number_of_batches: 2, "
                      "inter_upload_time: 0.5}}\n"
                      "components:\n  component1: {{parallelism: {0}}}\n"
                      "  component2: {{parallelism: {0}}}\n"
                      "run: {{campaign_dir: c1, repetitions: 1, test_single_services: {1}}}\n",
                      levels, single_services));
}

CampaignPlan OscarCampaign::plan() {
    auto planned = plan_campaign(m_folder, m_reporter);
    if (!planned) {
        ADD_FAILURE() << planned.error().diagnostics[0].message;
        return {};
    }
    return std::move(*planned);
}

Result<CampaignSummary> OscarCampaign::run_on_oscar(StoppingObserver& observer,
                                                    const std::stop_token& stop) {
    clients::SystemClock clock;
    OscarParts parts{m_clusters,
                     clock,
                     m_reporter,
                     [](const Cluster& cluster) {
                         clients::CurlOptions options;
                         options.verification = cluster.verification;
                         return clients::make_curl_transport(options);
                     },
                     [](const clients::SshTarget& target) {
                         return std::make_unique<clients::SshShell>(target);
                     },
                     {},
                     [this](const std::string& line) { m_said.push_back(line); }};
    OscarBackend backend(m_options, parts);
    return run_campaign(plan(), {}, backend, observer, m_reporter, stop);
}

Result<CampaignSummary> OscarCampaign::run_here(StoppingObserver& observer) {
    LocalOptions options;
    options.application = m_folder.path;
    options.pythons = {"/usr/bin/python3"};
    LocalBackend backend(options);
    return run_campaign(plan(), {}, backend, observer, m_reporter, {});
}

std::map<std::string, int> OscarCampaign::tree() const {
    static const std::regex job("logs_oscar/.*\\.txt");
    const fs::path campaign = m_folder.path / "oscarp/c1";
    std::map<std::string, int> paths;
    for (const fs::directory_entry& found : fs::recursive_directory_iterator(campaign)) {
        const std::string path = fs::relative(found.path(), campaign).string();
        if (found.is_regular_file() && path.find("logs_kubectl") == std::string::npos) {
            ++paths[std::regex_replace(path, job, "logs_oscar/JOB.txt")];
        }
    }
    return paths;
}

std::vector<std::string> OscarCampaign::differences(const std::map<std::string, int>& expected,
                                                    const std::map<std::string, int>& found) {
    std::vector<std::string> lines;
    std::map<std::string, int> counts = found;
    for (const auto& [path, count] : expected) {
        counts[path] -= count;
    }
    for (const auto& [path, count] : counts) {
        if (count != 0) {
            lines.push_back(fmt::format("{:+} {}", count, path));
        }
    }
    return lines;
}

std::set<std::string> OscarCampaign::services(const std::string& cluster) {
    std::set<std::string> names;
    const nlohmann::json state = m_double->state();
    for (const auto& [name, service] : state["clusters"][cluster]["services"].items()) {
        names.insert(name);
    }
    return names;
}

std::set<std::string> OscarCampaign::buckets(const std::string& cluster) {
    std::set<std::string> names;
    const nlohmann::json state = m_double->state();
    for (const auto& [name, bucket] : state["clusters"][cluster]["buckets"].items()) {
        names.insert(name);
    }
    return names;
}

} // namespace aisprint::profiling::test
