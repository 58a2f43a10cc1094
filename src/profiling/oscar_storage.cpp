// SPDX-License-Identifier: Apache-2.0
#include "oscar_storage.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace aisprint::profiling {

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

Result<std::vector<std::string>> names_in(const OscarPlace& place, const std::stop_token& stop) {
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

Result<void> clear_place(const OscarPlace& place, const std::stop_token& stop) {
    AISPRINT_TRY_ASSIGN(const std::vector<std::string> names, names_in(place, stop));
    for (const std::string& name : names) {
        AISPRINT_TRY(place.cluster->value(
            "delete an object",
            place.cluster->s3().remove(place.bucket, place.prefix + name, stop)));
    }
    return {};
}

OscarPlace OscarStorage::inputs_place(const OscarSite& first) const {
    const OscarCluster& home = first.home();
    return first.is_function()
               ? OscarPlace{&home, home.facts().functions->bucket, m_options.storage_bucket + "/"}
               : OscarPlace{&home, m_options.storage_bucket, ""};
}

Result<void> OscarStorage::store_inputs(const OscarPlace& place,
                                        const std::vector<std::filesystem::path>& files,
                                        const std::stop_token& stop) const {
    const OscarCluster& cluster = *place.cluster;
    const clients::S3Client& s3 = cluster.s3();
    const std::string& bucket = place.bucket;
    AISPRINT_TRY(cluster.value("make bucket " + bucket, s3.create_bucket(bucket, stop)));
    for (const std::filesystem::path& file : files) {
        const std::string name = file.filename().string();
        const std::string key = place.prefix + name;
        AISPRINT_TRY_ASSIGN(const auto there,
                            cluster.value("look for input " + name, s3.head(bucket, key, stop)));
        AISPRINT_TRY_ASSIGN(const std::string etag,
                            cluster.value("read input " + name, s3.etag_of_file(file)));
        if (there && there->etag == etag) {
            continue;
        }
        m_say(
            fmt::format("Uploading input file {} to {} storage bucket", name, cluster.resource()));
        AISPRINT_TRY(cluster.value("upload input " + name, s3.put_file(bucket, key, file, stop)));
        m_say("Done!");
    }
    return {};
}

Result<std::vector<KeptObjects>> OscarStorage::keep(const std::vector<OscarSite>& sites,
                                                    const std::stop_token& stop) const {
    std::vector<KeptObjects> kept;
    for (const OscarSite& site : sites) {
        if (site.is_function()) {
            continue; // it is not tested alone
        }
        const OscarCluster& home = site.home();
        const OscarPlace place =
            objects_place(home, site.service.position, m_options.storage_bucket, m_options.owner);
        AISPRINT_TRY_ASSIGN(const std::vector<std::string> names, names_in(site.input, stop));
        if (place.bucket == m_options.storage_bucket) {
            AISPRINT_TRY(home.value("make bucket " + place.bucket,
                                    home.s3().create_bucket(place.bucket, stop)));
            for (const std::string& name : names) {
                AISPRINT_TRY(home.value("keep an object",
                                        home.s3().copy(site.input.bucket, site.input.prefix + name,
                                                       place.bucket, place.prefix + name, stop)));
            }
        }
        kept.push_back({home.resource(), site.service.position, names.size()});
    }
    return kept;
}

Result<void> OscarStorage::forget(const OscarCluster& cluster,
                                  std::size_t longest_chain,
                                  const std::stop_token& stop) const {
    for (std::size_t k = 0; k < longest_chain; ++k) {
        const OscarPlace place =
            objects_place(cluster, k, m_options.storage_bucket, m_options.owner);
        if (place.bucket == m_options.storage_bucket) { // else it has a bucket of its own
            AISPRINT_TRY(clear_place(place, stop));
        }
    }
    return {};
}

} // namespace aisprint::profiling
