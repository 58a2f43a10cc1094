// SPDX-License-Identifier: Apache-2.0
// What kubectl prints: lists of nodes, and of Jobs and pods.
#include "aisprint/clients/kubectl.hpp"

#include "fixed_transport.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using namespace aisprint::clients;
using test::require;

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    const auto nodes = parse_nodes(text);
    require(nodes || !nodes.error().empty());
    if (nodes) {
        for (const KubeNode& node : *nodes) {
            require(!node.name.empty() && node.name.rfind(node.short_name, 0) == 0);
        }
    }
    const auto found = parse_jobs_and_pods(text);
    require(found || !found.error().empty());
    if (found) {
        for (const auto& [name, job] : found->jobs) {
            require(!name.empty() && job.name == name);
        }
        for (const KubePod& pod : found->pods) {
            require(!pod.name.empty());
        }
    }
    const auto ready = parse_readiness(text);
    require(ready || !ready.error().empty());
    return 0;
}
