// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/optimizer/optimize.hpp"

#include <optional>
#include <string>
#include <vector>

namespace aisprint::placement {

/// Arrival rates start, start + step, ... below end, in requests per second.
struct RateRange {
    double start = 0;
    double end = 0;
    double step = 0;
};

/// A layer name with the place where it is listed.
struct ListedLayer {
    std::string name;
    Span span;
};

/// What SPACE4AI-D.yaml, or the configuration of the stand-alone form, asks for.
struct MethodConfig {
    optimizer::MethodList methods;
    std::vector<ListedLayer> edge_layers;     ///< EdgeResources
    std::vector<ListedLayer> cloud_layers;    ///< CloudResources
    std::vector<ListedLayer> function_layers; ///< FaaSResources
    double horizon_h = 1;                     ///< Time
    int verbose_level = 0;
    std::optional<RateRange> rates; ///< LambdaBound, stand-alone form only
};

/// Where a configuration comes from: SPACE4AI-D.yaml (binary search and Time are mandatory), or
/// the JSON file of the stand-alone form.
enum class MethodConfigForm { application, stand_alone };

/// Reads a configuration (YAML; JSON is a part of it). Fails (input) with everything that is wrong
/// (OPT0xx), among it the mandatory methods and parameters of the guide.
[[nodiscard]] Result<MethodConfig>
parse_method_config(const SourceFile& source, MethodConfigForm form, Reporter& reporter);

/// space4ai-d/Input.json: Methods, Seed and VerboseLevel in the reference's form.
[[nodiscard]] std::string write_method_config(const MethodConfig& config);

} // namespace aisprint::placement
