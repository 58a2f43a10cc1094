// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oscar_log.hpp"
#include "oscar_services.hpp"

#include <filesystem>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// Downloads the logs of jobs, several at a time, and writes each to `folder`/JOB.txt. Logs that
/// the cluster does not have (any more) are left out. Fails (remote) if it turns us away, (io).
[[nodiscard]] Result<std::map<std::string, SupervisorLog>>
download_logs(const OscarSite& site,
              const std::vector<std::string>& jobs,
              const std::filesystem::path& folder,
              std::size_t at_once,
              clients::Clock& clock,
              const std::stop_token& stop);

/// A name that comes from a cluster, as the name of a file: without slashes and leading dots.
[[nodiscard]] std::string file_name(const std::string& name);

} // namespace aisprint::profiling
