// SPDX-License-Identifier: Apache-2.0
// Objects of runs in the storage of clusters, and what is noted of them between runs.
#pragma once

#include "oscar_services.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Objects of a run of the full workflow that wait for tests of single services.
struct KeptObjects {
    std::string resource;
    std::size_t position = 0;
    std::size_t count = 0;
};

/// The text of a record of kept objects.
[[nodiscard]] std::string to_text(const std::string& workflow,
                                  const std::vector<KeptObjects>& kept);

/// Reads to_text()'s form if it is of that workflow; nothing for all else.
[[nodiscard]] std::optional<std::vector<KeptObjects>> parse_kept(const std::string& text,
                                                                 const std::string& workflow);

/// Names of the objects at a place, without those that stand for folders. A bucket that is not
/// there has none. Fails (remote).
[[nodiscard]] Result<std::vector<std::string>> names_in(const OscarPlace& place,
                                                        const std::stop_token& stop);

/// Deletes the objects at a place. Fails (remote).
[[nodiscard]] Result<void> clear_place(const OscarPlace& place, const std::stop_token& stop);

/// Objects of the runs of a campaign.
class OscarStorage {
public:
    OscarStorage(const OscarOptions& options, std::function<void(const std::string&)> say)
        : m_options(options), m_say(std::move(say)) {}

    /// Where inputs wait, near the first service.
    [[nodiscard]] OscarPlace inputs_place(const OscarSite& first) const;

    /// Uploads inputs that are not there, or are otherwise. Fails (remote).
    [[nodiscard]] Result<void> store_inputs(const OscarPlace& place,
                                            const std::vector<std::filesystem::path>& files,
                                            const std::stop_token& stop) const;

    /// Keeps what the services of clusters read for tests of each of them alone, and tells where
    /// it is. Fails (remote).
    [[nodiscard]] Result<std::vector<KeptObjects>> keep(const std::vector<OscarSite>& sites,
                                                        const std::stop_token& stop) const;

    /// Deletes what earlier runs of chains up to this length kept in the storage bucket.
    [[nodiscard]] Result<void> forget(const OscarCluster& cluster,
                                      std::size_t longest_chain,
                                      const std::stop_token& stop) const;

private:
    const OscarOptions& m_options;
    std::function<void(const std::string&)> m_say;
};

} // namespace aisprint::profiling
