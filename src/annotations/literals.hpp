// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/python_tree.hpp"
#include "aisprint/annotations/value.hpp"

#include <tl/expected.hpp>

#include <string>

namespace aisprint::annotations {

/// A string literal (one node "string") without its quotes and escapes. The error says, as the
/// end of a sentence, why it has no value: "is a bytes literal".
[[nodiscard]] tl::expected<std::string, std::string> parse_string_literal(const Node& node,
                                                                          SourceEncoding encoding);

/// An integer or floating-point literal. The error is as above.
[[nodiscard]] tl::expected<Value, std::string> parse_number_literal(const Node& node);

} // namespace aisprint::annotations
