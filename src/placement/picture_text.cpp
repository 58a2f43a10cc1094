// SPDX-License-Identifier: Apache-2.0
#include "picture_svg.hpp"

#include "aisprint/base/source_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::placement {

namespace {

const char* const k_replacement = "\xEF\xBF\xBD"; // U+FFFD

/// Bytes of a UTF-8 character by its first one.
std::size_t character_size(unsigned char first) {
    return first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
}

std::string escape_ascii(char letter) {
    switch (letter) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
    case '\n':
    case '\r':
        return " ";
    default:
        // Other control characters are not allowed in markup.
        return static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F
                   ? std::string(k_replacement)
                   : std::string(1, letter);
    }
}

/// Replaces bytes that are not ASCII if the text is not UTF-8.
std::string as_utf8(const std::string& text) {
    if (is_utf8(text)) {
        return text;
    }
    std::string result;
    for (const char letter : text) {
        result += static_cast<unsigned char>(letter) < 0x80 ? std::string(1, letter)
                                                            : std::string(k_replacement);
    }
    return result;
}

} // namespace

std::string escape_markup(const std::string& text) {
    const std::string clean = as_utf8(text);
    std::string result;
    for (std::size_t at = 0; at < clean.size();) {
        const std::size_t size = character_size(static_cast<unsigned char>(clean[at]));
        const std::string character = clean.substr(at, size);
        const bool forbidden = character == "\xEF\xBF\xBE" || character == "\xEF\xBF\xBF";
        result += size == 1 ? escape_ascii(clean[at]) : forbidden ? k_replacement : character;
        at += size;
    }
    return result;
}

std::string shorten(const std::string& text, std::size_t letters) {
    const std::string clean = as_utf8(text);
    if (count_code_points(clean) <= letters) {
        return escape_markup(clean);
    }
    std::size_t at = 0;
    for (std::size_t count = 0; count + 1 < letters && at < clean.size(); ++count) {
        at += character_size(static_cast<unsigned char>(clean[at]));
    }
    return escape_markup(clean.substr(0, at)) + "\xE2\x80\xA6";
}

std::string component_label(const optimizer::Component& component) {
    return component.name.empty() ? component.code : component.name;
}

std::string partition_label(const PictureSubject& subject, const PictureChip& chip) {
    const auto& component = subject.instance.problem().components[chip.component];
    const auto& deployment =
        component.deployments[subject.solution.components[chip.component].deployment];
    const auto& partition = deployment.partitions[chip.position];
    const std::string whole = component_label(component);
    if (deployment.partitions.size() == 1) {
        return whole;
    }
    // The lane names the component already.
    const std::string prefix = whole + "_";
    return partition.name.starts_with(prefix) ? partition.name.substr(prefix.size())
           : partition.name.empty()           ? partition.code
                                              : partition.name;
}

std::string seconds_label(double seconds) {
    return std::isfinite(seconds) ? fmt::format("{:.4g} s", seconds) : "infinite";
}

std::string data_label(const PictureSubject& subject, double data_size) {
    return subject.data_unit.empty() ? fmt::format("{:.6g}", data_size)
                                     : fmt::format("{:.6g} {}", data_size, subject.data_unit);
}

double resource_cost(const PictureSubject& subject, std::size_t resource) {
    const optimizer::Instance& instance = subject.instance;
    const auto& problem = instance.problem();
    if (!instance.is_function(resource)) {
        return problem.horizon_h * problem.resources[resource].cost *
               subject.solution.nodes[resource];
    }
    double cost = 0;
    for (const PictureChip& chip : subject.layout.chips) {
        const std::size_t deployment = subject.solution.components[chip.component].deployment;
        const auto* figures = instance.candidate(
            instance.first_partition(chip.component, deployment) + chip.position, resource);
        cost += chip.resource == resource && figures != nullptr ? figures->cost : 0;
    }
    return cost;
}

double memory_limit(const PictureSubject& subject, std::size_t resource) {
    const auto& problem = subject.instance.problem();
    const bool all = problem.memory_rule == optimizer::MemoryRule::all_nodes &&
                     !subject.instance.is_function(resource);
    return problem.resources[resource].memory_mb *
           (all ? std::max(subject.solution.nodes[resource], 1) : 1);
}

} // namespace aisprint::placement
