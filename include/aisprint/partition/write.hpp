// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/partition/cuts.hpp"
#include "aisprint/partition/early_exits.hpp"
#include "aisprint/partition/model.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::partition {

/// How parts of a model are written.
struct WriteOptions {
    /// A part whose tensors are larger than this gets them in a file of its own, NAME.data next
    /// to it. Never above the 2 GiB that an ONNX file can have.
    std::uint64_t embed_limit_bytes = std::uint64_t{1} << 30;
};

/// A part of a model that has been written.
struct WrittenModel {
    std::filesystem::path file;
    /// The file of its large tensors, if it has one.
    std::optional<std::filesystem::path> data_file;
    std::vector<std::string> inputs;
    std::vector<std::string> outputs;
    std::size_t nodes = 0;
    std::size_t initializers = 0;
    std::size_t value_infos = 0;
    /// Both files together.
    std::uint64_t bytes = 0;
};

/// The two sides of a cut.
struct WrittenHalves {
    WrittenModel first;
    WrittenModel second;
};

/// Writes the two sides of a cut as new files in folders that exist. Large tensors are copied
/// from file to file. Fails (io) when that is not possible, (input) when a half would be too large
/// for the format.
[[nodiscard]] Result<WrittenHalves> write_halves(const Model& model,
                                                 const Cut& cut,
                                                 const std::filesystem::path& first,
                                                 const std::filesystem::path& second,
                                                 const WriteOptions& options = {});

/// Writes the segments between n early exits as n + 1 new files. The exits must have passed
/// check_exits(); the number of files must be right. Fails as write_halves() does.
[[nodiscard]] Result<std::vector<WrittenModel>>
write_exit_segments(const Model& model,
                    const std::vector<Exit>& exits,
                    const std::vector<std::filesystem::path>& segment_files,
                    const WriteOptions& options = {});

} // namespace aisprint::partition
