// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/run.hpp"

#include <CLI/CLI.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::cli {

/// The options about cuts of models, as typed.
struct CutArguments {
    std::string rank = "elements";
    bool collapse = false;
    std::size_t max_tensors = 1;
    double min_share = 0;
    std::vector<std::string> input_shapes;
};

/// The options that `design` and `check` share, as typed.
struct DesignArguments {
    std::string application_dir;
    std::optional<std::size_t> num_partitions;
    std::size_t max_deployments = design::DesignOptions{}.max_deployments;
    CutArguments cuts;
    std::string container = "npz";
    bool strict = false;
    bool omit_below_threshold = false;
};

/// Adds the option --application_dir.
void add_application_dir(CLI::App& app, std::string& target);

/// Adds the shared options.
void add_design_options(CLI::App& app, DesignArguments& arguments);

/// The group of options about cuts in help texts.
inline constexpr const char* k_cut_group = "Cuts of models";

/// Adds the option for the most tensors that may cross a cut, under the command's own name for it.
void add_max_tensors(CLI::App& app, const std::string& name, CutArguments& arguments);

/// Adds the other options about cuts: --rank, --collapse, --min_share, --input_shape.
void add_cut_options(CLI::App& app, CutArguments& arguments);

/// The typed options about cuts, but for the input shapes.
[[nodiscard]] partition::CutOptions to_cut_options(const CutArguments& arguments);

/// Reads NAME=1,3,224,224 texts. Fails (usage).
[[nodiscard]] Result<std::map<std::string, std::vector<std::int64_t>>>
parse_input_shapes(const std::vector<std::string>& texts);

/// The typed options. Fails (usage, CLI004) for values that make no sense.
[[nodiscard]] Result<design::DesignOptions> to_design_options(const DesignArguments& arguments);

} // namespace aisprint::cli
