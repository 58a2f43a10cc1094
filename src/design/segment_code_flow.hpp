// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "segment_code_site.hpp"

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace aisprint::design::segment_code {

using Names = std::set<std::string, std::less<>>;

/// True for functions, classes, lambdas and comprehensions.
[[nodiscard]] bool opens_scope(const Node& node);

/// The names that a node which opens a scope of its own binds in it.
[[nodiscard]] Names scope_names(const Node& node);

/// Follows the code after the inference in the order in which it runs, and reports names that are
/// read before that code itself has bound them (DSN059). `suspects` are the names that only the
/// code before it binds.
void check_flow(const Site& site,
                const std::vector<annotations::Binding>& suspects,
                Problems& problems);

} // namespace aisprint::design::segment_code
