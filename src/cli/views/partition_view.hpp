// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/partition/cuts.hpp"
#include "aisprint/partition/model.hpp"
#include "aisprint/partition/verify.hpp"
#include "aisprint/partition/write.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace aisprint::cli {

/// A table of the best `limit` cuts.
[[nodiscard]] std::string cut_table(const partition::Model& model,
                                    const partition::CutSearch& search,
                                    std::size_t limit);

/// The same for programs, all cuts.
[[nodiscard]] nlohmann::ordered_json to_json(const partition::Model& model,
                                             const partition::CutSearch& search);

/// What was written, a line for each part.
[[nodiscard]] std::string written_lines(const std::vector<partition::WrittenModel>& parts);
[[nodiscard]] nlohmann::ordered_json to_json(const partition::WrittenModel& part);

/// The outcome of a comparison.
[[nodiscard]] std::string verification_lines(const partition::Verification& verification);
[[nodiscard]] nlohmann::ordered_json to_json(const partition::Verification& verification);

} // namespace aisprint::cli
