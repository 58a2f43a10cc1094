// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/oscar_backend.hpp"

#include "oscar_image.hpp"
#include "oscar_run.hpp"
#include "oscar_services.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_objects_file = ".objects.json"; ///< what the full workflow left, and where
constexpr std::size_t k_longest_name = 39;              ///< of a service, in every version

/// Objects of a run of the full workflow that wait for tests of single services.
struct KeptObjects {
    std::string resource;
    std::size_t position = 0;
    std::size_t count = 0;
};

std::string to_text(const std::string& workflow, const std::vector<KeptObjects>& kept) {
    nlohmann::ordered_json json{{"workflow", workflow},
                                {"objects", nlohmann::ordered_json::array()}};
    for (const KeptObjects& objects : kept) {
        json["objects"].push_back({{"resource", objects.resource},
                                   {"position", objects.position},
                                   {"count", objects.count}});
    }
    return json.dump() + "\n";
}

/// Reads to_text()'s form if it is of that workflow; nothing for all else.
std::optional<std::vector<KeptObjects>> parse_kept(const std::string& text,
                                                   const std::string& workflow) {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (!json.is_object() || json.value("workflow", nlohmann::json()) != workflow ||
        !json.contains("objects") || !json["objects"].is_array()) {
        return std::nullopt;
    }
    std::vector<KeptObjects> kept;
    for (const auto& entry : json["objects"]) {
        if (!entry.is_object() || !entry.contains("resource") || !entry["resource"].is_string() ||
            !entry.contains("position") || !entry["position"].is_number_unsigned() ||
            !entry.contains("count") || !entry["count"].is_number_unsigned()) {
            return std::nullopt;
        }
        kept.push_back({entry["resource"].get<std::string>(), entry["position"].get<std::size_t>(),
                        entry["count"].get<std::size_t>()});
    }
    return kept;
}

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
    std::set<std::string> warned;

    void say(const std::string& text) const {
        if (parts.say) {
            parts.say(text);
        }
    }

    void warn_once(const std::string& key, Diagnostic diagnostic) {
        if (warned.insert(key).second) {
            parts.reporter.report(as_warning(std::move(diagnostic)));
        }
    }

    void check_unit(const Testbed& testbed, const Unit& unit, std::vector<Diagnostic>& errors) {
        const ResourceFacts* resource = testbed.find_resource(unit.resource);
        if (resource != nullptr && resource->is_function) {
            errors.push_back(make_error(
                "PRF103",
                fmt::format("{} is a cloud function: they cannot be profiled on AWS yet", unit.id),
                "offer resources that are no functions, or measure on this machine with "
                "--backend local"));
            return;
        }
        if (unit.service.size() > k_longest_name) {
            errors.push_back(make_error(
                "PRF104",
                fmt::format("'{}' is no name for an OSCAR service: it has {} characters, {} are "
                            "allowed",
                            unit.service, unit.service.size(), k_longest_name),
                "give the component a shorter name"));
        }
        auto image =
            choose_image(unit, resource == nullptr ? std::string() : resource->architecture);
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
            note_enforcement(*made);
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
               a.minio_secret_key == b.minio_secret_key && a.ssh.has_value() == b.ssh.has_value();
    }

    void note_enforcement(const OscarCluster& cluster) const {
        if (!cluster.config().yunikorn_enabled) {
            parts.reporter.detail(fmt::format(
                "cluster {} has no YuniKorn: only the size of its nodes limits how many jobs run "
                "at once; what was measured is recorded",
                cluster.resource()));
        }
    }

    /// Clusters of a run, each once, in the order of the chain.
    [[nodiscard]] static std::vector<const OscarCluster*>
    homes_of(const std::vector<OscarSite>& sites) {
        std::vector<const OscarCluster*> homes;
        for (const OscarSite& site : sites) {
            if (std::find(homes.begin(), homes.end(), &site.home()) == homes.end()) {
                homes.push_back(&site.home());
            }
        }
        return homes;
    }

    Result<void> clear(const std::vector<OscarSite>& sites,
                       const std::function<bool(const std::string&)>& is_wanted,
                       const std::stop_token& stop) const {
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
        say("Done!");
        return {};
    }

    Result<void> deploy(const std::vector<OscarSite>& sites, const std::stop_token& stop) const {
        say("Adjusting OSCAR configuration...");
        AISPRINT_TRY(OscarDeployer(options.owner, parts, stop).create(sites));
        say("Done!");
        return {};
    }

    /// Uploads inputs that the storage bucket does not have, or has otherwise.
    Result<void> store_inputs(const OscarCluster& cluster,
                              const std::vector<fs::path>& files,
                              const std::stop_token& stop) const {
        const clients::S3Client& s3 = cluster.s3();
        const std::string& bucket = options.storage_bucket;
        AISPRINT_TRY(cluster.value("make bucket " + bucket, s3.create_bucket(bucket, stop)));
        for (const fs::path& file : files) {
            const std::string key = file.filename().string();
            AISPRINT_TRY_ASSIGN(const auto there,
                                cluster.value("look for input " + key, s3.head(bucket, key, stop)));
            AISPRINT_TRY_ASSIGN(const std::string etag,
                                cluster.value("read input " + key, s3.etag_of_file(file)));
            if (there && there->etag == etag) {
                continue;
            }
            say(fmt::format("Uploading input file {} to {} storage bucket", key,
                            cluster.resource()));
            AISPRINT_TRY(
                cluster.value("upload input " + key, s3.put_file(bucket, key, file, stop)));
            say("Done!");
        }
        return {};
    }

    Result<std::vector<std::string>> names_in(const OscarPlace& place,
                                              const std::stop_token& stop) const {
        const auto objects = place.cluster->s3().list(place.bucket, place.prefix, stop);
        std::vector<std::string> names;
        if (!objects && objects.error().kind == clients::RemoteErrorKind::gone) {
            return names;
        }
        AISPRINT_TRY(place.cluster->value("list the objects of bucket " + place.bucket, objects));
        for (const clients::S3Object& object : *objects) {
            if (!is_folder(object)) {
                names.push_back(place.name_of(object.key));
            }
        }
        return names;
    }

    /// Deletes what earlier runs kept in the storage bucket.
    Result<void> forget_objects(const OscarCluster& cluster, const std::stop_token& stop) const {
        for (std::size_t k = 0; k < longest_chain; ++k) {
            const OscarPlace place =
                objects_place(cluster, k, options.storage_bucket, options.owner);
            if (place.bucket != options.storage_bucket) {
                continue; // a bucket of its own
            }
            AISPRINT_TRY_ASSIGN(const std::vector<std::string> names, names_in(place, stop));
            for (const std::string& name : names) {
                AISPRINT_TRY(
                    cluster.value("delete a kept object",
                                  cluster.s3().remove(place.bucket, place.prefix + name, stop)));
            }
        }
        return {};
    }

    /// Keeps what the services read for tests of each of them alone, and notes where it is.
    Result<std::vector<KeptObjects>> keep_objects(const std::vector<OscarSite>& sites,
                                                  const std::stop_token& stop) const {
        std::vector<KeptObjects> kept;
        for (const OscarSite& site : sites) {
            const OscarCluster& home = site.home();
            const OscarPlace place =
                objects_place(home, site.service.position, options.storage_bucket, options.owner);
            AISPRINT_TRY_ASSIGN(const std::vector<std::string> names, names_in(site.input, stop));
            if (place.bucket == options.storage_bucket) {
                AISPRINT_TRY(home.value("make bucket " + place.bucket,
                                        home.s3().create_bucket(place.bucket, stop)));
                for (const std::string& name : names) {
                    AISPRINT_TRY(
                        home.value("keep an object",
                                   home.s3().copy(site.input.bucket, site.input.prefix + name,
                                                  place.bucket, place.prefix + name, stop)));
                }
            }
            kept.push_back({home.resource(), site.service.position, names.size()});
        }
        return kept;
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
                      make_error("PRF105",
                                 fmt::format("logs of jobs on cluster {} are {:+g} hours off the "
                                             "times that OSCAR tells",
                                             run.offset()->resource, run.offset()->hours),
                                 "set other.time_correction of run_parameters.yaml, or the "
                                 "cluster's clocks"));
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
        AISPRINT_TRY(remove_tree(request.work));
        AISPRINT_TRY(clear(
            sites, [this](const std::string& name) { return is_run_bucket(name, longest_chain); },
            stop));
        for (const OscarCluster* home : homes_of(sites)) {
            AISPRINT_TRY(forget_objects(*home, stop));
        }
        AISPRINT_TRY(deploy(sites, stop));
        const OscarCluster& first = sites.front().home();
        AISPRINT_TRY(store_inputs(first, request.input_files, stop));
        std::vector<UploadStep> steps = plan_uploads(request);
        for (UploadStep& step : steps) {
            step.file = step.file.filename();
        }
        AISPRINT_TRY_ASSIGN(
            RunOutcome outcome,
            execute(request, sites, {&first, options.storage_bucket, ""}, steps, progress, stop));
        if (options.keeps_objects && !outcome.interrupted) {
            AISPRINT_TRY_ASSIGN(const auto kept, keep_objects(sites, stop));
            AISPRINT_TRY(make_directories(request.work));
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
    : m_impl(new Impl{std::move(options), std::move(parts), {}, 0, {}, {}}) {}

OscarBackend::~OscarBackend() = default;

Result<void> OscarBackend::check(const Testbed& testbed) {
    std::vector<Diagnostic> errors;
    for (const Unit& unit : testbed.units) {
        m_impl->check_unit(testbed, unit, errors);
    }
    for (const UnitChain& chain : testbed.deployments) {
        m_impl->longest_chain = std::max(m_impl->longest_chain, chain.units.size());
    }
    std::set<std::string> resources;
    for (const Unit& unit : testbed.units) {
        resources.insert(unit.resource);
    }
    if (errors.empty()) {
        return m_impl->parts.clusters.check({resources.begin(), resources.end()});
    }
    sort_and_merge(errors);
    return fail(ErrorKind::input, std::move(errors));
}

Result<void> OscarBackend::prepare(const Testbed& testbed,
                                   const UnitChain& chain,
                                   const Run& run,
                                   std::stop_token stop) {
    AISPRINT_TRY_ASSIGN(const ClusterMap clusters, m_impl->parts.clusters.prepare(run.nodes, stop));
    AISPRINT_TRY(m_impl->connect(clusters, stop));
    std::vector<Diagnostic> errors;
    for (const auto& [resource, facts] : clusters) {
        const OscarCluster& cluster = *m_impl->clusters.at(resource);
        AISPRINT_TRY_ASSIGN(const ServicesThere there,
                            look_at_services(cluster, m_impl->options.owner, stop));
        const auto found = find_conflicts(cluster, there, names_on(resource, testbed, chain));
        errors.insert(errors.end(), found.begin(), found.end());
    }
    if (!errors.empty()) {
        sort_and_merge(errors);
        return fail(ErrorKind::input, std::move(errors));
    }
    return {};
}

std::vector<std::pair<std::string, std::string>>
OscarBackend::describe_cluster(const std::string& resource) const {
    const auto cluster = m_impl->clusters.find(resource);
    if (cluster == m_impl->clusters.end()) {
        return {};
    }
    const Cluster& facts = cluster->second->facts();
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
        AISPRINT_TRY_ASSIGN(const auto names, m_impl->names_in(place, {}));
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
        const OscarDeployer deployer(m_impl->options.owner, m_impl->parts, {});
        for (const auto& [resource, cluster] : m_impl->clusters) {
            Result<void> done = deployer.remove_services(*cluster);
            if (done) {
                done = deployer.remove_buckets(*cluster, [this](const std::string& name) {
                    return is_run_bucket(name, m_impl->longest_chain);
                });
            }
            if (done) {
                done = m_impl->forget_objects(*cluster, {});
            }
            if (!done) { // what was measured is complete all the same
                for (Diagnostic diagnostic : done.error().diagnostics) {
                    m_impl->parts.reporter.report(as_warning(std::move(diagnostic)));
                }
            }
        }
    }
    m_impl->clusters.clear();
    return m_impl->parts.clusters.finish(end);
}

} // namespace aisprint::profiling
