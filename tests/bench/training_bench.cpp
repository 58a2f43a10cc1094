// SPDX-License-Identifier: Apache-2.0
// Every technique on every data set that the reference has figures of, one technique at a time as
// the reference was run: validation error (counter `mape`, %) and time, beside the reference's
// (`ref_mape`, `ref_s`; docs/performance.md). Rows are split one by one, as the reference does, and
// by hold-out the very rows that it set apart are (reference_split.hpp).
//
// `Training` is what users get. `EqualEffort` leaves out the logarithms of the target that trees
// try too, so that as many models are fitted as the reference fits; the residuals of intervals,
// which the reference does not have, remain.
#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/training/train.hpp"
#include "reference_split.hpp"

#include <benchmark/benchmark.h>

#include <cmath>
#include <ctime>
#include <filesystem>
#include <limits>
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

struct Campaign {
    const char* configuration;
    std::vector<Reference> references;
};

/// Published with the data: 2024 release, two shared cores, without the start of its interpreter.
const std::vector<Campaign>& campaigns() {
    using enum Technique;
    static const std::vector<Campaign> all{{"oscarp-10s-files-holdout.ini",
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

/// Sets the rows apart that the reference did, by a column that numbers them. It ran SVR on
/// standardized data.
void hold_out_as_reference(const Technique technique, TrainingConfig& config, Table& table) {
    using bench::Standardized;
    const std::string name = "number of the row";
    config.group_columns.clear();
    Column numbers;
    numbers.name = name;
    for (std::size_t i = 0; i < table.rows; ++i) {
        numbers.numbers.push_back(static_cast<double>(i));
    }
    for (const Column& column : table.columns) {
        if (column.name != config.target) {
            config.group_columns.push_back(column.name);
        }
    }
    std::vector<double> apart;
    for (const std::size_t row : bench::reference_hold_out(
             table.rows, config.hold_out_ratio,
             technique == Technique::svr ? Standardized::yes : Standardized::no)) {
        apart.push_back(static_cast<double>(row));
    }
    table.columns.push_back(std::move(numbers));
    config.skip_columns.push_back(name);
    config.validation_split = SplitMethod::interpolation;
    config.interpolation = {{name, std::move(apart)}};
}

enum class Effort { ours, equal };

void bench_training(benchmark::State& state,
                    const Campaign& campaign,
                    const Reference& reference,
                    Effort effort) {
    CollectingReporter reporter;
    Result<Loaded> loaded = load(campaign.configuration, reporter);
    if (!loaded) {
        state.SkipWithError("no data");
        return;
    }
    TrainingConfig& config = loaded->config;
    config.techniques = {reference.technique};
    config.split_by_group = false;
    narrow(campaign.configuration, config);
    if (config.validation_split == SplitMethod::hold_out) {
        hold_out_as_reference(reference.technique, config, loaded->table);
    }
    if (effort == Effort::equal && reference.technique > Technique::svr) {
        config.candidates[reference.technique].emplace_back("target_transform",
                                                            candidates<std::string>({"none"}));
    }
    double mape = 0;
    const std::clock_t begin = std::clock();
    for (auto _ : state) {
        const auto report = train(loaded->table, config, {}, reporter);
        if (!report) {
            state.SkipWithError(report.error().diagnostics.front().message.c_str());
            return;
        }
        mape = 100 * report->techniques.front().validation.mape;
    }
    // of the processor, whatever else the machine does
    const double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC /
                           static_cast<double>(state.iterations());
    state.counters["mape"] = mape;
    state.counters["ref_mape"] = reference.mape;
    if (std::isfinite(reference.seconds)) {
        state.counters["ref_s"] = reference.seconds;
        state.counters["faster"] = reference.seconds / seconds;
    }
}

void add(const char* kind, const Campaign& campaign, const Reference& reference, Effort effort) {
    const std::string name = std::string(kind) + "/" +
                             std::filesystem::path(campaign.configuration).stem().string() + "/" +
                             to_string(reference.technique);
    benchmark::RegisterBenchmark(name.c_str(),
                                 [&campaign, &reference, effort](benchmark::State& state) {
                                     bench_training(state, campaign, reference, effort);
                                 })
        ->Unit(benchmark::kSecond)
        ->Iterations(1);
}

} // namespace

int main(int count, char** arguments) {
    for (const Campaign& campaign : campaigns()) {
        for (const Reference& reference : campaign.references) {
            add("Training", campaign, reference, Effort::ours);
            if (std::isfinite(reference.seconds)) {
                add("EqualEffort", campaign, reference, Effort::equal);
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
