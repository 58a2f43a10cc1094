// SPDX-License-Identifier: Apache-2.0
// NNLS: least squares with weights that are not negative (Lawson and Hanson, Solving Least Squares
// Problems, 1974, chapter 23), with a linear penalty on request, which makes it the lasso.
#include "linear.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace aisprint::training {

namespace {

/// The weights of the reference: a lasso of this penalty.
constexpr double k_reference_lasso = 0.001;

/// Minimizes |A w - b|^2 / 2 + penalty . w over w >= 0 by an active set.
class ActiveSet {
public:
    ActiveSet(const Eigen::MatrixXd& columns,
              const Eigen::VectorXd& target,
              const Eigen::VectorXd& penalty)
        : m_columns(columns), m_target(target), m_penalty(penalty),
          m_weights(Eigen::VectorXd::Zero(columns.cols())) {}

    [[nodiscard]] Eigen::VectorXd solve() {
        const double tolerance = 1e-12 * (1 + m_target.norm()) * (1 + m_columns.norm());
        std::vector<char> barred(static_cast<std::size_t>(m_columns.cols()), 0);
        // Every round lowers the objective, so no set comes twice; the bound is for round-off.
        const Eigen::Index rounds = 10 * (m_columns.cols() + 1);
        for (Eigen::Index round = 0; round < rounds; ++round) {
            const Eigen::Index entering = steepest(barred, tolerance);
            if (entering < 0) {
                break;
            }
            const std::vector<Eigen::Index> set_before = m_set;
            const Eigen::VectorXd weights_before = m_weights;
            m_set.push_back(entering);
            if (settle(entering)) {
                std::ranges::fill(barred, 0);
            } else {
                m_set = set_before;
                m_weights = weights_before;
                barred[static_cast<std::size_t>(entering)] = 1;
            }
        }
        return m_weights;
    }

private:
    const Eigen::MatrixXd& m_columns;
    const Eigen::VectorXd& m_target;
    const Eigen::VectorXd& m_penalty;
    Eigen::VectorXd m_weights;
    std::vector<Eigen::Index> m_set; ///< columns whose weights are free

    /// The column outside of the set along which the objective falls fastest; -1 if along none.
    [[nodiscard]] Eigen::Index steepest(const std::vector<char>& barred, double tolerance) const {
        const Eigen::VectorXd slope =
            m_columns.transpose() * (m_target - m_columns * m_weights) - m_penalty;
        Eigen::Index best = -1;
        for (Eigen::Index j = 0; j < slope.size(); ++j) {
            if (barred[static_cast<std::size_t>(j)] != 0 ||
                std::ranges::find(m_set, j) != m_set.end()) {
                continue;
            }
            if (slope(j) > tolerance && (best < 0 || slope(j) > slope(best))) {
                best = j;
            }
        }
        return best;
    }

    /// The minimum over the set's weights, of any sign; empty if the columns depend on each other.
    [[nodiscard]] Eigen::VectorXd free_minimum() const {
        Eigen::MatrixXd chosen(m_columns.rows(), static_cast<Eigen::Index>(m_set.size()));
        Eigen::VectorXd penalty(chosen.cols());
        for (Eigen::Index k = 0; k < chosen.cols(); ++k) {
            chosen.col(k) = m_columns.col(m_set[static_cast<std::size_t>(k)]);
            penalty(k) = m_penalty(m_set[static_cast<std::size_t>(k)]);
        }
        const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(chosen);
        if (qr.rank() < chosen.cols()) {
            return {};
        }
        // R'R z = A'b - penalty, in the order of the pivots.
        const auto r = qr.matrixR().topLeftCorner(chosen.cols(), chosen.cols());
        const Eigen::VectorXd turned =
            (qr.householderQ().transpose() * m_target).head(chosen.cols());
        const Eigen::VectorXd permuted = qr.colsPermutation().transpose() * penalty;
        const Eigen::VectorXd pulled = r.triangularView<Eigen::Upper>().transpose().solve(permuted);
        const Eigen::VectorXd solved = r.triangularView<Eigen::Upper>().solve(turned - pulled);
        return qr.colsPermutation() * solved;
    }

    /// Moves to the minimum over the set, dropping columns whose weights reach 0 on the way.
    /// False if the column that entered cannot take a positive weight.
    [[nodiscard]] bool settle(Eigen::Index entering) {
        bool first = true;
        while (!m_set.empty()) {
            const Eigen::VectorXd goal = free_minimum();
            if (goal.size() == 0) {
                return false;
            }
            if (first && !(goal(goal.size() - 1) > 0)) {
                return false;
            }
            first = false;
            if (goal.minCoeff() > 0) {
                m_weights.setZero();
                for (std::size_t k = 0; k < m_set.size(); ++k) {
                    m_weights(m_set[k]) = goal(static_cast<Eigen::Index>(k));
                }
                return true;
            }
            step_towards(goal);
        }
        return std::ranges::find(m_set, entering) != m_set.end();
    }

    void step_towards(const Eigen::VectorXd& goal) {
        double share = 1;
        std::size_t blocking = 0;
        for (std::size_t k = 0; k < m_set.size(); ++k) {
            const double now = m_weights(m_set[k]);
            const double then = goal(static_cast<Eigen::Index>(k));
            if (then <= 0 && now / (now - then) <= share) {
                share = now / (now - then);
                blocking = k;
            }
        }
        for (std::size_t k = 0; k < m_set.size(); ++k) {
            double& weight = m_weights(m_set[k]);
            weight += share * (goal(static_cast<Eigen::Index>(k)) - weight);
        }
        m_weights(m_set[blocking]) = 0;
        std::erase_if(m_set, [&](Eigen::Index j) {
            const bool gone = !(m_weights(j) > 0);
            if (gone) {
                m_weights(j) = 0;
            }
            return gone;
        });
    }
};

} // namespace

CoreResult fit_nnls(const Problem& problem, ParameterReader& parameters) {
    const bool with_intercept = parameters.flag("fit_intercept");
    const double lasso =
        parameters.number_or_none("lasso", {.high = std::numeric_limits<double>::infinity()})
            .value_or(problem.options.compatible ? k_reference_lasso : 0.0);
    if (parameters.failed()) {
        return parameters.failure();
    }
    const Design design = make_design(problem, with_intercept ? Intercept::yes : Intercept::no);
    // The penalty is one of the features' own weights, in the mean of squared errors over 2.
    Eigen::VectorXd penalty(design.columns.cols());
    for (Eigen::Index j = 0; j < penalty.size(); ++j) {
        penalty(j) =
            static_cast<double>(problem.rows()) * lasso / design.scale[static_cast<std::size_t>(j)];
    }
    return make_linear(design, ActiveSet(design.columns, design.target, penalty).solve());
}

} // namespace aisprint::training
