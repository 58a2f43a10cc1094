// SPDX-License-Identifier: Apache-2.0
#include "reference.hpp"

#include <fmt/format.h>

#include <regex>

namespace aisprint::images {

namespace {

constexpr std::size_t k_longest_name = 255;

std::string without_slashes(const std::string& text) {
    const std::size_t first = text.find_first_not_of('/');
    if (first == std::string::npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of('/') + 1 - first);
}

/// Where the tag's colon is; a colon before a slash belongs to a port.
std::size_t tag_colon(const std::string& reference) {
    const std::size_t slash = reference.rfind('/');
    return reference.find(':', slash == std::string::npos ? 0 : slash);
}

/// Whether the first part of a name is a host, not a folder.
bool is_host(const std::string& part) {
    return part == "localhost" || part.find_first_of(".:") != std::string::npos;
}

} // namespace

std::string plain_reference(const PlanOptions& options, const std::string& name) {
    std::string reference;
    for (const std::string& part : {options.registry, options.registry_folder}) {
        const std::string stripped = without_slashes(part);
        reference += stripped.empty() ? "" : stripped + "/";
    }
    return reference + name + ":latest";
}

std::string ecr_reference(const PlanOptions& options, const std::string& name) {
    return without_slashes(options.ecr) + ":" + name;
}

std::string protected_reference(const std::string& reference) {
    std::string result = reference;
    const std::size_t colon = tag_colon(result);
    return result.insert(colon == std::string::npos ? result.size() : colon, "-sgx");
}

std::optional<std::string> flaw_of_reference(const std::string& reference) {
    static const std::regex host("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]+)?");
    static const std::regex component("[a-z0-9]+((\\.|_|__|-+)[a-z0-9]+)*");
    static const std::regex tag("[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}");
    const std::size_t colon = tag_colon(reference);
    const std::string name = reference.substr(0, colon);
    if (colon != std::string::npos && !std::regex_match(reference.substr(colon + 1), tag)) {
        return fmt::format("tag '{}' has other characters than letters, digits, '_', '.' and '-', "
                           "or more than 128 of them",
                           reference.substr(colon + 1));
    }
    if (name.size() > k_longest_name) {
        return fmt::format("the name has {} characters, more than {}", name.size(), k_longest_name);
    }
    for (std::size_t begin = 0, number = 0; begin <= name.size(); ++number) {
        const std::size_t end = std::min(name.find('/', begin), name.size());
        const std::string part = name.substr(begin, end - begin);
        const bool first_of_many = number == 0 && end < name.size();
        if (first_of_many && is_host(part)) {
            if (!std::regex_match(part, host)) {
                return fmt::format("'{}' is no host name", part);
            }
        } else if (!std::regex_match(part, component)) {
            return fmt::format("'{}' is not made of lower-case letters and digits with single "
                               "'.', '_' or '-' between them",
                               part);
        }
        begin = end + 1;
    }
    return std::nullopt;
}

} // namespace aisprint::images
