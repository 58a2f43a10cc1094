// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/virtual_clusters.hpp"

#include "infrastructure_outcomes.hpp"
#include "known_clusters.hpp"
#include "virtual_clusters_impl.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/tosca/document.hpp"
#include "aisprint/tosca/secrets.hpp"
#include "aisprint/tosca/write.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aisprint::profiling {

using deploy::Action;
using deploy::ActionKind;

namespace {

constexpr const char* k_campaign_tag = "aisprint_campaign";
constexpr const char* k_application_tag = "aisprint_application";

/// The document of a resource that is used.
const deploy::Unit& unit_of(const std::vector<deploy::Unit>& units, const std::string& resource) {
    const auto unit = std::ranges::find(units, resource, &deploy::Unit::component);
    AISPRINT_ASSERT(unit != units.end());
    return *unit;
}

} // namespace

VirtualClusters::Impl::Impl(const tosca::Deployment& deployment,
                            VirtualOptions settings,
                            VirtualParts what)
    : options(std::move(settings)), parts(std::move(what)) {
    clusters.files = deployment.files;
    clusters.app_name = deployment.app_name;
    for (const tosca::Component& component : deployment.components) {
        if (tosca::has_own_cluster(component.layer.kind)) {
            clusters.components.push_back(component);
        }
    }
}

void VirtualClusters::Impl::tell(ClusterEvent event) const {
    if (parts.events) {
        event.message = parts.redactor.redact(event.message);
        parts.events(event);
    }
}

/// Names are kept: with others the cluster would be another one.
Result<void> VirtualClusters::Impl::read_names() {
    AISPRINT_TRY_ASSIGN(const tosca::DeploymentNames before,
                        tosca::load_names(options.folder, clusters.files.im));
    names = tosca::draw_names(clusters, before, tosca::KeepNames::yes, parts.random);
    tosca::add_secrets(clusters, names, parts.redactor);
    return {};
}

deploy::RunContext VirtualClusters::Impl::context(const std::stop_token& stop) const {
    return {parts.im,
            parts.clock,
            parts.random,
            parts.store,
            parts.redactor,
            im_folder(),
            [this](const deploy::Event& event) { take(event); },
            stop};
}

void VirtualClusters::Impl::take(const deploy::Event& event) const {
    switch (event.kind) {
    case deploy::EventKind::state:
        tell({ClusterEventKind::state, event.component, to_string(event.state)});
        break;
    case deploy::EventKind::retrying:
        tell({ClusterEventKind::retrying, event.component, event.message});
        break;
    case deploy::EventKind::deleting:
        tell({ClusterEventKind::deleting, event.component, {}});
        break;
    default:
        break; // told by the phases
    }
}

/// The campaign that an infrastructure was made by stands in its document, and stays there: a
/// changed document would mean another infrastructure.
std::string VirtualClusters::Impl::campaign_of(const std::string& resource) const {
    if (!parts.store.find(resource)) {
        return options.campaign;
    }
    const auto source = load_source(im_folder() / (resource + ".yaml"), resource);
    const auto document = source ? yaml::parse(*source) : Result<yaml::Node>{};
    const yaml::Node* metadata =
        document && document->is_mapping() ? document->find("metadata") : nullptr;
    const yaml::Node* campaign = metadata == nullptr ? nullptr : metadata->find(k_campaign_tag);
    return campaign == nullptr ? options.campaign : campaign->scalar;
}

/// Documents of the resources that are used, with as many worker nodes as are wanted.
Result<std::vector<tosca::Document>>
VirtualClusters::Impl::build_documents(const NodeCounts& nodes) const {
    std::vector<tosca::Document> documents;
    for (const tosca::Component& cluster : clusters.components) {
        const auto wanted = nodes.find(cluster.name);
        if (wanted == nodes.end()) {
            continue;
        }
        tosca::Deployment one;
        one.files = clusters.files;
        one.app_name = clusters.app_name;
        one.components = {cluster};
        if (cluster.layer.kind == tosca::LayerKind::virtual_machines) {
            one.components.front().resource.total_nodes = wanted->second;
        }
        tosca::BuildOptions build;
        build.domain = options.domain;
        build.types_url = options.types_url;
        build.services = tosca::ServiceNodes::no;
        build.tags = {{k_application_tag, clusters.app_name},
                      {k_campaign_tag, campaign_of(cluster.name)}};
        AISPRINT_TRY_ASSIGN(std::vector<tosca::Document> built,
                            tosca::build_documents(one, names, build, parts.reporter));
        std::ranges::move(built, std::back_inserter(documents));
    }
    return documents;
}

Result<std::vector<deploy::Unit>> VirtualClusters::Impl::write_units(const NodeCounts& nodes) {
    AISPRINT_TRY_ASSIGN(const std::vector<tosca::Document> documents, build_documents(nodes));
    AISPRINT_TRY(tosca::write_documents(options.folder, clusters.files, documents, names));
    std::vector<deploy::Unit> units;
    for (const tosca::Document& document : documents) {
        deploy::Unit unit;
        unit.component = document.component;
        unit.document_path =
            options.folder.shown(clusters.files.im + "/" + document.component + ".yaml");
        unit.text = yaml::write(document.content);
        unit.content = document.content;
        tosca::add_secrets(unit.content, parts.redactor);
        units.push_back(std::move(unit));
    }
    return units;
}

Result<void> VirtualClusters::Impl::delete_tracked(const std::vector<std::string>& only,
                                                   const std::stop_token& stop) {
    deploy::RunContext run = context(stop);
    AISPRINT_TRY_ASSIGN(const deploy::RunSummary summary,
                        deploy::delete_all(run, {}, only, options.run));
    for (const deploy::ComponentOutcome& outcome : summary.components) {
        if (outcome.ok) {
            logins.erase(outcome.component);
            AISPRINT_TRY(remove_login(outcome.component));
        }
    }
    return check_deleted(summary);
}

Result<void> VirtualClusters::Impl::clean_before(const std::stop_token& stop) {
    if (!options.clean.before || std::exchange(is_cleaned, true) ||
        parts.store.state().components.empty()) {
        return {};
    }
    tell({ClusterEventKind::deleting_all, {}, {}});
    AISPRINT_TRY(delete_tracked({}, stop));
    tell({ClusterEventKind::done, {}, {}});
    return {};
}

Result<void> VirtualClusters::Impl::delete_unused(const NodeCounts& nodes,
                                                  const std::stop_token& stop) {
    std::vector<std::string> unused;
    for (const auto& [resource, record] : parts.store.state().components) {
        if (!nodes.contains(resource)) {
            unused.push_back(resource);
        }
    }
    if (unused.empty()) {
        return {};
    }
    tell({ClusterEventKind::deleting_unused, {}, {}});
    AISPRINT_TRY(delete_tracked(unused, stop));
    tell({ClusterEventKind::done, {}, {}});
    return {};
}

/// The actions that lead to the documents, and further updates where IM has another number of
/// machines than was asked for.
Result<std::vector<Action>> VirtualClusters::Impl::plan(const std::vector<deploy::Unit>& units,
                                                        const LiveStates& live) const {
    deploy::PlanOptions rules;
    rules.replace = deploy::Replace::yes;
    AISPRINT_TRY_ASSIGN(std::vector<Action> actions,
                        deploy::make_plan(units, parts.store.state(), live, rules));
    for (Action& action : actions) {
        const auto state = live.find(action.component);
        if (action.kind != ActionKind::keep || state == live.end() || !state->second ||
            state->second->machines.empty()) {
            continue;
        }
        const std::int64_t machines =
            deploy::footprint_of(unit_of(units, action.component).content).machines;
        if (static_cast<std::int64_t>(state->second->machines.size()) != machines) {
            action.kind = ActionKind::update;
            action.reason = "IM has another number of machines";
        }
    }
    return actions;
}

Result<void> VirtualClusters::Impl::bring_about(const NodeCounts& nodes,
                                                const std::stop_token& stop) {
    deploy::RunContext run = context(stop);
    AISPRINT_TRY(parts.store.set_im_url(parts.im_url));
    AISPRINT_TRY(deploy::settle_unknown(run, options.run));
    AISPRINT_TRY(clean_before(stop));
    AISPRINT_TRY_ASSIGN(const LiveStates live, deploy::ask_states(run));
    for (const auto& [resource, state] : live) {
        if (!state && state.error().kind == clients::ImErrorKind::gone) {
            tell({ClusterEventKind::untracking, resource, {}});
        }
    }
    AISPRINT_TRY(delete_unused(nodes, stop));
    AISPRINT_TRY_ASSIGN(const std::vector<deploy::Unit> units, write_units(nodes));
    AISPRINT_TRY_ASSIGN(const std::vector<Action> actions, plan(units, live));
    return carry_out(units, actions, stop);
}

Result<void> VirtualClusters::Impl::carry_out(const std::vector<deploy::Unit>& units,
                                              const std::vector<Action>& actions,
                                              const std::stop_token& stop) {
    const auto announce = [&](auto is_one, ClusterEventKind each, ClusterEventKind wait) {
        bool any = false;
        for (const Action& action : actions) {
            if (is_one(action.kind)) {
                if (!std::exchange(any, true) && each == ClusterEventKind::deploying_resource) {
                    tell({ClusterEventKind::deploying, {}, {}});
                }
                tell({each, action.component, {}});
            }
        }
        if (any) {
            tell({wait, {}, {}});
        }
        return any;
    };
    const bool makes = announce(
        [](ActionKind kind) { return kind != ActionKind::keep && kind != ActionKind::update; },
        ClusterEventKind::deploying_resource, ClusterEventKind::waiting_for_deployment);
    const bool updates =
        announce([](ActionKind kind) { return kind == ActionKind::update; },
                 ClusterEventKind::updating_resource, ClusterEventKind::waiting_for_update);
    for (const Action& action : actions) {
        if (action.kind == ActionKind::create || action.kind == ActionKind::replace) {
            logins.erase(action.component);
            AISPRINT_TRY(remove_login(action.component)); // machines at old addresses get new keys
        }
    }
    const std::chrono::milliseconds begin = parts.clock.now();
    deploy::RunContext run = context(stop);
    AISPRINT_TRY_ASSIGN(const deploy::RunSummary summary,
                        deploy::carry_out(run, units, actions, options.run));
    AISPRINT_TRY(check_made(summary));
    AISPRINT_TRY(check_machines(units, actions, stop));
    if (updates) {
        constexpr double k_per_second = 1000;
        ClusterEvent event{ClusterEventKind::updated, {}, {}};
        event.seconds = static_cast<double>((parts.clock.now() - begin).count()) / k_per_second;
        tell(std::move(event));
    }
    if (makes) {
        tell({ClusterEventKind::done, {}, {}});
    }
    return {};
}

/// IM may be configured with fewer machines than asked for, or forget removed ones with a delay.
Result<void> VirtualClusters::Impl::check_machines(const std::vector<deploy::Unit>& units,
                                                   const std::vector<Action>& actions,
                                                   const std::stop_token& stop) {
    constexpr int k_questions = 12;
    constexpr std::chrono::milliseconds k_pause{5000};
    for (const Action& action : actions) {
        const auto record = parts.store.find(action.component);
        if (action.kind == ActionKind::keep || !record) {
            continue;
        }
        const std::int64_t wanted =
            deploy::footprint_of(unit_of(units, action.component).content).machines;
        std::int64_t found = wanted;
        for (int question = 1; question <= k_questions; ++question) {
            const auto state = parts.im.state(record->url, stop);
            found = state && !state->machines.empty()
                        ? static_cast<std::int64_t>(state->machines.size())
                        : wanted;
            if (found == wanted || stop.stop_requested()) {
                break;
            }
            parts.clock.sleep(k_pause, stop);
        }
        if (stop.stop_requested()) {
            return tl::unexpected(interrupted_preparation());
        }
        if (found != wanted) {
            return fail(ErrorKind::remote,
                        make_error("PRF091",
                                   fmt::format("infrastructure {} has {} machine(s), but {} are "
                                               "needed",
                                               action.component, found, wanted),
                                   "see whether the cloud has room for them, then run this again"));
        }
    }
    return {};
}

VirtualClusters::VirtualClusters(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
VirtualClusters::~VirtualClusters() = default;

Result<std::unique_ptr<VirtualClusters>> VirtualClusters::open(const tosca::Deployment& clusters,
                                                               VirtualOptions options,
                                                               VirtualParts parts) {
    auto impl = std::make_unique<Impl>(clusters, std::move(options), std::move(parts));
    AISPRINT_TRY(impl->check_list());
    AISPRINT_TRY(impl->read_names());
    return std::unique_ptr<VirtualClusters>(new VirtualClusters(std::move(impl)));
}

Result<void> VirtualClusters::check(const std::vector<std::string>& resources) {
    return check_known(resources, [this](const std::string& resource) {
        return m_impl->clusters.find(resource) != nullptr;
    });
}

Result<ClusterMap> VirtualClusters::prepare(const NodeCounts& nodes, std::stop_token stop) {
    Impl& impl = *m_impl;
    NodeCounts ours;
    for (const auto& [resource, wanted] : nodes) {
        if (impl.clusters.find(resource) != nullptr) {
            ours.emplace(resource, wanted);
        }
    }
    if (ours.empty() && impl.parts.store.state().components.empty()) {
        AISPRINT_TRY(impl.write_list()); // an earlier run may have been killed before it could
        return ClusterMap();             // nothing to ask IM about
    }
    auto made = impl.bring_about(ours, stop);
    auto ready = made ? impl.fetch_logins(ours, stop)
                      : Result<ClusterMap>(tl::unexpected(std::move(made).error()));
    auto written = impl.write_list();
    if (ready && !written) {
        return tl::unexpected(std::move(written).error());
    }
    return ready;
}

Result<void> VirtualClusters::finish(CampaignEnd end) {
    Impl& impl = *m_impl;
    const deploy::DeploymentState& state = impl.parts.store.state();
    if (state.components.empty()) {
        return impl.write_list();
    }
    const CleanRules& clean = impl.options.clean;
    const bool deletes = (end == CampaignEnd::complete && clean.after) ||
                         (end == CampaignEnd::failed && clean.if_crash);
    if (!deletes) {
        for (const auto& [resource, record] : state.components) {
            const bool may_come = record.phase == deploy::Phase::creating;
            if (!record.url.empty() || may_come) {
                impl.tell({ClusterEventKind::still_running, resource,
                           record.url.empty() ? "its creation was not answered" : record.url});
            }
        }
        return {};
    }
    impl.tell({ClusterEventKind::deleting_all, {}, {}});
    AISPRINT_TRY(impl.parts.store.set_im_url(impl.parts.im_url));
    auto deleted = impl.delete_tracked({}, {});
    auto written = impl.write_list();
    if (!deleted || !written) {
        return deleted ? std::move(written) : std::move(deleted);
    }
    impl.tell({ClusterEventKind::done, {}, {}});
    return {};
}

} // namespace aisprint::profiling
