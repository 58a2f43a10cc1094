// SPDX-License-Identifier: Apache-2.0
#include "oscar_services.hpp"

#include "buckets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace aisprint::profiling {

namespace {

constexpr const char* k_owner_label = "aisprint_profiling";
constexpr const char* k_own_storage = "minio.default";
constexpr const char* k_folder = "in/"; ///< of buckets that services read

/// A decimal figure without an exponent: "0.9", "7.2".
std::string decimal(double value) {
    constexpr double k_millionths = 1e6;
    std::string text = fmt::format("{:.6f}", std::round(value * k_millionths) / k_millionths);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') {
        text.pop_back();
    }
    return text;
}

std::string mebibytes(double value) {
    return fmt::format("{}Mi", static_cast<std::int64_t>(std::llround(value)));
}

OscarPlace place_on(const OscarCluster& cluster, std::string bucket) {
    return {&cluster, std::move(bucket), cluster.behaviour().path_needs_folder ? k_folder : ""};
}

/// What a function reads lies in a folder of the service that wrote it.
OscarPlace place_of_functions(const OscarCluster& home, const std::string& folder) {
    return {&home, home.facts().functions->bucket, folder + "/"};
}

std::string provider_alias(const OscarCluster& cluster) {
    return "minio-" + cluster.resource();
}

/// The bucket of a service's path: the part before the first slash.
std::string bucket_of(const std::string& path) {
    const std::size_t begin = path.find_first_not_of('/');
    return begin == std::string::npos ? std::string()
                                      : path.substr(begin, path.find('/', begin) - begin);
}

} // namespace

std::string OscarPlace::path() const {
    return prefix.empty() ? bucket : bucket + "/" + prefix.substr(0, prefix.size() - 1);
}

std::string OscarPlace::name_of(const std::string& key) const {
    return key.starts_with(prefix) ? key.substr(prefix.size()) : key;
}

bool is_folder(const clients::S3Object& object) {
    return object.key.ends_with('/');
}

std::vector<OscarSite> make_sites(const RunRequest& request,
                                  const OscarClusters& clusters,
                                  const std::map<std::string, std::string>& images) {
    std::vector<OscarSite> sites;
    for (const RunService& service : request.services) {
        OscarSite site;
        site.service = service;
        site.image = images.at(service.unit->id);
        if (request.load && sites.empty()) {
            site.waiting_pods = request.load->pre_allocated;
        }
        Buckets buckets = buckets_of(request.kind, service);
        const OscarCluster& home = *clusters.at(service.unit->resource);
        if (!home.is_functions()) {
            site.input = place_on(home, std::move(buckets.input));
            site.output = place_on(home, std::move(buckets.output));
        } else {
            site.input = place_of_functions(home, sites.empty() ? service.unit->service + "/input"
                                                                : sites.back().name() + "/output");
            site.output = place_of_functions(home, service.unit->service + "/output");
        }
        sites.push_back(std::move(site));
    }
    for (std::size_t i = 1; i < sites.size(); ++i) {
        sites[i - 1].output = sites[i].input;
    }
    return sites;
}

OscarPlace objects_place(const OscarCluster& home,
                         std::size_t position,
                         const std::string& storage_bucket,
                         const std::string& owner) {
    std::string bucket = fmt::format("bucket{}", position);
    if (!home.behaviour().deletes_buckets) {
        return place_on(home, std::move(bucket));
    }
    return {&home, storage_bucket, fmt::format("aisprint-objects/{}/{}/", owner, bucket)};
}

clients::OscarService describe(const OscarSite& site, const std::string& owner) {
    const Unit& unit = *site.service.unit;
    const double parallelism = site.service.parallelism;
    clients::OscarService service;
    service.name = unit.service;
    service.image = site.image;
    service.cpu = decimal(unit.cpu);
    service.memory = mebibytes(unit.memory_mb);
    service.total_cpu = decimal(unit.cpu * parallelism);
    service.total_memory = mebibytes(unit.memory_mb * parallelism);
    service.script = fmt::format("#!/bin/bash\nsh /opt/{}/script.sh\n", unit.component);
    if (!site.waiting_pods) {
        service.inputs = {{k_own_storage, site.input.path()}};
    } else { // total_cpu holds for jobs only
        service.min_scale = *site.waiting_pods;
        service.max_scale = std::max(site.service.parallelism, *site.waiting_pods);
    }
    if (site.output.cluster == site.input.cluster) {
        service.outputs = {{k_own_storage, site.output.path()}};
    } else if (const auto& functions = site.output.cluster->facts().functions) {
        const Cluster& other = site.output.cluster->facts();
        const std::string alias = "s3-" + other.resource;
        service.outputs = {{"s3." + alias, site.output.path()}};
        service.s3_providers[alias] = {other.minio_access_key, other.minio_secret_key,
                                       other.minio_region};
        if (!functions->own_endpoint.empty()) { // the provider has no field for it
            service.environment["AWS_ENDPOINT_URL"] = functions->own_endpoint;
        }
    } else {
        const Cluster& other = site.output.cluster->facts();
        const std::string alias = provider_alias(*site.output.cluster);
        service.outputs = {{"minio." + alias, site.output.path()}};
        clients::OscarMinio minio;
        minio.endpoint = other.minio_endpoint;
        minio.access_key = other.minio_access_key;
        minio.secret_key = other.minio_secret_key;
        minio.region = other.minio_region;
        minio.verification = other.verification;
        service.minio_providers[alias] = std::move(minio);
    }
    service.environment["COMPONENT_NAME"] = unit.partition;
    service.environment["RESOURCE_ID"] = unit.resource;
    service.labels = {{k_owner_label, owner}};
    return service;
}

FunctionNeed function_need(const OscarSite& site) {
    FunctionNeed need;
    need.unit = site.service.unit;
    need.image = site.image;
    need.input = site.input.path();
    need.output = site.output.path();
    const Cluster& other = site.output.cluster->facts();
    if (!other.functions) {
        need.storage = ForeignStorage{provider_alias(*site.output.cluster),
                                      other.minio_endpoint,
                                      other.minio_access_key,
                                      other.minio_secret_key,
                                      other.minio_region,
                                      other.verification};
    }
    return need;
}

bool is_run_bucket(const std::string& name, std::size_t longest_chain) {
    constexpr std::array<std::string_view, 3> k_stems{"bucket", "temp", "trash"};
    for (const std::string_view stem : k_stems) {
        if (!name.starts_with(stem)) {
            continue;
        }
        const char* begin = name.data() + stem.size();
        const char* end = name.data() + name.size();
        std::size_t number = 0;
        const auto read = std::from_chars(begin, end, number);
        return read.ec == std::errc() && read.ptr == end && number <= longest_chain &&
               name == fmt::format("{}{}", stem, number); // not bucket01
    }
    return false;
}

Result<ServicesThere> look_at_services(const OscarCluster& cluster,
                                       const std::string& owner,
                                       const std::stop_token& stop) {
    AISPRINT_TRY_ASSIGN(const auto services,
                        cluster.value("list services", cluster.oscar().services(stop)));
    ServicesThere there;
    for (const clients::OscarDeployedService& service : services) {
        const auto label = service.labels.find(k_owner_label);
        if (label != service.labels.end() && label->second == owner) {
            there.ours.push_back(service.name);
            continue;
        }
        there.foreign.insert(service.name);
        for (const auto* paths : {&service.inputs, &service.outputs}) {
            for (const clients::OscarPath& path : *paths) {
                there.taken.insert(bucket_of(path.path));
            }
        }
    }
    return there;
}

std::vector<Diagnostic>
find_conflicts(const OscarCluster& cluster, const ServicesThere& there, const NamesNeeded& needed) {
    std::vector<Diagnostic> errors;
    for (const std::string& name : needed.services) {
        if (there.foreign.contains(name)) {
            errors.push_back(make_error(
                "PRF102",
                fmt::format("cluster {} has a service '{}' that this campaign did not make",
                            cluster.resource(), name),
                "remove it there, or measure on another cluster"));
        }
    }
    for (const std::string& name : needed.buckets) {
        if (there.taken.contains(name)) {
            errors.push_back(make_error(
                "PRF102",
                fmt::format("bucket '{}' of cluster {} is used by a service that this campaign "
                            "did not make",
                            name, cluster.resource()),
                "remove that service, or measure on another cluster"));
        }
    }
    return errors;
}

Result<void> OscarDeployer::remove_services(const OscarCluster& cluster) const {
    AISPRINT_TRY_ASSIGN(const ServicesThere there, look_at_services(cluster, m_owner, m_stop));
    for (const std::string& name : there.ours) {
        const auto logs =
            cluster.oscar().remove_logs(name, clients::OscarLogs::of_all_jobs, m_stop);
        AISPRINT_TRY(cluster.value("remove the jobs of " + name, logs));
        AISPRINT_TRY(cluster.value("remove service " + name, cluster.oscar().remove(name, m_stop)));
        AISPRINT_TRY(cluster.wait_for_storage(m_stop));
        say(fmt::format("Removed service {} from cluster {}", name, cluster.resource()));
    }
    return {};
}

Result<void>
OscarDeployer::remove_buckets(const OscarCluster& cluster,
                              const std::function<bool(const std::string&)>& wanted) const {
    AISPRINT_TRY_ASSIGN(const ServicesThere there, look_at_services(cluster, m_owner, m_stop));
    AISPRINT_TRY_ASSIGN(const auto buckets,
                        cluster.value("list buckets", cluster.s3().list_buckets(m_stop)));
    for (const std::string& bucket : buckets) {
        if (!wanted(bucket) || there.taken.contains(bucket)) {
            continue;
        }
        AISPRINT_TRY(
            cluster.value("remove bucket " + bucket, cluster.s3().remove_bucket(bucket, m_stop)));
        say(fmt::format("Removed bucket {}/ from cluster {}", bucket, cluster.resource()));
    }
    return {};
}

Result<void> OscarDeployer::create(const std::vector<OscarSite>& sites) const {
    for (std::size_t i = 0; i < sites.size(); ++i) {
        if (sites[i].is_function()) {
            continue; // made before, from a document
        }
        const OscarCluster& home = sites[i].home();
        const std::string doing = "create service " + sites[i].name();
        clients::OscarService service = describe(sites[i], m_owner);
        // servers that own the buckets of their services refuse to make one over a bucket that is
        // there: the input of all but the first, which the service before it has made
        const bool bucket_is_there =
            home.behaviour().deletes_buckets && i > 0 && !sites[i - 1].is_function();
        std::vector<clients::OscarPath> inputs;
        if (bucket_is_there) {
            inputs.swap(service.inputs);
        }
        AISPRINT_TRY(home.value(doing, home.oscar().create(service, m_stop)));
        AISPRINT_TRY(home.wait_for_storage(m_stop));
        if (bucket_is_there) {
            service.inputs = std::move(inputs);
            AISPRINT_TRY(home.value(doing, home.oscar().update(service, m_stop)));
            AISPRINT_TRY(home.wait_for_storage(m_stop));
        }
        say(fmt::format("Service {} deployed on cluster {}", sites[i].name(), home.resource()));
    }
    return {};
}

void OscarDeployer::say(const std::string& text) const {
    if (m_parts.say) {
        m_parts.say(text);
    }
}

} // namespace aisprint::profiling
