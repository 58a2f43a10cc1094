// SPDX-License-Identifier: Apache-2.0
// The campaign: experiments, choice of the technique, final fit to all rows.
#include "aisprint/training/train.hpp"

#include "metrics.hpp"
#include "model_file.hpp"
#include "random.hpp"
#include "search.hpp"
#include "select.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <numeric>
#include <utility>

namespace aisprint::training {

namespace {

/// Techniques this close are equals: the simpler one wins.
constexpr double k_tie = 0.02;

/// A run with one of its validation splits.
struct Experiment {
    std::string name;
    std::size_t run = 0;
    Split validation;
    std::vector<Split> folds;           ///< for hyper-parameters
    std::vector<Split> selection_folds; ///< for features
    std::vector<std::size_t> pool;      ///< features that may be used
};

std::vector<std::size_t> all_of(std::size_t count) {
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    return numbers;
}

class Training {
public:
    Training(const Campaign& campaign, Reporter& reporter)
        : m_campaign(campaign), m_config(campaign.config), m_data(campaign.data),
          m_reporter(reporter) {}

    Result<TrainingReport> run() {
        AISPRINT_TRY(plan());
        warn();
        TrainingReport report;
        report.rows = m_data.rows();
        report.groups = m_data.group_count;
        report.prepared_features = m_data.names;
        report.dropped_features = m_data.work.dropped;
        report.prepared = prepared_table(m_data, m_config.target);
        select_by_xgboost();
        for (const Technique technique : m_config.techniques) {
            report.techniques.push_back(timed(technique));
            if (m_campaign.options.stop.stop_requested()) {
                return fail(ErrorKind::cancelled,
                            make_error("TRN041", "training was cancelled; nothing was written"));
            }
        }
        return choose(std::move(report));
    }

private:
    const Campaign& m_campaign;
    const TrainingConfig& m_config;
    const Prepared& m_data;
    Reporter& m_reporter;
    std::vector<Experiment> m_experiments;

    [[nodiscard]] std::span<const std::size_t> groups() const {
        return m_config.split_by_group ? std::span<const std::size_t>(m_data.groups)
                                       : std::span<const std::size_t>();
    }

    [[nodiscard]] std::uint64_t seed_of(const std::string& path) const {
        return derive_seed(m_config.seed, path);
    }

    [[nodiscard]] SplitPlan
    plan_of(SplitMethod method, const std::string& path, const std::string& purpose) const {
        return {method, m_config.hold_out_ratio, m_config.folds, seed_of(path), purpose};
    }

    [[nodiscard]] Result<std::vector<Split>> validation_splits(const std::string& path) const {
        const std::vector<std::size_t> rows = all_of(m_data.rows());
        if (m_config.validation_split != SplitMethod::extrapolation &&
            m_config.validation_split != SplitMethod::interpolation) {
            return split_rows(plan_of(m_config.validation_split, path, "validation"), rows,
                              groups());
        }
        Split split;
        split.test = m_data.validation;
        std::ranges::set_difference(rows, split.test, std::back_inserter(split.train));
        if (split.train.size() < 2 || split.test.size() < 2) {
            return fail(ErrorKind::input,
                        make_error("TRN023",
                                   fmt::format("validation sets {} of {} rows apart, and every "
                                               "set needs 2 at least",
                                               split.test.size(), rows.size()),
                                   "correct extrapolation_columns or interpolation_columns"));
        }
        return std::vector<Split>{std::move(split)};
    }

    [[nodiscard]] std::string name_of(std::size_t run, std::size_t split) const {
        switch (m_config.validation_split) {
        case SplitMethod::k_fold:
            return fmt::format("run_{}/f{}", run, split);
        case SplitMethod::hold_out:
            return fmt::format("run_{}/HoldOut", run);
        case SplitMethod::extrapolation:
            return fmt::format("run_{}/Extrapolation", run);
        case SplitMethod::interpolation:
            return fmt::format("run_{}/Interpolation", run);
        case SplitMethod::all:
            break;
        }
        return fmt::format("run_{}/All", run);
    }

    Result<void> plan() {
        for (std::size_t run = 0; run < m_config.runs; ++run) {
            AISPRINT_TRY_ASSIGN(std::vector<Split> splits,
                                validation_splits(fmt::format("run_{}/validation", run)));
            for (std::size_t i = 0; i < splits.size(); ++i) {
                Experiment experiment;
                experiment.name = name_of(run, i);
                experiment.run = run;
                experiment.validation = std::move(splits[i]);
                AISPRINT_TRY(plan_folds(experiment));
                m_experiments.push_back(std::move(experiment));
            }
        }
        return {};
    }

    Result<void> plan_folds(Experiment& experiment) {
        const std::vector<std::size_t>& rows = experiment.validation.train;
        AISPRINT_TRY_ASSIGN(experiment.folds,
                            split_rows(plan_of(m_config.selection_split,
                                               experiment.name + "/hp_selection", "hp_selection"),
                                       rows, groups()));
        experiment.pool = all_of(m_data.names.size());
        if (m_config.selection == SelectionMethod::sequential_forward) {
            SplitPlan plan = plan_of(SplitMethod::k_fold, experiment.name + "/SFS", "SFS");
            plan.folds = m_config.selection_folds;
            AISPRINT_TRY_ASSIGN(experiment.selection_folds, split_rows(plan, rows, groups()));
        }
        return {};
    }

    void report_warning(const std::string& code, std::string message, std::string hint = {}) const {
        m_reporter.report(as_warning(make_error(code, std::move(message), std::move(hint))));
    }

    void warn() {
        if (m_config.validation_split == SplitMethod::all) {
            report_warning("TRN026",
                           "with validation = All the validation error is the error on "
                           "the rows that were learned from",
                           "use HoldOut or KFold to see the error on unseen configurations");
        }
        const bool is_few = std::ranges::any_of(m_experiments, [&](const Experiment& e) {
            return count_groups(e.validation.train, m_data.groups) < k_fewest_groups;
        });
        if (m_config.split_by_group && is_few) {
            report_warning("TRN026",
                           fmt::format("there are {} tested configurations, too few to keep "
                                       "repetitions together; rows are drawn one by one",
                                       m_data.group_count),
                           "errors will look smaller than they are; measure more configurations");
        }
        if (m_config.max_features > m_data.names.size()) {
            report_warning("TRN029", fmt::format("max_features is {}, and there are {} features",
                                                 m_config.max_features, m_data.names.size()));
        }
    }

    /// Narrows the pools to the features that XGBoost uses most.
    void select_by_xgboost() {
        if (m_config.selection != SelectionMethod::xgboost) {
            return;
        }
        TrainingConfig config = m_config;
        if (config.candidates[Technique::xgboost].empty()) {
            const auto values = [](std::vector<double> numbers) {
                std::vector<Candidate> candidates;
                for (const double number : numbers) {
                    candidates.emplace_back(ParameterValue(number));
                }
                return candidates;
            };
            config.candidates[Technique::xgboost] = {{"min_child_weight", values({1})},
                                                     {"gamma", values({0, 1})},
                                                     {"n_estimators", values({50})},
                                                     {"learning_rate", values({0.01, 0.1})},
                                                     {"max_depth", values({3})},
                                                     {"lambda", values({1})},
                                                     {"alpha", values({0})}};
        }
        const Campaign campaign{config, m_data, m_campaign.options};
        for (Experiment& experiment : m_experiments) {
            const std::uint64_t seed = seed_of(experiment.name + "/selection");
            const Evaluator evaluator(campaign, Technique::xgboost, experiment.folds, seed);
            const Scored best = search(evaluator, experiment.pool, std::nullopt);
            const auto fitted = fit_trial(campaign, Technique::xgboost, best.trial,
                                          experiment.validation.train, seed);
            if (!fitted) {
                report_warning("TRN028",
                               fmt::format("features cannot be selected by XGBoost: {}",
                                           fitted.error().diagnostics.front().message),
                               "all features are used");
                continue;
            }
            experiment.pool = select_important((*fitted)->importance(), m_config.xgboost_tolerance,
                                               m_config.max_features);
        }
    }

    TechniqueResult timed(Technique technique) {
        const auto begin = std::chrono::steady_clock::now();
        TechniqueResult result = train_technique(technique);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        result.technique = technique;
        result.seconds = took.count();
        m_reporter.detail(result.ok ? fmt::format("{}: hp_selection MAPE {:.4f}",
                                                  to_string(technique), result.selection_mape)
                                    : fmt::format("{}: {}", to_string(technique), result.error));
        return result;
    }

    /// Hyper-parameters and features for one experiment.
    [[nodiscard]] Scored search_experiment(const Experiment& experiment,
                                           Technique technique) const {
        const std::uint64_t seed = seed_of(experiment.name + "/" + to_string(technique));
        const Evaluator evaluator(m_campaign, technique, experiment.folds, seed);
        const Scored all = search(evaluator, experiment.pool, std::nullopt);
        if (m_config.selection != SelectionMethod::sequential_forward || !all.score.ok ||
            technique == Technique::dummy) {
            return all;
        }
        const std::size_t count = experiment.pool.size();
        const std::size_t most =
            m_config.max_features == 0 ? count : std::min(m_config.max_features, count);
        const Evaluator selector(m_campaign, technique, experiment.selection_folds, seed);
        const std::vector<std::size_t> chosen =
            select_forward(selector, experiment.pool, all.trial.parameters,
                           {std::min(m_config.min_features, most), most});
        std::vector<Scored> found = evaluator.evaluate({{all.trial.parameters, chosen}});
        found.push_back(search(evaluator, chosen, all.trial.parameters));
        if (count <= most) {
            found.push_back(all);
        }
        return best_of(found);
    }

    TechniqueResult train_technique(Technique technique) {
        TechniqueResult result;
        std::vector<Trial> bests;
        for (const Experiment& experiment : m_experiments) {
            Scored best = search_experiment(experiment, technique);
            if (!best.score.ok) {
                result.error = best.score.error;
                return result;
            }
            if (!validate(experiment, technique, best, result)) {
                return result;
            }
            if (std::ranges::find(bests, best.trial) == bests.end()) {
                bests.push_back(std::move(best.trial));
            }
        }
        average(result);
        const Scored chosen = choose_trial(technique, std::move(bests), result);
        if (!chosen.score.ok) {
            result.error = chosen.score.error;
            return result;
        }
        result.selection_mape = chosen.score.mape;
        finish(technique, chosen.trial, result);
        return result;
    }

    /// Fits to the training rows of an experiment and judges by its validation rows.
    bool validate(const Experiment& experiment,
                  Technique technique,
                  const Scored& best,
                  TechniqueResult& result) const {
        const Split& split = experiment.validation;
        const auto fitted = fit_trial(m_campaign, technique, best.trial, split.train,
                                      seed_of(experiment.name + "/" + to_string(technique)));
        if (!fitted) {
            result.error = fitted.error().diagnostics.front().message;
            return false;
        }
        ExperimentResult outcome;
        outcome.name = experiment.name;
        outcome.run = experiment.run;
        outcome.parameters = best.trial.parameters;
        outcome.features = names_of(best.trial);
        outcome.selection_mape = best.score.mape;
        outcome.training = metrics_on(**fitted, best.trial, split.train, split.train);
        outcome.validation = metrics_on(**fitted, best.trial, split.train, split.test);
        result.experiments.push_back(std::move(outcome));
        if (m_config.save_training_models && result.training_model.is_null()) {
            result.training_model =
                make_model_file(m_campaign, **fitted, best.trial, {technique, nullptr, nullptr});
        }
        return true;
    }

    [[nodiscard]] std::vector<std::string> names_of(const Trial& trial) const {
        std::vector<std::string> names;
        for (const std::size_t feature : trial.features) {
            names.push_back(m_data.names[feature]);
        }
        return names;
    }

    [[nodiscard]] Metrics metrics_on(const Regressor& regressor,
                                     const Trial& trial,
                                     const std::vector<std::size_t>& trained,
                                     const std::vector<std::size_t>& rows) const {
        return measure(predict_rows(m_campaign, regressor, trial, trained, rows),
                       targets_of(m_campaign, rows));
    }

    static void average(TechniqueResult& result) {
        const double count = static_cast<double>(result.experiments.size());
        result.validation_mape_min = std::numeric_limits<double>::infinity();
        for (const ExperimentResult& experiment : result.experiments) {
            result.validation.mape += experiment.validation.mape / count;
            result.validation.rmse += experiment.validation.rmse / count;
            result.validation.r2 += experiment.validation.r2 / count;
            result.validation_mape_min =
                std::min(result.validation_mape_min, experiment.validation.mape);
            result.validation_mape_max =
                std::max(result.validation_mape_max, experiment.validation.mape);
        }
    }

    /// Of the experiments' best trials, the one that is best on average over all of them.
    [[nodiscard]] Scored choose_trial(Technique technique,
                                      std::vector<Trial> trials,
                                      const TechniqueResult& result) const {
        if (m_experiments.size() == 1) {
            return {std::move(trials.front()), {true, result.experiments[0].selection_mape, ""}};
        }
        std::vector<Scored> sums;
        for (Trial& trial : trials) {
            sums.push_back({std::move(trial), {true, 0, ""}});
        }
        for (const Experiment& experiment : m_experiments) {
            const Evaluator evaluator(m_campaign, technique, experiment.folds,
                                      seed_of(experiment.name + "/" + to_string(technique)));
            std::vector<Trial> again;
            for (const Scored& sum : sums) {
                again.push_back(sum.trial);
            }
            const std::vector<Scored> scored = evaluator.evaluate(std::move(again));
            for (std::size_t i = 0; i < sums.size(); ++i) {
                sums[i].score.mape +=
                    scored[i].score.mape / static_cast<double>(m_experiments.size());
                if (!scored[i].score.ok && sums[i].score.ok) {
                    sums[i].score.ok = false;
                    sums[i].score.error = scored[i].score.error;
                }
            }
        }
        return best_of(sums);
    }

    /// The final fit, to all rows.
    void finish(Technique technique, const Trial& trial, TechniqueResult& result) const {
        const std::uint64_t seed = seed_of("final/" + to_string(technique));
        const std::vector<std::size_t> rows = all_of(m_data.rows());
        const auto fitted = fit_trial(m_campaign, technique, trial, rows, seed);
        if (!fitted) {
            result.error = fitted.error().diagnostics.front().message;
            return;
        }
        if (const std::string remark = (*fitted)->remark(); !remark.empty()) {
            report_warning("TRN035", fmt::format("{}: {}", to_string(technique), remark),
                           "leave the largest values of C out");
        }
        result.parameters = trial.parameters;
        result.features = names_of(trial);
        result.training = metrics_on(**fitted, trial, rows, rows);
        ModelFacts facts;
        facts.technique = technique;
        facts.metrics = {{"selection_mape", result.selection_mape},
                         {"validation_mape", result.validation.mape},
                         {"validation_mape_min", result.validation_mape_min},
                         {"validation_mape_max", result.validation_mape_max},
                         {"training_mape", result.training.mape},
                         {"rows", m_data.rows()},
                         {"groups", m_data.group_count}};
        facts.interval = make_interval(m_campaign, technique, trial, seed);
        result.model = make_model_file(m_campaign, **fitted, trial, facts);
        result.description = describe(technique, **fitted, result.features);
        result.ok = true;
    }

    Result<TrainingReport> choose(TrainingReport report) {
        const TechniqueResult* best = nullptr;
        std::vector<Diagnostic> failures;
        for (const TechniqueResult& result : report.techniques) {
            if (!result.ok) {
                failures.push_back(
                    make_error("TRN028", fmt::format("{} had no successful runs: {}",
                                                     to_string(result.technique), result.error)));
            } else if (best == nullptr || result.selection_mape < best->selection_mape) {
                best = &result;
            }
        }
        if (best == nullptr) {
            failures.insert(failures.begin(), make_error("TRN040", "no valid model was found"));
            return fail(ErrorKind::input, std::move(failures));
        }
        for (Diagnostic& failure : failures) {
            m_reporter.report(as_warning(std::move(failure)));
        }
        const double limit = best->selection_mape * (1 + k_tie);
        for (const TechniqueResult& result : report.techniques) {
            if (result.ok && result.selection_mape <= limit && result.technique < best->technique) {
                best = &result;
            }
        }
        report.best = static_cast<std::size_t>(best - report.techniques.data());
        return report;
    }
};

} // namespace

Result<TrainingReport> train(const Table& table,
                             const TrainingConfig& config,
                             const TrainOptions& options,
                             Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const Prepared data, prepare(table, config, reporter));
    const Campaign campaign{config, data, options};
    return Training(campaign, reporter).run();
}

} // namespace aisprint::training
