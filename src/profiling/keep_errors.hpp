// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"

#include <vector>

namespace aisprint::profiling {

/// Adds what is wrong with the input to `found`, so that all of it is told at once; other failures
/// are handed on.
template <class T>
[[nodiscard]] Result<void> keep_errors(const Result<T>& result, std::vector<Diagnostic>& found) {
    if (result) {
        return {};
    }
    if (result.error().kind != ErrorKind::input) {
        return tl::unexpected<Failure>(result.error());
    }
    append(found, result.error().diagnostics);
    return {};
}

} // namespace aisprint::profiling
