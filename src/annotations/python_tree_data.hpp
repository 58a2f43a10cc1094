// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/python_tree.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

namespace aisprint::annotations {

/// A node as stored: the tree flattened into the order of a walk, parents first.
struct NodeRecord {
    std::string_view type;
    std::string_view field;
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t parent = 0;
    std::uint32_t subtree_end = 0;
    bool named = false;
    bool missing = false;
    /// The node, or something in it that has no record of its own, is in error.
    bool broken = false;
};

/// What a PythonTree shares with its nodes.
struct PythonTreeData {
    SourceFile source;
    SourceEncoding encoding = SourceEncoding::utf8;
    std::vector<NodeRecord> records;
};

/// Parses `text`, which has the length of the source and only UTF-8 in it, into records. Fails
/// (input, ANN004) if that takes too long. The records may hold errors.
[[nodiscard]] Result<std::vector<NodeRecord>> parse_records(const SourceFile& source,
                                                            const std::string& text);

} // namespace aisprint::annotations
