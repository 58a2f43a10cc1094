// SPDX-License-Identifier: Apache-2.0
#include "fdl_values.hpp"

#include "check_value.hpp"

#include <fmt/format.h>

#include <cmath>

namespace aisprint::tosca {

namespace {

constexpr double k_mib = 1048576;

yaml::Node concatenate(const yaml::Node& items, const yaml::Node* inputs, std::vector<Span>& left) {
    std::string text;
    for (const yaml::Node& item : items.items) {
        text += resolve_value(item, inputs, left).scalar;
    }
    yaml::Node result = yaml::text(std::move(text));
    result.span = items.span;
    return result;
}

} // namespace

yaml::Node
resolve_value(const yaml::Node& value, const yaml::Node* inputs, std::vector<Span>& left) {
    if (is_function(value)) {
        const yaml::Entry& function = value.entries.front();
        if (function.key == "concat") {
            return concatenate(function.value, inputs, left);
        }
        const yaml::Node* input = function.key == "get_input" && inputs != nullptr
                                      ? inputs->find(function.value.scalar)
                                      : nullptr;
        const yaml::Node* found = input == nullptr ? nullptr : input->find("default");
        if (found == nullptr) {
            left.push_back(value.span);
            return yaml::null();
        }
        return *found;
    }
    yaml::Node result = value;
    for (yaml::Node& item : result.items) {
        item = resolve_value(item, inputs, left);
    }
    for (yaml::Entry& entry : result.entries) {
        entry.value = resolve_value(entry.value, inputs, left);
    }
    return result;
}

bool is_nothing(const yaml::Node& value) {
    return !value.is_scalar() && value.items.empty() && value.entries.empty();
}

std::string short_number(const yaml::Node& value) {
    const auto number = yaml::as_number(value);
    return number ? fmt::format("{:g}", *number) : value.scalar;
}

std::optional<std::int64_t> memory_mib(const std::string& text) {
    const auto bytes =
        scalar_unit_value(text.ends_with('B') ? text : text + "B", "scalar-unit.size");
    if (!bytes || *bytes > 1e18) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(std::ceil(*bytes / k_mib));
}

std::string ecr_region(const std::string& image) {
    static const std::string begin = ".dkr.ecr.";
    static const std::string end = ".amazonaws.com";
    const std::size_t from = image.find(begin);
    const std::size_t to = from == std::string::npos ? from : image.find(end, from);
    if (to == std::string::npos) {
        return {};
    }
    return image.substr(from + begin.size(), to - from - begin.size());
}

std::string plain_image(const std::string& image) {
    static const std::string cluster = "oscar://";
    static const std::string docker = "docker://";
    if (image.starts_with(docker)) {
        return image.substr(docker.size());
    }
    if (!image.starts_with(cluster)) {
        return image;
    }
    const std::size_t slash = image.find('/', cluster.size());
    return slash == std::string::npos ? std::string() : image.substr(slash + 1);
}

yaml::Node as_plain_values(const yaml::Node& value) {
    yaml::Node result = value;
    if (value.is_scalar()) {
        const yaml::Node plain = yaml::plain(value.scalar);
        return yaml::as_integer(plain) || yaml::as_bool(plain) ? plain : value;
    }
    for (yaml::Node& item : result.items) {
        item = as_plain_values(item);
    }
    for (yaml::Entry& entry : result.entries) {
        entry.value = as_plain_values(entry.value);
    }
    return result;
}

} // namespace aisprint::tosca
