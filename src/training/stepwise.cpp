// SPDX-License-Identifier: Apache-2.0
// Stepwise least squares (Draper and Smith, Applied Regression Analysis, chapter 15).
#include "linear.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

namespace aisprint::training {

namespace {

struct Settings {
    double p_to_add = 0;
    double p_to_remove = 0;
    bool intercept = true;
    std::size_t max_iterations = 0;
};

/// Least squares over some columns.
struct Fit {
    Eigen::VectorXd weights;
    Eigen::VectorXd ratios; ///< |weight| / standard error
    Eigen::VectorXd residuals;
    double freedom = 0; ///< degrees of freedom of the residuals
};

class Search {
public:
    Search(const Design& design, const Settings& settings)
        : m_design(design), m_settings(settings), m_residuals(design.target) {}

    [[nodiscard]] Eigen::VectorXd run() {
        for (std::size_t i = 0; i < m_settings.max_iterations; ++i) {
            const bool added = add_one();
            const bool removed = remove_one();
            if (!added && !removed) {
                break;
            }
        }
        Eigen::VectorXd weights = Eigen::VectorXd::Zero(m_design.columns.cols());
        if (const auto final_fit = fit_columns(m_used)) {
            for (std::size_t k = 0; k < m_used.size(); ++k) {
                weights(m_used[k]) = final_fit->weights(static_cast<Eigen::Index>(k));
            }
        }
        return weights;
    }

private:
    const Design& m_design;
    const Settings& m_settings;
    Eigen::VectorXd m_residuals;
    std::vector<Eigen::Index> m_used; ///< in the order of their entry

    /// Nothing if the columns depend on each other, or leave no degree of freedom.
    [[nodiscard]] std::optional<Fit> fit_columns(const std::vector<Eigen::Index>& used) const {
        const auto count = static_cast<Eigen::Index>(used.size());
        const Eigen::Index freedom =
            m_design.columns.rows() - count - (m_settings.intercept ? 1 : 0);
        if (count == 0 || freedom < 1) {
            return std::nullopt;
        }
        Eigen::MatrixXd chosen(m_design.columns.rows(), count);
        for (Eigen::Index k = 0; k < count; ++k) {
            chosen.col(k) = m_design.columns.col(used[static_cast<std::size_t>(k)]);
        }
        const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(chosen);
        if (qr.rank() < count) {
            return std::nullopt;
        }
        Fit fit;
        fit.freedom = static_cast<double>(freedom);
        fit.weights = qr.solve(m_design.target);
        fit.residuals = m_design.target - chosen * fit.weights;
        const double variance = fit.residuals.squaredNorm() / fit.freedom;
        // The covariance is variance x (R'R)^-1, in the order of the pivots.
        const Eigen::MatrixXd inverse = qr.matrixR()
                                            .topLeftCorner(count, count)
                                            .triangularView<Eigen::Upper>()
                                            .solve(Eigen::MatrixXd::Identity(count, count));
        const Eigen::VectorXd spread =
            qr.colsPermutation() * Eigen::VectorXd(inverse.rowwise().squaredNorm());
        fit.ratios = fit.weights.cwiseAbs().cwiseQuotient((variance * spread).cwiseSqrt());
        return fit;
    }

    [[nodiscard]] static double quantile(double p, double freedom) {
        return boost::math::quantile(boost::math::students_t(freedom), 1 - p / 2);
    }

    /// Less the weighted mean of the rows.
    [[nodiscard]] Eigen::VectorXd centred(const Eigen::VectorXd& values) const {
        const Eigen::VectorXd& roots = m_design.roots;
        return values - roots * (roots.dot(values) / roots.squaredNorm());
    }

    /// The unused column that correlates most with the residuals; -1 if there is none.
    [[nodiscard]] Eigen::Index most_correlated() const {
        Eigen::Index best = -1;
        double most = 0;
        const Eigen::VectorXd residuals = centred(m_residuals);
        for (Eigen::Index j = 0; j < m_design.columns.cols(); ++j) {
            if (m_design.usable[static_cast<std::size_t>(j)] == 0 ||
                std::ranges::find(m_used, j) != m_used.end()) {
                continue;
            }
            const Eigen::VectorXd column = centred(m_design.columns.col(j));
            const double size = column.norm() * residuals.norm();
            const double correlation = size > 0 ? std::abs(column.dot(residuals)) / size : 0;
            if (correlation > most) {
                most = correlation;
                best = j;
            }
        }
        return best;
    }

    [[nodiscard]] bool add_one() {
        // Nothing is left to explain but round-off.
        if (m_residuals.norm() <= 1e-12 * m_design.target.norm()) {
            return false;
        }
        const Eigen::Index entering = most_correlated();
        if (entering < 0) {
            return false;
        }
        std::vector<Eigen::Index> tried = m_used;
        tried.push_back(entering);
        const auto fit = fit_columns(tried);
        if (!fit ||
            !(fit->ratios(fit->ratios.size() - 1) > quantile(m_settings.p_to_add, fit->freedom))) {
            return false;
        }
        m_used = std::move(tried);
        m_residuals = fit->residuals;
        return true;
    }

    [[nodiscard]] bool remove_one() {
        const auto fit = fit_columns(m_used);
        if (!fit) {
            return false;
        }
        Eigen::Index weakest = 0;
        const double ratio = fit->ratios.minCoeff(&weakest);
        if (!(ratio < quantile(m_settings.p_to_remove, fit->freedom))) {
            return false;
        }
        m_used.erase(m_used.begin() + weakest);
        const auto left = fit_columns(m_used);
        m_residuals = left ? left->residuals : m_design.target;
        return true;
    }
};

} // namespace

CoreResult fit_stepwise(const Problem& problem, ParameterReader& parameters) {
    const NumberRange probability{.low = 0, .high = 1, .low_open = true, .high_open = true};
    Settings settings;
    settings.p_to_add = parameters.number("p_to_add", probability);
    settings.p_to_remove = parameters.number("p_to_remove", probability);
    settings.intercept = parameters.flag("fit_intercept");
    settings.max_iterations = parameters.whole("max_iter", 1, 1'000'000);
    if (parameters.failed()) {
        return parameters.failure();
    }
    Design design = make_design(problem, settings.intercept ? Intercept::yes : Intercept::no);
    for (std::size_t j = 0; j < problem.columns(); ++j) {
        if (column_moments(problem.features, j).deviation <= 0) {
            design.usable[j] = 0; // a constant is no feature, with or without intercept
        }
    }
    const Eigen::VectorXd weights = Search(design, settings).run();
    if (!settings.intercept && weights.isZero(0)) {
        design.target_mean = moments(problem.target).mean; // a better answer than 0 for every row
    }
    return make_linear(design, weights);
}

} // namespace aisprint::training
