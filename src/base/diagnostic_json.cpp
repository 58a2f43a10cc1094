// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/diagnostic_json.hpp"

namespace aisprint {

namespace {

nlohmann::ordered_json range_of(const Span& span) {
    nlohmann::ordered_json range{{"file", span.file}};
    if (span.line != 0) {
        range["line"] = span.line;
        range["column"] = span.column;
        range["length"] = span.length;
    }
    return range;
}

} // namespace

nlohmann::ordered_json to_json(const Diagnostic& diagnostic) {
    nlohmann::ordered_json json{{"severity", to_string(diagnostic.severity)},
                                {"code", diagnostic.code},
                                {"message", diagnostic.message}};
    if (!diagnostic.span.file.empty()) {
        json["range"] = range_of(diagnostic.span);
    }
    if (!diagnostic.snippet.empty()) {
        json["snippet"] = diagnostic.snippet;
    }
    for (const Note& note : diagnostic.notes) {
        nlohmann::ordered_json item{{"text", note.text}};
        if (note.span) {
            item["range"] = range_of(*note.span);
        }
        json["notes"].push_back(std::move(item));
    }
    if (!diagnostic.hint.empty()) {
        json["hint"] = diagnostic.hint;
    }
    return json;
}

} // namespace aisprint
