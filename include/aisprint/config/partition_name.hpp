// SPDX-License-Identifier: Apache-2.0
// How files name the designs of a component. Pure functions.
#pragma once

#include <compare>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace aisprint::config {

/// A design by the numbers in its name partitionCUT_SEGMENT, both from 1; both 0: base, the whole
/// component.
struct PartitionId {
    std::size_t cut = 0;
    std::size_t segment = 0;

    auto operator<=>(const PartitionId&) const = default;
    [[nodiscard]] bool is_base() const { return cut == 0; }
};

/// The numbers of "base" or "partitionN_M"; nothing if the name has another form.
[[nodiscard]] std::optional<PartitionId> parse_partition_id(std::string_view name);

/// "base" or "partitionN_M".
[[nodiscard]] std::string to_string(const PartitionId& id);

/// A partition as graphs and production files name it.
struct PartitionName {
    std::string component;
    PartitionId id;
};

/// Splits COMPONENT_partitionN_M; nothing if the name has another form.
[[nodiscard]] std::optional<PartitionName> parse_partition_name(const std::string& name);

/// COMPONENT for the whole of it, or COMPONENT_partitionN_M.
[[nodiscard]] std::string partition_name(const std::string& component, const PartitionId& id);

/// What a segment's name in candidate files has between the component and the number.
inline constexpr std::string_view k_segment_marker = "_partitionX_";

/// A segment of any cut, as candidate files name it: COMPONENT_partitionX_SEGMENT.
struct SegmentName {
    std::string component;
    std::size_t segment = 0;
};

/// Splits COMPONENT_partitionX_SEGMENT; nothing if the name has another form.
[[nodiscard]] std::optional<SegmentName> parse_segment_name(const std::string& name);

/// The name that candidate files give to a segment.
[[nodiscard]] std::string candidate_name(const std::string& component, std::size_t segment);

} // namespace aisprint::config
