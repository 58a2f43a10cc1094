// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/oscar_version.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace aisprint::clients {

namespace {

constexpr OscarVersion k_first_known{2, 6, 0};
constexpr OscarVersion k_first_unknown{4, 2, 0};
constexpr OscarVersion k_names_jobs_after_services{3, 4, 0};
constexpr OscarVersion k_owns_buckets{3, 6, 0};
constexpr OscarVersion k_pages_jobs{3, 6, 4};
constexpr OscarVersion k_prefixes_paths{4, 1, 0};

} // namespace

std::optional<OscarVersion> parse_oscar_version(std::string_view text) {
    if (text == "devel" || text == "latest") {
        return k_oscar_development;
    }
    if (!text.empty() && (text.front() == 'v' || text.front() == 'V')) {
        text.remove_prefix(1);
    }
    std::array<int, 3> parts{};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, parts.at(i));
        if (error != std::errc{} || parts.at(i) < 0) {
            return std::nullopt;
        }
        text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
        const bool is_last = i + 1 == parts.size();
        if (is_last ? !text.empty() && text.front() != '-' && text.front() != '+'
                    : text.empty() || text.front() != '.') {
            return std::nullopt;
        }
        if (!is_last) {
            text.remove_prefix(1);
        }
    }
    return OscarVersion{parts[0], parts[1], parts[2]};
}

std::string to_string(const OscarVersion& version) {
    if (version == k_oscar_development) {
        return "devel";
    }
    return fmt::format("{}.{}.{}", version.major, version.minor, version.patch);
}

bool is_known(const OscarVersion& version) {
    return version >= k_first_known && version < k_first_unknown;
}

OscarBehaviour behaviour_of(const OscarVersion& version) {
    OscarBehaviour behaviour;
    behaviour.deletes_buckets = version >= k_owns_buckets;
    behaviour.path_needs_folder = version >= k_owns_buckets;
    behaviour.paged_jobs = version >= k_pages_jobs;
    behaviour.creation_is_pod_start = version >= k_pages_jobs;
    behaviour.prefixes_service_name_in_paths = version >= k_prefixes_paths;
    behaviour.job_name_has_service = version >= k_names_jobs_after_services;
    return behaviour;
}

} // namespace aisprint::clients
