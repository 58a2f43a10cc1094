// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace aisprint::clients {

/// Version of an OSCAR server: 2.6.1.
struct OscarVersion {
    int major = 0;
    int minor = 0;
    int patch = 0;
    auto operator<=>(const OscarVersion&) const = default;
};

/// What a server that was built between releases ("devel", "latest") counts as: newer than all.
inline constexpr OscarVersion k_oscar_development{1'000'000, 0, 0};

/// The version in a server's words: "v2.6.1", "3.6.4", "v3.0.0-beta2" (as 3.0.0), "devel". Nothing
/// if it is none.
[[nodiscard]] std::optional<OscarVersion> parse_oscar_version(std::string_view text);

/// "2.6.1", or "devel".
[[nodiscard]] std::string to_string(const OscarVersion& version);

/// Whether a version is one of those whose behaviour was read from their source: 2.6 to 4.1.
[[nodiscard]] bool is_known(const OscarVersion& version);

/// How a server behaves where versions differ.
struct OscarBehaviour {
    /// Deleting a service deletes its buckets; creating one whose bucket exists fails
    /// (since 3.6.0).
    bool deletes_buckets = false;
    bool path_needs_folder = false; ///< of inputs: "bucket0/in" (since 3.6.0)
    bool paged_jobs = false;        ///< job lists come in pages (since 3.6.4)
    /// A job's creation time is the start of its pod, not that of the job (since 3.6.4).
    bool creation_is_pod_start = false;
    /// A path without "/" becomes "<service>/<path>" (since 4.1.0).
    bool prefixes_service_name_in_paths = false;
    bool job_name_has_service = false; ///< "<service>-<uuid>", not "<uuid>" (since 3.4.0)
    bool operator==(const OscarBehaviour&) const = default;
};

/// The behaviour of a version, read from the source of each tag.
[[nodiscard]] OscarBehaviour behaviour_of(const OscarVersion& version);

} // namespace aisprint::clients
