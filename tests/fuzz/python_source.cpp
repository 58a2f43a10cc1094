// SPDX-License-Identifier: Apache-2.0
// A component's main.py: reading and checking its annotations, and cutting it into segments.
#include "aisprint/annotations/checks.hpp"
#include "aisprint/annotations/typed.hpp"
#include "aisprint/design/segment_code.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace aisprint;

void read_annotations(const SourceFile& source) {
    CollectingReporter reporter;
    const auto script = annotations::read_component_script(source, "c", reporter);
    if (!script) {
        return;
    }
    const annotations::GraphView graph{{"a", "b"}, {{"a", {"b"}}}, {}};
    if (annotations::check_annotations({*script}, graph, {}, reporter).empty()) {
        static_cast<void>(annotations::exec_time_of(*script));
        static_cast<void>(annotations::metric_drift_of(*script));
        static_cast<void>(annotations::early_exits_of(*script));
    }
}

/// What is generated from a valid source must be valid, too.
void expect_no_broken_output(const Failure& failure) {
    for (const Diagnostic& diagnostic : failure.diagnostics) {
        if (diagnostic.code == "DSN065") {
            std::abort();
        }
    }
}

void cut(const SourceFile& source) {
    design::SegmentCodeOptions options;
    options.onnx_file = "net.onnx";
    if (const auto checked = design::check_partitionable(source, options); !checked) {
        expect_no_broken_output(checked.error());
    }
    if (const auto checked = design::check_exits(source, options, "leave"); !checked) {
        expect_no_broken_output(checked.error());
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const SourceFile source("main.py", std::string(data, data + size));
    read_annotations(source);
    cut(source);
    return 0;
}
