// SPDX-License-Identifier: Apache-2.0
#include "input_file.hpp"

#include "aisprint/base/files.hpp"

#include <cmath>
#include <filesystem>

namespace aisprint::tosca {

Diagnostic InputFile::error(const Span& span,
                            std::string code,
                            std::string message,
                            std::string hint) const {
    return make_error_at(source, span, std::move(code), std::move(message), std::move(hint));
}

bool has_file(const config::ApplicationFolder& folder, const std::string& relative) {
    std::error_code ignored; // a file that cannot be asked for is reported when it is read
    return std::filesystem::exists(folder.path / relative, ignored);
}

std::optional<InputFile> read_input(const config::ApplicationFolder& folder,
                                    const std::string& relative,
                                    Findings& findings) {
    auto source = load_source(folder.path / relative, folder.shown(relative));
    if (!source) {
        append(findings.errors, std::move(source.error().diagnostics));
        return std::nullopt;
    }
    auto document = yaml::parse(*source);
    if (!document) {
        append(findings.errors, std::move(document.error().diagnostics));
        return std::nullopt;
    }
    return InputFile{std::move(*source), std::move(*document)};
}

const yaml::Node* find_section(const yaml::Node& document, const std::string& key) {
    const yaml::Node* system = document.find("System");
    for (const yaml::Node* level : {&document, system}) {
        if (level == nullptr) {
            continue;
        }
        if (const yaml::Node* found = level->find(key)) {
            return found;
        }
        const yaml::Node* resources = level->find("Resources");
        if (const yaml::Node* found = resources == nullptr ? nullptr : resources->find(key)) {
            return found;
        }
    }
    return nullptr;
}

std::string text_of(const yaml::Node& node, const std::string& key) {
    const yaml::Node* value = node.find(key);
    return value != nullptr && value->is_scalar() ? value->scalar : std::string();
}

bool flag_of(const yaml::Node& node, const std::string& key) {
    const yaml::Node* value = node.find(key);
    return value != nullptr && yaml::as_bool(*value).value_or(false);
}

Span place_of(const yaml::Node& node, const std::string& key) {
    const yaml::Entry* entry = node.find_entry(key);
    if (entry == nullptr) {
        return node.span;
    }
    return entry->value.is_null() ? entry->key_span : entry->value.span;
}

std::optional<std::string> positive_number(const yaml::Node& node) {
    constexpr double k_largest = 1e15;
    const auto value = yaml::as_number(node);
    if (!value || !(*value > 0) || *value > k_largest) {
        return std::nullopt;
    }
    if (std::floor(*value) == *value) {
        return std::to_string(static_cast<long long>(*value));
    }
    return node.scalar;
}

} // namespace aisprint::tosca
