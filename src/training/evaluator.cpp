// SPDX-License-Identifier: Apache-2.0
#include "evaluator.hpp"

#include "families.hpp"
#include "metrics.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>
#include <utility>

namespace aisprint::training {

void parallel_for(std::size_t count,
                  const TrainOptions& options,
                  const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next = 0;
    const auto serve = [&] {
        for (std::size_t i = next++; i < count && !options.stop.stop_requested(); i = next++) {
            work(i);
        }
    };
    std::vector<std::jthread> helpers;
    for (std::size_t i = 1; i < std::min(options.threads, count); ++i) {
        helpers.emplace_back(serve);
    }
    serve();
}

std::vector<double> targets_of(const Campaign& campaign, std::span<const std::size_t> rows) {
    std::vector<double> targets;
    targets.reserve(rows.size());
    for (const std::size_t row : rows) {
        targets.push_back(campaign.data.target[row]);
    }
    return targets;
}

Result<std::unique_ptr<Regressor>> fit_trial(const Campaign& campaign,
                                             Technique technique,
                                             const Trial& trial,
                                             std::span<const std::size_t> rows,
                                             std::uint64_t seed) {
    FitOptions options;
    options.seed = seed;
    options.compatible = campaign.config.compatible;
    options.normalize = campaign.config.normalization;
    for (std::size_t i = 0; !campaign.data.monotone.empty() && i < trial.features.size(); ++i) {
        options.monotone.push_back(campaign.data.monotone[trial.features[i]]);
    }
    return fit(technique, campaign.data.features.take(rows, trial.features),
               targets_of(campaign, rows), trial.parameters, options);
}

std::vector<double> predict_rows(const Campaign& campaign,
                                 const Regressor& regressor,
                                 const Trial& trial,
                                 std::span<const std::size_t> trained,
                                 std::span<const std::size_t> rows,
                                 const Part& part) {
    double least = campaign.data.target[trained.front()];
    for (const std::size_t row : trained) {
        least = std::min(least, campaign.data.target[row]);
    }
    std::vector<double> predictions =
        regressor.predict_rows_by_part(campaign.data.features.take(rows, trial.features), part);
    for (double& value : predictions) {
        value = std::isfinite(value) && value > 0 ? value : least;
    }
    return predictions;
}

std::vector<Scored> Evaluator::evaluate(std::vector<Trial> trials) const {
    struct Outcome {
        double mape = 0;
        std::string error;
        bool done = false;
    };
    std::vector<Outcome> outcomes(trials.size() * m_folds.size());
    const std::vector<Family> families = families_of(m_technique, trials);
    parallel_for(families.size() * m_folds.size(), m_campaign.options, [&](std::size_t i) {
        const Family& family = families[i / m_folds.size()];
        const std::size_t number = i % m_folds.size();
        const Split& fold = m_folds[number];
        const auto fitted = fit_trial(m_campaign, m_technique, family.largest, fold.train, m_seed);
        const std::vector<double> targets = targets_of(m_campaign, fold.test);
        for (const Member& member : family.members) {
            Outcome& outcome = outcomes[member.trial * m_folds.size() + number];
            if (!fitted) {
                outcome.error = fitted.error().diagnostics.front().message;
                continue;
            }
            outcome.mape = measure(predict_rows(m_campaign, **fitted, family.largest, fold.train,
                                                fold.test, member.part),
                                   targets)
                               .mape;
            outcome.done = true;
        }
    });
    std::vector<Scored> scored;
    for (std::size_t t = 0; t < trials.size(); ++t) {
        Score score;
        score.ok = true;
        for (std::size_t f = 0; f < m_folds.size(); ++f) {
            const Outcome& outcome = outcomes[t * m_folds.size() + f];
            score.mape += outcome.mape / static_cast<double>(m_folds.size());
            score.folds.push_back(outcome.mape);
            if (!outcome.done && score.ok) {
                score.ok = false;
                score.error = outcome.error;
            }
        }
        scored.push_back({std::move(trials[t]), std::move(score)});
    }
    return scored;
}

const Scored& best_of(const std::vector<Scored>& scored) {
    const Scored* best = &scored.front();
    for (const Scored& other : scored) {
        const bool is_better = !best->score.ok || other.score.mape < best->score.mape;
        if (other.score.ok && is_better) {
            best = &other;
        }
    }
    return *best;
}

} // namespace aisprint::training
