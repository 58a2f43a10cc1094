// SPDX-License-Identifier: Apache-2.0
#include "linear.hpp"

#include <cmath>
#include <numeric>
#include <utility>

namespace aisprint::training {

namespace {

class Linear final : public Core {
public:
    Linear(double intercept, std::vector<double> weights)
        : m_intercept(intercept), m_weights(std::move(weights)) {}

    [[nodiscard]] double evaluate(std::span<const double> features) const override {
        return m_intercept +
               std::inner_product(features.begin(), features.end(), m_weights.begin(), 0.0);
    }
    [[nodiscard]] nlohmann::ordered_json to_json() const override {
        return {{"intercept", m_intercept}, {"weights", m_weights}};
    }
    [[nodiscard]] std::vector<double> importance() const override {
        std::vector<double> sizes;
        for (const double weight : m_weights) {
            sizes.push_back(std::abs(weight));
        }
        return sizes;
    }

private:
    double m_intercept;
    std::vector<double> m_weights;
};

double root_mean_square(const Matrix& features, std::size_t column) {
    double sum = 0;
    for (std::size_t i = 0; i < features.rows(); ++i) {
        sum += features.at(i, column) * features.at(i, column);
    }
    return std::sqrt(sum / static_cast<double>(features.rows()));
}

double weighted_mean(const Problem& problem, std::size_t column) {
    double sum = 0;
    for (std::size_t i = 0; i < problem.rows(); ++i) {
        sum += problem.weight(i) * problem.features.at(i, column);
    }
    return sum / static_cast<double>(problem.rows());
}

} // namespace

Design make_design(const Problem& problem, Intercept intercept) {
    Design design;
    const auto rows = static_cast<Eigen::Index>(problem.rows());
    const auto columns = static_cast<Eigen::Index>(problem.columns());
    design.columns = Eigen::MatrixXd::Zero(rows, columns);
    design.target.resize(rows);
    design.roots.resize(rows);
    if (intercept == Intercept::yes) {
        for (std::size_t i = 0; i < problem.rows(); ++i) {
            design.target_mean += problem.weight(i) * problem.target[i];
        }
        design.target_mean /= static_cast<double>(problem.rows());
    }
    for (std::size_t i = 0; i < problem.rows(); ++i) {
        const auto at = static_cast<Eigen::Index>(i);
        design.roots(at) = std::sqrt(problem.weight(i));
        design.target(at) = design.roots(at) * (problem.target[i] - design.target_mean);
    }
    for (std::size_t j = 0; j < problem.columns(); ++j) {
        const bool centred = intercept == Intercept::yes;
        const double spread = centred ? column_moments(problem.features, j).deviation
                                      : root_mean_square(problem.features, j);
        design.usable.push_back(spread > 0 ? 1 : 0);
        design.scale.push_back(spread > 0 ? spread : 1.0);
        design.mean.push_back(centred ? weighted_mean(problem, j) : 0.0);
        for (std::size_t i = 0; spread > 0 && i < problem.rows(); ++i) {
            const auto at = static_cast<Eigen::Index>(i);
            design.columns(at, static_cast<Eigen::Index>(j)) =
                design.roots(at) * ((problem.features.at(i, j) - design.mean[j]) / design.scale[j]);
        }
    }
    return design;
}

std::unique_ptr<const Core> make_linear(const Design& design, const Eigen::VectorXd& weights) {
    double start = design.target_mean;
    std::vector<double> own;
    for (std::size_t j = 0; j < design.scale.size(); ++j) {
        own.push_back(weights(static_cast<Eigen::Index>(j)) / design.scale[j]);
        start -= own.back() * design.mean[j];
    }
    return std::make_unique<Linear>(start, std::move(own));
}

} // namespace aisprint::training
