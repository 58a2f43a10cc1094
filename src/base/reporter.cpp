// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/reporter.hpp"

namespace aisprint {

Result<void> fail_on_errors(std::vector<Diagnostic> found, Reporter& reporter) {
    std::vector<Diagnostic> errors;
    for (Diagnostic& diagnostic : found) {
        if (diagnostic.severity == Severity::error) {
            errors.push_back(std::move(diagnostic));
        } else {
            reporter.report(std::move(diagnostic));
        }
    }
    if (!errors.empty()) {
        return fail(ErrorKind::input, std::move(errors));
    }
    return {};
}

} // namespace aisprint
