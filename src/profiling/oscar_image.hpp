// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/units.hpp"

#include <string>

namespace aisprint::profiling {

/// The image of a unit for machines of an architecture (amd64, arm64; empty: any). Of several, it
/// is the one that `toscarizer docker` made for this design and architecture, else the first that
/// has the name of the design and is not made for others. Fails (input, PRF100).
[[nodiscard]] Result<std::string> choose_image(const Unit& unit, const std::string& architecture);

} // namespace aisprint::profiling
