// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/splitmix64.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace aisprint::training {

/// Random numbers for splits, searches and forests.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_numbers(SplitMix64::seeded(seed)) {}

    /// A stream of its own for each pair of seed and number.
    Random(std::uint64_t seed, std::uint64_t stream)
        : m_numbers(SplitMix64::stream(seed, stream)) {}

    /// Uniform over 0 .. 2^64 - 1.
    std::uint64_t next() { return m_numbers.next(); }

    /// Uniform over 0 .. count - 1; `count` is at least 1.
    std::size_t below(std::size_t count) {
        const std::uint64_t excess = (0 - static_cast<std::uint64_t>(count)) % count;
        std::uint64_t drawn = next();
        while (drawn < excess) {
            drawn = next();
        }
        return static_cast<std::size_t>(drawn % count);
    }

    /// Uniform over [0, 1).
    double unit() { return m_numbers.unit(); }

    /// Puts the items in random order.
    template <class T>
    void shuffle(std::vector<T>& items) {
        for (std::size_t left = items.size(); left > 1; --left) {
            std::swap(items[left - 1], items[below(left)]);
        }
    }

private:
    SplitMix64 m_numbers;
};

/// The seed for what `path` names ("run_0/f3/LRRidge"): FNV-1a over its bytes, started from `seed`.
/// Independent of what else is drawn, and of the order in which threads work.
[[nodiscard]] inline std::uint64_t derive_seed(std::uint64_t seed, std::string_view path) {
    std::uint64_t hash = 0xcbf29ce484222325ULL ^ Random(seed).next();
    for (const char letter : path) {
        hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3ULL;
    }
    return hash;
}

} // namespace aisprint::training
