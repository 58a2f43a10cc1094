// SPDX-License-Identifier: Apache-2.0
#include "random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <set>

namespace aisprint::training {
namespace {

/// The published splitmix64: its state starts where the seed's mixture is.
std::uint64_t published(std::uint64_t& state) {
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t word = state;
    word = (word ^ (word >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ (word >> 27U)) * 0x94d049bb133111ebULL;
    return word ^ (word >> 31U);
}

TEST(RandomNumbers, AreThePublishedOnes) {
    std::uint64_t seed = 42;
    std::uint64_t state = published(seed);
    Random random(42);
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(random.next(), published(state));
    }
}

TEST(RandomNumbers, AreUniform) {
    Random random(1, 7);
    std::array<int, 7> counts{};
    double sum = 0;
    for (int i = 0; i < 70'000; ++i) {
        ++counts.at(random.below(7));
        const double unit = random.unit();
        ASSERT_GE(unit, 0);
        ASSERT_LT(unit, 1);
        sum += unit;
    }
    for (const int count : counts) {
        EXPECT_NEAR(count, 10'000, 500);
    }
    EXPECT_NEAR(sum / 70'000, 0.5, 0.01);
    EXPECT_EQ(random.below(1), 0U);
}

TEST(RandomNumbers, ShuffleKeepsEveryItem) {
    std::vector<int> items(50);
    std::iota(items.begin(), items.end(), 0);
    std::vector<int> shuffled = items;
    Random(3).shuffle(shuffled);
    EXPECT_NE(shuffled, items);
    std::ranges::sort(shuffled);
    EXPECT_EQ(shuffled, items);
}

TEST(RandomNumbers, StreamsDiffer) {
    std::set<std::uint64_t> first;
    for (std::uint64_t stream = 0; stream < 100; ++stream) {
        first.insert(Random(5, stream).next());
        first.insert(Random(6, stream).next());
    }
    EXPECT_EQ(first.size(), 200U);
    EXPECT_NE(derive_seed(1, "run_0/f1/SVR"), derive_seed(1, "run_0/f2/SVR"));
    EXPECT_NE(derive_seed(1, "run_0"), derive_seed(2, "run_0"));
    EXPECT_EQ(derive_seed(1, "run_0"), derive_seed(1, "run_0"));
}

} // namespace
} // namespace aisprint::training
