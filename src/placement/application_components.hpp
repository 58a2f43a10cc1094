// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application_files.hpp"
#include "performance_entry.hpp"

#include "aisprint/config/document_reader.hpp"
#include "aisprint/config/partition_name.hpp"
#include "aisprint/optimizer/problem.hpp"

#include <compare>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace aisprint::placement {

/// The numbers of a component code: c3 is {3, 0}, c3_2 is {3, 2}.
struct ComponentCode {
    std::size_t number = 0;
    std::size_t alternative = 0;

    auto operator<=>(const ComponentCode&) const = default;
    [[nodiscard]] std::string text() const;
};

/// The code of an entry of candidate_deployments.yaml: component3, component3_alternative2.
[[nodiscard]] std::optional<ComponentCode> parse_component_key(const std::string& key);

/// A component as the files know it.
struct ComponentSource {
    std::string name;
    ComponentCode code;
    const config::CandidateEntry* entry = nullptr;
    std::vector<config::PartitionId> partitions; ///< sorted; `base` first
};

/// Makes components of the problem from candidate resources, performance models and data sizes.
class ComponentBuilder {
public:
    /// candidate_resources.yaml and candidate_deployments.yaml must have been read; `resources`
    /// are those of the problem.
    ComponentBuilder(ApplicationFiles& files,
                     const std::vector<optimizer::Resource>& resources,
                     Reporter& reporter);

    /// The component without successors; each last partition has one data size. Errors (OPT22x,
    /// OPT23x, OPT24x and those of performance entries) are kept for finish().
    optimizer::Component build(const ComponentSource& source);

    /// Moves all errors to the files; warns of performance entries that nobody asked for (OPT241)
    /// if there were none.
    void finish();

private:
    optimizer::Partition build_partition(const ComponentSource& source,
                                         const config::PartitionId& id,
                                         const std::string& code);
    const config::CandidateEntry* entry_of(const ComponentSource& source,
                                           const config::PartitionId& id);
    std::vector<optimizer::Candidate> build_candidates(const ComponentSource& source,
                                                       const config::PartitionId& id);
    std::optional<optimizer::PerformanceModel> performance_of(const std::string& component,
                                                              const std::string& partition,
                                                              const optimizer::Resource& resource);
    RegressorCache& regressors_for(const yaml::Node& entry);
    double memory_of(const config::CandidateEntry& entry,
                     const config::Container& container,
                     const config::PartitionId& id);
    double data_size_of(const std::string& partition);
    double exit_probability(const std::string& partition, const std::string& next);
    const std::string* deployment_with(const std::string& first, const std::string& second) const;
    void warn_of_unused_performance();

    ApplicationFiles& m_files;
    const std::vector<optimizer::Resource>& m_resources;
    Reporter& m_reporter;
    std::map<std::string, std::size_t> m_resource_index;
    config::DocumentReader m_performance;
    config::DocumentReader m_data_sizes;
    RegressorCache m_beside_models;
    RegressorCache m_in_application;
    std::set<const yaml::Node*> m_used; ///< entries of performance_models.json
};

} // namespace aisprint::placement
