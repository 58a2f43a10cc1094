// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/splitmix64.hpp"

#include <cstdint>

namespace aisprint::profiling {

/// Random numbers for arrivals and sizes.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_numbers(seed) {}

    /// In (0, 1]: its logarithm is finite.
    double unit() { return (static_cast<double>(m_numbers.next() >> 11U) + 1) * 0x1.0p-53; }

private:
    SplitMix64 m_numbers;
};

} // namespace aisprint::profiling
