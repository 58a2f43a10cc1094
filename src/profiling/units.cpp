// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/units.hpp"

#include "device_checks.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/config/partition_name.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <map>
#include <optional>
#include <regex>
#include <set>

namespace aisprint::profiling {

namespace {

using config::CandidateEntry;
using config::Container;

constexpr std::size_t k_many_deployments = 20;
constexpr double k_function_cores = 1000;
constexpr double k_function_memory_mb = 3008000;
constexpr const char* k_partitions_file = "aisprint/designs/component_partitions.yaml";

/// What a key of candidate_deployments.yaml says: componentN, componentN_partitionX_p,
/// componentN_alternativea.
struct EntryKind {
    std::string number;
    std::string segment;     ///< of partitions
    std::string alternative; ///< of degraded versions
};

/// The number of a segment; those that no number can hold are of no design.
std::size_t segment_number(const std::string& digits) {
    std::size_t number = std::numeric_limits<std::size_t>::max();
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

std::optional<EntryKind> parse_key(const std::string& key) {
    static const std::regex form("component([0-9]+)(?:_partitionX_([0-9]+)|_alternative([0-9]+))?");
    std::smatch match;
    if (!std::regex_match(key, match, form)) {
        return std::nullopt;
    }
    return EntryKind{match[1], match[2], match[3]};
}

std::string service_name(std::string component) {
    std::replace(component.begin(), component.end(), '_', '-');
    return component;
}

/// A field of a container as candidate_deployments.yaml has it, or null.
const yaml::Node*
field_of(const CandidateEntry& entry, const Container& container, const char* field) {
    const yaml::Node* containers = entry.node.find("Containers");
    const yaml::Node* node = containers == nullptr ? nullptr : containers->find(container.key);
    return node == nullptr ? nullptr : node->find(field);
}

CoresSpelling spelling_of(const CandidateEntry& entry, const Container& container) {
    const yaml::Node* cores = field_of(entry, container, "computingUnits");
    return cores != nullptr && yaml::as_integer(*cores) ? CoresSpelling::integer
                                                        : CoresSpelling::real;
}

/// Images of a container as candidate_deployments.yaml lists them.
std::vector<std::string> images_of(const CandidateEntry& entry, const Container& container) {
    const yaml::Node* image = field_of(entry, container, "image");
    std::vector<std::string> images;
    if (image != nullptr && image->is_scalar() && !image->scalar.empty()) {
        images.push_back(image->scalar);
    } else if (image != nullptr) {
        for (const yaml::Node& item : image->items) {
            images.push_back(item.scalar);
        }
    }
    return images;
}

/// Entries of one component: the base, its segments by number, its degraded versions.
struct ComponentGroup {
    std::string number;
    const CandidateEntry* base = nullptr;
    std::map<std::size_t, const CandidateEntry*> segments;
    std::vector<std::pair<std::string, const CandidateEntry*>> alternatives;
};

class Enumerator {
public:
    Enumerator(const config::ApplicationConfig& application,
               const config::ApplicationFolder& folder,
               const RunParameters& parameters,
               Reporter& reporter)
        : m_application(application), m_folder(folder), m_parameters(parameters),
          m_reporter(reporter) {}

    Result<Testbed> enumerate() {
        AISPRINT_TRY(read_partitions());
        collect_resources();
        collect_groups();
        std::vector<std::vector<UnitChain>> choices;
        for (const ComponentGroup& group : m_groups) {
            choices.push_back(chains_of(group));
        }
        check_order();
        for (const ComponentGroup& group : m_groups) {
            attach_alternatives(group);
        }
        check_services();
        check_devices(m_application, m_folder, m_testbed, m_reporter, m_errors);
        if (!m_errors.empty()) {
            sort_and_merge(m_errors);
            return fail(ErrorKind::input, std::move(m_errors));
        }
        multiply(choices);
        warn_of_many();
        return std::move(m_testbed);
    }

private:
    /// Reads which partitions of each component were designed.
    Result<void> read_partitions() {
        const std::string shown = m_folder.shown(k_partitions_file);
        auto source = load_source(m_folder.path / k_partitions_file, shown);
        if (!source) {
            return fail(ErrorKind::input,
                        make_error_in(shown, "PRF020", "the application is not designed",
                                      "run 'aisprint design' first"));
        }
        AISPRINT_TRY_ASSIGN(const yaml::Node document, yaml::parse(*source));
        const yaml::Node* components = document.find("components");
        if (components == nullptr) {
            return {};
        }
        for (const yaml::Entry& entry : components->entries) {
            const yaml::Node* list = entry.value.find("partitions");
            for (const yaml::Node& item :
                 list == nullptr ? std::vector<yaml::Node>() : list->items) {
                const auto partition = config::parse_partition_id(item.scalar);
                if (partition && !partition->is_base()) {
                    m_partitions[entry.key][partition->cut].insert(partition->segment);
                }
            }
        }
        return {};
    }

    void collect_resources() {
        for (const config::NetworkDomain& domain : m_application.resources->domains) {
            for (const config::ComputationalLayer& layer : domain.layers) {
                for (const config::Resource& resource : layer.resources) {
                    ResourceFacts facts;
                    facts.name = resource.name;
                    facts.layer = layer.number;
                    facts.total_nodes = resource.total_nodes;
                    facts.cores_per_node = resource.computing_units;
                    facts.memory_mb_per_node = resource.memory_mb;
                    facts.cost = resource.cost;
                    if (!resource.architectures.empty()) {
                        facts.architecture = resource.architectures.front();
                    }
                    facts.is_function = layer.type == config::LayerType::cloud_functions;
                    if (facts.is_function) {
                        // as many at once as are asked for, as OSCAR-P has it
                        facts.total_nodes = 1;
                        facts.cores_per_node = k_function_cores;
                        facts.memory_mb_per_node = k_function_memory_mb;
                    }
                    m_testbed.resources.push_back(std::move(facts));
                }
            }
        }
    }

    void collect_groups() {
        for (const CandidateEntry& entry : m_application.deployments->entries) {
            const auto kind = parse_key(entry.key);
            if (!kind) {
                continue; // the reader of the file has refused keys of another form
            }
            ComponentGroup& group = group_of(kind->number);
            if (!kind->segment.empty()) {
                group.segments[segment_number(kind->segment)] = &entry;
            } else if (!kind->alternative.empty()) {
                group.alternatives.emplace_back(kind->alternative, &entry);
            } else {
                group.base = &entry;
            }
        }
    }

    ComponentGroup& group_of(const std::string& number) {
        const auto found =
            std::find_if(m_groups.begin(), m_groups.end(),
                         [&](const ComponentGroup& group) { return group.number == number; });
        if (found != m_groups.end()) {
            return *found;
        }
        m_groups.push_back({number, nullptr, {}, {}});
        return m_groups.back();
    }

    /// Ways to run a component: the base on each candidate resource, then each partition group on
    /// each combination of resources.
    std::vector<UnitChain> chains_of(const ComponentGroup& group) {
        std::vector<UnitChain> chains;
        if (group.base == nullptr) {
            return chains;
        }
        const std::string& name = group.base->name;
        for (const std::size_t unit :
             units_of(*group.base, "C" + group.number, name, name, "base")) {
            chains.push_back({{unit}});
        }
        for (const auto& [number, segments] : m_partitions[name]) {
            append_partition_chains(group, number, segments, chains);
        }
        return chains;
    }

    void append_partition_chains(const ComponentGroup& group,
                                 std::size_t number,
                                 const std::set<std::size_t>& segments,
                                 std::vector<UnitChain>& chains) {
        const std::string& name = group.base->name;
        if (!is_whole(group, segments)) { // before units are made that no deployment has
            warn_of_gap(group, number);
            return;
        }
        std::vector<UnitChain> begun{{}};
        for (const auto& [segment, entry] : group.segments) {
            const std::string partition = config::to_string({number, segment});
            const std::vector<std::size_t> units =
                units_of(*entry, fmt::format("C{}P{}.{}", group.number, number, segment), name,
                         name + "_" + partition, partition);
            std::vector<UnitChain> longer;
            for (const UnitChain& chain : begun) {
                for (const std::size_t unit : units) {
                    longer.push_back(chain);
                    longer.back().units.push_back(unit);
                }
            }
            begun = std::move(longer);
        }
        chains.insert(chains.end(), begun.begin(), begun.end());
    }

    /// Whether the designed segments are 1 to their number, and just those that are candidates.
    static bool is_whole(const ComponentGroup& group, const std::set<std::size_t>& segments) {
        return std::equal(segments.begin(), segments.end(), group.segments.begin(),
                          group.segments.end(),
                          [](std::size_t designed, const auto& entry) {
                              return designed == entry.first;
                          }) &&
               *segments.rbegin() == segments.size() && *segments.begin() == 1;
    }

    void warn_of_gap(const ComponentGroup& group, std::size_t number) {
        m_reporter.report(as_warning(make_error_in(
            m_folder.shown(k_partitions_file), "PRF021",
            fmt::format("partition{} of {} is not tested: its segments and the entries of "
                        "candidate_deployments.yaml do not go together",
                        number, group.base->name),
            "list every segment in candidate_deployments.yaml, or design the component again")));
    }

    /// A unit for each container and candidate resource of an entry.
    std::vector<std::size_t> units_of(const CandidateEntry& entry,
                                      const std::string& short_id,
                                      const std::string& component,
                                      const std::string& partition,
                                      const std::string& design) {
        std::vector<std::size_t> units;
        const ComponentParameters* parameters = m_parameters.parameters_of(entry.key);
        if (parameters == nullptr) {
            add_error(entry.span, "PRF022",
                      fmt::format("run_parameters.yaml has no parallelism for '{}'", entry.key),
                      "add it below 'components'");
            return units;
        }
        for (const Container& container : entry.containers) {
            for (const auto& resource : container.resources) {
                const ResourceFacts* facts = m_testbed.find_resource(resource.value);
                if (facts == nullptr || !runs_on_layer(entry, facts->layer)) {
                    continue; // CFG043 and CFG044 have told
                }
                Unit unit;
                unit.id = short_id + "@" + resource.value;
                unit.key = entry.key;
                unit.component = component;
                unit.partition = partition;
                unit.design = component + "/" + design;
                unit.service = service_name(partition);
                unit.resource = resource.value;
                unit.cpu = container.computing_units;
                unit.memory_mb = container.memory_mb;
                unit.cores_spelling = spelling_of(entry, container);
                unit.images = images_of(entry, container);
                unit.gpu = container.gpu_requirement;
                unit.parameters = *parameters;
                if (m_by_id.contains(unit.id)) {
                    add_error(resource.span, "PRF029",
                              fmt::format("'{}' offers {} twice: both would be {}", entry.key,
                                          resource.value, unit.id),
                              "name each resource once, in one container of the component");
                    continue;
                }
                units.push_back(add_unit(std::move(unit)));
            }
        }
        return units;
    }

    static bool runs_on_layer(const CandidateEntry& entry, std::int64_t layer) {
        return std::any_of(entry.layers.begin(), entry.layers.end(),
                           [&](const auto& candidate) { return candidate.value == layer; });
    }

    std::size_t add_unit(Unit unit) {
        const auto [place, is_new] = m_by_id.try_emplace(unit.id, m_testbed.units.size());
        if (is_new) {
            m_testbed.units.push_back(std::move(unit));
        }
        return place->second;
    }

    /// Components must be listed in the order of a chain: profiling drives them one after another.
    void check_order() {
        const config::ApplicationDag& graph = *m_application.dag;
        std::vector<std::string> order;
        for (const ComponentGroup& group : m_groups) {
            if (group.base != nullptr) {
                order.push_back(group.base->name);
            }
        }
        std::vector<std::pair<std::string, std::string>> expected;
        for (std::size_t i = 1; i < order.size(); ++i) {
            expected.emplace_back(order[i - 1], order[i]);
        }
        std::vector<std::pair<std::string, std::string>> found;
        for (const config::Dependency& edge : graph.dependencies) {
            found.emplace_back(edge.source, edge.target);
        }
        std::sort(expected.begin(), expected.end());
        std::sort(found.begin(), found.end());
        if (expected != found) {
            m_errors.push_back(make_error_in(
                graph.source.name(), "PRF023",
                fmt::format("profiling needs a chain of components in the order of "
                            "candidate_deployments.yaml: {}",
                            fmt::join(order, " -> ")),
                "list the components in the order of their dependencies; graphs with branches "
                "cannot be profiled yet"));
        }
    }

    /// Files and buckets of services are told apart by names, in which '_' became '-'.
    void check_services() {
        std::map<std::string, std::string> partitions;
        for (const Unit& unit : m_testbed.units) {
            const auto [first, is_new] = partitions.try_emplace(unit.service, unit.partition);
            if (!is_new && first->second != unit.partition) {
                m_errors.push_back(make_error_in(
                    m_application.deployments->source.name(), "PRF032",
                    fmt::format("'{}' and '{}' would both be the service {}", first->second,
                                unit.partition, unit.service),
                    "rename one of the components: names must differ in more than '_' and '-'"));
            }
        }
    }

    void multiply(const std::vector<std::vector<UnitChain>>& choices) {
        std::vector<UnitChain> deployments{{}};
        for (const std::vector<UnitChain>& chains : choices) {
            std::vector<UnitChain> longer;
            for (const UnitChain& begun : deployments) {
                for (const UnitChain& chain : chains) {
                    longer.push_back(begun);
                    longer.back().units.insert(longer.back().units.end(), chain.units.begin(),
                                               chain.units.end());
                }
            }
            deployments = std::move(longer);
        }
        m_testbed.deployments = std::move(deployments);
    }

    /// Degraded versions are tested with the base component, on the same resource.
    void attach_alternatives(const ComponentGroup& group) {
        for (const auto& [number, entry] : group.alternatives) {
            for (const std::size_t unit :
                 units_of(*entry, fmt::format("C{}A{}", group.number, number), entry->name,
                          entry->name, "base")) {
                const auto base = m_by_id.find(
                    fmt::format("C{}@{}", group.number, m_testbed.units[unit].resource));
                if (base != m_by_id.end()) {
                    m_testbed.alternatives[base->second].push_back(unit);
                }
            }
        }
    }

    void warn_of_many() {
        const std::size_t count = m_testbed.deployments.size();
        if (count > k_many_deployments) {
            m_reporter.report(as_warning(
                make_error("PRF024", fmt::format("the campaign has {} deployments", count),
                           "offer fewer candidate resources, or test some with --only")));
        }
    }

    void
    add_error(const Span& span, const std::string& code, std::string message, std::string hint) {
        m_errors.push_back(make_error_at(m_application.deployments->source, span, code,
                                         std::move(message), std::move(hint)));
    }

    const config::ApplicationConfig& m_application;
    const config::ApplicationFolder& m_folder;
    const RunParameters& m_parameters;
    Reporter& m_reporter;
    std::map<std::string, std::map<std::size_t, std::set<std::size_t>>> m_partitions;
    std::vector<ComponentGroup> m_groups;
    std::map<std::string, std::size_t> m_by_id;
    Testbed m_testbed;
    std::vector<Diagnostic> m_errors;
};

} // namespace

Result<Testbed> enumerate_units(const config::ApplicationConfig& application,
                                const config::ApplicationFolder& folder,
                                const RunParameters& parameters,
                                Reporter& reporter) {
    AISPRINT_ASSERT(application.dag && application.resources && application.deployments);
    return Enumerator(application, folder, parameters, reporter).enumerate();
}

} // namespace aisprint::profiling
