// SPDX-License-Identifier: Apache-2.0
#include "metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace aisprint::training {

namespace {

/// Ranks from 0; equal values share the mean of theirs.
std::vector<double> ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
    std::vector<double> ranks(values.size());
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin;
        while (end < order.size() && values[order[end]] == values[order[begin]]) {
            ++end;
        }
        for (std::size_t i = begin; i < end; ++i) {
            ranks[order[i]] = static_cast<double>(begin + end - 1) / 2;
        }
        begin = end;
    }
    return ranks;
}

} // namespace

Metrics measure(std::span<const double> predictions, std::span<const double> truth) {
    Metrics metrics;
    const double count = static_cast<double>(truth.size());
    const double mean = std::accumulate(truth.begin(), truth.end(), 0.0) / count;
    double squares = 0;
    double spread = 0;
    bool is_constant = true;
    for (std::size_t i = 0; i < truth.size(); ++i) {
        const double difference = predictions[i] - truth[i];
        metrics.mape += std::abs(difference) /
                        std::max(std::abs(truth[i]), std::numeric_limits<double>::epsilon());
        squares += difference * difference;
        spread += (truth[i] - mean) * (truth[i] - mean);
        is_constant = is_constant && truth[i] == truth[0];
    }
    metrics.mape /= count;
    metrics.rmse = std::sqrt(squares / count);
    metrics.r2 = is_constant ? (squares == 0 ? 1.0 : 0.0) : 1 - squares / spread;
    return metrics;
}

double rank_correlation(std::span<const double> a, std::span<const double> b) {
    const std::vector<double> x = ranks(a);
    const std::vector<double> y = ranks(b);
    const double mean = (static_cast<double>(a.size()) - 1) / 2;
    double xy = 0;
    double xx = 0;
    double yy = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        xy += (x[i] - mean) * (y[i] - mean);
        xx += (x[i] - mean) * (x[i] - mean);
        yy += (y[i] - mean) * (y[i] - mean);
    }
    return xx > 0 && yy > 0 ? xy / std::sqrt(xx * yy) : 0;
}

} // namespace aisprint::training
