// SPDX-License-Identifier: Apache-2.0
#include "input_file.hpp"

#include "aisprint/base/files.hpp"

#include <cmath>
#include <filesystem>

namespace aisprint::tosca {

Diagnostic
InputFile::error(const Span& span, std::string code, std::string message, std::string hint) const {
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

const yaml::Entry* find_section(const yaml::Node& document, const std::string& key) {
    for (const yaml::Node* level : {&document, document.find("System")}) {
        if (level == nullptr) {
            continue;
        }
        if (const yaml::Entry* found = level->find_entry(key)) {
            return found;
        }
        const yaml::Node* resources = level->find("Resources");
        if (const yaml::Entry* found =
                resources == nullptr ? nullptr : resources->find_entry(key)) {
            return found;
        }
    }
    return nullptr;
}

Span place_of(const yaml::Entry& entry) {
    return entry.value.is_null() ? entry.key_span : entry.value.span;
}

std::string describe(const yaml::Entry* section) {
    return section == nullptr ? "nothing" : yaml::describe(section->value);
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
    return entry == nullptr ? node.span : place_of(*entry);
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

Result<void> conclude(Findings findings, Reporter& reporter) {
    sort_and_merge(findings.warnings);
    for (Diagnostic& warning : findings.warnings) {
        reporter.report(std::move(warning));
    }
    if (!findings.errors.empty()) {
        sort_and_merge(findings.errors);
        return fail(ErrorKind::input, std::move(findings.errors));
    }
    return {};
}

} // namespace aisprint::tosca
