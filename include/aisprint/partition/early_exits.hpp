// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/diagnostic.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/partition/model.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::partition {

/// One early exit of a model, in network order.
struct Exit {
    std::string label;
    /// The tensors that feed the next segment (column `input_nodes`).
    std::vector<std::string> input_tensors;
    /// The outputs of this exit (column `output_nodes`).
    std::vector<std::string> output_tensors;
    /// Where it is written down.
    Span span;
};

/// Reads the exits from a .csv file (header exits,input_nodes,output_nodes), or from a .yaml, .yml
/// or .json file with a list `exits` of mappings with label, input_nodes and output_nodes.
/// `shown_as` is the name in diagnostics. Fails (io, input) with everything that is wrong in the
/// file.
[[nodiscard]] Result<std::vector<Exit>> load_early_exits(const std::filesystem::path& path,
                                                         const std::string& shown_as);

/// What is wrong with the exits for this model: tensors that it does not have, exits that are not
/// outputs, segments that would need more than the one before hands over. Empty if all is well.
[[nodiscard]] std::vector<Diagnostic> check_exits(const Model& model,
                                                  const std::vector<Exit>& exits);

} // namespace aisprint::partition
