// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/candidate_resources.hpp"

#include "aisprint/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>
#include <map>

namespace aisprint::config {

namespace {

constexpr std::string_view k_layer_prefix = "computationalLayer";

bool flag(const yaml::Node& node, const char* name) {
    const yaml::Node* value = node.find(name);
    return value != nullptr && yaml::as_bool(*value).value_or(false);
}

double number(const yaml::Node& node, const char* name) {
    const yaml::Node* value = node.find(name);
    return value == nullptr ? 0 : yaml::as_number(*value).value_or(0);
}

LayerType to_layer_type(const std::string& text) {
    if (text == "NativeCloudFunction") {
        return LayerType::cloud_functions;
    }
    return text == "Virtual" ? LayerType::virtual_machines : LayerType::physical;
}

/// Builds the typed form of a document whose fields have the right types.
class ResourcesReader {
public:
    explicit ResourcesReader(SourceFile source) { m_result.source = std::move(source); }

    Result<CandidateResources> read(yaml::Node document, Reporter& reporter) {
        const yaml::Node& system = *document.find("System");
        m_result.name = system.find("name")->scalar;
        const yaml::Node& domains = *system.find("NetworkDomains");
        for (const yaml::Entry& entry : domains.entries) {
            read_domain(entry, domains);
        }
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        if (m_layers.size() < 2) {
            reporter.report(as_warning(make_error_at(
                m_result.source, system.find_entry("NetworkDomains")->key_span, "CFG034",
                fmt::format("only {} computational layer is declared", m_layers.size()),
                "declare at least two to have a choice of where components run")));
        }
        normalise_scalars(document, find_format("candidate_resources")->type);
        m_result.document = std::move(document);
        return std::move(m_result);
    }

private:
    void add(const Span& span, std::string code, std::string message, std::string hint) {
        m_errors.push_back(make_error_at(m_result.source, span, std::move(code), std::move(message),
                                         std::move(hint)));
    }

    void read_domain(const yaml::Entry& entry, const yaml::Node& domains) {
        NetworkDomain domain;
        domain.key = entry.key;
        if (const yaml::Node* inner = entry.value.find("subNetworkDomains")) {
            for (const yaml::Node& item : inner->items) {
                check_sub_domain(item, entry.key, domains);
                domain.sub_domains.push_back(item.scalar);
            }
        }
        if (const yaml::Node* layers = entry.value.find("ComputationalLayers")) {
            for (const yaml::Entry& layer : layers->entries) {
                domain.layers.push_back(read_layer(layer));
            }
        }
        m_result.domains.push_back(std::move(domain));
    }

    void
    check_sub_domain(const yaml::Node& item, const std::string& domain, const yaml::Node& domains) {
        if (item.scalar == domain || domains.find(item.scalar) == nullptr) {
            std::vector<std::string> names;
            std::ranges::transform(domains.entries, std::back_inserter(names), &yaml::Entry::key);
            std::erase(names, domain);
            add(item.span, "CFG033", fmt::format("'{}' is not another network domain", item.scalar),
                names.empty() ? "remove it, there is no other domain"
                              : fmt::format("use one of {}", fmt::join(names, ", ")));
        }
    }

    ComputationalLayer read_layer(const yaml::Entry& entry) {
        ComputationalLayer layer;
        layer.key = entry.key;
        layer.span = entry.key_span;
        layer.type = to_layer_type(entry.value.find("type")->scalar);
        const yaml::Node& number_node = *entry.value.find("number");
        layer.number = yaml::as_integer(number_node).value_or(0);
        std::int64_t from_key = -1;
        const std::string_view digits = std::string_view(entry.key).substr(k_layer_prefix.size());
        std::from_chars(digits.data(), digits.data() + digits.size(), from_key);
        if (from_key != layer.number) {
            add(number_node.span, "CFG030",
                fmt::format("layer '{}' has number {}", entry.key, layer.number),
                fmt::format("write number: {}, or rename the key", from_key));
        }
        const auto [place, fresh] = m_layers.try_emplace(layer.number, entry.key_span);
        if (!fresh) {
            add(entry.key_span, "CFG031",
                fmt::format("layer number {} is used twice", layer.number),
                "give each layer a number of its own");
            m_errors.back().notes.push_back({"first used here", place->second});
        }
        for (const yaml::Entry& resource : entry.value.find("Resources")->entries) {
            layer.resources.push_back(read_resource(resource, layer));
        }
        return layer;
    }

    Resource read_resource(const yaml::Entry& entry, const ComputationalLayer& layer) {
        const yaml::Node& node = entry.value;
        const yaml::Node& name = *node.find("name");
        Resource resource;
        resource.name = name.scalar;
        resource.layer = layer.number;
        resource.span = name.span;
        resource.cost = number(node, "cost");
        resource.memory_mb = number(node, "memorySize");
        resource.total_nodes =
            std::max<std::int64_t>(1, static_cast<std::int64_t>(number(node, "totalNodes")));
        resource.has_secure_boot = flag(node, "secureBoot");
        resource.has_measured_boot = flag(node, "measuredBoot");
        const auto [place, fresh] = m_resources.try_emplace(resource.name, name.span);
        if (!fresh) {
            add(name.span, "CFG032", fmt::format("resource '{}' is declared twice", name.scalar),
                "give each resource a name of its own");
            m_errors.back().notes.push_back({"first declared here", place->second});
        }
        read_hardware(node, resource);
        if (resource.computing_units == 0 && layer.type != LayerType::cloud_functions &&
            node.find("idleTime") == nullptr) {
            add(name.span, "CFG035", fmt::format("resource '{}' has no processors", name.scalar),
                "add processors with architecture and computingUnits");
        }
        return resource;
    }

    static void read_hardware(const yaml::Node& node, Resource& resource) {
        if (const yaml::Node* processors = node.find("processors")) {
            for (const yaml::Entry& processor : processors->entries) {
                resource.computing_units += number(processor.value, "computingUnits");
                resource.has_sgx = resource.has_sgx || flag(processor.value, "SGXFlag");
                resource.architectures.push_back(processor.value.find("architecture")->scalar);
            }
        } else if (const yaml::Node* architecture = node.find("architecture")) {
            resource.architectures.push_back(architecture->scalar);
        }
        if (const yaml::Node* accelerators = node.find("accelerators")) {
            for (const yaml::Entry& entry : accelerators->entries) {
                const yaml::Node* name = entry.value.find("name");
                resource.accelerators.push_back(
                    {name == nullptr ? entry.key : name->scalar,
                     std::max(number(entry.value, "memory"), number(entry.value, "memorySize"))});
            }
        }
    }

    CandidateResources m_result;
    std::map<std::int64_t, Span> m_layers;
    std::map<std::string, Span> m_resources;
    std::vector<Diagnostic> m_errors;
};

} // namespace

const ComputationalLayer* CandidateResources::find_layer(std::int64_t number) const {
    for (const NetworkDomain& domain : domains) {
        for (const ComputationalLayer& layer : domain.layers) {
            if (layer.number == number) {
                return &layer;
            }
        }
    }
    return nullptr;
}

const Resource* CandidateResources::find_resource(const std::string& wanted) const {
    for (const NetworkDomain& domain : domains) {
        for (const ComputationalLayer& layer : domain.layers) {
            const auto found = std::ranges::find(layer.resources, wanted, &Resource::name);
            if (found != layer.resources.end()) {
                return &*found;
            }
        }
    }
    return nullptr;
}

std::vector<std::string> CandidateResources::resource_names() const {
    std::vector<std::string> names;
    for (const NetworkDomain& domain : domains) {
        for (const ComputationalLayer& layer : domain.layers) {
            std::ranges::transform(layer.resources, std::back_inserter(names), &Resource::name);
        }
    }
    return names;
}

std::vector<std::int64_t> CandidateResources::layer_numbers() const {
    std::vector<std::int64_t> numbers;
    for (const NetworkDomain& domain : domains) {
        std::ranges::transform(domain.layers, std::back_inserter(numbers),
                               &ComputationalLayer::number);
    }
    return numbers;
}

Result<CandidateResources> parse_candidate_resources(SourceFile source, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(yaml::Node document,
                        parse_document(source, "candidate_resources", reporter));
    return ResourcesReader(std::move(source)).read(std::move(document), reporter);
}

} // namespace aisprint::config
