// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace aisprint {

/// The SHA-256 digest of `data` as 64 lower-case hexadecimal digits.
[[nodiscard]] std::string sha256_hex(std::string_view data);

/// The HMAC of `data` under `key` with SHA-256 (RFC 2104), as 32 bytes.
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view data);

/// The MD5 digest of `data` as 16 bytes, for protocols that ask for it; it protects nothing.
[[nodiscard]] std::string md5(std::string_view data);

/// Bytes as lower-case hexadecimal digits.
[[nodiscard]] std::string to_hex(std::string_view bytes);

} // namespace aisprint
