// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "segment_code_site.hpp"

namespace aisprint::design::segment_code {

/// Finds how a main.py whose `main` is known is started as a program: the block for `__name__`, the
/// options, and what becomes of the value of `main`. What is in the way is added to the problems
/// (DSN056, DSN057, DSN063).
void find_start(Site& site, Problems& problems);

} // namespace aisprint::design::segment_code
