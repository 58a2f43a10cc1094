/* SPDX-License-Identifier: Apache-2.0
 *
 * Newer grammar packages use two helpers that the parser.h of Debian 12's tree-sitter does not
 * have (a table-driven ADVANCE_MAP and a search in sorted character ranges), and give REDUCE all
 * its values by position, where the older macro expects the last ones by name. The table format
 * (ABI 14) is the same, so these three are enough to build them.
 */
#ifndef AISPRINT_TREE_SITTER_PARSER_H
#define AISPRINT_TREE_SITTER_PARSER_H

#include_next <tree_sitter/parser.h>

#include <stdbool.h>
#include <stdint.h>

typedef struct {
    int32_t first;
    int32_t last;
} TSCharacterRange;

/* True if one of the `count` ascending, disjoint, inclusive ranges holds `character`. */
static inline bool set_contains(const TSCharacterRange* ranges, uint32_t count, int32_t character) {
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (character < ranges[middle].first) {
            high = middle;
        } else if (character > ranges[middle].last) {
            low = middle + 1;
        } else {
            return true;
        }
    }
    return false;
}

/* Takes pairs (character, state): goes to the state paired with the character in view, if any. */
#define ADVANCE_MAP(...)                                                                          \
    {                                                                                             \
        static const uint16_t pairs[] = {__VA_ARGS__};                                            \
        for (uint32_t i = 0; i + 1 < sizeof(pairs) / sizeof(pairs[0]); i += 2) {                  \
            if ((int32_t)pairs[i] == lookahead) {                                                 \
                state = pairs[i + 1];                                                             \
                goto next_state;                                                                  \
            }                                                                                     \
        }                                                                                         \
    }

#undef REDUCE
#define REDUCE(symbol_name, children, precedence, production)                                     \
    {                                                                                             \
        {                                                                                         \
            .reduce = {                                                                           \
                .type = TSParseActionTypeReduce,                                                  \
                .symbol = symbol_name,                                                            \
                .child_count = children,                                                          \
                .dynamic_precedence = precedence,                                                 \
                .production_id = production                                                       \
            }                                                                                     \
        }                                                                                         \
    }

#endif
