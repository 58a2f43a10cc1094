// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/value.hpp"
#include "aisprint/base/yaml.hpp"

namespace aisprint::design {

/// A Python literal as YAML: integers stay integers, floats get their shortest form.
[[nodiscard]] yaml::Node to_node(const annotations::Value& value);

/// `value` rounded to so many significant decimal digits.
[[nodiscard]] double round_to_digits(double value, int digits);

/// `value` rounded to so many decimals, halves to the even neighbour (as Python's round()).
[[nodiscard]] double round_to_decimals(double value, int decimals);

} // namespace aisprint::design
