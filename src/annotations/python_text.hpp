// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/python_tree.hpp"

#include <string>
#include <string_view>

namespace aisprint::annotations {

/// A source made ready for the parser: `text` has the same length, and each place of it is the
/// same place of the source.
struct PreparedText {
    std::string text;
    SourceEncoding encoding = SourceEncoding::utf8;
};

/// Reads the encoding line, checks the bytes against it and hides what the parser could not
/// read: single-byte characters above 0x7f become letters, lone carriage returns line feeds.
/// Fails (input, ANN003) on zero bytes, unknown encodings and bytes that do not fit.
[[nodiscard]] Result<PreparedText> prepare_text(const SourceFile& source);

/// Bytes of a source as UTF-8.
[[nodiscard]] std::string decode_bytes(std::string_view bytes, SourceEncoding encoding);

/// Appends a code point as UTF-8.
void append_utf8(std::string& text, std::uint32_t code_point);

} // namespace aisprint::annotations
