// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/units.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::profiling {

const ResourceFacts* Testbed::find_resource(const std::string& name) const {
    const auto found =
        std::find_if(resources.begin(), resources.end(),
                     [&](const ResourceFacts& resource) { return resource.name == name; });
    return found == resources.end() ? nullptr : &*found;
}

std::string to_list_text(const Testbed& testbed, const UnitChain& chain) {
    std::vector<std::string> ids;
    for (const std::size_t index : chain.units) {
        ids.push_back("'" + testbed.units[index].id + "'");
    }
    return fmt::format("[{}]", fmt::join(ids, ", "));
}

} // namespace aisprint::profiling
