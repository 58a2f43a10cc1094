// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/deployments.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>

namespace aisprint::design {

/// Rewrites the application's graph for a choice of designs: each partitioned component becomes
/// the chain of its segments, with the edges of its early exits.
class GraphRewriter {
public:
    /// `replaced` maps components to the alternatives that stand in for them; `transition` gives
    /// probabilities that replace the graph's own, by the names of both ends.
    GraphRewriter(const ApplicationModel& model,
                  const std::map<std::string, std::string>& replaced,
                  const std::map<std::pair<std::string, std::string>, double>& transition)
        : m_model(model), m_replaced(replaced), m_transition(transition) {}

    /// Takes a component in this design. All components must be chosen before rewrite().
    void choose(const Component& component, const ComponentDesign& design);

    /// Fills in parts, dependencies and links.
    void rewrite(Variant& variant);

private:
    struct Chosen {
        const Component* component = nullptr;
        const ComponentDesign* design = nullptr;
        std::vector<std::string> parts;
    };

    [[nodiscard]] const Chosen& chosen(const std::string& name) const;
    void add_part(Variant& variant, const Chosen& item, std::size_t index);
    void add_all_parts(Variant& variant, const Chosen& item);
    void add_edge(Variant& variant,
                  const std::string& source,
                  const std::string& target,
                  yaml::Node probability);
    void add_chain(Variant& variant, const Chosen& item);
    void add_dependency(Variant& variant, const config::Dependency& edge);
    [[nodiscard]] yaml::Node probability_of(const config::Dependency& edge,
                                            const Chosen& source,
                                            const Chosen& target) const;

    const ApplicationModel& m_model;
    const std::map<std::string, std::string>& m_replaced;
    const std::map<std::pair<std::string, std::string>, double>& m_transition;
    std::map<std::string, Chosen> m_chosen;
    std::set<std::string> m_added_parts;
    std::set<std::pair<std::string, std::string>> m_added_edges;
};

} // namespace aisprint::design
