// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "python_tree_data.hpp"

#include "aisprint/base/diagnostic.hpp"

#include <vector>

namespace aisprint::annotations {

/// Why a parsed text is not Python 3: the first syntax error (ANN001), or the first sign of
/// Python 2 (ANN002). Empty if it is fine.
[[nodiscard]] std::vector<Diagnostic> find_syntax_errors(const PythonTreeData& data);

} // namespace aisprint::annotations
