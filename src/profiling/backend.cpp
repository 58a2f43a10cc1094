// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/backend.hpp"

namespace aisprint::profiling {

Result<void> Backend::prepare(const Testbed& /*testbed*/,
                              const UnitChain& /*chain*/,
                              const Run& /*run*/,
                              std::stop_token /*stop*/) {
    return {}; // the resources are always there
}

std::vector<std::pair<std::string, std::string>>
Backend::describe_cluster(const std::string& /*resource*/) const {
    return {};
}

Result<void> Backend::finish(CampaignEnd /*end*/) {
    return {};
}

} // namespace aisprint::profiling
