// SPDX-License-Identifier: Apache-2.0
// Names and numbers of components in the files of an application.
#include "application_components.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace aisprint::placement {

namespace {

constexpr std::string_view k_component = "component";
constexpr std::string_view k_alternative = "alternative";

/// Takes a number from `least` on off the front of `text`.
std::optional<std::size_t> take_number(std::string_view& text, std::size_t least) {
    std::size_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || number < least) {
        return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return number;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) {
        return false;
    }
    text.remove_prefix(prefix.size());
    return true;
}

} // namespace

std::string ComponentCode::text() const {
    return alternative == 0 ? fmt::format("c{}", number)
                            : fmt::format("c{}_{}", number, alternative);
}

std::optional<ComponentCode> parse_component_key(const std::string& key) {
    std::string_view rest = key;
    if (!take_prefix(rest, k_component)) {
        return std::nullopt;
    }
    const std::optional<std::size_t> number = take_number(rest, 0);
    if (!number) {
        return std::nullopt;
    }
    if (rest.empty()) {
        return ComponentCode{*number, 0};
    }
    if (!take_prefix(rest, "_") || !take_prefix(rest, k_alternative)) {
        return std::nullopt;
    }
    const std::optional<std::size_t> alternative = take_number(rest, 1);
    if (!alternative || !rest.empty()) {
        return std::nullopt;
    }
    return ComponentCode{*number, *alternative};
}

} // namespace aisprint::placement
