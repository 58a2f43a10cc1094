// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::design {

/// Whether a run only checks and counts, or also writes.
enum class DryRun { no, yes };

/// One cut of a model, as reported.
struct CutReport {
    std::vector<std::string> tensors;
    std::vector<std::string> shapes;
    std::uint64_t bytes = 0;
};

/// What became of a component's model.
struct ModelReport {
    std::string component;
    std::size_t wanted = 0;
    std::size_t candidates = 0;
    std::size_t rejected = 0;
    std::string no_cut_reason;
    std::vector<CutReport> cuts;
    std::vector<partition::Exit> exits; ///< of a model with early exits
    std::vector<std::string> segments;  ///< sorted by cut, then segment
};

/// What a run of `design` did, or would do.
struct DesignReport {
    std::string application; ///< name in the graph
    std::string folder;      ///< as typed
    std::vector<std::string> components;
    /// Followers of each component that has any, in order.
    std::vector<std::pair<std::string, std::vector<std::string>>> successors;
    std::vector<ModelReport> partitioned; ///< partitionable components, by path
    std::vector<ModelReport> early_exits; ///< components with early exits, by path
    bool has_drift_detector = false;
    bool has_alternatives = false;
    std::vector<std::string> deployments; ///< names, base first
    std::size_t files = 0;                ///< how many are written
};

/// Designs an application: reads and checks everything, then writes designs, deployments and
/// constraints in one transaction. Running it again gives the same bytes. Fails (input) with all
/// errors before anything is written, or (io).
[[nodiscard]] Result<DesignReport> run_design(const config::ApplicationFolder& folder,
                                              const DesignOptions& options,
                                              DryRun dry_run,
                                              Reporter& reporter);

} // namespace aisprint::design
