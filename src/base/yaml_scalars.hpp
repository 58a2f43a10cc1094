// SPDX-License-Identifier: Apache-2.0
// What plain scalars read as under YAML 1.1. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aisprint::yaml {

/// true, yes, on and their like; nothing for other texts.
[[nodiscard]] std::optional<bool> parse_bool(std::string_view text);

/// YAML 1.1 integers without the base-60 form, which nobody writes on purpose.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

/// YAML 1.1 floats, infinities and .nan among them, without the base-60 form.
[[nodiscard]] std::optional<double> parse_float(std::string_view text);

/// True for what is read as null, a truth value, a number or a time.
[[nodiscard]] bool reads_as_other_type(std::string_view text);

} // namespace aisprint::yaml
