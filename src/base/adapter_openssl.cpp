// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/digest.hpp"

#include "aisprint/base/result.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace aisprint {

namespace {

constexpr std::size_t k_sha256_bytes = 32;
using Digest = std::array<unsigned char, k_sha256_bytes>;

std::string to_text(const Digest& digest) {
    return {digest.begin(), digest.end()};
}

} // namespace

std::string sha256_hex(std::string_view data) {
    Digest digest{};
    unsigned int length = 0;
    AISPRINT_ASSERT(EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(),
                               nullptr) == 1 &&
                    length == k_sha256_bytes);
    return to_hex(to_text(digest));
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
    Digest digest{};
    unsigned int length = 0;
    std::string bytes(data);
    AISPRINT_ASSERT(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
                         reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
                         digest.data(), &length) != nullptr &&
                    length == k_sha256_bytes);
    return to_text(digest);
}

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view k_digits = "0123456789abcdef";
    std::string text;
    text.reserve(2 * bytes.size());
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        text += k_digits[value >> 4U];
        text += k_digits[value & 15U];
    }
    return text;
}

} // namespace aisprint
