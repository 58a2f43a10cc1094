// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/config/document_reader.hpp"
#include "aisprint/optimizer/problem.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace aisprint::placement {

/// Trained models that were loaded once already, by the name in the file. Models that cannot be
/// read are remembered, too, so that each is reported once.
class RegressorCache {
public:
    explicit RegressorCache(std::filesystem::path folder) : m_folder(std::move(folder)) {}

    /// The model, or null after an error in `in`.
    std::shared_ptr<const perf::Model>
    load(const std::string& regressor_file, const Span& span, config::DocumentReader& in);

private:
    std::filesystem::path m_folder;
    std::map<std::string, std::shared_ptr<const perf::Model>> m_models;
};

/// Reads an entry of `Performance` (or of performance_models.json): `model` with its parameters on
/// a resource. `what` names it: "performance of 'h1' of 'c1' on 'VM1'". Nothing after errors
/// (OPT114 to OPT117).
std::optional<optimizer::PerformanceModel> read_performance(const yaml::Node& entry,
                                                            const optimizer::Resource& resource,
                                                            const std::string& what,
                                                            RegressorCache& regressors,
                                                            config::DocumentReader& in);

} // namespace aisprint::placement
