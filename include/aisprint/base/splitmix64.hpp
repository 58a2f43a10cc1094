// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace aisprint {

/// Random numbers that are the same everywhere for a seed: splitmix64 (Steele, Lea and Flood,
/// OOPSLA 2014). The engines of the standard library take several times as long, and its
/// distributions differ from one library to the next. Not for secrets.
class SplitMix64 {
public:
    /// The generator as published, from this state on.
    explicit SplitMix64(std::uint64_t state) : m_state(state) {}

    /// A stream of its own for each seed.
    [[nodiscard]] static SplitMix64 seeded(std::uint64_t seed) {
        return SplitMix64(mix(seed + k_gamma));
    }

    /// A stream of its own for each pair of seed and number, made as fast as a number.
    [[nodiscard]] static SplitMix64 stream(std::uint64_t seed, std::uint64_t number) {
        return SplitMix64(mix(mix(seed + k_gamma) + (number + 1) * k_gamma));
    }

    /// Uniform over 0 .. 2^64 - 1.
    std::uint64_t next() {
        m_state += k_gamma;
        return mix(m_state);
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

} // namespace aisprint
