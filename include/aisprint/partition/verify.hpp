// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/partition/model.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace aisprint::partition {

/// How to compare a model with its segments.
struct VerifyOptions {
    /// A Python interpreter, tried for the package onnxruntime; a bare name is looked up in PATH.
    std::filesystem::path python = "python3";
    /// How many random inputs, and from which seed.
    int runs = 3;
    std::uint32_t seed = 1;
};

/// The differences of one output of the model.
struct OutputDifference {
    std::string name;
    /// Largest absolute difference, and largest absolute value of the whole model's output.
    double largest_difference = 0;
    double largest_value = 0;
};

/// What a comparison found.
struct Verification {
    /// "onnxruntime 1.16.3"; empty if no runtime was found and nothing was compared.
    std::string runtime;
    /// Why nothing was compared; empty otherwise.
    std::string not_done_reason;
    std::vector<OutputDifference> outputs;
    /// The largest of all differences.
    double largest_difference = 0;

    /// True if every difference is within 2e-3 of the largest value of that output, plus 1e-6.
    [[nodiscard]] bool equal_enough() const;
};

/// Runs a model as a whole, and its segments one after the other, on the same random inputs; what
/// a segment puts out is handed to the later ones by name. No runtime is not a failure: see
/// `not_done_reason`. Fails (input) when the runtime refuses a file or an output is missing.
[[nodiscard]] Result<Verification>
verify_segments(const Model& model,
                const std::filesystem::path& whole,
                const std::vector<std::filesystem::path>& segments,
                const VerifyOptions& options = {});

} // namespace aisprint::partition
