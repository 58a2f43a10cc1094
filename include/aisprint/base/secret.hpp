// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aisprint {

/// A password, token or key. It has no way to a stream or a format string: who needs the text
/// says reveal().
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string value) : m_value(std::move(value)) {}

    /// The secret itself, for the place that it is meant for.
    [[nodiscard]] const std::string& reveal() const { return m_value; }

    [[nodiscard]] bool empty() const { return m_value.empty(); }

    bool operator==(const Secret&) const = default;

private:
    std::string m_value;
};

/// Whether inputs and outputs of the Infrastructure Manager's documents called like this hold
/// passwords, tokens or keys. Rather one too many: what they hold is kept from the user's eyes.
[[nodiscard]] bool names_a_secret(std::string_view name);

/// Takes secrets out of texts that people or log files get to see.
class Redactor {
public:
    /// Remembers a secret. Texts shorter than four characters are not looked for: they would turn
    /// up in everything.
    void add(const Secret& secret);

    /// `text` with each secret, each private key block and each value of an Authorization header
    /// replaced by "***". Where secrets overlap, the longest is taken.
    [[nodiscard]] std::string redact(std::string_view text) const;

private:
    std::vector<std::string> m_secrets; ///< longest first
};

} // namespace aisprint
