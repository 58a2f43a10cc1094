// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace aisprint::profiling {

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014); the
/// standard's distributions differ between libraries.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}

    /// In (0, 1].
    double unit() {
        m_state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
        z ^= z >> 31U;
        return (static_cast<double>(z >> 11U) + 1) * 0x1.0p-53;
    }

private:
    std::uint64_t m_state;
};

} // namespace aisprint::profiling
