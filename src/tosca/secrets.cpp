// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>

namespace aisprint::tosca {

namespace {

bool names_a_secret(std::string name) {
    static constexpr std::array<std::string_view, 5> k_words{"password", "token", "secret", "_pass",
                                                             "im_auth"};
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    // token_type says what kind of token there is; *_SK holds the secret key of a MinIO
    return !name.ends_with("_type") &&
           (name.ends_with("_sk") ||
            std::any_of(k_words.begin(), k_words.end(), [&](std::string_view word) {
                return name.find(word) != std::string::npos;
            }));
}

} // namespace

void add_secrets(const yaml::Node& document, Redactor& redactor) {
    for (const yaml::Entry& entry : document.entries) {
        const yaml::Node* input = entry.value.find("default");
        const yaml::Node& value = input == nullptr ? entry.value : *input;
        if (value.is_scalar() && names_a_secret(entry.key)) {
            redactor.add(Secret(value.scalar));
        }
        add_secrets(entry.value, redactor);
    }
    for (const yaml::Node& item : document.items) {
        add_secrets(item, redactor);
    }
}

} // namespace aisprint::tosca
