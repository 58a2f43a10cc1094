// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/deployments.hpp"

#include "dag_rewriting.hpp"

#include "aisprint/config/partition_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace aisprint::design {

namespace {

/// Counts through a mixed-radix number, last digit fastest.
class Odometer {
public:
    explicit Odometer(std::vector<std::size_t> sizes)
        : m_sizes(std::move(sizes)), m_digits(m_sizes.size(), 0) {}

    [[nodiscard]] const std::vector<std::size_t>& digits() const { return m_digits; }

    /// Goes to the next value; false after the last one.
    bool next() {
        for (std::size_t i = m_digits.size(); i-- > 0;) {
            if (++m_digits[i] < m_sizes[i]) {
                return true;
            }
            m_digits[i] = 0;
        }
        return false;
    }

private:
    std::vector<std::size_t> m_sizes;
    std::vector<std::size_t> m_digits;
};

/// Product that stays at the largest value instead of overflowing.
std::size_t saturating_product(std::size_t a, std::size_t b) {
    constexpr std::size_t k_most = std::numeric_limits<std::size_t>::max();
    return b != 0 && a > k_most / b ? k_most : a * b;
}

/// The layers of an entry, each once.
std::vector<std::int64_t> layers_of(const config::CandidateEntry& entry) {
    std::vector<std::int64_t> layers;
    for (const config::Placed<std::int64_t>& layer : entry.layers) {
        if (std::ranges::find(layers, layer.value) == layers.end()) {
            layers.push_back(layer.value);
        }
    }
    return layers;
}

/// The layers of each part of a component's design.
std::vector<std::pair<std::string, std::vector<std::int64_t>>>
part_layers(const ApplicationModel& model,
            const Component& component,
            const ComponentDesign& design) {
    const std::vector<std::string> names = design.part_names(component.name);
    std::vector<std::pair<std::string, std::vector<std::int64_t>>> result;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const config::CandidateEntry& entry =
            design.segments.empty()
                ? model.entry_of(component)
                : *model.deployments.find(config::candidate_name(component.name, i + 1));
        result.emplace_back(names[i], layers_of(entry));
    }
    return result;
}

std::size_t count_layer_choices(const ApplicationModel& model,
                                const Component& component,
                                const ComponentDesign& design) {
    std::size_t count = 1;
    for (const auto& [name, layers] : part_layers(model, component, design)) {
        count = saturating_product(count, layers.size());
    }
    return count;
}

using DesignChoice = std::pair<const Component*, const ComponentDesign*>;

/// A variant from one chosen design per component, in enumeration order.
Variant make_variant(const ApplicationModel& model,
                     const std::vector<DesignChoice>& choices,
                     const std::map<std::string, std::string>& replaced,
                     const std::map<std::pair<std::string, std::string>, double>& transition) {
    Variant variant;
    GraphRewriter rewriter(model, replaced, transition);
    for (const auto& [component, design] : choices) {
        rewriter.choose(*component, *design);
        for (auto& item : part_layers(model, *component, *design)) {
            variant.layers.push_back(std::move(item));
        }
    }
    rewriter.rewrite(variant);
    return variant;
}

/// Lists deployments of an application without degraded versions.
class Enumerator {
public:
    Enumerator(const ApplicationModel& model, const DesignOptions& options)
        : m_model(model), m_options(options) {
        for (const Component& component : model.components) {
            if (component.parent.empty()) {
                m_components.push_back(&component);
            }
        }
        std::ranges::sort(m_components, {}, &Component::name);
    }

    Result<Deployments>
    by_designs(const std::map<std::pair<std::string, std::string>, double>& transition) {
        std::size_t count = 1;
        std::vector<std::size_t> options;
        for (const Component* component : m_components) {
            count = saturating_product(count, count_of(*component));
            options.push_back(component->designs.size());
        }
        AISPRINT_TRY(check_count(count));
        Odometer odometer(options);
        do {
            std::vector<DesignChoice> choices;
            for (std::size_t i = 0; i < m_components.size(); ++i) {
                choices.emplace_back(m_components[i],
                                     &m_components[i]->designs[odometer.digits()[i]]);
            }
            add(make_variant(m_model, choices, {}, transition));
        } while (odometer.next());
        finish_links();
        return std::move(m_result);
    }

    Result<Deployments>
    by_alternatives(const std::map<std::pair<std::string, std::string>, double>& transition) {
        std::vector<std::vector<std::string>> versions;
        std::size_t count = 1;
        for (const config::Alternatives& item : m_model.dag.alternatives) {
            versions.push_back({item.component.name});
            std::ranges::transform(item.versions, std::back_inserter(versions.back()),
                                   &config::Declared::name);
        }
        std::vector<std::size_t> sizes;
        for (const auto& names : versions) {
            sizes.push_back(names.size());
            count = saturating_product(count, names.size());
        }
        for (const Component* component : m_components) {
            count = saturating_product(
                count, count_layer_choices(m_model, *component, component->designs.front()));
        }
        AISPRINT_TRY(check_count(count));
        Odometer odometer(sizes);
        do {
            std::map<std::string, std::string> replaced;
            for (std::size_t i = 0; i < versions.size(); ++i) {
                replaced[versions[i].front()] = versions[i][odometer.digits()[i]];
            }
            add(make_variant(m_model, base_choices(replaced), replaced, transition));
        } while (odometer.next());
        return std::move(m_result);
    }

private:
    std::size_t count_of(const Component& component) const {
        std::size_t count = 0;
        for (const ComponentDesign& design : component.designs) {
            count += count_layer_choices(m_model, component, design);
        }
        return count;
    }

    /// Base designs of the graph's components, or of those that replace them.
    std::vector<DesignChoice>
    base_choices(const std::map<std::string, std::string>& replaced) const {
        std::vector<DesignChoice> choices;
        for (const std::string& name : m_model.dag.component_names()) {
            const auto other = replaced.find(name);
            const Component* component =
                m_model.find(other == replaced.end() ? name : other->second);
            choices.emplace_back(component, &component->designs.front());
        }
        return choices;
    }

    Result<void> check_count(std::size_t count) const {
        if (count <= m_options.max_deployments) {
            return {};
        }
        std::vector<std::string> causes;
        for (const Component* component : m_components) {
            if (const std::size_t own = count_of(*component); own > 1) {
                causes.push_back(fmt::format("{} ({})", component->name, own));
            }
        }
        const std::string number =
            count == std::numeric_limits<std::size_t>::max() ? "far more" : std::to_string(count);
        return fail(
            ErrorKind::input,
            make_error("DSN022",
                       fmt::format("the application has {} deployments, more than the {} allowed; "
                                   "choices per component: {}",
                                   number, m_options.max_deployments, fmt::join(causes, ", ")),
                       "narrow candidateExecutionLayers or num_partitions, or raise "
                       "--max_deployments"));
    }

    /// Adds a variant with all its layer assignments.
    void add(Variant variant) {
        std::vector<std::size_t> sizes;
        for (const auto& [name, layers] : variant.layers) {
            sizes.push_back(layers.size());
        }
        Odometer odometer(sizes);
        do {
            Deployment deployment;
            deployment.variant = m_result.variants.size();
            deployment.name =
                m_result.all.empty() ? "base" : fmt::format("deployment{}", m_result.all.size());
            for (std::size_t i = 0; i < sizes.size(); ++i) {
                deployment.layers.push_back(variant.layers[i].second[odometer.digits()[i]]);
            }
            m_result.all.push_back(std::move(deployment));
        } while (odometer.next());
        m_result.variants.push_back(std::move(variant));
    }

    /// In all but the base deployment, links carry the design in their name. The base variant
    /// serves both, so a deployment that differs from "base" in layers only gets a copy.
    void finish_links() {
        Variant plain = m_result.variants.front();
        for (Variant& variant : m_result.variants) {
            for (auto& [name, folder] : variant.links) {
                std::string link = folder;
                link[folder.rfind('/')] = '_';
                name = std::move(link);
            }
        }
        m_result.variants.push_back(std::move(plain));
        m_result.all.front().variant = m_result.variants.size() - 1;
    }

    const ApplicationModel& m_model;
    const DesignOptions& m_options;
    std::vector<const Component*> m_components;
    Deployments m_result;
};

} // namespace

Result<Deployments>
enumerate_deployments(const ApplicationModel& model,
                      const DesignOptions& options,
                      const std::map<std::pair<std::string, std::string>, double>& transition) {
    Enumerator enumerator(model, options);
    return model.has_annotation("model_performance") ? enumerator.by_alternatives(transition)
                                                     : enumerator.by_designs(transition);
}

yaml::Node to_dag_document(const std::string& application, const Variant& variant) {
    yaml::Node document = yaml::mapping();
    yaml::Node& system = document.add("System", yaml::mapping());
    system.add("name", yaml::text(application));
    yaml::Node components = yaml::sequence();
    for (const Part& part : variant.parts) {
        components.push(yaml::text(part.name));
    }
    system.add("components", std::move(components));
    yaml::Node dependencies = yaml::sequence();
    for (const PartDependency& edge : variant.dependencies) {
        dependencies.push(
            yaml::sequence({yaml::text(edge.source), yaml::text(edge.target), edge.probability}));
    }
    system.add("dependencies", std::move(dependencies));
    return document;
}

} // namespace aisprint::design
