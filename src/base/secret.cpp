// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/secret.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>

namespace aisprint {

namespace {

constexpr std::string_view k_mask = "***";
constexpr std::size_t k_shortest = 4;

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::equal(prefix.begin(), prefix.end(), text.begin(), [](char a, char b) {
               return a == std::tolower(static_cast<unsigned char>(b));
           });
}

/// The end of the private key block that begins at the start of `text`, or 0.
std::size_t key_block_length(std::string_view text) {
    constexpr std::string_view k_begin = "-----BEGIN ";
    constexpr std::string_view k_end = "-----END ";
    constexpr std::string_view k_dashes = "-----";
    if (text.substr(0, k_begin.size()) != k_begin) {
        return 0;
    }
    const std::size_t title_end = text.find(k_dashes, k_begin.size());
    if (title_end == std::string_view::npos ||
        text.substr(0, title_end).find("KEY") == std::string_view::npos) {
        return 0;
    }
    const std::size_t end = text.find(k_end, title_end);
    if (end == std::string_view::npos) {
        return text.size(); // a block that was cut off is still a key
    }
    const std::size_t last = text.find(k_dashes, end + k_end.size());
    return last == std::string_view::npos ? text.size() : last + k_dashes.size();
}

/// The length of "Authorization: " with the blanks behind it at the start of `text`, or 0.
std::size_t authorization_length(std::string_view text) {
    constexpr std::string_view k_name = "authorization:";
    if (!starts_with_ignoring_case(text, k_name)) {
        return 0;
    }
    const std::size_t value = text.find_first_not_of(" \t", k_name.size());
    return value == std::string_view::npos ? text.size() : value;
}

} // namespace

bool names_a_secret(std::string_view name) {
    static constexpr std::array<std::string_view, 6> k_words{"password", "token", "secret",
                                                             "cred",     "_pass", "im_auth"};
    std::string lower;
    std::transform(name.begin(), name.end(), std::back_inserter(lower),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    // token_type says what kind of token there is; *_SK holds the secret key of a MinIO
    return !lower.ends_with("_type") &&
           (lower.ends_with("_sk") ||
            std::any_of(k_words.begin(), k_words.end(), [&](std::string_view word) {
                return lower.find(word) != std::string::npos;
            }));
}

void Redactor::add(const Secret& secret) {
    const std::string& text = secret.reveal();
    if (text.size() < k_shortest) {
        return;
    }
    const auto place = std::lower_bound(
        m_secrets.begin(), m_secrets.end(), text, [](const std::string& a, const std::string& b) {
            return a.size() != b.size() ? a.size() > b.size() : a < b;
        });
    if (place == m_secrets.end() || *place != text) {
        m_secrets.insert(place, text);
    }
}

std::string Redactor::redact(std::string_view text) const {
    std::string result;
    result.reserve(text.size());
    std::size_t at = 0;
    while (at < text.size()) {
        const std::string_view rest = text.substr(at);
        if (const std::size_t length = key_block_length(rest); length > 0) {
            result += k_mask;
            at += length;
            continue;
        }
        if (const std::size_t length = authorization_length(rest); length > 0) {
            result.append(rest.substr(0, length));
            result += k_mask;
            const std::size_t line_end = rest.find_first_of("\r\n", length);
            at = line_end == std::string_view::npos ? text.size() : at + line_end;
            continue;
        }
        const auto found =
            std::find_if(m_secrets.begin(), m_secrets.end(), [&](const std::string& secret) {
                return rest.substr(0, secret.size()) == secret;
            });
        if (found != m_secrets.end()) {
            result += k_mask;
            at += found->size();
            continue;
        }
        result += text[at];
        ++at;
    }
    return result;
}

} // namespace aisprint
