// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace aisprint::optimizer::test {

/// How often a property test repeats: `count`, or a tenth of it under a sanitizer, which is
/// slower by more than that.
constexpr std::size_t repetitions(std::size_t count) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    return count / 10 + 1;
#else
    return count;
#endif
}

} // namespace aisprint::optimizer::test
