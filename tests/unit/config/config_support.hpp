// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/source_file.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace aisprint::config {

/// Codes of diagnostics, in order.
inline std::vector<std::string> codes_of(const std::vector<Diagnostic>& diagnostics) {
    std::vector<std::string> codes;
    for (const Diagnostic& diagnostic : diagnostics) {
        codes.push_back(diagnostic.code);
    }
    return codes;
}

/// The codes of what `parse` finds wrong in `text`, then those of its warnings after "|".
template <class Parse>
std::vector<std::string> findings(Parse parse, const std::string& text) {
    CollectingReporter reporter;
    const auto parsed = parse(SourceFile("f.yaml", text), reporter);
    std::vector<std::string> codes;
    if (!parsed) {
        codes = codes_of(parsed.error().diagnostics);
    }
    const std::vector<std::string> warnings = codes_of(reporter.diagnostics());
    if (!warnings.empty()) {
        codes.push_back("|");
        codes.insert(codes.end(), warnings.begin(), warnings.end());
    }
    return codes;
}

/// `text` with the first occurrence of `from` replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t place = text.find(from);
    if (place == std::string::npos) {
        return "nothing to replace: " + from;
    }
    return text.replace(place, from.size(), to);
}

} // namespace aisprint::config
