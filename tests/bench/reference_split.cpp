// SPDX-License-Identifier: Apache-2.0
// The reference draws with Python's generator: a Mersenne twister that is seeded by an array
// (Matsumoto and Nishimura 2002), and whose numbers seed further ones. Drawn again here, so that
// both are judged by the same rows.
#include "reference_split.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <random>
#include <set>

namespace aisprint::bench {

namespace {

/// Seeds a twister by the two halves of a number, by the lower one alone if the other is 0.
class ArraySeed {
public:
    using result_type = std::uint32_t;

    explicit ArraySeed(std::uint64_t seed)
        : m_key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32U)},
          m_length(m_key[1] == 0 ? 1 : 2) {}

    template <class Iterator>
    void generate(Iterator begin, Iterator end) const {
        const auto count = static_cast<std::size_t>(end - begin);
        const auto state = [&](std::size_t i) -> std::uint32_t& { return *(begin + offset(i)); };
        state(0) = 19650218U;
        for (std::size_t i = 1; i < count; ++i) {
            state(i) = 1812433253U * folded(state(i - 1)) + static_cast<std::uint32_t>(i);
        }
        std::size_t at = 1;
        const auto step = [&] {
            if (++at >= count) {
                state(0) = state(count - 1);
                at = 1;
            }
        };
        for (std::size_t k = 0; k < std::max(count, m_length); ++k) {
            const std::size_t j = k % m_length;
            state(at) = (state(at) ^ (folded(state(at - 1)) * 1664525U)) + m_key[j] +
                        static_cast<std::uint32_t>(j);
            step();
        }
        for (std::size_t k = 1; k < count; ++k) {
            state(at) = (state(at) ^ (folded(state(at - 1)) * 1566083941U)) -
                        static_cast<std::uint32_t>(at);
            step();
        }
        state(0) = 0x80000000U;
    }

private:
    std::array<std::uint32_t, 2> m_key;
    std::size_t m_length;

    static std::uint32_t folded(std::uint32_t word) { return word ^ (word >> 30U); }
    static std::ptrdiff_t offset(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }
};

class PythonRandom {
public:
    explicit PythonRandom(std::uint64_t seed) {
        ArraySeed words(seed);
        m_words.seed(words);
    }

    /// One that is seeded by the next real number. Such a number is m / 2^53, and its hash, modulo
    /// 2^61 - 1, is m x 2^8.
    PythonRandom child() { return PythonRandom(next_real() << 8U); }

    /// The numerator of a real number in [0, 1), over 2^53.
    std::uint64_t next_real() {
        const std::uint64_t high = word() >> 5U;
        return (high << 26U) + (word() >> 6U);
    }

    /// Of 0 .. count - 1, without repetition.
    std::vector<std::size_t> sample(std::size_t count, std::size_t wanted) {
        std::vector<std::size_t> taken;
        if (count <= size_of_set(wanted)) {
            std::vector<std::size_t> pool(count);
            std::iota(pool.begin(), pool.end(), std::size_t{0});
            for (std::size_t i = 0; i < wanted; ++i) {
                const std::size_t j = below(count - i);
                taken.push_back(pool[j]);
                pool[j] = pool[count - i - 1];
            }
            return taken;
        }
        std::set<std::size_t> drawn;
        while (drawn.size() < wanted) {
            drawn.insert(below(count));
        }
        taken.assign(drawn.begin(), drawn.end());
        return taken;
    }

private:
    std::mt19937 m_words;

    std::uint64_t word() { return m_words(); }

    std::size_t below(std::size_t count) {
        const auto bits = static_cast<unsigned>(std::bit_width(count));
        std::size_t drawn = count;
        while (drawn >= count) {
            drawn = static_cast<std::size_t>(word() >> (32U - bits));
        }
        return drawn;
    }

    /// Up to so many items a list takes less room than a set would.
    static std::size_t size_of_set(std::size_t wanted) {
        std::size_t size = 21;
        if (wanted > 5) {
            const double power = std::ceil(std::log(3.0 * static_cast<double>(wanted)) / std::log(4.0));
            size += std::size_t{1} << (2 * static_cast<std::size_t>(power));
        }
        return size;
    }
};

} // namespace

std::vector<std::size_t>
reference_hold_out(std::size_t rows, double ratio, Standardized standardized) {
    PythonRandom application(0);
    PythonRandom campaign = application.child();
    PythonRandom factory = campaign.child();
    // Of the techniques, of the scaler, of the splits for hyper-parameters.
    for (int i = 0; i < (standardized == Standardized::yes ? 3 : 2); ++i) {
        (void)factory.next_real();
    }
    PythonRandom validation = factory.child();
    PythonRandom splitter = validation.child();
    std::vector<std::size_t> taken =
        splitter.sample(rows, static_cast<std::size_t>(static_cast<double>(rows) * ratio));
    std::ranges::sort(taken);
    return taken;
}

} // namespace aisprint::bench
