// SPDX-License-Identifier: Apache-2.0
#include "dag_rewriting.hpp"

#include "values.hpp"

#include <cmath>

namespace aisprint::design {

namespace {

/// Probability of going on after inner edge `index` (from 0) of a component's segments.
yaml::Node go_on_probability(const Component& component, std::size_t index) {
    return index < component.transition_probabilities.size()
               ? to_node(component.transition_probabilities[index])
               : yaml::integer(1);
}

} // namespace

void GraphRewriter::choose(const Component& component, const ComponentDesign& design) {
    m_chosen.emplace(component.name,
                     Chosen{&component, &design, design.part_names(component.name)});
}

const GraphRewriter::Chosen& GraphRewriter::chosen(const std::string& name) const {
    const auto other = m_replaced.find(name);
    const auto found = m_chosen.find(other == m_replaced.end() ? name : other->second);
    AISPRINT_ASSERT(found != m_chosen.end());
    return found->second;
}

void GraphRewriter::add_part(Variant& variant, const Chosen& item, std::size_t index) {
    if (!m_added_parts.insert(item.parts[index]).second) {
        return;
    }
    const bool segmented = !item.design->segments.empty();
    Part part{item.parts[index], item.component->name,
              segmented ? item.design->segments[index] : "base",
              segmented && index + 1 == item.parts.size(), segmented};
    variant.links.emplace_back(part.name, part.component + "/" + part.design);
    variant.parts.push_back(std::move(part));
}

void GraphRewriter::add_all_parts(Variant& variant, const Chosen& item) {
    for (std::size_t i = 0; i < item.parts.size(); ++i) {
        add_part(variant, item, i);
    }
}

void GraphRewriter::add_edge(Variant& variant,
                             const std::string& source,
                             const std::string& target,
                             yaml::Node probability) {
    if (m_added_edges.emplace(source, target).second) {
        variant.dependencies.push_back({source, target, std::move(probability)});
    }
}

void GraphRewriter::add_chain(Variant& variant, const Chosen& item) {
    for (std::size_t i = 0; i + 1 < item.parts.size(); ++i) {
        add_edge(variant, item.parts[i], item.parts[i + 1], go_on_probability(*item.component, i));
    }
}

yaml::Node GraphRewriter::probability_of(const config::Dependency& edge,
                                         const Chosen& source,
                                         const Chosen& target) const {
    const auto other = m_transition.find({source.component->name, target.component->name});
    return other == m_transition.end() ? edge.probability : yaml::number(other->second);
}

void GraphRewriter::add_dependency(Variant& variant, const config::Dependency& edge) {
    const Chosen& source = chosen(edge.source);
    const Chosen& target = chosen(edge.target);
    const yaml::Node probability = probability_of(edge, source, target);
    add_all_parts(variant, source);
    for (std::size_t i = 0; i + 1 < source.parts.size(); ++i) {
        add_edge(variant, source.parts[i], source.parts[i + 1],
                 go_on_probability(*source.component, i));
        if (i < source.component->transition_probabilities.size()) {
            const double leave = 1 - source.component->transition_probabilities[i].number();
            const double share = leave * yaml::as_number(probability).value_or(1);
            add_edge(variant, source.parts[i], target.parts.front(),
                     yaml::number(round_to_digits(share, 12)));
        }
    }
    add_edge(variant, source.parts.back(), target.parts.front(), probability);
    if (target.parts.size() == 1) {
        add_part(variant, target, 0);
    }
}

void GraphRewriter::rewrite(Variant& variant) {
    std::set<std::string> sources;
    for (const config::Dependency& edge : m_model.dag.dependencies) {
        sources.insert(edge.source);
    }
    for (const config::Dependency& edge : m_model.dag.dependencies) {
        add_dependency(variant, edge);
        if (!sources.contains(edge.target)) {
            const Chosen& sink = chosen(edge.target);
            add_all_parts(variant, sink);
            add_chain(variant, sink);
        }
    }
    for (const std::string& name : m_model.dag.component_names()) {
        const Chosen& item = chosen(name);
        add_all_parts(variant, item);
        add_chain(variant, item);
    }
}

} // namespace aisprint::design
