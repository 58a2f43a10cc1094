// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/base64.hpp"
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
    AISPRINT_ASSERT(
        EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_sha256(), nullptr) == 1 &&
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

std::string md5(std::string_view data) {
    constexpr std::size_t k_md5_bytes = 16;
    std::array<unsigned char, k_md5_bytes> digest{};
    unsigned int length = 0;
    AISPRINT_ASSERT(
        EVP_Digest(data.data(), data.size(), digest.data(), &length, EVP_md5(), nullptr) == 1 &&
        length == k_md5_bytes);
    return {digest.begin(), digest.end()};
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

std::string encode_base64(std::string_view bytes) {
    std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
    const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                       reinterpret_cast<const unsigned char*>(bytes.data()),
                                       static_cast<int>(bytes.size()));
    text.resize(static_cast<std::size_t>(length));
    return text;
}

std::optional<std::string> decode_base64(std::string_view text) {
    const std::size_t end = text.find_last_not_of('=');
    const std::size_t padding = text.size() - (end == std::string_view::npos ? 0 : end + 1);
    // OpenSSL forgives blanks around the text and padding of any length; nobody else does
    if (text.size() % 4 != 0 || padding > 2 ||
        text.find_first_of(" \t\r\n") != std::string_view::npos) {
        return std::nullopt;
    }
    std::string bytes(3 * (text.size() / 4) + 1, '\0');
    const int length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                       reinterpret_cast<const unsigned char*>(text.data()),
                                       static_cast<int>(text.size()));
    if (length < 0) {
        return std::nullopt;
    }
    bytes.resize(static_cast<std::size_t>(length) - padding);
    return bytes;
}

} // namespace aisprint
