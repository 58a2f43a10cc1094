// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/splitmix64.hpp"

#include <cstddef>
#include <cstdint>

namespace aisprint::optimizer {

/// Random numbers for the heuristics: each iteration has a stream of its own.
class Random {
public:
    /// A stream of its own for each pair of seed and number.
    Random(std::uint64_t seed, std::uint64_t stream)
        : m_numbers(SplitMix64::stream(seed, stream)) {}

    /// Uniform over 0 .. 2^64 - 1.
    std::uint64_t next() { return m_numbers.next(); }

    /// Uniform over 0 .. count - 1 (to within count / 2^32); `count` is at least 1 and below 2^32.
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(((next() >> 32U) * count) >> 32U);
    }

    /// Uniform over [0, 1).
    double unit() { return m_numbers.unit(); }

private:
    SplitMix64 m_numbers;
};

} // namespace aisprint::optimizer
