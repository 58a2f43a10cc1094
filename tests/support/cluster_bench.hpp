// SPDX-License-Identifier: Apache-2.0
// Clusters of a small application on the stand-in for the Infrastructure Manager, in virtual time.
// Each run opens everything anew, as a process does.
#pragma once

#include "cluster_application.hpp"
#include "fake_clock.hpp"
#include "fake_cluster_shell.hpp"
#include "im_double.hpp"

#include "aisprint/profiling/campaign_clusters.hpp"

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace aisprint::profiling::test {

/// Draws different texts, the same ones in each run.
class CountingRandom final : public RandomSource {
public:
    [[nodiscard]] std::string draw(std::size_t length) override {
        std::string text = std::to_string(++m_next);
        return "r" + std::string(length - 1 - text.size(), '0') + text;
    }

private:
    std::atomic<std::uint64_t> m_next{0};
};

inline constexpr const char* k_im_authorization =
    "id = im; type = InfrastructureManager; username = ann; password = pw-of-im";

/// The cloud, the files, and campaigns upon them.
class ClusterBench {
public:
    explicit ClusterBench(std::vector<std::string> used = {"VM1", "VM2"})
        : resources(std::move(used)), im([this] {
              clients::test::ImDoubleOptions of_double;
              of_double.now = [this] { return clock.now(); };
              return of_double;
          }()),
          m_transport(im.transport()), m_client(*m_transport, clock, [] {
              clients::ImClientOptions of_client;
              of_client.url = "http://im.test";
              of_client.authorization = Secret(k_im_authorization);
              return of_client;
          }()) {
        write_cluster_application(application());
        for (const char* resource : {"VM1", "VM2", "Rack"}) {
            im.script(infra_name(resource), usual_script(resource));
        }
        shell.nodes = {{"front", true, true, false}, {"wn-1"}, {"wn-2"}, {"wn-3"}};
        options.folder = {application(), "app"};
        options.campaign = "first";
        options.domain = "example.org";
    }

    [[nodiscard]] static std::string infra_name(const std::string& resource) {
        return "OSCAR " + resource;
    }

    [[nodiscard]] static clients::test::InfraScript usual_script(const std::string& resource) {
        clients::test::InfraScript script;
        script.outputs = outputs_of(resource);
        script.machines = 0;
        return script;
    }

    [[nodiscard]] std::filesystem::path application() const { return scratch.path() / "app"; }
    [[nodiscard]] std::filesystem::path folder() const { return application() / k_clusters_folder; }
    [[nodiscard]] std::filesystem::path list() const {
        return application() / "oscarp/virtual_infrastructures.json";
    }

    /// A campaign, as its process begins.
    [[nodiscard]] Result<std::unique_ptr<CampaignClusters>> open() {
        CampaignClusterOptions all;
        all.made = options;
        all.make_shell = [this](const clients::SshTarget& target) {
            targets.push_back(target);
            return std::make_unique<FakeClusterShell>(shell);
        };
        all.events = [this](const ClusterEvent& event) {
            const std::lock_guard guard(m_mutex);
            if (std::string line = to_text(event); !line.empty()) {
                m_lines.push_back(std::move(line));
            }
            if (on_event) {
                on_event(event);
            }
        };
        Redactor redactor;
        redactor.add(Secret("pw-of-im"));
        return CampaignClusters::open(load_test_clusters(application(), resources), std::move(all),
                                      ImServer{m_client, "http://im.test", clock, random, redactor},
                                      reporter);
    }

    /// Opens, prepares, and ends without a word.
    [[nodiscard]] Result<ClusterMap> prepare(const NodeCounts& nodes, std::stop_token stop = {}) {
        AISPRINT_TRY_ASSIGN(const std::unique_ptr<CampaignClusters> clusters, open());
        return clusters->prepare(nodes, std::move(stop));
    }

    /// Opens and ends a campaign.
    [[nodiscard]] Result<void> finish(CampaignEnd end) {
        AISPRINT_TRY_ASSIGN(const std::unique_ptr<CampaignClusters> clusters, open());
        return clusters->finish(end);
    }

    /// Lines for the console since the last call.
    [[nodiscard]] std::vector<std::string> lines() {
        const std::lock_guard guard(m_mutex);
        return std::exchange(m_lines, {});
    }

    std::vector<std::string> resources; ///< of the campaign
    ScratchDirectory scratch;
    clients::test::FakeClock clock;
    clients::test::ImDouble im;
    FakeCluster shell; ///< of every front end
    VirtualOptions options;
    CountingRandom random;
    CollectingReporter reporter;
    std::vector<clients::SshTarget> targets;
    ClusterSink on_event;

private:
    std::unique_ptr<clients::Transport> m_transport;
    clients::ImClient m_client;
    std::mutex m_mutex;
    std::vector<std::string> m_lines;
};

} // namespace aisprint::profiling::test
