// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/secret.hpp"
#include "aisprint/base/source_file.hpp"

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::clients {

/// One credential of an auth.dat: its id (may be empty), its type, and all its fields.
struct ImCredential {
    std::string id;
    std::string type;
    std::map<std::string, Secret> fields; ///< without id and type
    Span span;

    /// The field's text, or empty.
    [[nodiscard]] std::string_view field(const std::string& name) const;
};

/// An auth.dat, read and checked.
class ImAuth {
public:
    ImAuth(std::vector<ImCredential> credentials, Secret bearer);

    /// In file order; empty for a bearer token.
    [[nodiscard]] const std::vector<ImCredential>& credentials() const { return m_credentials; }

    /// True if there is a credential of that type.
    [[nodiscard]] bool has_type(std::string_view type) const;

    /// The value of the Authorization header: credentials joined with a backslash and an n, or
    /// the bearer token.
    [[nodiscard]] Secret header_value() const;

    /// Makes the values of all fields that are not names of users or hosts known to `redactor`.
    void add_secrets(Redactor& redactor) const;

private:
    std::vector<ImCredential> m_credentials;
    Secret m_bearer;
};

/// Whether command(...) in a value may be run.
enum class AuthCommands { refused, allowed };

/// Reads the text of an auth.dat: lines of `key = value` separated by semicolons, a JSON list of
/// objects, or one line `Bearer TOKEN`. file(PATH) is read relative to `folder`. Fails (input,
/// IMC0xx) with everything that is wrong; diagnostics never show values.
[[nodiscard]] Result<ImAuth> parse_im_auth(const SourceFile& source,
                                           const std::filesystem::path& folder,
                                           AuthCommands commands,
                                           Reporter& reporter);

/// Reads a file of credentials; warns if others may read it. Fails as parse_im_auth does, and
/// (input) if there is no such file.
[[nodiscard]] Result<ImAuth> load_im_auth(const std::filesystem::path& path,
                                          const std::string& shown_as,
                                          AuthCommands commands,
                                          Reporter& reporter);

} // namespace aisprint::clients
