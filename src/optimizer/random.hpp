// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace aisprint::optimizer {

/// Random numbers for the heuristics: the generator xoshiro256++ of Blackman and Vigna, seeded by
/// splitmix64. The engines of the standard library take several times as long per number, and
/// their distributions differ from one library to the next, so that a seed would not give the same
/// placement everywhere.
class Random {
public:
    /// A stream of its own for each pair of seed and number.
    Random(std::uint64_t seed, std::uint64_t stream) {
        std::uint64_t state = seed;
        state = mix(state) ^ (stream * 0xd1342543de82ef95ULL);
        for (std::uint64_t& word : m_state) {
            word = mix(state);
        }
    }

    /// Uniform over 0 .. 2^64 - 1.
    std::uint64_t next() {
        const std::uint64_t result = std::rotl(m_state[0] + m_state[3], 23) + m_state[0];
        const std::uint64_t shifted = m_state[1] << 17U;
        m_state[2] ^= m_state[0];
        m_state[3] ^= m_state[1];
        m_state[1] ^= m_state[2];
        m_state[0] ^= m_state[3];
        m_state[2] ^= shifted;
        m_state[3] = std::rotl(m_state[3], 45);
        return result;
    }

    /// Uniform over 0 .. count - 1 (to within count / 2^32); `count` is at least 1 and below 2^32.
    std::size_t below(std::size_t count) {
        return static_cast<std::size_t>(((next() >> 32U) * count) >> 32U);
    }

    /// Uniform over [0, 1).
    double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

private:
    std::array<std::uint64_t, 4> m_state{};

    static std::uint64_t mix(std::uint64_t& state) {
        state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t word = state;
        word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        word = (word ^ (word >> 27U)) * 0x94d049bb133111ebULL;
        return word ^ (word >> 31U);
    }
};

} // namespace aisprint::optimizer
