// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace aisprint {

/// `bytes` in base 64 with padding (RFC 4648).
[[nodiscard]] std::string encode_base64(std::string_view bytes);

/// The bytes that a base 64 text stands for, or nothing if it is none (padding is required).
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

} // namespace aisprint
