// SPDX-License-Identifier: Apache-2.0
#include "document.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/deploy/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace aisprint::deploy {

namespace {

using yaml::Node;

/// Whether numbers of nodes are part of a canonical text.
enum class Counts { kept, left_out };

/// The node at a path of keys, or null.
const Node* at(const Node* node, std::initializer_list<const char*> keys) {
    for (const char* key : keys) {
        node = node == nullptr ? nullptr : node->find(key);
    }
    return node;
}

/// The input that a value is read from: {get_input: NAME}; null if it is a value itself.
const std::string* input_of(const Node& value) {
    const Node* name = value.find("get_input");
    return name != nullptr && name->is_scalar() && value.entries.size() == 1 ? &name->scalar
                                                                             : nullptr;
}

/// A scalar so that different spellings of one value give one text.
std::string canonical_scalar(const Node& node) {
    if (node.spelling == yaml::Spelling::plain) {
        if (const auto boolean = yaml::as_bool(node)) {
            return *boolean ? "b1" : "b0";
        }
        if (const auto integer = yaml::as_integer(node)) {
            return fmt::format("i{}", *integer);
        }
        if (const auto number = yaml::as_number(node)) {
            return fmt::format("n{}", *number);
        }
    }
    return fmt::format("t{}:{}", node.scalar.size(), node.scalar);
}

/// What a document says as one text: the order of keys and the spelling of values do not count.
class CanonicalText {
public:
    CanonicalText(const Node& document, Counts counts) : m_counts(counts) {
        const Node* topology = document.find("topology_template");
        m_templates = at(topology, {"node_templates"});
        m_inputs = at(topology, {"inputs"});
        m_metadata = document.find("metadata");
        if (m_counts == Counts::left_out && m_templates != nullptr) {
            note_counts();
        }
        append(document);
    }

    [[nodiscard]] const std::string& text() const { return m_text; }

private:
    /// Finds the values that are numbers of nodes, and the inputs that they come from.
    void note_counts() {
        for (const yaml::Entry& entry : m_templates->entries) {
            const Node* count =
                at(&entry.value, {"capabilities", "scalable", "properties", "count"});
            if (count == nullptr) {
                continue;
            }
            const std::string* input = input_of(*count);
            const Node* value =
                input == nullptr ? count : at(m_inputs, {input->c_str(), "default"});
            if (value != nullptr && value->is_scalar()) {
                m_left_out.insert(value);
            }
        }
    }

    void append(const Node& node) {
        if (m_left_out.contains(&node)) {
            m_text += "c;";
            return;
        }
        switch (node.kind) {
        case yaml::Kind::null:
            m_text += "z;";
            return;
        case yaml::Kind::scalar:
            m_text += canonical_scalar(node) + ";";
            return;
        case yaml::Kind::sequence:
            m_text += "[";
            for (const Node& item : node.items) {
                append(item);
            }
            m_text += "]";
            return;
        case yaml::Kind::mapping:
            append_mapping(node);
            return;
        }
    }

    void append_mapping(const Node& node) {
        std::vector<const yaml::Entry*> entries;
        for (const yaml::Entry& entry : node.entries) {
            const bool is_tag = &node == m_metadata && entry.key == k_tag_entry;
            if (!is_tag && !(&entry.value == m_metadata && holds_nothing_else(entry.value))) {
                entries.push_back(&entry);
            }
        }
        std::ranges::sort(entries, {}, [](const yaml::Entry* entry) { return entry->key; });
        m_text += "{";
        for (const yaml::Entry* entry : entries) {
            m_text += fmt::format("k{}:{}", entry->key.size(), entry->key);
            append(entry->value);
        }
        m_text += "}";
    }

    /// True for metadata without anything but our tag.
    static bool holds_nothing_else(const Node& metadata) {
        return metadata.is_null() ||
               (metadata.is_mapping() &&
                std::ranges::all_of(metadata.entries, [](const yaml::Entry& entry) {
                    return entry.key == k_tag_entry;
                }));
    }

    Counts m_counts;
    const Node* m_templates = nullptr;
    const Node* m_inputs = nullptr;
    const Node* m_metadata = nullptr;
    std::set<const Node*> m_left_out;
    std::string m_text;
};

/// Bytes in one unit of a size (TOSCA simple profile, scalar-unit.size); 0 for other words.
double bytes_in(std::string unit) {
    std::ranges::transform(unit, unit.begin(), [](char letter) {
        return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    constexpr std::pair<const char*, double> k_units[] = {{"b", 1},
                                                          {"kb", 1e3},
                                                          {"kib", 1024.0},
                                                          {"mb", 1e6},
                                                          {"mib", 1024.0 * 1024},
                                                          {"gb", 1e9},
                                                          {"gib", 1024.0 * 1024 * 1024},
                                                          {"tb", 1e12},
                                                          {"tib", 1099511627776.0},
                                                          {"", 1}};
    const auto* found = std::ranges::find(k_units, unit, &std::pair<const char*, double>::first);
    return found == std::end(k_units) ? 0 : found->second;
}

/// Reads what Compute nodes ask for.
class FootprintReader {
public:
    explicit FootprintReader(const Node& document)
        : m_topology(document.find("topology_template")) {}

    Footprint read() {
        const Node* templates = at(m_topology, {"node_templates"});
        if (templates == nullptr) {
            return m_footprint;
        }
        for (const yaml::Entry& entry : templates->entries) {
            const Node* type = entry.value.find("type");
            if (type == nullptr) {
                continue;
            }
            if (type->scalar.ends_with(".Compute")) {
                add_machines(entry.value);
            } else if (type->scalar.ends_with(".BlockStorage")) {
                m_footprint.disk_gb += gigabytes(at(&entry.value, {"properties", "size"}));
            }
        }
        return m_footprint;
    }

private:
    void add_machines(const Node& machine) {
        const Node* capabilities = machine.find("capabilities");
        const Node* host = at(capabilities, {"host", "properties"});
        const Node* count = at(capabilities, {"scalable", "properties", "count"});
        const std::int64_t machines = count == nullptr ? 1 : integer(count);
        const auto times = static_cast<double>(machines);
        m_footprint.machines += machines;
        m_footprint.cores += machines * integer(at(host, {"num_cpus"}));
        m_footprint.gpus += machines * integer(at(host, {"num_gpus"}));
        m_footprint.memory_gb += times * gigabytes(at(host, {"mem_size"}));
        m_footprint.disk_gb += times * gigabytes(at(host, {"disk_size"}));
        const Node* network = at(capabilities, {"endpoint", "properties", "network_name"});
        if (network != nullptr && value_of(network)->scalar == "PUBLIC") {
            m_footprint.public_addresses += machines;
        }
    }

    /// The value itself, or the default of the input that it is read from.
    [[nodiscard]] const Node* value_of(const Node* value) const {
        const std::string* input = value == nullptr ? nullptr : input_of(*value);
        if (input == nullptr) {
            return value;
        }
        const Node* found = at(m_topology, {"inputs", input->c_str(), "default"});
        return found == nullptr ? value : found;
    }

    /// A count between 0 and a million; anything else is no number of things: 0.
    [[nodiscard]] std::int64_t integer(const Node* node) const {
        constexpr std::int64_t k_most = 1'000'000;
        const Node* value = value_of(node);
        const auto number = value == nullptr ? std::nullopt : yaml::as_integer(*value);
        return number && *number >= 0 && *number <= k_most ? *number : 0;
    }

    [[nodiscard]] double gigabytes(const Node* node) const {
        const Node* value = value_of(node);
        if (value == nullptr || !value->is_scalar()) {
            return 0;
        }
        const std::string& text = value->scalar;
        const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
        const std::size_t unit = std::min(text.find_first_not_of(' ', end), text.size());
        const auto number = yaml::as_number(yaml::plain(text.substr(0, end)));
        return number ? *number * bytes_in(text.substr(unit)) / 1e9 : 0;
    }

    const Node* m_topology;
    Footprint m_footprint;
};

} // namespace

std::string text_with_tag(const Node& document, const std::string& tag) {
    Node tagged = document;
    if (!tag.empty() && tagged.is_mapping()) {
        Node* metadata = tagged.find("metadata");
        if (metadata == nullptr) {
            metadata = &tagged.add("metadata", yaml::mapping());
        } else if (!metadata->is_mapping()) {
            *metadata = yaml::mapping();
        }
        if (Node* entry = metadata->find(k_tag_entry)) {
            *entry = yaml::text(tag);
        } else {
            metadata->add(k_tag_entry, yaml::text(tag));
        }
    }
    return yaml::write(tagged);
}

DocumentDigests digests_of(const std::string& text, const Node& content) {
    return {sha256_hex(text), sha256_hex(CanonicalText(content, Counts::kept).text()),
            sha256_hex(CanonicalText(content, Counts::left_out).text())};
}

bool differ_in_node_counts_only(const Node& before, const Node& after) {
    return CanonicalText(before, Counts::kept).text() !=
               CanonicalText(after, Counts::kept).text() &&
           CanonicalText(before, Counts::left_out).text() ==
               CanonicalText(after, Counts::left_out).text();
}

Footprint footprint_of(const Node& document) {
    return FootprintReader(document).read();
}

} // namespace aisprint::deploy
