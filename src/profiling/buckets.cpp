// SPDX-License-Identifier: Apache-2.0
#include "buckets.hpp"

#include <fmt/format.h>

namespace aisprint::profiling {

Buckets buckets_of(RunKind kind, const RunService& service) {
    return kind == RunKind::full_workflow ? Buckets{fmt::format("bucket{}", service.position),
                                                    fmt::format("bucket{}", service.position + 1)}
                                          : Buckets{fmt::format("temp{}", service.position),
                                                    fmt::format("trash{}", service.position + 1)};
}

} // namespace aisprint::profiling
