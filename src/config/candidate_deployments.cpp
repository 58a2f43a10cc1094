// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/candidate_deployments.hpp"

#include "aisprint/config/partition_name.hpp"
#include "aisprint/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <regex>

namespace aisprint::config {

namespace {

bool flag(const yaml::Node& node, const char* name) {
    const yaml::Node* value = node.find(name);
    return value != nullptr && yaml::as_bool(*value).value_or(false);
}

/// Builds the typed form of a document whose fields have the right types.
class DeploymentsReader {
public:
    DeploymentsReader(SourceFile source, Reporter& reporter) : m_reporter(reporter) {
        m_result.source = std::move(source);
    }

    Result<CandidateDeployments> read(yaml::Node document) {
        normalise_scalars(document, find_format("candidate_deployments")->type);
        for (yaml::Entry& entry : document.find("Components")->entries) {
            read_entry(entry);
        }
        check_keys();
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        return std::move(m_result);
    }

private:
    void add(const Span& span, std::string code, std::string message, std::string hint) {
        m_errors.push_back(make_error_at(m_result.source, span, std::move(code), std::move(message),
                                         std::move(hint)));
    }

    void read_entry(yaml::Entry& source) {
        CandidateEntry entry;
        entry.key = source.key;
        yaml::Node& name = *source.value.find("name");
        accept_hyphens(name);
        entry.name = name.scalar;
        entry.span = name.span;
        for (const yaml::Node& layer : source.value.find("candidateExecutionLayers")->items) {
            entry.layers.push_back({yaml::as_integer(layer).value_or(0), layer.span});
        }
        for (const yaml::Entry& container : source.value.find("Containers")->entries) {
            entry.containers.push_back(read_container(container));
        }
        if (entry.containers.empty()) {
            add(name.span, "CFG045", fmt::format("'{}' has no container", entry.name),
                "add container1 with memorySize, computingUnits and candidateExecutionResources");
        }
        const auto [place, fresh] = m_names.try_emplace(entry.name, name.span);
        if (!fresh) {
            add(name.span, "CFG041", fmt::format("two entries are named '{}'", entry.name),
                "keep one of the two");
            m_errors.back().notes.push_back({"the other one is here", place->second});
        }
        entry.node = source.value;
        m_result.entries.push_back(std::move(entry));
    }

    /// Older files spell segments with hyphens: NAME-partitionX-1.
    void accept_hyphens(yaml::Node& name) {
        static const std::regex hyphens("(.+)-partitionX-([0-9]+)");
        std::smatch match;
        if (!std::regex_match(name.scalar, match, hyphens)) {
            return;
        }
        const std::string usual =
            fmt::format("{}{}{}", match.str(1), k_segment_marker, match.str(2));
        m_reporter.report(
            as_warning(make_error_at(m_result.source, name.span, "CFG049",
                                     fmt::format("'{}' is read as '{}'", name.scalar, usual),
                                     fmt::format("write {}", usual))));
        name.scalar = usual;
    }

    static Container read_container(const yaml::Entry& entry) {
        Container container;
        container.key = entry.key;
        container.span = entry.key_span;
        const yaml::Node& memory = *entry.value.find("memorySize");
        container.memory_mb = yaml::as_number(memory).value_or(0);
        for (const yaml::Node& item : memory.items) {
            container.memory_by_cut_mb.push_back(yaml::as_number(item).value_or(0));
            container.memory_mb = std::max(container.memory_mb, container.memory_by_cut_mb.back());
        }
        container.computing_units =
            yaml::as_number(*entry.value.find("computingUnits")).value_or(0);
        container.trusted_execution = flag(entry.value, "trustedExecution");
        container.network_protection = flag(entry.value, "networkProtection");
        container.file_system_protection = flag(entry.value, "fileSystemProtection");
        container.gpu_requirement = flag(entry.value, "GPURequirement");
        for (const yaml::Node& item : entry.value.find("candidateExecutionResources")->items) {
            container.resources.push_back({item.scalar, item.span});
        }
        return container;
    }

    /// Keys link segments to their component, names do so too: both must agree.
    void check_keys() {
        std::map<std::string, std::string> component_of_key;
        for (const CandidateEntry& entry : m_result.entries) {
            component_of_key.emplace(entry.key, entry.name);
        }
        for (const CandidateEntry& entry : m_result.entries) {
            const std::optional<SegmentName> by_key = parse_segment_name(entry.key);
            const std::optional<SegmentName> by_name = parse_segment_name(entry.name);
            if (by_key.has_value() != by_name.has_value() ||
                (by_key && by_key->segment != by_name->segment)) {
                add(entry.span, "CFG047",
                    fmt::format("key '{}' and name '{}' are not the same segment", entry.key,
                                entry.name),
                    by_key ? fmt::format("write name: {}{}{}",
                                         by_name ? by_name->component : entry.name,
                                         k_segment_marker, by_key->segment)
                           : "use a key such as component1_partitionX_1 for a segment");
                continue;
            }
            if (!by_key) {
                continue;
            }
            const auto parent = component_of_key.find(by_key->component);
            if (parent == component_of_key.end() || parent->second != by_name->component) {
                add(entry.span, "CFG047",
                    fmt::format("segment '{}' belongs to component '{}', but key '{}' is {}",
                                entry.name, by_name->component, by_key->component,
                                parent == component_of_key.end() ? "missing"
                                                                 : "'" + parent->second + "'"),
                    "give the segment the key of its component");
            }
        }
    }

    Reporter& m_reporter;
    CandidateDeployments m_result;
    std::map<std::string, Span> m_names;
    std::vector<Diagnostic> m_errors;
};

} // namespace

const CandidateEntry* CandidateDeployments::find(const std::string& name) const {
    const auto found = std::ranges::find(entries, name, &CandidateEntry::name);
    return found == entries.end() ? nullptr : &*found;
}

Result<CandidateDeployments> parse_candidate_deployments(SourceFile source, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(yaml::Node document,
                        parse_document(source, "candidate_deployments", reporter));
    return DeploymentsReader(std::move(source), reporter).read(std::move(document));
}

} // namespace aisprint::config
