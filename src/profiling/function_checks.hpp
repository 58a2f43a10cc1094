// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/units.hpp"

#include "aisprint/base/result.hpp"

#include <string>
#include <vector>

namespace aisprint::profiling {

/// The image of a unit on AWS Lambda. Fails (input, PRF100, PRF103) with all that keeps the unit
/// from being a function: more memory than AWS gives, no image in ECR.
[[nodiscard]] Result<std::string> check_function(const Unit& unit, const std::string& architecture);

/// Errors (PRF103) for alternatives that would be functions: they are only tested alone, which
/// functions are not.
[[nodiscard]] std::vector<Diagnostic> check_alternatives(const Testbed& testbed);

} // namespace aisprint::profiling
