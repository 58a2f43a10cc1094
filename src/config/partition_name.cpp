// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/partition_name.hpp"

#include <fmt/format.h>

#include <charconv>

namespace aisprint::config {

namespace {

constexpr std::string_view k_base = "base";
constexpr std::string_view k_partition = "partition";

/// A number from 1 on, if `text` is nothing else.
std::optional<std::size_t> number_of(std::string_view text) {
    std::size_t number = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    if (error != std::errc{} || stop != end || number == 0) {
        return std::nullopt;
    }
    return number;
}

} // namespace

std::optional<PartitionId> parse_partition_id(std::string_view name) {
    if (name == k_base) {
        return PartitionId{};
    }
    const std::size_t middle = name.find('_');
    if (!name.starts_with(k_partition) || middle == std::string_view::npos) {
        return std::nullopt;
    }
    const auto cut = number_of(name.substr(k_partition.size(), middle - k_partition.size()));
    const auto segment = number_of(name.substr(middle + 1));
    return cut && segment ? std::optional(PartitionId{*cut, *segment}) : std::nullopt;
}

std::string to_string(const PartitionId& id) {
    return id.is_base() ? std::string(k_base)
                        : fmt::format("{}{}_{}", k_partition, id.cut, id.segment);
}

std::optional<PartitionName> parse_partition_name(const std::string& name) {
    const std::size_t marker = name.rfind(fmt::format("_{}", k_partition));
    if (marker == std::string::npos || marker == 0) {
        return std::nullopt;
    }
    const auto id = parse_partition_id(std::string_view(name).substr(marker + 1));
    return id ? std::optional(PartitionName{name.substr(0, marker), *id}) : std::nullopt;
}

std::string partition_name(const std::string& component, const PartitionId& id) {
    return id.is_base() ? component : fmt::format("{}_{}", component, to_string(id));
}

std::optional<SegmentName> parse_segment_name(const std::string& name) {
    const std::size_t marker = name.rfind(k_segment_marker);
    if (marker == std::string::npos || marker == 0) {
        return std::nullopt;
    }
    const auto segment = number_of(std::string_view(name).substr(marker + k_segment_marker.size()));
    return segment ? std::optional(SegmentName{name.substr(0, marker), *segment}) : std::nullopt;
}

std::string candidate_name(const std::string& component, std::size_t segment) {
    return fmt::format("{}{}{}", component, k_segment_marker, segment);
}

} // namespace aisprint::config
