// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace aisprint::optimizer {

/// Random numbers for the heuristics: splitmix64 (Steele, Lea and Flood, OOPSLA 2014), whose
/// streams are made as fast as its numbers, so that each iteration has one of its own. The engines
/// of the standard library take several times as long for both, and their distributions differ
/// from one library to the next, so that a seed would not give the same placement everywhere.
class Random {
public:
    /// A stream of its own for each pair of seed and number.
    Random(std::uint64_t seed, std::uint64_t stream)
        : m_state(mix(mix(seed + k_gamma) + (stream + 1) * k_gamma)) {}

    /// Uniform over 0 .. 2^64 - 1.
    std::uint64_t next() {
        m_state += k_gamma;
        return mix(m_state);
    }

    /// Uniform over 0 .. count - 1 (to within count / 2^32); `count` is at least 1 and below 2^32.
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(((next() >> 32U) * count) >> 32U);
    }

    /// Uniform over [0, 1).
    double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

private:
    static constexpr std::uint64_t k_gamma = 0x9e3779b97f4a7c15ULL;
    std::uint64_t m_state;

    static constexpr std::uint64_t mix(std::uint64_t word) {
        word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        word = (word ^ (word >> 27U)) * 0x94d049bb133111ebULL;
        return word ^ (word >> 31U);
    }
};

} // namespace aisprint::optimizer
