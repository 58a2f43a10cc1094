// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/partition/model.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace aisprint::partition {

/// What makes a cut better than another one: fewer elements (default) or fewer bytes to move.
enum class Ranking { elements, bytes };

/// Whether consecutive cuts that move the same amount of data (a convolution, its normalization)
/// are all listed, or only the first of them.
enum class Equivalent { keep, collapse };

/// In what a minimum share is counted.
enum class ShareOf { nodes, flops };

/// Which cuts are wanted, and in which order.
struct CutOptions {
    Ranking ranking = Ranking::elements;
    Equivalent equivalent = Equivalent::keep;
    /// How many tensors may cross a cut, from 1.
    std::size_t max_tensors = 1;
    /// The part of the model's nodes, or FLOPs, that each side must have, from 0 to below 0.5.
    double minimum_share = 0;
    ShareOf share_of = ShareOf::nodes;
};

/// What one side of a cut holds. Constants that both sides need count on both.
struct SideCost {
    std::size_t nodes = 0;
    std::uint64_t parameters = 0;
    std::uint64_t parameter_bytes = 0;
    /// Estimated floating point operations of one run; operators of unknown cost count 0.
    std::uint64_t flops = 0;

    bool operator==(const SideCost&) const = default;
};

/// A place where the model can be cut in two: every way from an input to an output crosses it.
struct Cut {
    /// What the first side hands to the second, in order of computation.
    std::vector<TensorInfo> tensors;
    /// Those of `tensors` that are inputs of the model and are passed on as they are: not outputs
    /// of the first half. Only in cuts of several tensors.
    std::vector<std::string> forwarded_inputs;
    /// Those of `tensors` that are outputs of the model already: not outputs of the second half.
    /// Only in cuts of several tensors.
    std::vector<std::string> finished_outputs;
    /// Sums over `tensors`, of known dimensions.
    std::uint64_t elements = 0;
    std::uint64_t bytes = 0;
    SideCost first;
    SideCost second;
};

/// The answer of find_cuts().
struct CutSearch {
    /// The valid cuts, best first.
    std::vector<Cut> cuts;
    /// How many tensors, or sets of tensors, were considered.
    std::size_t candidates = 0;
    /// How many better-ranked ones had to be rejected before the first valid one; all of them if
    /// there is no valid one.
    std::size_t rejected_before_first = 0;
    /// Assumptions and doubts, one sentence each.
    std::vector<std::string> remarks;
    /// Why there is no cut; empty if there is one.
    std::string no_cut_reason;
};

/// Lists the valid cuts of a model in one pass over its graph, O(nodes + edges). Doubts about the
/// best cut (almost everything on one side, unknown sizes) are also reported as warnings. Fails
/// (usage) for options out of range. No cut at all is not a failure.
[[nodiscard]] Result<CutSearch>
find_cuts(const Model& model, const CutOptions& options, Reporter& reporter);

/// The cut at the tensors of these names. Fails (usage) when a name is unknown, or when something
/// else would have to cross too: the message names it.
[[nodiscard]] Result<Cut> make_cut(const Model& model, const std::vector<std::string>& tensors);

} // namespace aisprint::partition
