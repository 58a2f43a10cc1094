// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "segment_code_site.hpp"

#include <vector>

namespace aisprint::design::segment_code {

/// The import statements at the beginning of `main`'s body that later segments keep.
[[nodiscard]] std::vector<Node> kept_imports(const Site& site);

/// Checks that the code after the inference has what it needs in a segment of its own: names
/// that only the code before it, or the block for `__name__`, binds are missing there (DSN059,
/// DSN060), and so are arguments other than input, output and onnx_file (DSN061).
void check_names(const Site& site, Problems& problems);

} // namespace aisprint::design::segment_code
