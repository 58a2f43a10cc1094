// SPDX-License-Identifier: Apache-2.0
// What all techniques have in common: checks, scaling, the transform of the target, weights.
#include "core.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace aisprint::training {

namespace {

/// Means and deviations that features and target are standardized by.
struct Scaling {
    std::vector<double> mean;
    std::vector<double> scale;
    double target_mean = 0;
    double target_scale = 1;
};

class FittedRegressor final : public Regressor {
public:
    FittedRegressor(std::unique_ptr<const Core> core,
                    std::optional<Scaling> scaling,
                    std::string transform)
        : m_core(std::move(core)), m_scaling(std::move(scaling)),
          m_transform(std::move(transform)) {}

    [[nodiscard]] double predict(std::span<const double> features) const override {
        return predict_by_part(features, Part());
    }

    [[nodiscard]] double predict_by_part(std::span<const double> features,
                                         const Part& part) const override {
        const double raw =
            m_scaling ? scaled(features, part) : m_core->evaluate_part(features, part);
        return m_transform == "log" ? std::exp(raw) : raw;
    }

    [[nodiscard]] std::vector<double> predict_rows_by_part(const Matrix& rows,
                                                           const Part& part) const override {
        if (m_scaling) {
            std::vector<double> values;
            for (std::size_t i = 0; i < rows.rows(); ++i) {
                values.push_back(predict_by_part(rows.row(i), part));
            }
            return values;
        }
        std::vector<double> values = m_core->evaluate_rows(rows, part);
        if (m_transform == "log") {
            std::ranges::transform(values, values.begin(),
                                   [](double value) { return std::exp(value); });
        }
        return values;
    }

    [[nodiscard]] nlohmann::ordered_json to_json() const override { return m_core->to_json(); }
    [[nodiscard]] std::string remark() const override { return m_core->remark(); }

    [[nodiscard]] nlohmann::ordered_json scaling() const override {
        if (!m_scaling) {
            return nullptr;
        }
        return {{"mean", m_scaling->mean},
                {"scale", m_scaling->scale},
                {"target_mean", m_scaling->target_mean},
                {"target_scale", m_scaling->target_scale}};
    }

    [[nodiscard]] std::string target_transform() const override { return m_transform; }

    [[nodiscard]] std::vector<double> importance() const override { return m_core->importance(); }

private:
    std::unique_ptr<const Core> m_core;
    std::optional<Scaling> m_scaling;
    std::string m_transform;

    [[nodiscard]] double scaled(std::span<const double> features, const Part& part) const {
        constexpr std::size_t k_small = 64;
        std::array<double, k_small> few{};
        std::vector<double> many;
        std::span<double> values(few.data(), std::min(features.size(), k_small));
        if (features.size() > k_small) {
            many.resize(features.size());
            values = many;
        }
        for (std::size_t i = 0; i < features.size(); ++i) {
            values[i] = (features[i] - m_scaling->mean[i]) / m_scaling->scale[i];
        }
        return m_scaling->target_mean +
               m_scaling->target_scale * m_core->evaluate_part(values, part);
    }
};

double scale_of(const Moments& moments) {
    return moments.deviation > 0 ? moments.deviation : 1.0;
}

/// Standardizes both; what is constant becomes 0.
Scaling standardize(Matrix& features, std::vector<double>& target) {
    Scaling scaling;
    for (std::size_t j = 0; j < features.columns(); ++j) {
        const Moments found = column_moments(features, j);
        scaling.mean.push_back(found.mean);
        scaling.scale.push_back(scale_of(found));
        for (std::size_t i = 0; i < features.rows(); ++i) {
            features.at(i, j) = (features.at(i, j) - found.mean) / scaling.scale.back();
        }
    }
    const Moments found = moments(target);
    scaling.target_mean = found.mean;
    scaling.target_scale = scale_of(found);
    for (double& value : target) {
        value = (value - scaling.target_mean) / scaling.target_scale;
    }
    return scaling;
}

/// 1/y^2, 1 on average. Values near 0 would leave nothing to the others: anything below a
/// thousandth of the mean counts as that.
std::vector<double> relative_weights(std::span<const double> target) {
    double sum = 0;
    for (const double value : target) {
        sum += std::abs(value);
    }
    const double least = sum / static_cast<double>(target.size()) * 1e-3;
    if (!(least > 0)) {
        return {};
    }
    std::vector<double> weights;
    for (const double value : target) {
        const double relative = least / std::max(std::abs(value), least);
        weights.push_back(relative * relative);
    }
    const double mean =
        std::accumulate(weights.begin(), weights.end(), 0.0) / static_cast<double>(weights.size());
    for (double& weight : weights) {
        weight /= mean;
    }
    return weights;
}

void check_data(const Matrix& features, std::span<const double> target, ParameterReader& reader) {
    const std::string name = to_string(reader.technique());
    if (features.rows() < 2) {
        reader.error("TRN032", fmt::format("{} needs at least 2 rows to be fitted, and has {}",
                                           name, features.rows()));
    }
    if (features.columns() == 0 && reader.technique() != Technique::dummy) {
        reader.error("TRN032", fmt::format("{} needs at least one feature", name),
                     "name features in use_columns, or use Dummy");
    }
    for (std::size_t i = 0; i < features.rows(); ++i) {
        const auto row = features.row(i);
        const auto wrong =
            std::ranges::find_if(row, [](double value) { return !std::isfinite(value); });
        if (wrong != row.end()) {
            reader.error("TRN032",
                         fmt::format("feature {} of row {} is {}; {} needs finite numbers",
                                     wrong - row.begin() + 1, i + 1, *wrong, name));
            break;
        }
    }
    for (std::size_t i = 0; i < target.size(); ++i) {
        if (!std::isfinite(target[i])) {
            reader.error("TRN032",
                         fmt::format("the target of row {} is {}; {} needs finite numbers", i + 1,
                                     target[i], name));
            break;
        }
    }
}

void check_positive(std::span<const double> target, ParameterReader& reader) {
    const auto wrong = std::ranges::find_if(target, [](double value) { return value <= 0; });
    if (wrong != target.end()) {
        reader.error("TRN033",
                     fmt::format("the target of row {} is {}; {} with target_transform 'log' needs "
                                 "targets above 0",
                                 wrong - target.begin() + 1, *wrong, to_string(reader.technique())),
                     "use target_transform = [\"none\"]");
    }
}

bool wants_relative_weights(ParameterReader& reader, const FitOptions& options) {
    switch (reader.technique()) {
    case Technique::nnls:
    case Technique::lr_ridge:
    case Technique::stepwise:
        return reader.flag_or_none("relative_weights").value_or(!options.compatible);
    default:
        return false;
    }
}

bool wants_scaling(Technique technique, const FitOptions& options) {
    return technique != Technique::dummy &&
           (options.normalize || (technique == Technique::svr && !options.compatible));
}

CoreResult fit_core(const Problem& problem, ParameterReader& reader) {
    switch (reader.technique()) {
    case Technique::dummy:
        return fit_dummy(problem, reader);
    case Technique::nnls:
        return fit_nnls(problem, reader);
    case Technique::lr_ridge:
        return fit_ridge(problem, reader);
    case Technique::stepwise:
        return fit_stepwise(problem, reader);
    case Technique::svr:
        return fit_svr(problem, reader);
    case Technique::decision_tree:
        return fit_decision_tree(problem, reader);
    case Technique::random_forest:
        return fit_random_forest(problem, reader);
    case Technique::xgboost:
        break;
    }
    return fit_xgboost(problem, reader);
}

template <class Values>
Moments moments_of(std::size_t count, const Values& at) {
    if (count == 0) {
        return {};
    }
    double sum = 0;
    bool equal = true;
    for (std::size_t i = 0; i < count; ++i) {
        sum += at(i);
        equal = equal && at(i) == at(0);
    }
    if (equal) {
        return {at(0), 0};
    }
    const double mean = sum / static_cast<double>(count);
    double squares = 0;
    for (std::size_t i = 0; i < count; ++i) {
        squares += (at(i) - mean) * (at(i) - mean);
    }
    return {mean, std::sqrt(squares / static_cast<double>(count))};
}

} // namespace

Matrix Matrix::take(std::span<const std::size_t> rows, std::span<const std::size_t> columns) const {
    Matrix taken(rows.size(), columns.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        for (std::size_t j = 0; j < columns.size(); ++j) {
            taken.at(i, j) = at(rows[i], columns[j]);
        }
    }
    return taken;
}

Moments moments(std::span<const double> values) {
    return moments_of(values.size(), [&](std::size_t i) { return values[i]; });
}

Moments column_moments(const Matrix& features, std::size_t column) {
    return moments_of(features.rows(), [&](std::size_t i) { return features.at(i, column); });
}

Result<std::unique_ptr<Regressor>> fit(Technique technique,
                                       const Matrix& features,
                                       std::span<const double> target,
                                       const Parameters& parameters,
                                       const FitOptions& options) {
    AISPRINT_ASSERT(features.rows() == target.size());
    AISPRINT_ASSERT(options.monotone.empty() || options.monotone.size() == features.columns());
    ParameterReader reader(technique, parameters);
    check_data(features, target, reader);
    const std::string transform = reader.word("target_transform", {"none", "log"});
    std::vector<double> values(target.begin(), target.end());
    std::vector<double> weights;
    if (transform == "log") {
        check_positive(target, reader);
        std::ranges::transform(values, values.begin(),
                               [](double value) { return std::log(value); });
    }
    if (wants_relative_weights(reader, options) && transform != "log") {
        weights = relative_weights(target);
    }
    std::optional<Scaling> scaling;
    Matrix scaled;
    if (wants_scaling(technique, options)) {
        scaled = features;
        scaling = standardize(scaled, values);
    }
    const Problem problem{scaling ? scaled : features, values, weights, options};
    AISPRINT_TRY_ASSIGN(std::unique_ptr<const Core> core, fit_core(problem, reader));
    return std::unique_ptr<Regressor>(
        std::make_unique<FittedRegressor>(std::move(core), std::move(scaling), transform));
}

} // namespace aisprint::training
