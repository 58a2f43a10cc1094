// SPDX-License-Identifier: Apache-2.0
#include "live_paths.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace aisprint::profiling {

namespace {

/// Where the constraints lie, from the most to the least usual place.
constexpr const char* k_places[] = {"space4ai-d/qos_constraints.yaml",
                                    "aisprint/deployments/base/space4ai-d/qos_constraints.yaml"};

class PathReader {
public:
    PathReader(const CampaignPlan& plan,
               const UnitChain& chain,
               const SourceFile& source,
               Reporter& reporter)
        : m_plan(plan), m_chain(chain), m_source(source), m_reporter(reporter) {}

    void add(const yaml::Entry& constraint, const std::vector<std::string>& components) {
        PathConstraint path;
        path.name = constraint.key;
        path.threshold = yaml::as_number(*constraint.value.find("threshold"));
        const auto first = range_of(components.front(), constraint);
        const auto last = components.size() == 1 ? first : range_of(components.back(), constraint);
        if (first && last && first->first <= last->second) {
            path.first = first->first;
            path.last = last->second;
            m_paths.push_back(std::move(path));
        }
    }

    std::vector<PathConstraint> take() { return std::move(m_paths); }

private:
    /// Where the partitions of a component stand in the chain; nothing after a warning.
    std::optional<std::pair<std::size_t, std::size_t>> range_of(const std::string& component,
                                                                const yaml::Entry& constraint) {
        std::optional<std::pair<std::size_t, std::size_t>> range;
        for (std::size_t i = 0; i < m_chain.units.size(); ++i) {
            const Unit& unit = m_plan.testbed.units[m_chain.units[i]];
            if (unit.component == component || unit.partition == component) {
                range = {range ? range->first : i, i};
            }
        }
        if (!range) {
            m_reporter.report(as_warning(
                make_error_at(m_source, constraint.key_span, "PRF081",
                              fmt::format("'{}' is on '{}', which is not in the deployment",
                                          constraint.key, component),
                              "run 'aisprint design' again if the name is an old one")));
        }
        return range;
    }

    const CampaignPlan& m_plan;
    const UnitChain& m_chain;
    const SourceFile& m_source;
    Reporter& m_reporter;
    std::vector<PathConstraint> m_paths;
};

Result<std::vector<PathConstraint>> read_paths(const SourceFile& source,
                                               const CampaignPlan& plan,
                                               const UnitChain& chain,
                                               Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const yaml::Node document,
                        config::parse_document(source, "qos_constraints", reporter));
    const yaml::Node* system = document.find("system");
    PathReader reader(plan, chain, source, reporter);
    for (const yaml::Entry& local : system->find("local_constraints")->entries) {
        reader.add(local, {local.value.find("component_name")->scalar});
    }
    for (const yaml::Entry& global : system->find("global_constraints")->entries) {
        std::vector<std::string> components;
        for (const yaml::Node& component : global.value.find("path_components")->items) {
            components.push_back(component.scalar);
        }
        if (!components.empty()) {
            reader.add(global, components);
        }
    }
    return reader.take();
}

} // namespace

Result<std::vector<PathConstraint>> load_path_constraints(const config::ApplicationFolder& folder,
                                                          const CampaignPlan& plan,
                                                          const UnitChain& chain,
                                                          Reporter& reporter) {
    std::vector<PathConstraint> paths;
    for (const char* place : k_places) {
        std::error_code ignored;
        if (std::filesystem::exists(folder.path / place, ignored)) {
            AISPRINT_TRY_ASSIGN(const SourceFile source,
                                load_source(folder.path / place, folder.shown(place)));
            AISPRINT_TRY_ASSIGN(paths, read_paths(source, plan, chain, reporter));
            break;
        }
    }
    const std::size_t last = chain.units.size() - 1;
    const bool whole = std::any_of(paths.begin(), paths.end(), [&](const PathConstraint& path) {
        return path.first == 0 && path.last == last;
    });
    if (!whole) {
        paths.push_back({"workflow", 0, last, std::nullopt});
    }
    return paths;
}

} // namespace aisprint::profiling
