// SPDX-License-Identifier: Apache-2.0
#include "application_components.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace aisprint::placement {

namespace {

const config::FieldCodes k_codes{"OPT201", "OPT202", "OPT203"};

const SourceFile k_no_source;

const SourceFile& source_of(const std::optional<Document>& document) {
    return document ? document->source : k_no_source;
}

/// Twelve significant digits, so that 1 - 0.554 is 0.446.
double without_noise(double value) {
    return std::stod(fmt::format("{:.12g}", value));
}

std::string profile_hint(const ApplicationFiles& files) {
    return fmt::format("run 'aisprint profile --application_dir {}', or add it by hand",
                       files.folder.shown_as);
}

/// True if a layer of the deployment lists the component.
bool holds(const yaml::Node& deployment, const std::string& component) {
    const yaml::Node* layers = deployment.find("ExecutionLayers");
    if (layers == nullptr) {
        return false;
    }
    return std::ranges::any_of(layers->entries, [&](const yaml::Entry& layer) {
        const yaml::Node* components = layer.value.find("components");
        return components != nullptr &&
               std::ranges::find(components->items, component, &yaml::Node::scalar) !=
                   components->items.end();
    });
}

} // namespace

ComponentBuilder::ComponentBuilder(ApplicationFiles& files,
                                   const std::vector<optimizer::Resource>& resources,
                                   Reporter& reporter)
    : m_files(files), m_resources(resources), m_reporter(reporter),
      m_performance(source_of(files.performance), k_codes),
      m_data_sizes(source_of(files.data_sizes), k_codes),
      m_beside_models(files.folder.path / "oscarp"), m_in_application(files.folder.path) {
    for (std::size_t j = 0; j < resources.size(); ++j) {
        m_resource_index.emplace(resources[j].name, j);
    }
}

optimizer::Component ComponentBuilder::build(const ComponentSource& source) {
    optimizer::Component component;
    component.code = source.code.text();
    component.name = source.name;
    for (std::size_t i = 0; i < source.partitions.size(); ++i) {
        const config::PartitionId& id = source.partitions[i];
        const std::string code = fmt::format("s{}", id.cut + 1);
        if (component.deployments.empty() || component.deployments.back().code != code) {
            component.deployments.push_back({code, {}});
        }
        optimizer::Partition partition = build_partition(source, id, fmt::format("h{}", i + 1));
        if (i + 1 < source.partitions.size() && source.partitions[i + 1].cut == id.cut) {
            partition.early_exit_probability = exit_probability(
                partition.name, partition_name(source.name, source.partitions[i + 1]));
        }
        component.deployments.back().partitions.push_back(std::move(partition));
    }
    return component;
}

optimizer::Partition ComponentBuilder::build_partition(const ComponentSource& source,
                                                       const config::PartitionId& id,
                                                       const std::string& code) {
    optimizer::Partition partition;
    partition.code = code;
    partition.name = partition_name(source.name, id);
    partition.data_sizes = {data_size_of(partition.name)};
    partition.candidates = build_candidates(source, id);
    return partition;
}

const config::CandidateEntry* ComponentBuilder::entry_of(const ComponentSource& source,
                                                         const config::PartitionId& id) {
    if (id.is_base()) {
        return source.entry;
    }
    const config::CandidateDeployments& candidates = *m_files.common.deployments;
    const std::string wanted = config::candidate_name(source.name, id.segment);
    const config::CandidateEntry* entry = candidates.find(wanted);
    if (entry == nullptr) {
        m_files.errors.push_back(make_error_at(
            candidates.source, source.entry->span, "OPT220",
            fmt::format("the partition '{}' needs the entry '{}', which is missing",
                        partition_name(source.name, id), wanted),
            fmt::format("add {}_partitionX_{} with this name, its layers and containers",
                        source.entry->key, id.segment)));
    }
    return entry;
}

std::vector<optimizer::Candidate>
ComponentBuilder::build_candidates(const ComponentSource& source, const config::PartitionId& id) {
    std::vector<optimizer::Candidate> candidates;
    const config::CandidateEntry* entry = entry_of(source, id);
    if (entry == nullptr) {
        return candidates;
    }
    std::set<std::string> seen;
    bool usable = false;
    for (const config::Container& container : entry->containers) {
        for (const config::Placed<std::string>& name : container.resources) {
            const auto index = m_resource_index.find(name.value);
            if (!seen.insert(name.value).second || index == m_resource_index.end()) {
                continue;
            }
            usable = true;
            const optimizer::Resource& resource = m_resources[index->second];
            auto model = performance_of(source.name, partition_name(source.name, id), resource);
            const double memory_mb = memory_of(*entry, container, id);
            if (model) {
                candidates.push_back({index->second, memory_mb, std::move(*model)});
            }
        }
    }
    if (!usable) {
        m_files.errors.push_back(make_error_at(
            m_files.common.deployments->source, entry->span, "OPT223",
            fmt::format("no candidate resource of '{}' lies in a layer of SPACE4AI-D.yaml, only {}",
                        entry->name, fmt::join(seen, ", ")),
            "list their layer in EdgeResources or CloudResources, or add candidates"));
    }
    return candidates;
}

double ComponentBuilder::memory_of(const config::CandidateEntry& entry,
                                   const config::Container& container,
                                   const config::PartitionId& id) {
    const std::vector<double>& by_cut = container.memory_by_cut_mb;
    if (by_cut.empty()) {
        return container.memory_mb;
    }
    const std::size_t cut = std::max<std::size_t>(id.cut, 1);
    if (cut > by_cut.size()) {
        m_files.errors.push_back(
            make_error_at(m_files.common.deployments->source, container.span, "OPT224",
                          fmt::format("memorySize of {} of '{}' has {} values, but cut {} of the "
                                      "component exists",
                                      container.key, entry.name, by_cut.size(), cut),
                          "give one value, or one for each cut, in MB"));
        return by_cut.back();
    }
    return by_cut[cut - 1];
}

/// The entry of performance_models.json for a partition on a resource. Its keys are the names of
/// the component, of the component or partition, and of the resource.
std::optional<optimizer::PerformanceModel>
ComponentBuilder::performance_of(const std::string& component,
                                 const std::string& partition,
                                 const optimizer::Resource& resource) {
    if (!m_files.performance) {
        return std::nullopt;
    }
    const yaml::Node* of_component = m_files.performance->root.find(component);
    const yaml::Node* of_partition =
        of_component == nullptr ? nullptr : of_component->find(partition);
    const yaml::Node* entry = of_partition == nullptr ? nullptr : of_partition->find(resource.name);
    if (entry == nullptr) {
        const yaml::Node& deepest = of_partition != nullptr   ? *of_partition
                                    : of_component != nullptr ? *of_component
                                                              : m_files.performance->root;
        m_performance.error(
            deepest.span, "OPT240",
            fmt::format("there is no performance model of '{}' on '{}'", partition, resource.name),
            profile_hint(m_files));
        return std::nullopt;
    }
    m_used.insert(of_component);
    m_used.insert(of_partition);
    m_used.insert(entry);
    return read_performance(*entry, resource,
                            fmt::format("performance of '{}' on '{}'", partition, resource.name),
                            regressors_for(*entry), m_performance);
}

/// Relative names of trained models belong to oscarp/, or else to the application.
RegressorCache& ComponentBuilder::regressors_for(const yaml::Node& entry) {
    const yaml::Node* file = entry.find("regressor_file");
    if (file == nullptr || !file->is_scalar()) {
        return m_beside_models;
    }
    const auto exists_in = [&](const std::filesystem::path& folder) {
        std::filesystem::path path = folder / file->scalar;
        std::error_code ignored;
        const bool found = std::filesystem::exists(path, ignored);
        return found || std::filesystem::exists(path.replace_extension(".json"), ignored);
    };
    return !exists_in(m_files.folder.path / "oscarp") && exists_in(m_files.folder.path)
               ? m_in_application
               : m_beside_models;
}

double ComponentBuilder::data_size_of(const std::string& partition) {
    if (!m_files.data_sizes) {
        return 0;
    }
    const yaml::Node& root = m_files.data_sizes->root;
    const yaml::Node* value = root.find(partition);
    if (value == nullptr) {
        m_data_sizes.error(root.span, "OPT232",
                           fmt::format("there is no data size (KB) of '{}'", partition),
                           profile_hint(m_files));
        return 0;
    }
    return m_data_sizes
        .number(value, config::NumberRange::at_least_zero,
                fmt::format("data size of '{}'", partition), "KB")
        .value_or(0);
}

/// The first deployment of the design that runs both partitions, or null.
const std::string* ComponentBuilder::deployment_with(const std::string& first,
                                                     const std::string& second) const {
    const yaml::Node& all = *m_files.deployments->root.find("System")->find("Deployments");
    for (const yaml::Entry& deployment : all.entries) {
        if (holds(deployment.value, first) && holds(deployment.value, second)) {
            return &deployment.key;
        }
    }
    return nullptr;
}

double ComponentBuilder::exit_probability(const std::string& partition, const std::string& next) {
    if (!m_files.deployments) {
        return 0;
    }
    const std::string* deployment = deployment_with(partition, next);
    if (deployment == nullptr) {
        m_reporter.report(as_warning(make_error_in(
            m_files.deployments->source.name(), "OPT233",
            fmt::format("no deployment runs '{}' and '{}'; no early exit is assumed between them",
                        partition, next),
            fmt::format("run 'aisprint design --application_dir {}' again",
                        m_files.folder.shown_as))));
        return 0;
    }
    const Document* graph = load_graph(m_files, *deployment, m_reporter);
    if (graph == nullptr) {
        return 0;
    }
    for (const yaml::Node& edge : graph->root.find("System")->find("dependencies")->items) {
        if (edge.items.size() == 3 && edge.items[0].scalar == partition &&
            edge.items[1].scalar == next) {
            config::DocumentReader reader(graph->source, k_codes);
            const std::optional<double> stays =
                reader.number(&edge.items[2], config::NumberRange::probability,
                              fmt::format("probability of '{}' after '{}'", next, partition));
            if (reader.failed()) {
                append(m_files.errors, std::move(reader.failure().value().diagnostics));
            }
            return without_noise(1.0 - stays.value_or(1.0));
        }
    }
    return 0;
}

void ComponentBuilder::finish() {
    const bool failed = m_performance.failed() || m_data_sizes.failed();
    for (config::DocumentReader* reader : {&m_performance, &m_data_sizes}) {
        if (reader->failed()) {
            append(m_files.errors, std::move(reader->failure().value().diagnostics));
        }
    }
    if (!failed && m_files.errors.empty() && m_files.performance) {
        warn_of_unused_performance();
    }
}

void ComponentBuilder::warn_of_unused_performance() {
    const auto warn = [&](const yaml::Entry& entry, const std::string& what) {
        m_reporter.report(m_performance.warning(
            entry.key_span, "OPT241", fmt::format("the performance of {} is not used", what),
            "it is no candidate of this application; correct the name, or leave it"));
    };
    for (const yaml::Entry& component : m_files.performance->root.entries) {
        if (!m_used.contains(&component.value)) {
            warn(component, fmt::format("'{}'", component.key));
            continue;
        }
        for (const yaml::Entry& partition : component.value.entries) {
            if (!m_used.contains(&partition.value)) {
                warn(partition, fmt::format("'{}'", partition.key));
                continue;
            }
            for (const yaml::Entry& resource : partition.value.entries) {
                if (!m_used.contains(&resource.value)) {
                    warn(resource, fmt::format("'{}' on '{}'", partition.key, resource.key));
                }
            }
        }
    }
}

} // namespace aisprint::placement
