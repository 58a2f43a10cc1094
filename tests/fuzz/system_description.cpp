// SPDX-License-Identifier: Apache-2.0
// System descriptions: reading, writing, and reading again what was written.
#include "aisprint/base/result.hpp"
#include "aisprint/placement/system_json.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace aisprint;
    CollectingReporter reporter;
    const SourceFile source("system.json", std::string(data, data + size));
    const auto problem = placement::parse_system(source, reporter);
    if (!problem) {
        AISPRINT_ASSERT(!problem.error().diagnostics.empty());
        for (const Diagnostic& diagnostic : problem.error().diagnostics) {
            AISPRINT_ASSERT(!format_diagnostic(diagnostic).empty());
        }
        return 0;
    }
    AISPRINT_ASSERT(optimizer::topological_order(*problem).size() == problem->components.size());
    const std::string text = placement::write_system(*problem);
    const auto again = placement::parse_system(SourceFile("again.json", text), reporter);
    AISPRINT_ASSERT(again.has_value());
    AISPRINT_ASSERT(placement::write_system(*again) == text);
    return 0;
}
