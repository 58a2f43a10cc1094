// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/yaml.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::config {

/// A number, name or flag with the place where it is written.
template <class T>
struct Placed {
    T value{};
    Span span;
};

/// One way to run a component: an image with its demands and the resources that may host it.
struct Container {
    std::string key;
    double memory_mb = 0;                 ///< the largest, if there is one for each cut
    std::vector<double> memory_by_cut_mb; ///< of segments: by number of the cut - 1; or empty
    double computing_units = 0;
    bool trusted_execution = false;
    bool network_protection = false;
    bool file_system_protection = false;
    bool gpu_requirement = false;
    std::vector<Placed<std::string>> resources;
    Span span;
};

/// An entry of candidate_deployments.yaml: a component, a segment of it, or an alternative.
struct CandidateEntry {
    std::string key;
    std::string name; ///< segments in the form COMPONENT_partitionX_SEGMENT
    std::vector<Placed<std::int64_t>> layers;
    std::vector<Container> containers;
    Span span;
    /// The entry with scalars in their usual form, to be copied from.
    yaml::Node node;
};

/// common_config/candidate_deployments.yaml.
struct CandidateDeployments {
    std::vector<CandidateEntry> entries;
    SourceFile source;

    /// The entry of that name, or null.
    [[nodiscard]] const CandidateEntry* find(const std::string& name) const;
};

/// Reads and checks the candidates on their own. Fails (input) for what the format forbids
/// (CFG002..CFG007), names that repeat (CFG041) and segments whose key and name do not go together
/// (CFG047). Names spelt with hyphens (NAME-partitionX-1) are read with a warning (CFG049).
[[nodiscard]] Result<CandidateDeployments> parse_candidate_deployments(SourceFile source,
                                                                       Reporter& reporter);

} // namespace aisprint::config
