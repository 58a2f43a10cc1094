// SPDX-License-Identifier: Apache-2.0
// How far a model may be off: relative residuals of rows whose group was left out of the fit.
#include "metrics.hpp"
#include "model_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace aisprint::training {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_fewest_rows = 10;
constexpr std::size_t k_fewest_interval_groups = 5;
/// Each group on its own where there are few; more folds than this would only take time, and with
/// many rows fewer do.
constexpr std::size_t k_most_folds = 10;
constexpr std::size_t k_folds_of_many = 5;
constexpr std::size_t k_many_rows = 1000;
constexpr std::size_t k_most_scores = 200;
constexpr std::size_t k_bins = 3;
constexpr std::size_t k_rows_of_bin = 20;
constexpr double k_depends = 0.5;

/// At most 200 of the sorted scores, evenly spaced. Rounded up: intervals never get narrower.
std::vector<double> thinned(std::vector<double> scores) {
    std::ranges::sort(scores);
    if (scores.size() <= k_most_scores) {
        return scores;
    }
    std::vector<double> few;
    for (std::size_t i = 1; i <= k_most_scores; ++i) {
        few.push_back(scores[(i * scores.size() + k_most_scores - 1) / k_most_scores - 1]);
    }
    return few;
}

bool depends_on_inputs(const Campaign& campaign, const std::vector<double>& scores) {
    const auto depends = [&](const WorkColumn& column) {
        return column.operation.empty() &&
               std::abs(rank_correlation(column.values, scores)) > k_depends;
    };
    return std::ranges::any_of(campaign.data.work.columns, depends) ||
           std::ranges::any_of(campaign.data.work.hidden, depends);
}

/// Three bins of equally many rows by predicted value.
Json bins_of(const std::vector<double>& predictions, const std::vector<double>& scores) {
    std::vector<std::size_t> order(predictions.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return predictions[i]; });
    Json bins = Json::array();
    for (std::size_t bin = 0; bin < k_bins; ++bin) {
        const std::size_t begin = bin * order.size() / k_bins;
        const std::size_t end = (bin + 1) * order.size() / k_bins;
        std::vector<double> own;
        for (std::size_t i = begin; i < end; ++i) {
            own.push_back(scores[order[i]]);
        }
        bins.push_back({{"from", bin == 0 ? 0.0 : predictions[order[begin]]},
                        {"scores", thinned(std::move(own))}});
    }
    return bins;
}

} // namespace

Json make_interval(const Campaign& campaign,
                   Technique technique,
                   const Trial& trial,
                   std::uint64_t seed) {
    const Prepared& data = campaign.data;
    if (data.rows() < k_fewest_rows || data.group_count < k_fewest_interval_groups) {
        return nullptr;
    }
    std::vector<std::size_t> rows(data.rows());
    std::iota(rows.begin(), rows.end(), std::size_t{0});
    const std::size_t most = rows.size() < k_many_rows ? k_most_folds : k_folds_of_many;
    const std::vector<Split> folds = deal_groups(most, rows, data.groups, seed);
    std::vector<double> predictions(rows.size(), std::numeric_limits<double>::quiet_NaN());
    parallel_for(folds.size(), campaign.options, [&](std::size_t i) {
        const Split& fold = folds[i];
        const auto fitted = fit_trial(campaign, technique, trial, fold.train, seed);
        if (fitted) {
            const auto values = predict_rows(campaign, **fitted, trial, fold.train, fold.test);
            for (std::size_t k = 0; k < fold.test.size(); ++k) {
                predictions[fold.test[k]] = values[k];
            }
        }
    });
    std::vector<double> scores;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (std::isnan(predictions[i])) {
            return nullptr;
        }
        scores.push_back(std::abs(data.target[i] - predictions[i]) /
                         std::max(predictions[i], std::numeric_limits<double>::min()));
    }
    Json interval{{"kind", "relative-residual"}, {"scores", thinned(scores)}};
    if (rows.size() >= k_bins * k_rows_of_bin && depends_on_inputs(campaign, scores)) {
        interval["bins"] = bins_of(predictions, scores);
    }
    return interval;
}

} // namespace aisprint::training
