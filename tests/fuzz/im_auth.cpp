// SPDX-License-Identifier: Apache-2.0
// Files of credentials: reading, and what a server makes of the header.
#include "im_server_auth.hpp"

#include "aisprint/base/diagnostic.hpp"
#include "aisprint/clients/im_auth.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace aisprint;

/// Ends the program, so that the fuzzer keeps the input.
void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

void check_diagnostics(const SourceFile& source, const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics) {
        require(!format_diagnostic(diagnostic).empty());
        require(diagnostic.snippet.empty()); // lines of the file are secret
        require(diagnostic.span.line <= source.line_count());
    }
}

/// Latin-1 as UTF-8.
std::string to_utf8(const std::string& text) {
    std::string result;
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        if (byte < 0x80) {
            result += letter;
        } else {
            result += static_cast<char>(0xC0U | (byte >> 6U));
            result += static_cast<char>(0x80U | (byte & 0x3FU));
        }
    }
    return result;
}

/// The server must read what we have read.
void check_header(const clients::ImAuth& auth) {
    const std::string header = auth.header_value().reveal();
    for (const char letter : header) {
        const auto byte = static_cast<unsigned char>(letter);
        require((byte >= 0x20 && byte != 0x7f) || byte == '\t');
    }
    if (auth.credentials().empty()) {
        require(header.rfind("Bearer ", 0) == 0);
        return;
    }
    const auto seen = clients::test::parse_authorization(header);
    require(seen.size() == auth.credentials().size());
    for (std::size_t i = 0; i < seen.size(); ++i) {
        const clients::ImCredential& ours = auth.credentials()[i];
        const std::size_t named = ours.id.empty() ? 1 : 2;
        require(seen[i].size() == ours.fields.size() + named);
        require(to_utf8(seen[i].at("type")) == ours.type);
        for (const auto& [key, value] : ours.fields) {
            require(to_utf8(seen[i].at(key)) == value.reveal());
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text(data, data + size);
    if (text.find("file") != std::string::npos) {
        return 0; // other files are not part of the input
    }
    const SourceFile source("auth.dat", text);
    CollectingReporter reporter;
    const Result<clients::ImAuth> auth =
        clients::parse_im_auth(source, "/nonexistent", clients::AuthCommands::refused, reporter);
    check_diagnostics(source, reporter.diagnostics());
    if (auth) {
        check_header(*auth);
        Redactor redactor;
        auth->add_secrets(redactor);
    } else {
        require(!auth.error().diagnostics.empty());
        check_diagnostics(source, auth.error().diagnostics);
    }
    return 0;
}
