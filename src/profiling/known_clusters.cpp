// SPDX-License-Identifier: Apache-2.0
#include "known_clusters.hpp"

#include <fmt/format.h>

namespace aisprint::profiling {

Result<void> check_known(const std::vector<std::string>& resources,
                         const std::function<bool(const std::string&)>& is_cluster) {
    std::vector<Diagnostic> errors;
    for (const std::string& resource : resources) {
        if (!is_cluster(resource)) {
            errors.push_back(make_error("PRF098",
                                        fmt::format("resource {} is no cluster", resource),
                                        "leave its units out with --only"));
        }
    }
    if (!errors.empty()) {
        return fail(ErrorKind::input, std::move(errors));
    }
    return {};
}

} // namespace aisprint::profiling
