// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/backend.hpp"

namespace aisprint::profiling {

Result<void> Backend::prepare(const Testbed& /*testbed*/,
                              const UnitChain& /*chain*/,
                              const Run& /*run*/,
                              std::stop_token /*stop*/) {
    return {}; // the resources are always there
}

Result<void> Backend::finish(CampaignEnd /*end*/) {
    return {};
}

} // namespace aisprint::profiling
