// SPDX-License-Identifier: Apache-2.0
#include "application_layers.hpp"

#include "aisprint/base/result.hpp"
#include "aisprint/config/document_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <iterator>
#include <map>
#include <set>

namespace aisprint::placement {

namespace {

using optimizer::ResourceKind;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

/// A layer of candidate_resources.yaml with the text that it was read from.
struct LayerSource {
    const config::ComputationalLayer* layer = nullptr;
    const yaml::Node* node = nullptr;

    /// Fields of resource number `index`.
    [[nodiscard]] const yaml::Node& resource(std::size_t index) const {
        return node->find("Resources")->entries[index].value;
    }

    /// A function, by the type of its layer or by its fields.
    [[nodiscard]] bool is_function(std::size_t index) const {
        return layer->type == config::LayerType::cloud_functions ||
               resource(index).find("idleTime") != nullptr;
    }

    [[nodiscard]] std::size_t count_functions() const {
        std::size_t count = 0;
        for (std::size_t i = 0; i < layer->resources.size(); ++i) {
            count += is_function(i) ? 1U : 0U;
        }
        return count;
    }

    [[nodiscard]] bool is_function_layer() const {
        return layer->type == config::LayerType::cloud_functions ||
               (!layer->resources.empty() && count_functions() == layer->resources.size());
    }

    [[nodiscard]] bool is_mixed() const { return !is_function_layer() && count_functions() > 0; }
};

class LayerBuilder {
public:
    LayerBuilder(ApplicationFiles& files, optimizer::Problem& problem, Reporter& reporter)
        : m_resources(*files.common.resources), m_files(files), m_problem(problem),
          m_reporter(reporter) {
        const yaml::Node& domains = *m_resources.document.find("System")->find("NetworkDomains");
        for (std::size_t d = 0; d < m_resources.domains.size(); ++d) {
            const config::NetworkDomain& domain = m_resources.domains[d];
            m_domain_nodes.push_back(&domains.entries[d]);
            for (std::size_t l = 0; l < domain.layers.size(); ++l) {
                const yaml::Node* layers = domains.entries[d].value.find("ComputationalLayers");
                m_sources.push_back({&domain.layers[l], &layers->entries[l].value});
                m_keys.push_back(domain.layers[l].key);
            }
        }
    }

    void build() {
        for (const LayerSource& source : m_sources) {
            refuse_mixed(source);
        }
        if (m_files.methods) {
            const MethodConfig& methods = *m_files.methods;
            add_listed(methods.edge_layers, ResourceKind::edge, "EdgeResources");
            add_listed(methods.cloud_layers, ResourceKind::vm, "CloudResources");
            add_listed(methods.function_layers, ResourceKind::function, "FaaSResources");
        }
        for (const LayerSource& source : m_sources) {
            if (!m_index.contains(source.layer->key)) {
                add_unlisted(source);
            }
        }
        for (std::size_t d = 0; d < m_resources.domains.size(); ++d) {
            add_domain(d);
        }
    }

private:
    void
    error_at_resources(const Span& span, std::string code, std::string message, std::string hint) {
        m_files.errors.push_back(make_error_at(m_resources.source, span, std::move(code),
                                               std::move(message), std::move(hint)));
    }

    void refuse_mixed(const LayerSource& source) {
        if (source.is_mixed()) {
            error_at_resources(
                source.layer->span, "OPT212",
                fmt::format("layer '{}' holds {} functions (resources with idleTime) "
                            "among {} resources; all must be of one kind",
                            source.layer->key, source.count_functions(),
                            source.layer->resources.size()),
                "move the functions to a layer of their own, of type "
                "NativeCloudFunction");
        }
    }

    void add_listed(const std::vector<ListedLayer>& listed, ResourceKind kind, const char* list) {
        for (const ListedLayer& name : listed) {
            const auto found = std::ranges::find_if(m_sources, [&](const LayerSource& source) {
                return lower(source.layer->key) == lower(name.name);
            });
            if (found == m_sources.end()) {
                m_files.errors.push_back(make_error_at(
                    m_files.methods_source, name.span, "OPT210",
                    fmt::format("layer '{}' is not in candidate_resources.yaml", name.name),
                    config::suggestion(name.name, m_keys,
                                       fmt::format("use one of {}", fmt::join(m_keys, ", ")))));
                continue;
            }
            AISPRINT_ASSERT(!m_index.contains(found->layer->key)); // OPT009 refuses repetitions
            if (found->is_function_layer() != (kind == ResourceKind::function)) {
                m_files.errors.push_back(make_error_at(
                    m_files.methods_source, name.span, "OPT212",
                    fmt::format("layer '{}' of {} is listed in {}", found->layer->key,
                                found->is_function_layer() ? "cloud functions" : "machines", list),
                    found->is_function_layer() ? "list it in FaaSResources"
                                               : "list it in EdgeResources or CloudResources"));
            }
            add_layer(*found, kind);
        }
    }

    void add_unlisted(const LayerSource& source) {
        if (source.is_function_layer()) {
            add_layer(source, ResourceKind::function);
            return;
        }
        if (!m_files.methods) {
            add_layer(source, ResourceKind::vm); // only to find more errors
            return;
        }
        std::vector<std::string> names;
        std::ranges::transform(source.layer->resources, std::back_inserter(names),
                               &config::Resource::name);
        m_reporter.report(as_warning(make_error_at(
            m_resources.source, source.layer->span, "OPT213",
            fmt::format("layer '{}' is in none of EdgeResources and CloudResources of "
                        "SPACE4AI-D.yaml; nothing is placed on {}",
                        source.layer->key, fmt::join(names, ", ")),
            "list it in space4ai-d/SPACE4AI-D.yaml")));
    }

    void add_layer(const LayerSource& source, ResourceKind kind) {
        optimizer::Layer layer;
        layer.name = source.layer->key;
        layer.kind = kind;
        const std::size_t index = m_problem.layers.size();
        for (std::size_t i = 0; i < source.layer->resources.size(); ++i) {
            optimizer::Resource resource =
                make_resource(source.layer->resources[i], source.resource(i), kind);
            resource.layer = index;
            m_problem.resources.push_back(std::move(resource));
            if (const yaml::Node* cost = source.resource(i).find("transitionCost")) {
                layer.transition_cost = yaml::as_number(*cost).value_or(0);
                warn_of_transition_cost(layer, cost->span);
            }
        }
        m_index.emplace(layer.name, index);
        m_problem.layers.push_back(std::move(layer));
    }

    optimizer::Resource
    make_resource(const config::Resource& source, const yaml::Node& node, ResourceKind kind) {
        optimizer::Resource resource;
        resource.name = source.name;
        resource.kind = kind;
        resource.cost = source.cost;
        resource.memory_mb = source.memory_mb;
        if (const yaml::Node* description = node.find("description")) {
            resource.description = description->scalar;
        }
        if (kind != ResourceKind::function) {
            resource.nodes = static_cast<int>(std::min<std::int64_t>(source.total_nodes, 1000000));
            resource.cores = source.computing_units;
            return resource;
        }
        if (const yaml::Node* idle = node.find("idleTime")) {
            resource.idle_time_s = yaml::as_number(*idle).value_or(0);
        } else {
            error_at_resources(source.span, "OPT214",
                               fmt::format("function '{}' has no idleTime", source.name),
                               "add idleTime: the seconds until an idle instance is stopped, for "
                               "example 600");
        }
        return resource;
    }

    void warn_of_transition_cost(const optimizer::Layer& layer, const Span& span) {
        if (layer.transition_cost != 0) {
            m_reporter.report(as_warning(
                make_error_at(m_resources.source, span, "OPT216",
                              fmt::format("the transition cost {} of layer '{}' is shown, but not "
                                          "part of the cost",
                                          layer.transition_cost, layer.name),
                              "add it by hand if it matters: once for each request that a "
                              "partition on this layer serves")));
        }
    }

    /// Own layers, then those of the domains inside; `seen` breaks circles.
    void collect_layers(std::size_t index,
                        std::set<std::size_t>& seen,
                        std::vector<std::size_t>& layers) const {
        if (!seen.insert(index).second) {
            return;
        }
        const config::NetworkDomain& domain = m_resources.domains[index];
        for (const config::ComputationalLayer& layer : domain.layers) {
            const auto found = m_index.find(layer.key);
            if (found != m_index.end()) {
                layers.push_back(found->second);
            }
        }
        for (const std::string& inner : domain.sub_domains) {
            for (std::size_t d = 0; d < m_resources.domains.size(); ++d) {
                if (m_resources.domains[d].key == inner) {
                    collect_layers(d, seen, layers);
                }
            }
        }
    }

    void add_domain(std::size_t index) {
        optimizer::NetworkDomain domain;
        domain.name = m_resources.domains[index].key;
        std::set<std::size_t> seen;
        collect_layers(index, seen, domain.layers);
        if (domain.layers.empty()) {
            return;
        }
        const yaml::Node& node = m_domain_nodes[index]->value;
        domain.access_delay_s = link_value(*m_domain_nodes[index], "AccessDelay", "s");
        domain.bandwidth = link_value(*m_domain_nodes[index], "Bandwidth", "kbit/s");
        if (node.find("Bandwidth") != nullptr && node.find("AccessDelay") != nullptr) {
            m_problem.domains.push_back(std::move(domain));
        }
    }

    double link_value(const yaml::Entry& domain, const char* key, const char* unit) {
        const yaml::Node* value = domain.value.find(key);
        if (value == nullptr) {
            error_at_resources(domain.key_span, "OPT215",
                               fmt::format("network domain '{}' has no {}", domain.key, key),
                               fmt::format("add {}, in {}", key, unit));
            return 1;
        }
        return yaml::as_number(*value).value_or(1);
    }

    const config::CandidateResources& m_resources;
    ApplicationFiles& m_files;
    optimizer::Problem& m_problem;
    Reporter& m_reporter;
    std::vector<LayerSource> m_sources;
    std::vector<const yaml::Entry*> m_domain_nodes;
    std::vector<std::string> m_keys;
    std::map<std::string, std::size_t> m_index;
};

} // namespace

void add_layers(ApplicationFiles& files, optimizer::Problem& problem, Reporter& reporter) {
    LayerBuilder(files, problem, reporter).build();
}

} // namespace aisprint::placement
