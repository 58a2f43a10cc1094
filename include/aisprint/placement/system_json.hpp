// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/optimizer/problem.hpp"

#include <filesystem>
#include <string>

namespace aisprint::placement {

/// Reads a system description (SystemFile.json, system_description.json) in the current form or in
/// one of the two legacy forms. Trained models are loaded from their files, relative to the folder
/// of the system file. Fails (input) with all errors at once, with line and column (OPT1xx).
[[nodiscard]] Result<optimizer::Problem> parse_system(const SourceFile& source, Reporter& reporter);

/// The problem as a system description in the current form; arrival rate as `Lambda`.
[[nodiscard]] std::string write_system(const optimizer::Problem& problem);

/// Loads a trained model: `regressor_file` relative to `folder`, a name ending in .pickle falls
/// back to the .json beside it. Fails (input) with a diagnostic at `span` of `source`.
[[nodiscard]] Result<std::shared_ptr<const perf::Model>>
load_regressor(const std::string& regressor_file,
               const std::filesystem::path& folder,
               const SourceFile& source,
               const Span& span);

} // namespace aisprint::placement
