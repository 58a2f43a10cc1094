// SPDX-License-Identifier: Apache-2.0
// YAML files of an application: reading, checking against every format, writing and reading again.
#include "aisprint/base/diagnostic_json.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/application_dag.hpp"
#include "aisprint/config/candidate_deployments.hpp"
#include "aisprint/config/candidate_resources.hpp"
#include "aisprint/config/schema.hpp"

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

/// Errors must be printable and point into the file.
void check_diagnostics(const SourceFile& source, const std::vector<Diagnostic>& diagnostics) {
    for (const Diagnostic& diagnostic : diagnostics) {
        require(!format_diagnostic(diagnostic).empty());
        require(to_json(diagnostic).is_object());
        require(diagnostic.span.line <= source.line_count());
        require(diagnostic.code.size() == 6);
    }
}

template <class T>
void check_result(const SourceFile& source, const Result<T>& result) {
    if (!result) {
        require(!result.error().diagnostics.empty());
        check_diagnostics(source, result.error().diagnostics);
    }
}

/// The same but for the spelling of texts that need no quotes.
bool equivalent(const yaml::Node& a, const yaml::Node& b) {
    if (a.kind != b.kind || a.scalar != b.scalar || a.items.size() != b.items.size() ||
        a.entries.size() != b.entries.size() || yaml::as_bool(a) != yaml::as_bool(b)) {
        return false;
    }
    for (std::size_t i = 0; i < a.items.size(); ++i) {
        if (!equivalent(a.items[i], b.items[i])) {
            return false;
        }
    }
    for (std::size_t i = 0; i < a.entries.size(); ++i) {
        if (a.entries[i].key != b.entries[i].key ||
            !equivalent(a.entries[i].value, b.entries[i].value)) {
            return false;
        }
    }
    return true;
}

/// What is written must be read back, and be written in the same way again.
void write_and_read(const yaml::Node& document) {
    const std::string text = yaml::write(document);
    const auto again = yaml::parse(SourceFile("again.yaml", text));
    require(again.has_value());
    require(equivalent(document, *again));
    require(yaml::write(*again) == text);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const SourceFile source("f.yaml", std::string(data, data + size));
    const auto document = yaml::parse(source);
    check_result(source, document);
    if (document) {
        write_and_read(*document);
        for (const config::Format& format : config::formats()) {
            check_diagnostics(source, config::check_document(source, *document, format.type));
            yaml::Node copy = *document;
            config::normalise_scalars(copy, format.type);
            yaml::sort_keys(copy);
        }
    }
    CollectingReporter reporter;
    check_result(source, config::parse_application_dag(source, reporter));
    check_result(source, config::parse_candidate_resources(source, reporter));
    check_result(source, config::parse_candidate_deployments(source, reporter));
    check_diagnostics(source, reporter.diagnostics());
    return 0;
}
