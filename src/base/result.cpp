// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/result.hpp"

#include <cstdio>
#include <cstdlib>

namespace aisprint {

void assertion_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr,
                 "aisprint: internal error: %s does not hold (%s:%d)\n"
                 "please report this with the command that you ran\n",
                 condition, file, line);
    std::_Exit(70);
}

} // namespace aisprint
