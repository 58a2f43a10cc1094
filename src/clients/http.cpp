// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/http.hpp"

#include <algorithm>
#include <cctype>

namespace aisprint::clients {

namespace {

char lower(char letter) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
}

} // namespace

std::string_view HttpResponse::header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& header) {
        return std::equal(header.name.begin(), header.name.end(), name.begin(), name.end(),
                          [](char a, char b) { return lower(a) == lower(b); });
    });
    return found == headers.end() ? std::string_view{} : std::string_view(found->value);
}

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view k_unreserved =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    constexpr std::string_view k_digits = "0123456789ABCDEF";
    std::string result;
    for (const char letter : text) {
        if (k_unreserved.find(letter) != std::string_view::npos) {
            result += letter;
            continue;
        }
        const auto byte = static_cast<unsigned char>(letter);
        result += '%';
        result += k_digits[byte >> 4U];
        result += k_digits[byte & 15U];
    }
    return result;
}

} // namespace aisprint::clients
