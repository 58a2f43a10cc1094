// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/training/train.hpp"
#include "prepare.hpp"
#include "split.hpp"

#include <functional>
#include <string>
#include <vector>

namespace aisprint::training {

/// Values of hyper-parameters, and features by their numbers, ascending.
struct Trial {
    Parameters parameters;
    std::vector<std::size_t> features;

    bool operator==(const Trial&) const = default;
};

/// What a trial is worth: the mean MAPE over folds.
struct Score {
    bool ok = false;
    double mape = 0;
    std::string error;              ///< of the first fold that failed
    std::vector<double> folds = {}; ///< the MAPE of each
};

/// A trial with its score.
struct Scored {
    Trial trial;
    Score score;
};

/// What all of a training shares.
struct Campaign {
    const TrainingConfig& config;
    const Prepared& data;
    const TrainOptions& options;
};

/// Calls `work` for 0 .. count - 1 from at most so many threads; returns early if asked to stop.
void parallel_for(std::size_t count,
                  const TrainOptions& options,
                  const std::function<void(std::size_t)>& work);

/// Fits a trial to rows.
[[nodiscard]] Result<std::unique_ptr<Regressor>> fit_trial(const Campaign& campaign,
                                                           Technique technique,
                                                           const Trial& trial,
                                                           std::span<const std::size_t> rows,
                                                           std::uint64_t seed);

/// What a model, or a part of it, gives for rows, as its file would: where it is not above 0, the
/// smallest target of `trained` rows.
[[nodiscard]] std::vector<double> predict_rows(const Campaign& campaign,
                                               const Regressor& regressor,
                                               const Trial& trial,
                                               std::span<const std::size_t> trained,
                                               std::span<const std::size_t> rows,
                                               const Part& part = {});

/// The targets of rows.
[[nodiscard]] std::vector<double> targets_of(const Campaign& campaign,
                                             std::span<const std::size_t> rows);

/// Judges trials of a technique by cross-validation.
class Evaluator {
public:
    Evaluator(const Campaign& campaign,
              Technique technique,
              const std::vector<Split>& folds,
              std::uint64_t seed)
        : m_campaign(campaign), m_technique(technique), m_folds(folds), m_seed(seed) {}

    /// The scores of all, in their order. Trials of a family share the fits of the largest one.
    [[nodiscard]] std::vector<Scored> evaluate(std::vector<Trial> trials) const;

    [[nodiscard]] const Campaign& campaign() const { return m_campaign; }
    [[nodiscard]] Technique technique() const { return m_technique; }
    [[nodiscard]] std::uint64_t seed() const { return m_seed; }

private:
    const Campaign& m_campaign;
    Technique m_technique;
    const std::vector<Split>& m_folds;
    std::uint64_t m_seed;
};

/// The one with the lowest MAPE, the first of equals; the first one if none is ok.
[[nodiscard]] const Scored& best_of(const std::vector<Scored>& scored);

} // namespace aisprint::training
