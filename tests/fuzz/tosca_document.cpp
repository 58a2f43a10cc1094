// SPDX-License-Identifier: Apache-2.0
// TOSCA documents against the shipped types, and TOSCA types. Findings must be printable and lie
// inside of the input.
#include "aisprint/tosca/check.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using namespace aisprint;

void check_findings(const SourceFile& source, const std::vector<Diagnostic>& found) {
    for (const Diagnostic& diagnostic : found) {
        AISPRINT_ASSERT(diagnostic.code.size() == 6 && !diagnostic.message.empty());
        AISPRINT_ASSERT(diagnostic.span.file == source.name());
        AISPRINT_ASSERT(diagnostic.span.line <= source.line_count());
        AISPRINT_ASSERT(!format_diagnostic(diagnostic).empty());
    }
}

const tosca::TypeCatalogue& shipped_types() {
    static const Result<tosca::TypeCatalogue> types =
        tosca::TypeCatalogue::load(std::filesystem::path(AISPRINT_SOURCE_DIR) / "templates/tosca");
    AISPRINT_ASSERT(types.has_value());
    return *types;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const SourceFile source("f.yaml", std::string(data, data + size));
    const auto document = yaml::parse(source);
    if (document) {
        const auto found = tosca::check_document(source, *document, shipped_types());
        check_findings(source, found);
        AISPRINT_ASSERT(tosca::check_document(source, *document, shipped_types()) == found);
    }
    const auto types = tosca::TypeCatalogue::parse({source});
    if (!types) {
        AISPRINT_ASSERT(!types.error().diagnostics.empty());
        check_findings(source, types.error().diagnostics);
    } else if (document) {
        check_findings(source, tosca::check_document(source, *document, *types));
    }
    return 0;
}
