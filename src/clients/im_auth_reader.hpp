// SPDX-License-Identifier: Apache-2.0
// The forms of an auth.dat, taken apart. No diagnostic made here shows a value.
#pragma once

#include "aisprint/base/diagnostic.hpp"
#include "aisprint/base/source_file.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aisprint::clients {

/// "key = value" of a credential. The value has no quotes any more, and real line ends.
struct RawField {
    std::string key;
    std::string value;
    Span key_span;
    Span value_span;
};

/// The fields of one credential, in order.
struct RawCredential {
    std::vector<RawField> fields;
    Span span;
    bool is_complete = true; ///< false: a part of it could not be read
};

/// What a file holds: credentials, or a bearer token.
struct RawAuth {
    enum class Form { credentials, bearer };
    Form form = Form::credentials;
    std::vector<RawCredential> credentials;
    std::string bearer;
    bool is_complete = true; ///< false: a credential could not be read at all
};

/// An error at a place of an auth.dat: without the line of source, which holds secrets.
[[nodiscard]] Diagnostic
auth_error(const Span& span, std::string code, std::string message, std::string hint = {});

/// True for what may be a name of a field: a letter or '_', then letters, digits, '.', '_', '-'.
[[nodiscard]] bool is_field_name(std::string_view text);

/// Reads any form. What is wrong is added to `errors`, and the rest is read all the same.
[[nodiscard]] RawAuth read_auth(const SourceFile& source, std::vector<Diagnostic>& errors);

/// The JSON form, a list of objects; read_auth() uses it.
[[nodiscard]] RawAuth read_json_auth(const SourceFile& source, std::vector<Diagnostic>& errors);

} // namespace aisprint::clients
