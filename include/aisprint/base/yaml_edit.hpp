// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/source_file.hpp"
#include "aisprint/base/yaml.hpp"

#include <map>
#include <string>
#include <vector>

namespace aisprint::yaml {

/// Changes values in the text of a YAML document, and nothing else: comments, order and layout
/// stay. Nodes come from parse() of the same source.
class TextEdit {
public:
    explicit TextEdit(const SourceFile& source) : m_source(source) {}

    /// Sets `key` of a mapping to a text, or to a list of texts if there are several (at least
    /// one). A key that is not there becomes the first one. False if the place is written in a way
    /// that cannot be changed on its own: text over several lines, an anchor, an alias, a merge, a
    /// map, or a list of other things than short texts.
    [[nodiscard]] bool
    set(const Node& mapping, const std::string& key, const std::vector<std::string>& values);

    /// The text with all changes.
    [[nodiscard]] std::string text() const;

private:
    struct Change {
        std::size_t end = 0;
        std::string text;
    };

    [[nodiscard]] std::size_t offset_of(const Span& span) const;
    [[nodiscard]] bool insert(const Node& mapping, const std::string& line);
    [[nodiscard]] bool replace(const Entry& entry, const std::string& value);
    [[nodiscard]] bool
    replace_block_list(const Node& list, std::size_t colon_end, const std::string& value);

    const SourceFile& m_source;
    std::map<std::size_t, Change> m_changes; ///< by where they begin
};

} // namespace aisprint::yaml
