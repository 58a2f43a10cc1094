// SPDX-License-Identifier: Apache-2.0
// One component: where it runs, on what, and with which image and demands.
#include "deployment_component.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace aisprint::tosca {

namespace {

constexpr std::size_t k_longest_service_name = 39;  // OSCAR
constexpr std::size_t k_longest_function_name = 64; // AWS Lambda
constexpr std::size_t k_shortest_bucket_name = 3;   // S3
const char* const k_default_memory_mb = "512";

/// Lower-case letters, digits and hyphens, a letter or digit at both ends (RFC 1123).
bool is_dns_label(const std::string& name) {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !name.empty() && plain(name.front()) && plain(name.back()) &&
           std::ranges::all_of(name, [&](char c) { return plain(c) || c == '-'; });
}

class ComponentReader {
public:
    ComponentReader(const GraphNode& node, const yaml::Entry& entry, const ComponentSources& from)
        : m_entry(entry), m_from(from) {
        m_result.name = node.name;
        m_result.span = place_of(entry.value, "name");
    }

    std::optional<Component> read() {
        LayerEntry* layer = find_layer();
        if (layer == nullptr || !check_layer(*layer, m_from.resources, m_from.findings)) {
            return std::nullopt;
        }
        m_result.layer = layer->layer;
        const yaml::Entry* resource = choose(*layer);
        if (resource == nullptr) {
            return std::nullopt;
        }
        m_result.resource =
            read_resource(*resource, layer->layer.kind, m_from.resources, m_from.findings);
        read_demands(m_container->value);
        m_result.image = choose_image(m_container->value);
        m_result.physical = m_from.physical.of_resource(*layer, m_result.resource);
        Constraints constraints = m_from.constraints.of_layer(layer->layer.number);
        m_result.constraints = std::move(constraints.text);
        m_result.constraints_name = std::move(constraints.name);
        m_result.has_early_exits = m_from.early_exits.contains(base_component(m_result.name));
        check_service_name();
        check_protection();
        return std::move(m_result);
    }

private:
    void add(const Span& span, const char* code, std::string message, std::string hint) {
        m_from.findings.errors.push_back(
            m_from.deployments.error(span, code, std::move(message), std::move(hint)));
    }

    void warn(const Span& span, const char* code, std::string message, std::string hint) {
        m_from.findings.warnings.push_back(
            as_warning(m_from.deployments.error(span, code, std::move(message), std::move(hint))));
    }

    LayerEntry* find_layer() {
        const yaml::Node* number = m_entry.value.find("executionLayer");
        if (number == nullptr) {
            const yaml::Node* list = m_entry.value.find("candidateExecutionLayers");
            number = list == nullptr || list->items.empty() ? nullptr : &list->items.front();
        }
        if (number == nullptr) {
            add(m_result.span, "TSC005",
                fmt::format("no candidateExecutionLayers nor executionLayer defined in "
                            "Component: {}",
                            m_entry.key),
                "name the layer that it runs in");
            return nullptr;
        }
        const auto value = yaml::as_integer(*number);
        const auto found = value ? m_from.layers.find(*value) : m_from.layers.end();
        if (found == m_from.layers.end()) {
            std::vector<std::int64_t> known;
            for (const auto& [layer, entry] : m_from.layers) {
                known.push_back(layer);
            }
            add(number->span, "TSC003",
                fmt::format("No compute layer found for component '{}': {} is no layer of {}",
                            m_result.name, yaml::describe(*number), m_from.resources.source.name()),
                fmt::format("use one of {}", fmt::join(known, ", ")));
            return nullptr;
        }
        return &found->second;
    }

    /// The first container that can run on a resource of the layer, and that resource.
    const yaml::Entry* choose(const LayerEntry& layer) {
        const yaml::Node* containers = m_entry.value.find("Containers");
        if (containers == nullptr || containers->entries.empty()) {
            add(m_result.span, "TSC006",
                fmt::format("component '{}' has no container", m_result.name),
                "add container1 under Containers");
            return nullptr;
        }
        const yaml::Node* elsewhere = nullptr;
        for (const yaml::Entry& container : containers->entries) {
            for (const yaml::Node* name : resource_names(container)) {
                const auto found = layer.resources.find(name->scalar);
                if (found != layer.resources.end()) {
                    m_container = &container;
                    return found->second;
                }
                elsewhere = elsewhere == nullptr ? name : elsewhere;
            }
        }
        if (elsewhere != nullptr) {
            std::vector<std::string> known;
            for (const auto& [name, entry] : layer.resources) {
                known.push_back(name);
            }
            const auto close = closest_name(elsewhere->scalar, known);
            add(elsewhere->span, "TSC007",
                fmt::format("Resource {} not found in Compute Layer {}.", elsewhere->scalar,
                            layer.layer.number),
                close ? fmt::format("did you mean '{}'?", *close)
                      : fmt::format("its resources: {}", fmt::join(known, ", ")));
        }
        return nullptr;
    }

    std::vector<const yaml::Node*> resource_names(const yaml::Entry& container) {
        std::vector<const yaml::Node*> names;
        const yaml::Node* list = container.value.find("candidateExecutionResources");
        const yaml::Node* selected = container.value.find("selectedExecutionResource");
        if (list != nullptr && list->is_sequence()) {
            for (const yaml::Node& item : list->items) {
                names.push_back(&item);
            }
        } else if (list != nullptr && list->is_scalar()) {
            names.push_back(list);
        }
        if (names.empty() && selected != nullptr && selected->is_scalar()) {
            names.push_back(selected);
        }
        if (names.empty()) {
            add(container.key_span, "TSC006",
                fmt::format("No ExecutionResources in container '{}' of component '{}'",
                            container.key, m_result.name),
                "add candidateExecutionResources or selectedExecutionResource");
        }
        return names;
    }

    void read_demands(const yaml::Node& container) {
        m_result.memory_mb = read_memory(container);
        m_result.computing_units = yaml::integer(1);
        const yaml::Node* units = container.find("computingUnits");
        if (units != nullptr && !units->is_null()) {
            if (positive_number(*units)) {
                m_result.computing_units = yaml::plain(units->scalar);
            } else {
                wrong_number(container, "computingUnits", "a positive number of cores");
            }
        }
        m_result.trusted_execution = flag_of(container, "trustedExecution");
        m_result.network_protection = flag_of(container, "networkProtection");
        m_result.file_system_protection = flag_of(container, "fileSystemProtection");
        m_result.gpu = flag_of(container, "GPURequirement");
        m_result.expose_service = read_map(container, "ExposeService", "port: 8080");
        m_result.synchronous = read_map(container, "synchronous", "min_scale: 1");
    }

    void wrong_number(const yaml::Node& container, const char* key, const char* allowed) {
        add(place_of(container, key), "TSC009",
            fmt::format("{} of component '{}' must be {}, found {}", key, m_result.name, allowed,
                        yaml::describe(*container.find(key))),
            fmt::format("write {}: with {}", key, allowed));
    }

    /// Segments may give one value for each cut: the largest is enough for all of them.
    std::string read_memory(const yaml::Node& container) {
        const yaml::Node* memory = container.find("memorySize");
        if (memory == nullptr || memory->is_null()) {
            return k_default_memory_mb;
        }
        const yaml::Node* largest = memory;
        for (const yaml::Node& item : memory->items) {
            if (largest == memory ||
                yaml::as_number(item).value_or(0) > yaml::as_number(*largest).value_or(0)) {
                largest = &item;
            }
        }
        const auto text = positive_number(*largest);
        if (!text) {
            wrong_number(container, "memorySize", "a positive number of MB");
        }
        return text.value_or(k_default_memory_mb);
    }

    yaml::Node read_map(const yaml::Node& container, const char* key, const char* example) {
        const yaml::Node* value = container.find(key);
        if (value == nullptr || value->is_null() || yaml::as_bool(*value) == false) {
            return yaml::null();
        }
        if (!value->is_mapping()) {
            add(value->span, "TSC017",
                fmt::format("{} of component '{}' must be a map, found {}", key, m_result.name,
                            yaml::describe(*value)),
                fmt::format("write for example {}: {{{}}}", key, example));
            return yaml::null();
        }
        return *value;
    }

    /// The image as given, or the one that was built for component, partition and architecture.
    std::string choose_image(const yaml::Node& container) {
        const yaml::Node* image = container.find("image");
        const Span place = image == nullptr ? m_container->key_span : place_of(container, "image");
        if (image != nullptr && image->is_scalar() && !image->scalar.empty()) {
            check_given_image(image->scalar, place);
            return image->scalar;
        }
        const std::string& architecture = m_result.resource.architecture;
        if (architecture != "amd64" && architecture != "arm64") {
            m_from.findings.errors.push_back(m_from.resources.error(
                m_result.resource.span, "TSC008",
                fmt::format("Invalid architecture specified. Valid values: arm64 or amd64. "
                            "Resource '{}' has '{}', so that no image can be chosen for '{}'",
                            m_result.resource.name, architecture, m_result.name),
                "write the architecture of its last processor"));
            return {};
        }
        std::vector<std::string> listed;
        if (image != nullptr) {
            for (const yaml::Node& item : image->items) {
                listed.push_back(item.scalar);
            }
        }
        std::vector<std::string> found =
            matching_images(listed, m_result.name, architecture, m_result.layer.kind);
        if (found.empty()) {
            found = matching_images(m_from.images.of(base_component(m_result.name)), m_result.name,
                                    architecture, m_result.layer.kind);
        }
        keep_by_protection(found);
        if (found.size() == 1) {
            check_given_image(found.front(), place);
            return found.front();
        }
        report_image(found, place);
        return {};
    }

    [[nodiscard]] bool in_enclave() const {
        return m_result.trusted_execution && m_result.resource.sgx;
    }

    /// Protected images come beside the plain ones: take those that fit, if there are any.
    void keep_by_protection(std::vector<std::string>& images) const {
        const bool wanted = in_enclave();
        const auto fits = [&](const std::string& image) {
            return is_protected_image(image) == wanted;
        };
        if (std::ranges::any_of(images, fits)) {
            std::erase_if(images, [&](const std::string& image) { return !fits(image); });
        }
    }

    void report_image(const std::vector<std::string>& found, const Span& place) {
        const char* const kind = m_result.layer.kind == LayerKind::lambda ? " in ECR" : "";
        std::string reason = "none was built";
        if (!found.empty()) {
            reason = fmt::format("there are {}", fmt::join(found, ", "));
        } else if (!m_from.images.exist()) {
            reason = "no images were built yet";
        }
        add(place, "TSC008",
            fmt::format("component '{}' needs one image for {}{}, but {}", m_result.name,
                        m_result.resource.architecture, kind, reason),
            found.empty() ? "run 'aisprint toscarizer docker' first, or write the image here"
                          : "write the image to use");
    }

    void check_given_image(const std::string& image, const Span& place) {
        if (in_enclave() && !is_protected_image(image)) {
            Diagnostic found = m_from.deployments.error(
                place, "TSC015",
                fmt::format("component '{}' asks for trusted execution, but its image '{}' is not "
                            "a protected one (NAME-sgx)",
                            m_result.name, image),
                "build it with 'aisprint toscarizer docker --sconify CMD', or use "
                "--allow_unprotected");
            if (m_from.unprotected == Unprotected::refuse) {
                m_from.findings.errors.push_back(std::move(found));
            } else {
                m_from.findings.warnings.push_back(as_warning(std::move(found)));
            }
        }
        if (m_result.layer.kind == LayerKind::lambda && image.find(".ecr.") == std::string::npos) {
            warn(place, "TSC037",
                 fmt::format("component '{}' runs on AWS Lambda, which takes images from ECR only; "
                             "'{}' is elsewhere",
                             m_result.name, image),
                 "build it with 'aisprint toscarizer docker --ecr URL'");
        }
    }

    /// The name becomes that of an OSCAR service and of a bucket, or of a Lambda function.
    void check_service_name() {
        std::string name = m_result.name;
        std::ranges::replace(name, '_', '-');
        if (m_result.layer.kind == LayerKind::lambda) {
            const bool valid = std::ranges::all_of(
                name, [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
            if (!valid || name.size() > k_longest_function_name) {
                add(m_result.span, "TSC029",
                    fmt::format("'{}' cannot name a Lambda function: it has {} characters; {} "
                                "letters, digits and '-' are allowed",
                                name, name.size(), k_longest_function_name),
                    "choose another name for the component");
            }
            return;
        }
        if (!is_dns_label(name) || name.size() > k_longest_service_name) {
            add(m_result.span, "TSC029",
                fmt::format(
                    "'{}' cannot name an OSCAR service: it has {} characters; {} lower-case "
                    "letters, digits and '-' are allowed, a letter or digit at both ends",
                    name, name.size(), k_longest_service_name),
                "choose another name for the component; partitions add 13 characters");
        } else if (name.size() < k_shortest_bucket_name) {
            warn(m_result.span, "TSC038",
                 fmt::format("'{}' is short for a bucket, which needs {} characters: MinIO may "
                             "refuse it",
                             name, k_shortest_bucket_name),
                 "choose a longer name for the component");
        }
    }

    void check_protection() {
        const NodeResource& resource = m_result.resource;
        if (m_result.trusted_execution && !resource.sgx) {
            if (resource.secure_boot && resource.measured_boot) {
                warn(place_of(m_container->value, "trustedExecution"), "TSC013",
                     fmt::format("resource '{}' has no SGX: '{}' relies on its secure and measured "
                                 "boot instead",
                                 resource.name, m_result.name),
                     "choose a resource with SGXFlag: true for an enclave");
            } else {
                add(place_of(m_container->value, "trustedExecution"), "TSC012",
                    fmt::format("component '{}' asks for trusted execution, but resource '{}' has "
                                "neither SGX nor both secureBoot and measuredBoot",
                                m_result.name, resource.name),
                    "choose a resource with SGXFlag: true");
            }
        }
        if (!m_result.trusted_execution &&
            (m_result.network_protection || m_result.file_system_protection)) {
            warn(m_container->key_span, "TSC016",
                 fmt::format("networkProtection and fileSystemProtection of '{}' have no effect "
                             "without trustedExecution",
                             m_result.name),
                 "set trustedExecution: true, or protect the network by a service mesh");
        }
        if (m_result.gpu && resource.gpus == 0) {
            add(place_of(m_container->value, "GPURequirement"), "TSC014",
                fmt::format("component '{}' needs a GPU, but resource '{}' has none", m_result.name,
                            resource.name),
                "choose a resource with an accelerator whose processors have type: GPU");
        }
    }

    const yaml::Entry& m_entry;
    const ComponentSources& m_from;
    const yaml::Entry* m_container = nullptr;
    Component m_result;
};

} // namespace

std::optional<Component>
read_component(const GraphNode& node, const yaml::Entry& entry, const ComponentSources& sources) {
    return ComponentReader(node, entry, sources).read();
}

} // namespace aisprint::tosca
