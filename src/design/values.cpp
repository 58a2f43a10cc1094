// SPDX-License-Identifier: Apache-2.0
#include "values.hpp"

#include <fmt/format.h>

#include <charconv>

namespace aisprint::design {

namespace {

/// Reads back what fmt printed; decimal printing is correctly rounded, halves to even on the
/// exact binary value.
double reread(const std::string& text) {
    double value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

} // namespace

yaml::Node to_node(const annotations::Value& value) {
    switch (value.kind) {
    case annotations::ValueKind::none:
        return yaml::null();
    case annotations::ValueKind::boolean:
        return yaml::boolean(value.boolean);
    case annotations::ValueKind::integer:
        return yaml::integer(value.integer);
    case annotations::ValueKind::floating:
        return yaml::number(value.floating);
    case annotations::ValueKind::string:
        return yaml::text(value.text);
    case annotations::ValueKind::list: {
        yaml::Node list = yaml::sequence();
        for (const annotations::Value& item : value.items) {
            list.push(to_node(item));
        }
        return list;
    }
    case annotations::ValueKind::dict: {
        yaml::Node map = yaml::mapping();
        for (std::size_t i = 0; i < value.items.size(); ++i) {
            map.add(value.keys[i].text, to_node(value.items[i]));
        }
        return map;
    }
    }
    return yaml::null();
}

double round_to_digits(double value, int digits) {
    return reread(fmt::format("{:.{}e}", value, digits - 1));
}

double round_to_decimals(double value, int decimals) {
    return reread(fmt::format("{:.{}f}", value, decimals));
}

} // namespace aisprint::design
