// SPDX-License-Identifier: Apache-2.0
// Linear techniques against the conditions that their optima meet.
#include "random.hpp"
#include "sample.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace aisprint::training {
namespace {

struct Data {
    Matrix features;
    std::vector<double> target;
};

/// Columns of very different sizes, two of them nearly the same, one constant.
Data random_data(std::size_t rows, std::uint64_t seed) {
    Random random(seed);
    Data data{Matrix(rows, 7), {}};
    for (std::size_t i = 0; i < rows; ++i) {
        const double a = random.unit() + 0.1;
        const double b = random.unit();
        const std::vector<double> row{a,   1000 * b,       0.001 / a, a + 1e-4 * random.unit(),
                                      3.0, -random.unit(), a * b};
        for (std::size_t j = 0; j < row.size(); ++j) {
            data.features.at(i, j) = row[j];
        }
        data.target.push_back(4 - a + 2 * b + 0.3 / a + 0.3 * random.unit());
    }
    return data;
}

struct Line {
    double intercept;
    std::vector<double> weights;
};

Line line_of(Technique technique,
             const Data& data,
             const Parameters& parameters,
             const FitOptions& options = {}) {
    const auto regressor = fit(technique, data.features, data.target, parameters, options);
    EXPECT_TRUE(regressor);
    const auto json = (*regressor)->to_json();
    return {json["intercept"].get<double>(), json["weights"].get<std::vector<double>>()};
}

/// Weights of the rows, 1 on average.
std::vector<double> relative(const Data& data) {
    std::vector<double> weights;
    for (const double y : data.target) {
        weights.push_back(1 / (y * y));
    }
    const double mean =
        std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
    for (double& weight : weights) {
        weight /= mean;
    }
    return weights;
}

/// -1/2 of the derivative of the weighted sum of squares by weight j (or the intercept: -1), and
/// the length of that column.
struct Slope {
    double value = 0;
    double size = 0;
};
Slope slope(const Data& data, const Line& line, const std::vector<double>& weights, int j) {
    Slope found;
    for (std::size_t i = 0; i < data.target.size(); ++i) {
        double residual = data.target[i] - line.intercept;
        for (std::size_t k = 0; k < line.weights.size(); ++k) {
            residual -= line.weights[k] * data.features.at(i, k);
        }
        const double x = j < 0 ? 1.0 : data.features.at(i, static_cast<std::size_t>(j));
        found.value += weights[i] * residual * x;
        found.size += x * x;
    }
    found.size = std::sqrt(found.size);
    return found;
}

double deviation(const Data& data, std::size_t j) {
    double mean = 0;
    const auto rows = static_cast<double>(data.target.size());
    for (std::size_t i = 0; i < data.target.size(); ++i) {
        mean += data.features.at(i, j) / rows;
    }
    double squares = 0;
    for (std::size_t i = 0; i < data.target.size(); ++i) {
        squares += (data.features.at(i, j) - mean) * (data.features.at(i, j) - mean) / rows;
    }
    return std::sqrt(squares);
}

constexpr std::size_t k_constant = 4; ///< column

TEST(Nnls, MeetsTheConditionsOfTheOptimum) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Data data = random_data(40, seed);
        for (const double lasso : {0.0, 0.01}) {
            for (const bool with_weights : {false, true}) {
                const Line line = line_of(Technique::nnls, data,
                                          {{"lasso", lasso}, {"relative_weights", with_weights}});
                const std::vector<double> weights =
                    with_weights ? relative(data) : std::vector<double>(40, 1.0);
                const Slope free = slope(data, line, weights, -1);
                EXPECT_NEAR(free.value / free.size, 0, 1e-8);
                for (std::size_t j = 0; j < 7; ++j) {
                    const Slope along = slope(data, line, weights, static_cast<int>(j));
                    const double rest = (along.value - 40 * lasso) / along.size;
                    EXPECT_GE(line.weights[j], 0);
                    if (line.weights[j] > 0) {
                        EXPECT_NEAR(rest, 0, 1e-8) << "seed " << seed << " column " << j;
                    } else {
                        EXPECT_LT(rest, 1e-8) << "seed " << seed << " column " << j;
                    }
                }
                EXPECT_TRUE(std::ranges::any_of(line.weights, [](double w) { return w > 0; }));
            }
        }
    }
}

TEST(Nnls, WithoutInterceptAConstantColumnDoesItsWork) {
    const Data data = random_data(40, 3);
    const Parameters none{{"fit_intercept", false}, {"relative_weights", false}};
    const Line line = line_of(Technique::nnls, data, none);
    EXPECT_EQ(line.intercept, 0);
    EXPECT_GT(line.weights[k_constant], 0);
    const std::vector<double> ones(40, 1.0);
    for (std::size_t j = 0; j < 7; ++j) {
        const Slope along = slope(data, line, ones, static_cast<int>(j));
        EXPECT_LT(along.value / along.size, 1e-8);
    }
}

TEST(Nnls, ThePenaltyOfTheReferenceIsTheDefaultIfCompatible) {
    const Data data = random_data(40, 5);
    const FitOptions compatible{.compatible = true};
    const Line line = line_of(Technique::nnls, data, {}, compatible);
    EXPECT_EQ(line.weights, line_of(Technique::nnls, data, {{"lasso", 0.001}}, compatible).weights);
    EXPECT_NE(line.weights, line_of(Technique::nnls, data, {{"lasso", 0.0}}, compatible).weights);
}

TEST(Ridge, MeetsTheConditionsOfTheOptimum) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Data data = random_data(40, seed);
        for (const bool compatible : {false, true}) {
            const double alpha = 0.3;
            const Line line =
                line_of(Technique::lr_ridge, data, {{"alpha", alpha}}, {.compatible = compatible});
            const std::vector<double> weights =
                compatible ? std::vector<double>(40, 1.0) : relative(data);
            double weighted = 0;
            double plain = 0;
            for (std::size_t i = 0; i < 40; ++i) {
                weighted += weights[i] * data.target[i] * data.target[i];
                plain += data.target[i] * data.target[i];
            }
            const double strength = alpha * weighted / plain;
            for (std::size_t j = 0; j < 7; ++j) {
                // The penalty is one of the weight of the standardized column, or of its own.
                const double spread = compatible ? 1.0 : deviation(data, j);
                const Slope along = slope(data, line, weights, static_cast<int>(j));
                const double rest = along.value - strength * spread * spread * line.weights[j];
                EXPECT_NEAR(rest / along.size, 0, 1e-8) << "seed " << seed << " column " << j;
            }
            const Slope free = slope(data, line, weights, -1);
            EXPECT_NEAR(free.value / free.size, 0, 1e-8);
            EXPECT_EQ(line.weights[k_constant], 0);
        }
    }
}

TEST(Ridge, TheUnitOfTheTargetDoesNotMatter) {
    Data data = random_data(40, 9);
    const Line seconds = line_of(Technique::lr_ridge, data, {});
    for (double& y : data.target) {
        y *= 1000;
    }
    const Line milliseconds = line_of(Technique::lr_ridge, data, {});
    for (std::size_t j = 0; j < 7; ++j) {
        EXPECT_NEAR(milliseconds.weights[j], 1000 * seconds.weights[j],
                    1e-9 * std::abs(milliseconds.weights[j]));
    }
}

TEST(Ridge, WithoutPenaltyItTakesDependentColumns) {
    Data data = random_data(40, 1);
    for (std::size_t i = 0; i < 40; ++i) {
        data.features.at(i, 6) = 2 * data.features.at(i, 0) - data.features.at(i, 5);
    }
    const Line line = line_of(Technique::lr_ridge, data, {{"alpha", 0.0}});
    for (int j = -1; j < 7; ++j) {
        const Slope along = slope(data, line, relative(data), j);
        EXPECT_NEAR(along.value / along.size, 0, 1e-7) << j;
    }
}

TEST(Stepwise, IsLeastSquaresOverTheColumnsItTook) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const Data data = random_data(40, seed);
        for (const bool with_weights : {false, true}) {
            const Line line =
                line_of(Technique::stepwise, data, {{"relative_weights", with_weights}});
            const std::vector<double> weights =
                with_weights ? relative(data) : std::vector<double>(40, 1.0);
            std::size_t taken = 0;
            for (std::size_t j = 0; j < 7; ++j) {
                if (line.weights[j] != 0) {
                    const Slope along = slope(data, line, weights, static_cast<int>(j));
                    EXPECT_NEAR(along.value / along.size, 0, 1e-8);
                    ++taken;
                }
            }
            EXPECT_GT(taken, 0U);
            EXPECT_EQ(line.weights[k_constant], 0);
        }
    }
}

TEST(Stepwise, WithoutAUsefulColumnItGivesTheMean) {
    Data data{Matrix(6, 1), {1, 2, 1, 2, 1, 2}};
    for (std::size_t i = 0; i < 6; ++i) {
        data.features.at(i, 0) = static_cast<double>(i / 2);
    }
    for (const bool intercept : {true, false}) {
        const Line line = line_of(
            Technique::stepwise, data,
            {{"fit_intercept", intercept}, {"p_to_add", 1e-6}, {"relative_weights", false}});
        EXPECT_EQ(line.weights[0], 0);
        EXPECT_DOUBLE_EQ(line.intercept, 1.5);
    }
}

TEST(Stepwise, StopsWhenNothingIsLeftToExplain) {
    Data data = random_data(30, 4);
    for (std::size_t i = 0; i < 30; ++i) {
        data.target[i] = 3 + 2 * data.features.at(i, 0);
    }
    const Line line = line_of(Technique::stepwise, data, {});
    EXPECT_NEAR(line.intercept, 3, 1e-9);
    EXPECT_NEAR(line.weights[0], 2, 1e-9);
    EXPECT_EQ(std::ranges::count(line.weights, 0.0), 6);
}

} // namespace
} // namespace aisprint::training
