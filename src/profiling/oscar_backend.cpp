// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/oscar_backend.hpp"

#include "function_checks.hpp"
#include "function_log.hpp"
#include "function_tables.hpp"
#include "function_watch.hpp"
#include "level_checks.hpp"
#include "oscar_image.hpp"
#include "oscar_run.hpp"
#include "oscar_services.hpp"
#include "oscar_storage.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_objects_file = ".objects.json"; ///< what the full workflow left, and where
constexpr std::size_t k_longest_name = 39;              ///< of a service, in every version

/// Bucket names of a run, and of the tests of its services alone.
NamesNeeded names_on(const std::string& resource, const Testbed& testbed, const UnitChain& chain) {
    NamesNeeded names;
    for (std::size_t k = 0; k < chain.units.size(); ++k) {
        const Unit& unit = testbed.units[chain.units[k]];
        if (unit.resource != resource) {
            continue;
        }
        names.services.insert(unit.service);
        const auto alternatives = testbed.alternatives.find(chain.units[k]);
        if (alternatives != testbed.alternatives.end()) {
            for (const std::size_t alternative : alternatives->second) {
                names.services.insert(testbed.units[alternative].service);
            }
        }
        names.buckets.insert(
            {fmt::format("bucket{}", k), fmt::format("temp{}", k), fmt::format("trash{}", k + 1)});
        if (k + 1 == chain.units.size()) {
            names.buckets.insert(fmt::format("bucket{}", k + 1));
        }
    }
    return names;
}

} // namespace

struct OscarBackend::Impl {
    OscarOptions options;
    OscarParts parts;
    std::map<std::string, std::string> images; ///< by unit
    std::size_t longest_chain = 0;
    OscarClusters clusters;
    std::map<std::string, std::int64_t> nodes; ///< that take jobs in the run, by resource
    std::set<std::string> warned;
    std::map<std::string, std::set<std::string>> folders; ///< of functions, by resource

    void say(const std::string& text) const {
        if (parts.say) {
            parts.say(text);
        }
    }

    [[nodiscard]] OscarStorage storage() const {
        return OscarStorage(options, [this](const std::string& text) { say(text); });
    }

    void warn_once(const std::string& key, Diagnostic diagnostic) {
        if (warned.insert(key).second) {
            parts.reporter.report(as_warning(std::move(diagnostic)));
        }
    }

    void check_unit(const Testbed& testbed, const Unit& unit, std::vector<Diagnostic>& errors) {
        const ResourceFacts* resource = testbed.find_resource(unit.resource);
        const bool is_function = resource != nullptr && resource->is_function;
        if (!is_function && unit.service.size() > k_longest_name) {
            errors.push_back(make_error(
                "PRF104",
                fmt::format("'{}' is no name for an OSCAR service: it has {} characters, {} are "
                            "allowed",
                            unit.service, unit.service.size(), k_longest_name),
                "give the component a shorter name"));
        }
        const std::string architecture =
            resource == nullptr ? std::string() : resource->architecture;
        auto image =
            is_function ? check_function(unit, architecture) : choose_image(unit, architecture);
        if (image) {
            images[unit.id] = std::move(*image);
        } else {
            errors.insert(errors.end(), image.error().diagnostics.begin(),
                          image.error().diagnostics.end());
        }
    }

    /// Connects to clusters that are new, or not what they were.
    Result<void> connect(const ClusterMap& wanted, const std::stop_token& stop) {
        for (const auto& [resource, cluster] : wanted) {
            const auto known = clusters.find(resource);
            if (known != clusters.end() && is_same(known->second->facts(), cluster)) {
                continue;
            }
            AISPRINT_TRY_ASSIGN(auto made,
                                OscarCluster::connect(cluster, options.attempts, parts, stop));
            if (!cluster.functions) {
                note_enforcement(*made);
            }
            // services know the keys of the storage that they write to
            for (const auto& [other, facts] : wanted) {
                made->hide_secrets_of(facts);
            }
            clusters[resource] = std::move(made);
        }
        return {};
    }

    [[nodiscard]] static bool is_same(const Cluster& a, const Cluster& b) {
        return a.oscar_endpoint == b.oscar_endpoint && a.oscar_user == b.oscar_user &&
               a.oscar_password == b.oscar_password && a.minio_endpoint == b.minio_endpoint &&
               a.minio_access_key == b.minio_access_key &&
               a.minio_secret_key == b.minio_secret_key && a.functions == b.functions &&
               a.ssh == b.ssh;
    }

    void note_enforcement(const OscarCluster& cluster) const {
        if (!cluster.config().yunikorn_enabled) {
            parts.reporter.detail(fmt::format(
                "cluster {} has no YuniKorn: only the size of its nodes limits how many jobs run "
                "at once; what was measured is recorded",
                cluster.resource()));
        }
    }

    /// Homes of the functions of these resources; none is asked for if there are none.
    [[nodiscard]] Result<ClusterMap> homes_of_functions(const Testbed& testbed,
                                                        const UnitChain& chain) const {
        std::set<std::string> resources;
        for (const std::size_t unit : chain.units) {
            const std::string& resource = testbed.units[unit].resource;
            if (testbed.find_resource(resource)->is_function) {
                resources.insert(resource);
            }
        }
        if (resources.empty()) {
            return ClusterMap();
        }
        AISPRINT_ASSERT(parts.functions != nullptr);
        return parts.functions->homes({resources.begin(), resources.end()});
    }

    /// Has the functions of a deployment made.
    [[nodiscard]] Result<void>
    make_functions(const Testbed& testbed, const UnitChain& chain, const std::stop_token& stop) {
        if (parts.functions == nullptr) {
            return {};
        }
        RunRequest full;
        for (std::size_t k = 0; k < chain.units.size(); ++k) {
            RunService service;
            service.unit = &testbed.units[chain.units[k]];
            service.position = k;
            full.services.push_back(service);
        }
        std::vector<FunctionNeed> needs;
        for (const OscarSite& site : make_sites(full, clusters, images)) {
            if (site.is_function()) {
                needs.push_back(function_need(site));
            }
        }
        return parts.functions->prepare(needs, stop);
    }

    /// Clusters of a run, each once, in the order of the chain.
    [[nodiscard]] static std::vector<const OscarCluster*>
    homes_of(const std::vector<OscarSite>& sites) {
        std::vector<const OscarCluster*> homes;
        for (const OscarSite& site : sites) {
            if (!site.is_function() &&
                std::find(homes.begin(), homes.end(), &site.home()) == homes.end()) {
                homes.push_back(&site.home());
            }
        }
        return homes;
    }

    Result<void> clear(const std::vector<OscarSite>& sites,
                       const std::function<bool(const std::string&)>& is_wanted,
                       const std::stop_token& stop) {
        const OscarDeployer deployer(options.owner, parts, stop);
        say("Removing services...");
        for (const OscarCluster* home : homes_of(sites)) {
            AISPRINT_TRY(deployer.remove_services(*home));
        }
        say("Done!");
        say("Removing buckets...");
        for (const OscarCluster* home : homes_of(sites)) {
            AISPRINT_TRY(deployer.remove_buckets(*home, is_wanted));
        }
        AISPRINT_TRY(clear_functions(sites, stop));
        say("Done!");
        return {};
    }

    /// Deletes what functions have read and written, and notes where they will do so again.
    Result<void> clear_functions(const std::vector<OscarSite>& sites, const std::stop_token& stop) {
        for (const OscarSite& site : sites) {
            if (site.is_function()) {
                AISPRINT_TRY(wait_for_calls(
                    site, parts.clock, [this](const std::string& text) { say(text); }, stop));
            }
            for (const OscarPlace& place : {site.input, site.output}) {
                if (place.cluster->is_functions()) {
                    folders[place.cluster->resource()].insert(place.prefix);
                    AISPRINT_TRY(clear_place(place, stop));
                }
            }
        }
        return {};
    }

    Result<void> deploy(const std::vector<OscarSite>& sites, const std::stop_token& stop) const {
        say("Adjusting OSCAR configuration...");
        AISPRINT_TRY(OscarDeployer(options.owner, parts, stop).create(sites));
        say("Done!");
        return {};
    }

    /// Removes what runs have left on a cluster, or in the bucket of functions.
    [[nodiscard]] Result<void> tidy(const OscarCluster& cluster) const {
        if (cluster.is_functions()) {
            const auto used = folders.find(cluster.resource());
            for (const std::string& prefix :
                 used == folders.end() ? std::set<std::string>() : used->second) {
                AISPRINT_TRY(
                    clear_place({&cluster, cluster.facts().functions->bucket, prefix}, {}));
            }
            return {};
        }
        const OscarDeployer deployer(options.owner, parts, {});
        AISPRINT_TRY(deployer.remove_services(cluster));
        AISPRINT_TRY(deployer.remove_buckets(cluster, [this](const std::string& name) {
            return is_run_bucket(name, longest_chain);
        }));
        return storage().forget(cluster, longest_chain, {});
    }

    Result<RunOutcome> execute(const RunRequest& request,
                               const std::vector<OscarSite>& sites,
                               const OscarPlace& from,
                               const std::vector<UploadStep>& steps,
                               const ProgressSink& progress,
                               const std::stop_token& stop) {
        say("Moving input files...");
        OscarRun run(request, sites, options, parts, progress, stop);
        AISPRINT_TRY_ASSIGN(RunOutcome outcome, run.execute(from, steps));
        if (run.offset()) {
            warn_once("clock " + run.offset()->resource,
                      log_offset_warning(run.offset()->resource, run.offset()->hours));
        }
        for (const auto& [resource, why] : run.without_pods()) {
            const bool waits_are_lost = clusters.at(resource)->behaviour().creation_is_pod_start;
            warn_once("pods " + resource,
                      make_error("PRF106",
                                 fmt::format("nodes and start times of pods on cluster {} are not "
                                             "known{}: {}",
                                             resource,
                                             waits_are_lost ? ", and response times begin when a "
                                                              "pod starts, not when it is asked for"
                                                            : "",
                                             why),
                                 "name its front end (fe_node) with a key in physical_nodes.yaml"));
        }
        return outcome;
    }

    Result<RunOutcome>
    run_full(const RunRequest& request, const ProgressSink& progress, const std::stop_token& stop) {
        const std::vector<OscarSite> sites = make_sites(request, clusters, images);
        AISPRINT_TRY(check_calls_possible(sites));
        AISPRINT_TRY(remove_tree(request.work));
        AISPRINT_TRY(clear(
            sites, [this](const std::string& name) { return is_run_bucket(name, longest_chain); },
            stop));
        for (const OscarCluster* home : homes_of(sites)) {
            AISPRINT_TRY(storage().forget(*home, longest_chain, stop));
        }
        AISPRINT_TRY(deploy(sites, stop));
        const OscarPlace inputs = storage().inputs_place(sites.front());
        AISPRINT_TRY(storage().store_inputs(inputs, request.input_files, stop));
        std::vector<UploadStep> steps = plan_uploads(request);
        for (UploadStep& step : steps) {
            step.file = step.file.filename();
        }
        AISPRINT_TRY_ASSIGN(RunOutcome outcome,
                            execute(request, sites, inputs, steps, progress, stop));
        if (options.keeps_objects && !outcome.interrupted) {
            AISPRINT_TRY_ASSIGN(const auto kept, storage().keep(sites, stop));
            AISPRINT_TRY(make_directories(request.work));
            for (std::size_t i = 0; i < sites.size(); ++i) {
                if (sites[i].is_function()) {
                    AISPRINT_TRY(keep_table(request.work, sites[i].name(), outcome.jobs[i]));
                }
            }
            AISPRINT_TRY(
                write_file_atomic(request.work / k_objects_file, to_text(request.workflow, kept)));
        }
        return outcome;
    }

    Result<RunOutcome> run_single(const RunRequest& request,
                                  const ProgressSink& progress,
                                  const std::stop_token& stop) {
        const std::vector<OscarSite> sites = make_sites(request, clusters, images);
        const OscarSite& site = sites.front();
        if (site.is_function()) {
            RunOutcome outcome;
            AISPRINT_TRY_ASSIGN(auto jobs, kept_table(request.work, site.name()));
            check_calls(site.service.unit->id, jobs, outcome.health);
            outcome.jobs.push_back(std::move(jobs));
            return outcome;
        }
        AISPRINT_TRY(clear(
            sites,
            [&](const std::string& name) {
                return name == site.input.bucket || name == site.output.bucket;
            },
            stop));
        AISPRINT_TRY(deploy(sites, stop));
        say("Duplicating bucket...");
        const OscarPlace from = objects_place(site.home(), site.service.position,
                                              options.storage_bucket, options.owner);
        AISPRINT_TRY_ASSIGN(const std::vector<std::string> names, names_in(from, stop));
        std::vector<UploadStep> steps =
            plan_replay(request, std::vector<fs::path>(names.begin(), names.end()));
        return execute(request, sites, from, steps, progress, stop);
    }
};

OscarBackend::OscarBackend(OscarOptions options, OscarParts parts)
    : m_impl(new Impl{std::move(options), std::move(parts), {}, 0, {}, {}, {}, {}}) {}

OscarBackend::~OscarBackend() = default;

Result<void> OscarBackend::check(const Testbed& testbed) {
    std::vector<Diagnostic> errors;
    for (const Unit& unit : testbed.units) {
        m_impl->check_unit(testbed, unit, errors);
    }
    for (const UnitChain& chain : testbed.deployments) {
        m_impl->longest_chain = std::max(m_impl->longest_chain, chain.units.size());
    }
    append(errors, check_alternatives(testbed));
    if (m_impl->options.is_synchronous) {
        append(errors, check_first_units(testbed));
    }
    std::set<std::string> resources;
    for (const Unit& unit : testbed.units) {
        resources.insert(unit.resource);
    }
    std::vector<std::string> clusters;
    std::vector<std::string> functions;
    for (const std::string& resource : resources) {
        const ResourceFacts* facts = testbed.find_resource(resource);
        (facts != nullptr && facts->is_function ? functions : clusters).push_back(resource);
    }
    if (errors.empty()) {
        if (!functions.empty() && m_impl->parts.functions != nullptr) {
            AISPRINT_TRY(m_impl->parts.functions->homes(functions));
        }
        return m_impl->parts.clusters.check(clusters);
    }
    sort_and_merge(errors);
    return fail(ErrorKind::input, std::move(errors));
}

Result<void> OscarBackend::prepare(const Testbed& testbed,
                                   const UnitChain& chain,
                                   const Run& run,
                                   std::stop_token stop) {
    AISPRINT_TRY_ASSIGN(ClusterMap clusters, m_impl->parts.clusters.prepare(run.nodes, stop));
    m_impl->nodes = run.nodes;
    AISPRINT_TRY_ASSIGN(ClusterMap functions, m_impl->homes_of_functions(testbed, chain));
    clusters.merge(functions);
    AISPRINT_TRY(m_impl->connect(clusters, stop));
    std::vector<Diagnostic> errors;
    for (const auto& [resource, facts] : clusters) {
        const OscarCluster& cluster = *m_impl->clusters.at(resource);
        if (cluster.is_functions()) {
            continue;
        }
        AISPRINT_TRY_ASSIGN(const ServicesThere there,
                            look_at_services(cluster, m_impl->options.owner, stop));
        const auto found = find_conflicts(cluster, there, names_on(resource, testbed, chain));
        errors.insert(errors.end(), found.begin(), found.end());
    }
    if (!errors.empty()) {
        sort_and_merge(errors);
        return fail(ErrorKind::input, std::move(errors));
    }
    return m_impl->make_functions(testbed, chain, stop);
}

std::vector<std::pair<std::string, std::string>>
OscarBackend::describe_cluster(const std::string& resource) const {
    const auto cluster = m_impl->clusters.find(resource);
    if (cluster == m_impl->clusters.end()) {
        return {};
    }
    const Cluster& facts = cluster->second->facts();
    if (facts.functions) {
        return {{"bucket", facts.functions->bucket}, {"region", facts.minio_region}};
    }
    return {{"oscar_endpoint", facts.oscar_endpoint},
            {"minio_endpoint", facts.minio_endpoint},
            {"ssh", facts.ssh ? facts.ssh->user + "@" + facts.ssh->host : "none"}};
}

Result<bool> OscarBackend::holds_objects_of(const RunRequest& full) {
    const fs::path file = full.work / k_objects_file;
    if (!fs::exists(file)) {
        return false;
    }
    AISPRINT_TRY_ASSIGN(const std::string text, read_file(file));
    const auto kept = parse_kept(text, full.workflow);
    if (!kept) {
        return false;
    }
    for (const KeptObjects& objects : *kept) {
        const auto cluster = m_impl->clusters.find(objects.resource);
        if (cluster == m_impl->clusters.end()) {
            return false;
        }
        const OscarPlace place =
            objects_place(*cluster->second, objects.position, m_impl->options.storage_bucket,
                          m_impl->options.owner);
        AISPRINT_TRY_ASSIGN(const auto names, names_in(place, {}));
        if (names.size() != objects.count) {
            return false;
        }
    }
    return true;
}

Result<RunOutcome> OscarBackend::run(const RunRequest& request,
                                     const ProgressSink& progress,
                                     const std::stop_token& stop) {
    AISPRINT_ASSERT(!request.services.empty() && request.folder.is_absolute() &&
                    request.work.is_absolute());
    for (auto& [unit, inexact] : inexact_levels(request, m_impl->clusters, m_impl->nodes)) {
        m_impl->warn_once("levels of " + unit, inexact);
    }
    auto outcome = request.kind == RunKind::full_workflow
                       ? m_impl->run_full(request, progress, stop)
                       : m_impl->run_single(request, progress, stop);
    if (!outcome && outcome.error().kind == ErrorKind::cancelled) {
        RunOutcome interrupted;
        interrupted.interrupted = true;
        return interrupted;
    }
    return outcome;
}

Result<void> OscarBackend::finish(CampaignEnd end) {
    if (end == CampaignEnd::complete) {
        for (const auto& [resource, cluster] : m_impl->clusters) {
            const Result<void> done = m_impl->tidy(*cluster);
            if (!done) { // what was measured is complete all the same
                for (Diagnostic diagnostic : done.error().diagnostics) {
                    m_impl->parts.reporter.report(as_warning(std::move(diagnostic)));
                }
            }
        }
    }
    m_impl->clusters.clear();
    Result<void> finished = m_impl->parts.clusters.finish(end);
    if (m_impl->parts.functions != nullptr) {
        Result<void> deleted = m_impl->parts.functions->finish(end);
        if (!finished && !deleted) {
            append(finished.error().diagnostics, std::move(deleted.error().diagnostics));
        }
        return finished ? deleted : finished;
    }
    return finished;
}

} // namespace aisprint::profiling
