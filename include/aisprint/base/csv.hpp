// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace aisprint {

/// A text as a field of a CSV file: in quotes if it has commas, quotes or line breaks (RFC 4180).
[[nodiscard]] std::string csv_field(const std::string& text);

} // namespace aisprint
