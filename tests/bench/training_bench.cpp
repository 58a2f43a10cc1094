// SPDX-License-Identifier: Apache-2.0
// Every technique on every data set that the reference has figures of, one technique at a time as
// the reference was run: validation error (counter `mape`, %) and time, beside the reference's
// (`ref_mape`, `ref_s`; docs/performance.md). Rows are split one by one, as the reference does, and
// the very rows that it set apart are (reference_folds.py).
//
// `Protocol` goes about it as the reference does: the same folds choose the hyper-parameters, and
// the error is the mean over the models of the folds. `Training` is what users get: folds of our
// own, one model of all rows that were not set apart. Both take the mean over seeds, and tell the
// ends (`least`, `most`). `EqualEffort` is the time of one seed without what is tried beside the
// configuration (logarithms of the target, weights of Stepwise), so that as many models are fitted
// as the reference fits; the residuals of intervals, which the reference does not have, remain.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/training/train.hpp"
#include "evaluator.hpp"
#include "metrics.hpp"
#include "random.hpp"
#include "search.hpp"

#include <benchmark/benchmark.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace aisprint;
using namespace aisprint::training;

const std::filesystem::path k_data =
    std::filesystem::path(AISPRINT_SHARED_DATA) / "performance-models";

constexpr double k_unknown = std::numeric_limits<double>::quiet_NaN();

/// What the reference reached with a technique, in %, and the seconds it took.
struct Reference {
    Technique technique;
    double mape = k_unknown;
    double seconds = k_unknown;
};

struct DataSet {
    const char* configuration;
    std::vector<Reference> references;
};

/// Published with the data: 2024 release, two shared cores, without the start of its interpreter.
const std::vector<DataSet>& data_sets() {
    using enum Technique;
    static const std::vector<DataSet> all{{"oscarp-10s-files-holdout.ini",
                                           {{dummy, 131.9, 0.07},
                                            {lr_ridge, 4.7, 0.16},
                                            {nnls, 8.9, 0.08},
                                            {stepwise, 21.7, 0.13},
                                            {decision_tree, 4.9, 0.67},
                                            {random_forest, 6.9, 2.3},
                                            {xgboost, 4.4, 8.4},
                                            {svr, 2.8, 6.3}}},
                                          {"oscarp-10s-files-interp.ini",
                                           {{dummy, 230.7},
                                            {lr_ridge, 7.1},
                                            {nnls, 8.0},
                                            {stepwise, 22.1},
                                            {decision_tree, 11.4},
                                            {random_forest, 9.8},
                                            {xgboost, 10.5},
                                            {svr, 4.3}}},
                                          {"oscarp-10s-files-extrap-cores.ini",
                                           {{dummy, 387.6},
                                            {lr_ridge, 69.5},
                                            {nnls, 26.2},
                                            {stepwise, 88.4},
                                            {decision_tree, 9.3},
                                            {random_forest, 6.3},
                                            {xgboost, 6.2},
                                            {svr, 22.2}}},
                                          {"oscarp-10s-files-extrap-files.ini",
                                           {{dummy, 73.5},
                                            {lr_ridge, 5.4},
                                            {nnls, 9.8},
                                            {stepwise, 12.6},
                                            {decision_tree, 13.4},
                                            {random_forest, 13.1},
                                            {xgboost, 14.4},
                                            {svr, 5.4}}},
                                          {"oscarp-15min-holdout.ini",
                                           {{dummy, 77.4, 0.08},
                                            {lr_ridge, 4.1, 0.27},
                                            {nnls, 5.5, 0.09},
                                            {stepwise, 7.9, 0.17},
                                            {decision_tree, 5.0, 0.65},
                                            {random_forest, 5.9, 2.4},
                                            {xgboost, 7.1, 7.7},
                                            {svr, 2.7, 2.0}}},
                                          {"oscarp-15min-interp.ini",
                                           {{dummy, 152.5},
                                            {lr_ridge, 4.6},
                                            {nnls, 5.6},
                                            {stepwise, 7.5},
                                            {decision_tree, 19.1},
                                            {random_forest, 12.4},
                                            {xgboost, 27.0},
                                            {svr, 4.7}}},
                                          {"oscarp-15min-extrap-cores.ini",
                                           {{dummy, 243.2},
                                            {lr_ridge, 21.6},
                                            {nnls, 18.4},
                                            {stepwise, 17.4},
                                            {decision_tree, 8.9},
                                            {random_forest, 9.3},
                                            {xgboost, 8.9},
                                            {svr, 37.8}}},
                                          {"stereomatch-holdout.ini",
                                           {{dummy, 63.8, 0.30},
                                            {lr_ridge, 8.7, 0.98},
                                            {nnls, 29.8, 0.42},
                                            {stepwise, 23.7, 0.71},
                                            {decision_tree, 7.7, 1.4},
                                            {random_forest, 7.1, 9.3},
                                            {xgboost, 6.7, 27.0},
                                            {svr, 5.8, 12.9}}},
                                          {"faas-holdout.ini",
                                           {{dummy, 43.7, 0.06},
                                            {lr_ridge, 0.004, 0.23},
                                            {nnls, 0.9, 0.07},
                                            {stepwise, 0.012, 0.16},
                                            {decision_tree, 3.5, 1.4},
                                            {random_forest, 3.5, 2.4},
                                            {xgboost, 9.1, 10.0},
                                            {svr, 0.3, 2.3}}},
                                          {"draper-smith-holdout.ini",
                                           {{dummy, 8.7, 0.05},
                                            {lr_ridge, 4.3, 0.20},
                                            {nnls, 1.9, 0.08},
                                            {stepwise, 2.5, 0.14},
                                            {decision_tree, 10.8, 0.61},
                                            {random_forest, 4.3, 2.9},
                                            {xgboost, 5.0, 6.4},
                                            {svr, 3.6, 2.1}}}};
    return all;
}

struct Loaded {
    TrainingConfig config;
    Table table;
};

Result<Loaded> load(const std::string& name, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const SourceFile ini, load_source(k_data / name, name));
    Loaded loaded;
    AISPRINT_TRY_ASSIGN(loaded.config, parse_config(ini, reporter));
    AISPRINT_TRY_ASSIGN(const SourceFile csv,
                        load_source(k_data / loaded.config.input_path, loaded.config.input_path));
    AISPRINT_TRY_ASSIGN(loaded.table, parse_table(csv));
    return loaded;
}

template <class Value>
std::vector<Candidate> candidates(const std::vector<Value>& values) {
    std::vector<Candidate> made;
    for (const Value& value : values) {
        ParameterValue held;
        held = value;
        made.emplace_back(held);
    }
    return made;
}

/// On this data set the reference searched four points for SVR, with the kernel rbf; which, is not
/// recorded.
void narrow(const std::string& configuration, TrainingConfig& config) {
    if (configuration == "stereomatch-holdout.ini") {
        config.candidates[Technique::svr] = {{"C", candidates<double>({10, 100})},
                                             {"epsilon", candidates<double>({0.01})},
                                             {"gamma", candidates<double>({0.1, 1})},
                                             {"kernel", candidates<std::string>({"rbf"})}};
    }
}

/// The rows of the reference: those for validation, and the others parted by each fold.
struct ReferenceRows {
    std::vector<std::size_t> validation;
    std::vector<Split> folds;
};

std::vector<std::size_t> others(const std::vector<std::size_t>& rows,
                                const std::vector<std::size_t>& without) {
    std::vector<std::size_t> left;
    std::ranges::set_difference(rows, without, std::back_inserter(left));
    return left;
}

/// It ran SVR on standardized data, which changes what it drew.
std::optional<ReferenceRows>
reference_rows(const std::string& configuration, Technique technique, std::size_t count) {
    const auto text = load_source(AISPRINT_REFERENCE_FOLDS, "folds");
    if (!text) {
        return std::nullopt;
    }
    const auto all = nlohmann::json::parse(text->text());
    const auto& own = all[configuration][technique == Technique::svr ? "standardized" : "plain"];
    ReferenceRows rows{own["validation"].get<std::vector<std::size_t>>(), {}};
    std::vector<std::size_t> numbers(count);
    std::iota(numbers.begin(), numbers.end(), std::size_t{0});
    const std::vector<std::size_t> training = others(numbers, rows.validation);
    for (const auto& fold : own["folds"]) {
        const auto test = fold.get<std::vector<std::size_t>>();
        rows.folds.push_back({others(training, test), test});
    }
    return rows;
}

/// Sets the reference's rows apart, by a column that numbers the rows.
void set_apart(const std::vector<std::size_t>& rows, TrainingConfig& config, Table& table) {
    const std::string name = "number of the row";
    Column numbers;
    numbers.name = name;
    for (std::size_t i = 0; i < table.rows; ++i) {
        numbers.numbers.push_back(static_cast<double>(i));
    }
    config.group_columns.clear();
    for (const Column& column : table.columns) {
        if (column.name != config.target) {
            config.group_columns.push_back(column.name);
        }
    }
    table.columns.push_back(std::move(numbers));
    config.skip_columns.push_back(name);
    config.validation_split = SplitMethod::interpolation;
    config.interpolation = {{name, std::vector<double>(rows.begin(), rows.end())}};
}

/// The error as the reference finds it.
double mape_by_protocol(const TrainingConfig& config,
                        const Prepared& data,
                        Technique technique,
                        const ReferenceRows& rows) {
    const TrainOptions options;
    const Campaign campaign{config, data, options};
    const std::uint64_t seed = derive_seed(config.seed, to_string(technique));
    std::vector<std::size_t> features(data.names.size());
    std::iota(features.begin(), features.end(), std::size_t{0});
    const Trial trial =
        search(Evaluator(campaign, technique, rows.folds, seed), features, std::nullopt).trial;
    double sum = 0;
    for (const Split& fold : rows.folds) {
        const auto fitted = fit_trial(campaign, technique, trial, fold.train, seed);
        if (!fitted) {
            return k_unknown;
        }
        sum += measure(predict_rows(campaign, **fitted, trial, fold.train, rows.validation),
                       targets_of(campaign, rows.validation))
                   .mape;
    }
    return 100 * sum / static_cast<double>(rows.folds.size());
}

/// A campaign with one technique, ready to be run.
struct Run {
    Loaded loaded;
    ReferenceRows rows;
};

std::optional<Run>
make_run(const DataSet& set, Technique technique, Reporter& reporter, benchmark::State& state) {
    Result<Loaded> loaded = load(set.configuration, reporter);
    const auto rows =
        loaded ? reference_rows(set.configuration, technique, loaded->table.rows) : std::nullopt;
    if (!rows) {
        state.SkipWithError("no data");
        return std::nullopt;
    }
    loaded->config.techniques = {technique};
    loaded->config.split_by_group = false;
    narrow(set.configuration, loaded->config);
    return Run{std::move(*loaded), *rows};
}

/// One where a training takes long, and where many rows leave little to chance.
std::size_t seeds_of(const Table& table) {
    return table.rows > 1000 ? 1 : 5;
}

void tell(benchmark::State& state, const std::vector<double>& mapes, const Reference& reference) {
    state.counters["mape"] =
        std::accumulate(mapes.begin(), mapes.end(), 0.0) / static_cast<double>(mapes.size());
    state.counters["least"] = *std::ranges::min_element(mapes);
    state.counters["most"] = *std::ranges::max_element(mapes);
    state.counters["ref_mape"] = reference.mape;
}

void bench_protocol(benchmark::State& state, const DataSet& set, const Reference& reference) {
    CollectingReporter reporter;
    std::optional<Run> run = make_run(set, reference.technique, reporter, state);
    if (!run) {
        return;
    }
    const auto data = prepare(run->loaded.table, run->loaded.config, reporter);
    if (!data) {
        state.SkipWithError(data.error().diagnostics.front().message.c_str());
        return;
    }
    // The folds are given: nothing else draws but forests.
    const std::size_t seeds =
        reference.technique == Technique::random_forest ? seeds_of(run->loaded.table) : 1;
    std::vector<double> mapes;
    for (auto _ : state) {
        for (run->loaded.config.seed = 0; run->loaded.config.seed < seeds;
             ++run->loaded.config.seed) {
            mapes.push_back(
                mape_by_protocol(run->loaded.config, *data, reference.technique, run->rows));
        }
    }
    tell(state, mapes, reference);
}

enum class Effort { ours, equal };

void bench_training(benchmark::State& state,
                    const DataSet& set,
                    const Reference& reference,
                    Effort effort) {
    CollectingReporter reporter;
    std::optional<Run> run = make_run(set, reference.technique, reporter, state);
    if (!run) {
        return;
    }
    auto& [config, table] = run->loaded;
    if (config.validation_split == SplitMethod::hold_out) {
        set_apart(run->rows.validation, config, table);
    }
    ParameterCandidates& own = config.candidates[reference.technique];
    if (effort == Effort::equal && reference.technique > Technique::svr) {
        own.emplace_back("target_transform", candidates<std::string>({"none"}));
    } else if (effort == Effort::equal && reference.technique == Technique::stepwise) {
        own.emplace_back("relative_weights", candidates<bool>({true}));
    }
    const std::size_t seeds = effort == Effort::equal ? 1 : seeds_of(table);
    std::vector<double> mapes;
    const std::clock_t begin = std::clock();
    for (auto _ : state) {
        for (config.seed = 0; config.seed < seeds; ++config.seed) {
            const auto report = train(table, config, {}, reporter);
            if (!report) {
                state.SkipWithError(report.error().diagnostics.front().message.c_str());
                return;
            }
            mapes.push_back(100 * report->techniques.front().validation.mape);
        }
    }
    // of the processor, whatever else the machine does
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC /
                           static_cast<double>(state.iterations());
    tell(state, mapes, reference);
    if (effort == Effort::equal) {
        state.counters["ref_s"] = reference.seconds;
        state.counters["faster"] = reference.seconds / seconds;
    }
}

template <class Function>
void add(const char* kind,
         const DataSet& set,
         const Reference& reference,
         const Function& function) {
    const std::string name = std::string(kind) + "/" +
                             std::filesystem::path(set.configuration).stem().string() + "/" +
                             to_string(reference.technique);
    benchmark::RegisterBenchmark(
        name.c_str(),
        [&set, &reference, function](benchmark::State& state) { function(state, set, reference); })
        ->Unit(benchmark::kSecond)
        ->Iterations(1);
}

} // namespace

int main(int count, char** arguments) {
    const auto with = [](Effort effort) {
        return [effort](benchmark::State& state, const DataSet& set, const Reference& reference) {
            bench_training(state, set, reference, effort);
        };
    };
    for (const DataSet& set : data_sets()) {
        for (const Reference& reference : set.references) {
            add("Protocol", set, reference, bench_protocol);
            add("Training", set, reference, with(Effort::ours));
            if (std::isfinite(reference.seconds)) {
                add("EqualEffort", set, reference, with(Effort::equal));
            }
        }
    }
    benchmark::Initialize(&count, arguments);
    if (benchmark::ReportUnrecognizedArguments(count, arguments)) {
        return 2;
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
}
