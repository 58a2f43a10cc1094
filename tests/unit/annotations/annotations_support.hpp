// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/reader.hpp"
#include "aisprint/base/reporter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace aisprint::annotations::testing {

/// What reading a script gave.
struct Reading {
    Result<ComponentScript> script = fail(ErrorKind::internal, Diagnostic{});
    std::vector<Diagnostic> warnings;

    /// The codes of the errors, in order.
    [[nodiscard]] std::vector<std::string> error_codes() const {
        std::vector<std::string> codes;
        if (!script) {
            for (const Diagnostic& diagnostic : script.error().diagnostics) {
                codes.push_back(diagnostic.code);
            }
        }
        return codes;
    }

    /// The codes of the warnings, in order.
    [[nodiscard]] std::vector<std::string> warning_codes() const {
        std::vector<std::string> codes;
        for (const Diagnostic& diagnostic : warnings) {
            codes.push_back(diagnostic.code);
        }
        return codes;
    }
};

inline Reading read(const std::string& text, const std::string& folder = "blur") {
    CollectingReporter reporter;
    Reading reading;
    reading.script =
        read_component_script(SourceFile("app/src/" + folder + "/main.py", text), folder, reporter);
    reading.warnings = reporter.diagnostics();
    return reading;
}

/// A script with a name and the decorators given; all names are imported.
inline std::string component(const std::string& decorators, const std::string& rest = {}) {
    return "from aisprint.annotations import *\n" + rest + "\n@component_name(name='blur')\n" +
           decorators + "def main(args):\n    pass\n";
}

/// All the messages of a failure, for failing tests.
inline std::string messages(const Failure& failure) {
    std::string text;
    for (const Diagnostic& diagnostic : failure.diagnostics) {
        text += format_diagnostic(diagnostic);
    }
    return text;
}

} // namespace aisprint::annotations::testing
