// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/partition/cuts.hpp"
#include "aisprint/partition/early_exits.hpp"
#include "aisprint/partition/model.hpp"
#include "aisprint/partition/verify.hpp"
#include "aisprint/partition/write.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::partition {

/// What the command `partition` does with a model.
struct PartitionRequest {
    std::filesystem::path model;
    /// The model's name in diagnostics; the path as typed.
    std::string shown_as;
    LoadOptions load;
    CutOptions cuts;
    /// Tensors to cut at. Empty: the best cut, if anything is written or compared.
    std::vector<std::string> cut_at;
    /// A file of early exits to cut at instead.
    std::optional<std::filesystem::path> exits;
    /// Folder for the parts, made if need be; without one nothing is written.
    std::optional<std::filesystem::path> out;
    /// Compare the parts with the whole model.
    std::optional<VerifyOptions> verify;
    WriteOptions write;
};

/// What was found and done.
struct PartitionReport {
    std::string model;
    std::size_t nodes = 0;
    std::int64_t ir_version = 0;
    std::int64_t opset_version = 0;
    std::uint64_t parameters = 0;
    std::uint64_t parameter_bytes = 0;
    std::vector<TensorInfo> inputs;
    std::vector<TensorInfo> outputs;
    /// The list of cuts; not there if tensors or exits were given.
    std::optional<CutSearch> search;
    /// The cut that was written or compared.
    std::optional<Cut> chosen;
    std::vector<Exit> exits;
    /// The parts, at their final place; empty if nothing was to be written.
    std::vector<WrittenModel> written;
    std::optional<Verification> verification;
};

/// Lists cuts, writes parts and compares them, as the request says. The parts are called STEM_1,
/// STEM_2, .. and appear in the folder only when all of them are complete. Fails as the functions
/// that it calls do, and (infeasible, PRT022) if there is no cut to write.
[[nodiscard]] Result<PartitionReport> run_partition(const PartitionRequest& request,
                                                    Reporter& reporter);

/// How many cuts a table shows.
enum class TableRows { best, all };

/// The report as a text for people: a table of cuts, and what was written and compared.
[[nodiscard]] std::string format_report(const PartitionReport& report,
                                        TableRows rows = TableRows::best);

/// Reads NAME=1,3,224,224, as in the option --input_shape. Fails (usage, PRT006).
[[nodiscard]] Result<std::pair<std::string, std::vector<std::int64_t>>>
parse_input_shape(const std::string& text);

} // namespace aisprint::partition
