// SPDX-License-Identifier: Apache-2.0
// Trees against a second one that tries every split with fresh sums, on random data.
#include "random.hpp"
#include "sample.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace aisprint::training {
namespace {

using namespace std::string_literals;
using Rows = std::vector<std::size_t>;

struct Data {
    Matrix features;
    std::vector<double> target;
};

Data random_data(std::size_t rows, std::size_t columns, std::uint64_t seed) {
    Random random(seed);
    Data data{Matrix(rows, columns), {}};
    for (std::size_t i = 0; i < rows; ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < columns; ++j) {
            // Some columns have many rows of one value.
            data.features.at(i, j) =
                j % 2 == 0 ? random.unit() : static_cast<double>(random.below(5));
            sum += data.features.at(i, j);
        }
        data.target.push_back(sum * sum + random.unit());
    }
    return data;
}

struct Limits {
    bool absolute = false;
    std::size_t depth = 100;
    std::size_t split = 2;
    std::size_t leaf = 1;
};

/// Grows as it predicts.
class NaiveTree {
public:
    NaiveTree(const Data& data, const Limits& limits) : m_data(data), m_limits(limits) {}

    [[nodiscard]] double predict(std::span<const double> query) const {
        Rows rows(m_data.target.size());
        std::iota(rows.begin(), rows.end(), std::size_t{0});
        for (std::size_t depth = 0; depth < m_limits.depth; ++depth) {
            const double all = error(rows);
            double best = 1e300;
            double widest = 0;
            std::size_t feature = 0;
            double threshold = 0;
            for (std::size_t j = 0; j < query.size(); ++j) {
                // In one feature, the lowest of equal splits.
                double here = 1e300;
                double gap = 0;
                double middle = 0;
                for (const double cut : values(rows, j)) {
                    const auto [left, right] = divide(rows, j, cut);
                    if (left.size() < m_limits.leaf || right.size() < m_limits.leaf ||
                        right.empty()) {
                        continue;
                    }
                    const double both = error(left) + error(right);
                    if (both < here - 1e-9 * all) {
                        here = both;
                        middle = (cut + values(right, j).front()) / 2;
                        gap = (values(right, j).front() - cut) /
                              (values(rows, j).back() - values(rows, j).front());
                    }
                }
                if (here < best - 1e-9 * all || (here < best + 1e-9 * all && gap > widest)) {
                    best = here;
                    widest = gap;
                    feature = j;
                    threshold = middle;
                }
            }
            if (rows.size() < m_limits.split || best == 1e300 || all == 0) {
                break;
            }
            const auto [left, right] = divide(rows, feature, threshold);
            rows = query[feature] <= threshold ? left : right;
        }
        return centre(rows);
    }

private:
    const Data& m_data;
    const Limits& m_limits;

    [[nodiscard]] std::pair<Rows, Rows> divide(const Rows& rows, std::size_t j, double cut) const {
        std::pair<Rows, Rows> sides;
        for (const std::size_t row : rows) {
            (m_data.features.at(row, j) <= cut ? sides.first : sides.second).push_back(row);
        }
        return sides;
    }
    /// Of a feature, ascending.
    [[nodiscard]] std::vector<double> values(const Rows& rows, std::size_t j) const {
        std::vector<double> found;
        for (const std::size_t row : rows) {
            found.push_back(m_data.features.at(row, j));
        }
        std::ranges::sort(found);
        return found;
    }
    [[nodiscard]] double centre(const Rows& rows) const {
        std::vector<double> values;
        for (const std::size_t row : rows) {
            values.push_back(m_data.target[row]);
        }
        if (!m_limits.absolute) {
            return std::accumulate(values.begin(), values.end(), 0.0) /
                   static_cast<double>(values.size());
        }
        std::ranges::sort(values);
        const std::size_t half = values.size() / 2;
        return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
    }
    [[nodiscard]] double error(const Rows& rows) const {
        const double middle = centre(rows);
        double sum = 0;
        for (const std::size_t row : rows) {
            const double distance = m_data.target[row] - middle;
            sum += m_limits.absolute ? std::abs(distance) : distance * distance;
        }
        return sum;
    }
};

Parameters to_parameters(const Limits& limits) {
    return {{"criterion", limits.absolute ? "absolute_error"s : "squared_error"s},
            {"max_depth", static_cast<double>(limits.depth)},
            {"min_samples_split", static_cast<double>(limits.split)},
            {"min_samples_leaf", static_cast<double>(limits.leaf)}};
}

std::unique_ptr<Regressor> fitted(Technique technique,
                                  const Data& data,
                                  const Parameters& parameters,
                                  std::uint64_t seed = 0) {
    auto result = fit(technique, data.features, data.target, parameters, {.seed = seed});
    EXPECT_TRUE(result);
    return result ? std::move(*result) : nullptr;
}

nlohmann::ordered_json first_tree(const Regressor& regressor) {
    return regressor.to_json()["trees"][0];
}

TEST(Trees, AreThoseOfTheSecondImplementation) {
    const std::vector<Limits> all{
        {},          {.depth = 3},       {.split = 12},
        {.leaf = 6}, {.absolute = true}, {.absolute = true, .depth = 4, .leaf = 3}};
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        const Data data = random_data(40, 3, seed);
        const Data queries = random_data(60, 3, seed + 100);
        for (const Limits& limits : all) {
            const auto tree = fitted(Technique::decision_tree, data, to_parameters(limits));
            const NaiveTree naive(data, limits);
            for (std::size_t i = 0; i < queries.target.size(); ++i) {
                EXPECT_NEAR(tree->predict(queries.features.row(i)),
                            naive.predict(queries.features.row(i)), 1e-9)
                    << "seed " << seed << " query " << i;
            }
        }
    }
}

TEST(Trees, SharesAreOfAllRowsAndRoundedUp) {
    const Data data = random_data(50, 2, 7);
    const auto same = [&](Parameters a, Parameters b) {
        a["max_depth"] = ParameterValue{};
        b["max_depth"] = ParameterValue{};
        return first_tree(*fitted(Technique::decision_tree, data, a)) ==
               first_tree(*fitted(Technique::decision_tree, data, b));
    };
    EXPECT_TRUE(same({{"min_samples_leaf", 0.09}}, {{"min_samples_leaf", 5.0}}));
    EXPECT_FALSE(same({{"min_samples_leaf", 0.09}}, {{"min_samples_leaf", 4.0}}));
    EXPECT_TRUE(same({{"min_samples_split", 0.21}}, {{"min_samples_split", 11.0}}));
    EXPECT_TRUE(same({{"min_samples_split", 1.0}}, {{"min_samples_split", 50.0}}));
    EXPECT_TRUE(same({{"min_samples_split", 0.001}}, {{"min_samples_split", 2.0}}));
    EXPECT_TRUE(same({{"min_samples_leaf", 3.0}}, {{"min_samples_leaf", 2.6}}));
}

TEST(Trees, AliasesMeanTheSame) {
    const Data data = random_data(40, 4, 3);
    const auto tree = [&](const char* name, const ParameterValue& value) {
        return first_tree(*fitted(Technique::decision_tree, data, {{name, value}}, 5));
    };
    EXPECT_EQ(tree("criterion", "mse"s), tree("criterion", "squared_error"s));
    EXPECT_EQ(tree("criterion", "mae"s), tree("criterion", "absolute_error"s));
    EXPECT_NE(tree("criterion", "mae"s), tree("criterion", "mse"s));
    for (const ParameterValue& all :
         {ParameterValue{"auto"s}, ParameterValue{1.0}, ParameterValue{4.0}, ParameterValue{9.0}}) {
        EXPECT_EQ(tree("max_features", all), tree("max_features", ParameterValue{}));
    }
    EXPECT_EQ(tree("max_features", "sqrt"s), tree("max_features", 2.0));
    EXPECT_EQ(tree("max_features", "log2"s), tree("max_features", 0.6));
    EXPECT_NE(tree("max_features", "log2"s), tree("max_features", ParameterValue{}));
}

/// Two columns that part the rows in the same way: where 2 and 8 are neighbours, the inverse has
/// the wider gap.
TEST(Trees, EqualSplitsGoToTheWidestGap) {
    Data data{Matrix(6, 2), {10, 9, 2, 2, 2, 2}};
    const std::vector<double> cores{1, 2, 8, 16, 24, 32};
    for (std::size_t i = 0; i < cores.size(); ++i) {
        data.features.at(i, 0) = cores[i];
        data.features.at(i, 1) = 1 / cores[i];
    }
    const auto tree = first_tree(*fitted(Technique::decision_tree, data, {}));
    EXPECT_EQ(tree["feature"][0], 1);
    EXPECT_DOUBLE_EQ(tree["threshold"][0].get<double>(), (1.0 / 2 + 1.0 / 8) / 2);
    for (std::size_t i = 0; i < cores.size(); ++i) {
        data.features.at(i, 1) = cores[i]; // twins: the first one
    }
    const auto twins = first_tree(*fitted(Technique::decision_tree, data, {}));
    EXPECT_EQ(twins["feature"][0], 0);
    EXPECT_DOUBLE_EQ(twins["threshold"][0].get<double>(), 5);
}

TEST(Trees, ThresholdsOfNeighbouringNumbersStillPart) {
    const double low = 1;
    const double high = std::nextafter(low, 2.0);
    Data data{Matrix(2, 1), {3, 5}};
    data.features.at(0, 0) = low;
    data.features.at(1, 0) = high;
    const auto tree = fitted(Technique::decision_tree, data, {});
    EXPECT_EQ(tree->predict(std::vector{low}), 3);
    EXPECT_EQ(tree->predict(std::vector{high}), 5);
}

TEST(Forests, AreMeansOfBootstrapTrees) {
    const Data data = random_data(60, 3, 11);
    const auto forest = fitted(Technique::random_forest, data,
                               {{"n_estimators", 30.0}, {"min_samples_split", 2.0}}, 4);
    const auto trees = forest->to_json()["trees"];
    ASSERT_EQ(trees.size(), 30U);
    std::size_t different = 0;
    for (std::size_t t = 1; t < trees.size(); ++t) {
        different += trees[t] == trees[0] ? 0U : 1U;
    }
    EXPECT_EQ(different, 29U);
    // The first trees do not depend on how many follow.
    const auto few = fitted(Technique::random_forest, data,
                            {{"n_estimators", 3.0}, {"min_samples_split", 2.0}}, 4);
    EXPECT_EQ(few->to_json()["trees"][2], trees[2]);
}

/// Features that part the rows alike are used in turn, so that the trees differ in where they put
/// values between those that they know.
TEST(Forests, DrawLotsBetweenEqualSplits) {
    Matrix features(12, 2);
    std::vector<double> target;
    for (std::size_t i = 0; i < features.rows(); ++i) {
        const auto x = static_cast<double>(i / 3 + 1);
        features.at(i, 0) = x;
        features.at(i, 1) = 1 / x;
        target.push_back(10 / x);
    }
    const auto forest = fit(Technique::random_forest, features, target,
                            {{"n_estimators", 30.0}, {"max_depth", 1.0}}, {.seed = 1});
    ASSERT_TRUE(forest);
    for (const double splits : (*forest)->importance()) {
        EXPECT_GT(splits, 5);
    }
}

TEST(Forests, RowsDrawnTwiceCountTwice) {
    // With two rows a root's mean tells what was drawn: 0, 1/2 or 1; all must come up.
    Data data{Matrix(2, 1), {0, 1}};
    data.features.at(1, 0) = 1;
    const auto forest = fitted(Technique::random_forest, data, {{"n_estimators", 200.0}});
    std::map<double, int> roots;
    const nlohmann::ordered_json trees = forest->to_json()["trees"];
    for (const auto& tree : trees) {
        ++roots[tree["value"][0].get<double>()];
    }
    ASSERT_EQ(roots.size(), 3U);
    EXPECT_NEAR(roots[0.5], 100, 30);
    EXPECT_NEAR(roots[0.0], 50, 25);
}

TEST(Forests, TakeTenThousandRows) {
    const Data data = random_data(10'000, 5, 2);
    const double mean = std::accumulate(data.target.begin(), data.target.end(), 0.0) / 10'000;
    for (const char* criterion : {"squared_error", "absolute_error"}) {
        const auto forest = fitted(Technique::random_forest, data,
                                   {{"criterion", std::string(criterion)},
                                    {"max_depth", 10.0},
                                    {"min_samples_split", 2.0}});
        double squares = 0;
        double all = 0;
        for (std::size_t i = 0; i < data.target.size(); ++i) {
            squares += std::pow(forest->predict(data.features.row(i)) - data.target[i], 2);
            all += std::pow(data.target[i] - mean, 2);
        }
        EXPECT_LT(squares, 0.05 * all) << criterion;
    }
}

} // namespace
} // namespace aisprint::training
