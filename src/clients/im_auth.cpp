// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/im_auth.hpp"

#include "im_auth_checks.hpp"
#include "im_auth_reader.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <sys/stat.h>
#include <utility>

namespace aisprint::clients {

namespace {

/// UTF-8 as the Latin-1 of headers; only characters that have one come here.
std::string to_latin1(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x80) {
            result += text[i];
            continue;
        }
        const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : '\x80');
        result += static_cast<char>(((byte & 0x03U) << 6U) | (next & 0x3FU));
        ++i;
    }
    return result;
}

/// A value as the server's splitting leaves it whole. Quotes may change inside of a value, as in a
/// shell; a line end is two backslashes and an n.
std::string in_quotes(std::string_view value) {
    constexpr std::string_view k_plain =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/:@%,!$&*()?[]{}<>^|";
    if (!value.empty() && value.find_first_not_of(k_plain) == std::string_view::npos) {
        return std::string(value);
    }
    std::string result;
    while (true) {
        const char quote =
            value.substr(0, value.find('"')).find('\'') == std::string_view::npos ? '\'' : '"';
        const std::string_view piece = value.substr(0, value.find(quote));
        result += quote;
        for (const char letter : piece) {
            if (letter == '\n') {
                result += "\\\\n";
            } else {
                result += letter;
            }
        }
        result += quote;
        value.remove_prefix(piece.size());
        if (value.empty()) {
            return result;
        }
    }
}

/// The text between "WORD(" and ")", if the value is of that form.
std::optional<std::string> argument_of(const std::string& value, std::string_view word) {
    const std::string begin = std::string(word) + "(";
    if (value.size() <= begin.size() || value.compare(0, begin.size(), begin) != 0 ||
        value.back() != ')') {
        return std::nullopt;
    }
    return value.substr(begin.size(), value.size() - begin.size() - 1);
}

void drop_line_ends(std::string& text) {
    text.erase(text.find_last_not_of("\r\n") + 1);
}

/// Puts what file(...) and command(...) stand for in their places.
class Expander {
public:
    Expander(const std::filesystem::path& folder,
             AuthCommands commands,
             std::vector<Diagnostic>& errors)
        : m_folder(folder), m_commands(commands), m_errors(errors) {}

    void expand(RawField& field) {
        if (const auto path = argument_of(field.value, "file")) {
            expand_file(field, *path);
        } else if (const auto command = argument_of(field.value, "command")) {
            expand_command(field, *command);
        }
    }

private:
    /// Leaves an empty value, so that nothing else is said about it.
    void fail(RawField& field, const char* code, std::string message, std::string hint) {
        m_errors.push_back(auth_error(field.value_span, code, std::move(message), std::move(hint)));
        field.value = "?";
    }

    void expand_file(RawField& field, const std::string& path) {
        Result<std::string> content = read_file(m_folder / path);
        if (!content) {
            fail(field, "IMC012",
                 fmt::format("cannot read the file of file({}): {}", path,
                             content.error().diagnostics.front().message),
                 "the path counts from the folder of the file of credentials");
            return;
        }
        field.value = std::move(*content);
        drop_line_ends(field.value);
    }

    void expand_command(RawField& field, const std::string& command) {
        if (m_commands == AuthCommands::refused) {
            fail(field, "IMC013", "command(...) is not run unless it is allowed",
                 "allow it with --allow_auth_commands if you trust this file");
            return;
        }
        ProcessRequest request;
        request.command = {"/bin/sh", "-c", command};
        request.directory = m_folder;
        const Result<ProcessResult> result = run_process(request);
        if (!result || result->exit_code != 0) {
            fail(field, "IMC014",
                 result ? fmt::format("the command ended with exit code {}", result->exit_code)
                        : std::string("the command could not be started"),
                 "run it by hand to see why; what it prints is not shown here");
            return;
        }
        field.value = result->standard_output;
        drop_line_ends(field.value);
    }

    const std::filesystem::path& m_folder;
    AuthCommands m_commands;
    std::vector<Diagnostic>& m_errors;
};

ImCredential to_credential(RawCredential raw) {
    ImCredential credential;
    credential.span = std::move(raw.span);
    for (RawField& field : raw.fields) {
        if (field.key == "id") {
            credential.id = std::move(field.value);
        } else if (field.key == "type") {
            credential.type = std::move(field.value);
        } else {
            credential.fields[field.key] = Secret(std::move(field.value));
        }
    }
    return credential;
}

/// A secret in the forms in which it may turn up: whole, and line by line.
void add_forms(Redactor& redactor, const Secret& secret) {
    constexpr std::size_t k_shortest_line = 16; // shorter ones are lines of anything
    redactor.add(secret);
    std::string_view rest = secret.reveal();
    while (rest.find('\n') != std::string_view::npos || rest.size() < secret.reveal().size()) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        if (line.size() >= k_shortest_line) {
            redactor.add(Secret(std::string(line)));
        }
        if (end == std::string_view::npos) {
            break;
        }
        rest = rest.substr(end + 1);
    }
}

} // namespace

std::string_view ImCredential::field(const std::string& name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view{} : std::string_view(found->second.reveal());
}

ImAuth::ImAuth(std::vector<ImCredential> credentials, Secret bearer)
    : m_credentials(std::move(credentials)), m_bearer(std::move(bearer)) {}

bool ImAuth::has_type(std::string_view type) const {
    return (!m_bearer.empty() && type == "InfrastructureManager") ||
           std::any_of(m_credentials.begin(), m_credentials.end(),
                       [&](const ImCredential& item) { return item.type == type; });
}

Secret ImAuth::header_value() const {
    if (!m_bearer.empty()) {
        return Secret("Bearer " + m_bearer.reveal());
    }
    std::string header;
    for (const ImCredential& credential : m_credentials) {
        std::string line;
        const auto add = [&](const std::string& key, const std::string& value) {
            line += (line.empty() ? "" : "; ") + key + " = " + in_quotes(value);
        };
        if (!credential.id.empty()) {
            add("id", credential.id);
        }
        add("type", credential.type);
        for (const auto& [key, value] : credential.fields) {
            add(key, value.reveal());
        }
        header += (header.empty() ? "" : "\\n") + line;
    }
    return Secret(to_latin1(header));
}

void ImAuth::add_secrets(Redactor& redactor) const {
    redactor.add(m_bearer);
    for (const ImCredential& credential : m_credentials) {
        for (const auto& [key, value] : credential.fields) {
            if (!is_public_field(credential.type, key)) {
                add_forms(redactor, value);
            }
        }
    }
}

Result<ImAuth> parse_im_auth(const SourceFile& source,
                             const std::filesystem::path& folder,
                             AuthCommands commands,
                             Reporter& reporter) {
    std::vector<Diagnostic> errors;
    RawAuth raw = read_auth(source, errors);
    Expander expander(folder, commands, errors);
    for (RawCredential& credential : raw.credentials) {
        for (RawField& field : credential.fields) {
            expander.expand(field);
        }
    }
    if (raw.form == RawAuth::Form::credentials) {
        check_credentials(source.name(), raw, errors, reporter);
    }
    if (!errors.empty()) {
        sort_and_merge(errors);
        return fail(ErrorKind::input, std::move(errors));
    }
    std::vector<ImCredential> credentials;
    for (RawCredential& credential : raw.credentials) {
        credentials.push_back(to_credential(std::move(credential)));
    }
    return ImAuth(std::move(credentials), Secret(std::move(raw.bearer)));
}

Result<ImAuth> load_im_auth(const std::filesystem::path& path,
                            const std::string& shown_as,
                            AuthCommands commands,
                            Reporter& reporter) {
    std::error_code code;
    if (!std::filesystem::is_regular_file(path, code)) {
        return fail(ErrorKind::input,
                    make_error("IMC001", "IM auth data does not exist: " + shown_as,
                               "write the credentials of the Infrastructure Manager and of the "
                               "clouds to that file, or name another one with --im_auth"));
    }
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(path, shown_as));
    struct stat status {};
    constexpr unsigned int k_others = 077;
    if (::stat(path.c_str(), &status) == 0 && (status.st_mode & k_others) != 0) {
        reporter.report(as_warning(
            make_error_in(shown_as, "IMC002",
                          fmt::format("other users may read these credentials (mode {:04o})",
                                      static_cast<unsigned int>(status.st_mode) & 07777U),
                          fmt::format("run: chmod 600 {}", shown_as))));
    }
    return parse_im_auth(source, path.parent_path(), commands, reporter);
}

} // namespace aisprint::clients
