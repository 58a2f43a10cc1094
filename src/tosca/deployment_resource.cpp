// SPDX-License-Identifier: Apache-2.0
// A resource of a layer: sizes, processors, accelerators and operating system.
#include "deployment_layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::tosca {

namespace {

class ResourceReader {
public:
    ResourceReader(const yaml::Entry& entry,
                   LayerKind kind,
                   const InputFile& file,
                   Findings& findings)
        : m_node(entry.value), m_strict(has_own_cluster(kind)), m_file(file), m_findings(findings) {
        m_result.key = entry.key;
        m_result.name = text_of(entry.value, "name");
        m_result.span = place_of(entry.value, "name");
    }

    NodeResource read() {
        read_numbers();
        read_processors();
        read_accelerators();
        read_disk();
        read_system();
        m_result.flavor = text_of(m_node, "flavorName");
        m_result.spot = flag_of(m_node, "onSpot");
        m_result.secure_boot = flag_of(m_node, "secureBoot");
        m_result.measured_boot = flag_of(m_node, "measuredBoot");
        if (const std::string own = text_of(m_node, "architecture"); !own.empty()) {
            m_result.architecture = own;
        }
        return std::move(m_result);
    }

private:
    void add(const Span& span, const char* code, std::string message, std::string hint) {
        if (m_strict) {
            m_findings.errors.push_back(
                m_file.error(span, code, std::move(message), std::move(hint)));
        }
    }

    void wrong_number(const yaml::Node& parent, const char* key, const char* allowed) {
        const yaml::Node* value = parent.find(key);
        add(value == nullptr ? m_result.span : place_of(parent, key), "TSC009",
            fmt::format("{} of resource '{}' must be {}, found {}", key, m_result.name, allowed,
                        value == nullptr ? "nothing" : yaml::describe(*value)),
            fmt::format("write {}: with {}", key, allowed));
    }

    void read_numbers() {
        const yaml::Node* memory = m_node.find("memorySize");
        const auto size = memory == nullptr ? std::nullopt : positive_number(*memory);
        if (size) {
            m_result.memory_mb = *size;
        } else {
            wrong_number(m_node, "memorySize", "a positive number of MB");
        }
        if (const yaml::Node* nodes = m_node.find("totalNodes")) {
            const auto count = yaml::as_integer(*nodes);
            if (count && *count > 0) {
                m_result.total_nodes = *count;
            } else {
                wrong_number(m_node, "totalNodes", "a whole number of at least 1");
            }
        }
        if (const yaml::Node* cost = m_node.find("cost")) {
            const auto value = yaml::as_number(*cost);
            if (value && *value >= 0 && std::isfinite(*value)) {
                m_result.cost = *value;
            } else {
                wrong_number(m_node, "cost", "a number of at least 0");
            }
        }
    }

    void read_processors() {
        const yaml::Node* processors = m_node.find("processors");
        if (processors == nullptr || processors->entries.empty()) {
            add(m_result.span, "TSC009",
                fmt::format("resource '{}' has no processors", m_result.name),
                "add processors with architecture and computingUnits");
            return;
        }
        for (const yaml::Entry& processor : processors->entries) {
            m_result.cores += whole_units(processor);
            m_result.sgx = m_result.sgx || flag_of(processor.value, "SGXFlag");
            m_result.architecture = text_of(processor.value, "architecture");
        }
    }

    /// IM takes whole numbers of processors and GPUs only.
    std::int64_t whole_units(const yaml::Entry& processor) {
        constexpr double k_most = 1e6;
        const yaml::Node* units = processor.value.find("computingUnits");
        const auto value = units == nullptr ? std::nullopt : yaml::as_number(*units);
        if (value && *value >= 1 && *value <= k_most && std::floor(*value) == *value) {
            return static_cast<std::int64_t>(*value);
        }
        add(units == nullptr ? processor.key_span : place_of(processor.value, "computingUnits"),
            "TSC009",
            fmt::format("computingUnits of '{}' in resource '{}' must be a whole number of at "
                        "least 1, found {}",
                        processor.key, m_result.name,
                        units == nullptr ? "nothing" : yaml::describe(*units)),
            "write how many cores (or GPUs) a node has");
        return 0;
    }

    void read_accelerators() {
        const yaml::Node* accelerators = m_node.find("accelerators");
        if (accelerators == nullptr) {
            return;
        }
        for (const yaml::Entry& accelerator : accelerators->entries) {
            const yaml::Node* processors = accelerator.value.find("processors");
            if (processors == nullptr) {
                continue;
            }
            for (const yaml::Entry& processor : processors->entries) {
                if (text_of(processor.value, "type") == "GPU") {
                    m_result.gpus += whole_units(processor);
                    read_gpu_model(processor);
                }
            }
        }
    }

    /// The first word is the vendor, the rest the model.
    void read_gpu_model(const yaml::Entry& processor) {
        const std::string words = text_of(processor.value, "architecture");
        const std::size_t blank = words.find(' ');
        const std::size_t model =
            blank == std::string::npos ? blank : words.find_first_not_of(' ', blank);
        if (blank == 0 || model == std::string::npos) {
            add(processor.value.find("architecture") == nullptr
                    ? processor.key_span
                    : place_of(processor.value, "architecture"),
                "TSC011",
                fmt::format("GPU architecture must be with format: VENDOR MODEL. Resource '{}' has "
                            "'{}'",
                            m_result.name, words),
                "write for example architecture: NVIDIA Tesla V100");
            return;
        }
        m_result.gpu_vendor = words.substr(0, blank);
        m_result.gpu_model = words.substr(model);
    }

    void read_disk() {
        const yaml::Node* storage = m_node.find("storageSize");
        if (storage == nullptr || storage->is_null()) {
            return;
        }
        std::string digits = storage->scalar;
        if (digits.ends_with("GB")) {
            digits.resize(digits.size() - 2);
            while (digits.ends_with(' ')) {
                digits.pop_back();
            }
        }
        constexpr std::size_t k_most_digits = 9;
        const bool valid = storage->is_scalar() && !digits.empty() &&
                           digits.size() <= k_most_digits &&
                           std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
        if (!valid) {
            add(storage->span, "TSC010",
                fmt::format("The storageSize of resource {} is not valid ('100' or '100 GB'): "
                            "found {}",
                            m_result.name, yaml::describe(*storage)),
                "write a whole number of GB");
            return;
        }
        m_result.disk_gb = digits;
    }

    void read_system() {
        m_result.os_distribution = word("operatingSystemDistribution");
        m_result.os_version = word("operatingSystemVersion");
        m_result.os_image = word("operatingSystemImageId");
        const std::string& image = m_result.os_image.scalar;
        if (image.starts_with("aws") && text_of(m_node, "storageType") == "SSD") {
            m_result.disk_type = "gp3";
        }
    }

    /// A scalar for the document; empty text and Python's None are no value. A number whose text
    /// is not its shortest form, such as the version 20.10, would change when it is read: it is
    /// written as text.
    yaml::Node word(const char* key) {
        const yaml::Node* value = m_node.find(key);
        if (value == nullptr || !value->is_scalar() || value->scalar.empty() ||
            value->scalar == "None") {
            if (value != nullptr && !value->is_null() && !value->is_scalar()) {
                wrong_number(m_node, key, "text");
            }
            return yaml::null();
        }
        const auto number = yaml::as_number(*value);
        const bool keeps = number && (yaml::number(*number).scalar == value->scalar ||
                                      fmt::format("{}", *number) == value->scalar);
        return number && keeps ? yaml::plain(value->scalar) : yaml::text(value->scalar);
    }

    const yaml::Node& m_node;
    bool m_strict;
    const InputFile& m_file;
    Findings& m_findings;
    NodeResource m_result;
};

} // namespace

NodeResource
read_resource(const yaml::Entry& entry, LayerKind kind, const InputFile& file, Findings& findings) {
    return ResourceReader(entry, kind, file, findings).read();
}

} // namespace aisprint::tosca
