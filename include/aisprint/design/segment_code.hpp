// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace aisprint::design {

/// How the data between two segments is stored. `npz` holds arrays and plain values and no code.
enum class SegmentContainer { npz, pickle };

/// What the generated code refers to.
struct SegmentCodeOptions {
    /// The whole model's file name, as annotated.
    std::string onnx_file;
    /// The design without the segment number, for example "partition1".
    std::string design = "partition1";
    SegmentContainer container = SegmentContainer::npz;
};

/// Checks that a component's main.py has the form that the segments are made from: one statement
/// `A, B = load_and_inference(args['onnx_file'], input_dict)` in `main`, and a block for
/// `__name__ == "__main__"` with the options --input, --output and --onnx_file. Fails (input,
/// DSN050..) with everything that is in the way. Nothing is written.
[[nodiscard]] Result<void> check_partitionable(const SourceFile& main,
                                               const SegmentCodeOptions& options);

/// As check_partitionable, for a component with early exits.
[[nodiscard]] Result<void> check_exits(const SourceFile& main,
                                       const SegmentCodeOptions& options,
                                       const std::string& condition_function);

/// The main.py of the first segment of a cut (model onnx/DESIGN_1.onnx). Fails as
/// check_partitionable does.
[[nodiscard]] Result<std::string> make_first_segment(const SourceFile& main,
                                                     const SegmentCodeOptions& options);

/// The main.py of the second and last segment of a cut (model onnx/DESIGN_2.onnx). Fails as
/// check_partitionable does.
[[nodiscard]] Result<std::string> make_last_segment(const SourceFile& main,
                                                    const SegmentCodeOptions& options);

/// The main.py of each segment of a model with early exits: exit_count + 1 texts, in order, for
/// the models onnx/DESIGN_1.onnx and so on. Fails as check_exits does.
[[nodiscard]] Result<std::vector<std::string>>
make_exit_segments(const SourceFile& main,
                   const SegmentCodeOptions& options,
                   const std::string& condition_function,
                   std::size_t exit_count);

} // namespace aisprint::design
