// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"

namespace aisprint::cli {

/// Puts what CLI11 says about a wrong value into the words of our other messages, with a hint;
/// leaves a text as it is that it does not know.
void explain_usage_error(Diagnostic& diagnostic);

} // namespace aisprint::cli
