// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/application.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace aisprint::config {

namespace {

/// Checks the entries of candidate_deployments.yaml against the resources.
class CrossChecker {
public:
    CrossChecker(const CandidateDeployments& deployments,
                 const CandidateResources& resources,
                 Reporter& reporter)
        : m_deployments(deployments), m_reporter(reporter) {
        for (const NetworkDomain& domain : resources.domains) {
            for (const ComputationalLayer& layer : domain.layers) {
                m_layers.insert(layer.number);
                for (const Resource& resource : layer.resources) {
                    m_resources.emplace(resource.name, &resource);
                    m_names.push_back(resource.name);
                }
            }
        }
    }

    std::vector<Diagnostic> check() {
        for (const CandidateEntry& entry : m_deployments.entries) {
            std::set<std::int64_t> layers;
            for (const Placed<std::int64_t>& layer : entry.layers) {
                check_layer(layer);
                layers.insert(layer.value);
            }
            for (const Container& container : entry.containers) {
                check_container(entry, container, layers);
            }
        }
        return std::move(m_errors);
    }

private:
    Diagnostic diagnostic(const Span& span, std::string code, std::string text, std::string hint) {
        return make_error_at(m_deployments.source, span, std::move(code), std::move(text),
                             std::move(hint));
    }

    void check_layer(const Placed<std::int64_t>& layer) {
        if (!m_layers.contains(layer.value)) {
            m_errors.push_back(
                diagnostic(layer.span, "CFG042",
                           fmt::format("layer {} is not in candidate_resources.yaml", layer.value),
                           fmt::format("use one of {}", fmt::join(m_layers, ", "))));
        }
    }

    void check_container(const CandidateEntry& entry,
                         const Container& container,
                         const std::set<std::int64_t>& layers) {
        bool fits = false;
        double most_memory = 0;
        double most_cores = 0;
        for (const Placed<std::string>& name : container.resources) {
            const auto found = m_resources.find(name.value);
            if (found == m_resources.end()) {
                const auto close = closest_name(name.value, m_names);
                m_errors.push_back(diagnostic(
                    name.span, "CFG043",
                    fmt::format("resource '{}' is not in candidate_resources.yaml", name.value),
                    close ? fmt::format("did you mean '{}'?", *close)
                          : fmt::format("use one of {}", fmt::join(m_names, ", "))));
                fits = true;
                continue;
            }
            const Resource& resource = *found->second;
            if (!layers.contains(resource.layer)) {
                m_errors.push_back(diagnostic(
                    name.span, "CFG044",
                    fmt::format("resource '{}' lies in layer {}, but '{}' may run in {} only",
                                name.value, resource.layer, entry.name, fmt::join(layers, ", ")),
                    fmt::format("add {} to candidateExecutionLayers, or choose another resource",
                                resource.layer)));
            }
            const bool enough_cores = resource.computing_units == 0 ||
                                      container.computing_units <= resource.computing_units;
            fits = fits || (enough_cores && container.memory_mb <= resource.memory_mb);
            most_memory = std::max(most_memory, resource.memory_mb);
            most_cores = std::max(most_cores, resource.computing_units);
        }
        if (!fits) {
            m_reporter.report(as_warning(diagnostic(
                container.span, "CFG046",
                fmt::format("{} of '{}' asks for {} MB and {} cores; no candidate resource has "
                            "that (at most {} MB, {} cores)",
                            container.key, entry.name, container.memory_mb,
                            container.computing_units, most_memory, most_cores),
                "lower the demand or add a larger resource")));
        }
    }

    const CandidateDeployments& m_deployments;
    Reporter& m_reporter;
    std::set<std::int64_t> m_layers;
    std::map<std::string, const Resource*> m_resources;
    std::vector<std::string> m_names;
    std::vector<Diagnostic> m_errors;
};

/// Reads one file of common_config/ with its parser; errors go to `errors`.
template <class T>
std::optional<T> load_one(const ApplicationFolder& folder,
                          const std::string& name,
                          Result<T> (*parse)(SourceFile, Reporter&),
                          Reporter& reporter,
                          std::vector<Diagnostic>& errors) {
    const std::string relative = "common_config/" + name;
    const std::filesystem::path path = folder.path / relative;
    if (!std::filesystem::exists(path)) {
        errors.push_back(make_error_in(
            folder.shown(relative), "CFG001",
            fmt::format("No '{}' file exists in '{}' folder", name, folder.shown("common_config")),
            fmt::format("create it; 'aisprint schema {}' describes its fields",
                        name.substr(0, name.find('.')))));
        return std::nullopt;
    }
    auto source = load_source(path, folder.shown(relative));
    if (!source) {
        append(errors, std::move(source.error().diagnostics));
        return std::nullopt;
    }
    auto parsed = parse(std::move(*source), reporter);
    if (!parsed) {
        append(errors, std::move(parsed.error().diagnostics));
        return std::nullopt;
    }
    return std::move(*parsed);
}

} // namespace

std::string ApplicationFolder::shown(const std::string& relative) const {
    return shown_as == "." ? relative : shown_as + "/" + relative;
}

ApplicationConfig load_application_config(const ApplicationFolder& folder, Reporter& reporter) {
    ApplicationConfig config;
    config.dag =
        load_one(folder, "application_dag.yaml", parse_application_dag, reporter, config.errors);
    config.resources = load_one(folder, "candidate_resources.yaml", parse_candidate_resources,
                                reporter, config.errors);
    config.deployments = load_one(folder, "candidate_deployments.yaml", parse_candidate_deployments,
                                  reporter, config.errors);
    if (config.deployments && config.resources) {
        append(config.errors,
               CrossChecker(*config.deployments, *config.resources, reporter).check());
    }
    return config;
}

} // namespace aisprint::config
