// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"

#include <string>

namespace aisprint::profiling {

/// Buckets of a service of a run.
struct Buckets {
    std::string input;
    std::string output;
};

/// The names: bucketK and bucketK+1 in the full workflow, tempK and trashK+1 alone, where nothing
/// reads what comes out.
[[nodiscard]] Buckets buckets_of(RunKind kind, const RunService& service);

} // namespace aisprint::profiling
