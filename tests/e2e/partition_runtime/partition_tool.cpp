// SPDX-License-Identifier: Apache-2.0
// Runs aisprint::partition::run_partition with options from the command line and prints the
// report as JSON, for tests that compare the parts in a real runtime.
#include "aisprint/base/diagnostic.hpp"
#include "aisprint/partition/partition_json.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace partition = aisprint::partition;

namespace {

/// Splits at commas.
std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> items(1);
    for (const char character : text) {
        if (character == ',') {
            items.emplace_back();
        } else {
            items.back().push_back(character);
        }
    }
    return items;
}

bool set_option(partition::PartitionRequest& request,
                const std::string& name,
                const std::string& value) {
    if (name == "--out") {
        request.out = value;
    } else if (name == "--cut") {
        request.cut_at = split(value);
    } else if (name == "--max_tensors") {
        request.cuts.max_tensors = std::stoul(value);
    } else if (name == "--rank") {
        request.cuts.ranking =
            value == "bytes" ? partition::Ranking::bytes : partition::Ranking::elements;
    } else if (name == "--exits") {
        request.exits = value;
    } else if (name == "--verify") {
        request.verify = partition::VerifyOptions{.python = value};
    } else if (name == "--embed_limit") {
        request.write.embed_limit_bytes = std::stoull(value);
    } else if (name == "--input_shape") {
        const auto shape = partition::parse_input_shape(value);
        if (shape) {
            request.load.input_shapes.insert(*shape);
        }
        return shape.has_value();
    } else {
        return false;
    }
    return true;
}

} // namespace

int main(int argc, char** argv) {
    partition::PartitionRequest request;
    request.model = argc > 1 ? argv[1] : "";
    request.shown_as = request.model.filename().string();
    for (int i = 2; i + 1 < argc; i += 2) {
        if (!set_option(request, argv[i], argv[i + 1])) {
            std::fprintf(stderr, "wrong option %s\n", argv[i]);
            return 2;
        }
    }
    aisprint::CollectingReporter reporter;
    const auto report = partition::run_partition(request, reporter);
    for (const aisprint::Diagnostic& diagnostic : reporter.diagnostics()) {
        std::fputs(aisprint::format_diagnostic(diagnostic).c_str(), stderr);
    }
    if (!report) {
        for (const aisprint::Diagnostic& diagnostic : report.error().diagnostics) {
            std::fputs(aisprint::format_diagnostic(diagnostic).c_str(), stderr);
        }
        return report.error().kind == aisprint::ErrorKind::infeasible ? 4 : 3;
    }
    std::fputs(format_report(*report).c_str(), stderr);
    std::puts(to_json(*report).dump(1).c_str());
    return 0;
}
