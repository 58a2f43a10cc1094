// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/random_source.hpp"

#include "aisprint/base/result.hpp"

#include <array>
#include <cerrno>
#include <string_view>
#include <sys/random.h>

namespace aisprint {

std::string SystemRandomSource::draw(std::size_t length) {
    constexpr std::string_view k_alphabet = "abcdefghijklmnopqrstuvwxyz0123456789";
    // bytes beyond the last multiple of the alphabet's size would favour its first characters
    constexpr unsigned int k_limit = 256 / k_alphabet.size() * k_alphabet.size();
    std::string text;
    text.reserve(length);
    std::array<unsigned char, 64> bytes{};
    while (text.size() < length) {
        const ssize_t count = ::getrandom(bytes.data(), bytes.size(), 0);
        AISPRINT_ASSERT(count > 0 || errno == EINTR);
        for (ssize_t i = 0; i < count && text.size() < length; ++i) {
            const unsigned int byte = bytes[static_cast<std::size_t>(i)];
            if (byte < k_limit) {
                text += k_alphabet[byte % k_alphabet.size()];
            }
        }
    }
    return text;
}

} // namespace aisprint
