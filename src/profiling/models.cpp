// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/models.hpp"

#include "campaign_files.hpp"
#include "campaign_results.hpp"
#include "model_report.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/training/train.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <numeric>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* k_config_file = "oscarp/aMLLibrary-config.ini";
constexpr const char* k_model_report = "model_report.csv";
constexpr int k_indent = 4;

/// For tables of a handful of configurations: techniques that are too smooth to learn them by
/// heart, so that the error on rows they have seen can choose among them.
constexpr const char* k_default_config = R"([General]
techniques = ['LRRidge', 'NNLS', 'Dummy']
y = 'avg_response_time'
hp_selection = 'All'
validation = 'KFold'
folds = 3

[DataPreparation]
input_path = 'measurements.csv'
use_columns = ['cores']
inverse = ['cores']

[LRRidge]
alpha = [0.01, 0.1, 1]
)";

/// For functions, and when nothing else can be trained: the mean.
constexpr const char* k_mean_config = R"([General]
techniques = ['Dummy']
y = 'avg_response_time'
hp_selection = 'All'
validation = 'All'

[DataPreparation]
input_path = 'measurements.csv'
use_columns = ['cores']
)";

class Trainer {
public:
    Trainer(const config::ApplicationFolder& folder,
            const CampaignPlan& plan,
            Reporter& reporter,
            const std::stop_token& stop)
        : m_folder(folder), m_plan(plan), m_reporter(reporter), m_stop(stop) {}

    Result<CampaignModels> train(const CampaignSummary& summary) {
        AISPRINT_TRY(load_config());
        CampaignModels models;
        for (const UnitResult& result : summary.units) {
            AISPRINT_TRY(train_unit(result, models));
            if (m_stop.stop_requested()) {
                return cancelled();
            }
        }
        return models;
    }

private:
    static tl::unexpected<Failure> cancelled() {
        return fail(ErrorKind::cancelled,
                    make_error("TRN041", "training was cancelled; what is measured stays",
                               "go on with the same command"));
    }

    Result<void> load_config() {
        m_config_text = k_default_config;
        std::string shown = "(built in)";
        if (fs::exists(m_folder.path / k_config_file)) {
            AISPRINT_TRY_ASSIGN(m_config_text, read_file(m_folder.path / k_config_file));
            shown = m_folder.shown(k_config_file);
        }
        AISPRINT_TRY_ASSIGN(m_config,
                            training::parse_config(SourceFile(shown, m_config_text), m_reporter));
        return {};
    }

    Result<void> train_unit(const UnitResult& result, CampaignModels& models) {
        const Unit& unit = m_plan.testbed.units[result.unit];
        warn_of_runs_without_time(result, unit);
        if (result.training_rows.empty()) {
            models.failed.push_back(fmt::format("{}: {}", unit.id, why_without_rows(result)));
            return {};
        }
        AISPRINT_TRY_ASSIGN(const std::string data, read_file(result.training_csv));
        if (!is_trained(result, unit, data)) {
            AISPRINT_TRY_ASSIGN(const std::string failure, train_anew(result, unit, data));
            if (!failure.empty()) {
                models.failed.push_back(fmt::format("{}: {}", unit.id, failure));
                return {};
            }
        }
        AISPRINT_TRY_ASSIGN(UnitModel model, read_model(result, unit));
        if (is_function(unit)) {
            AISPRINT_TRY(measure_starts(result, unit, model));
        }
        models.models.push_back(std::move(model));
        return {};
    }

    static const char* why_without_rows(const UnitResult& result) {
        if (result.rows.empty()) {
            return "nothing was measured";
        }
        return result.without_time.empty() ? "all of its runs are left out as degraded"
                                           : "no run is left whose response time is above 0 s";
    }

    void warn_of_runs_without_time(const UnitResult& result, const Unit& unit) {
        if (result.without_time.empty()) {
            return;
        }
        std::vector<std::string> runs;
        for (const std::size_t run : result.without_time) {
            runs.push_back(fmt::format("Run #{}", run));
        }
        Diagnostic warning = as_warning(make_error(
            "PRF073",
            fmt::format("{}: the mean response time of {} is 0 s; models are trained without {}",
                        unit.id, fmt::join(runs, ", "), runs.size() == 1 ? "it" : "them"),
            "use inputs that take longer, or more of them; with a readable log of each job, times "
            "below a second are measured by its marks"));
        warning.notes.push_back(
            {"OSCAR tells whole seconds, and no log of these jobs tells when its script ran",
             std::nullopt});
        m_reporter.report(std::move(warning));
    }

    static fs::path results_of(const UnitResult& result) {
        return result.training_csv.parent_path().parent_path();
    }

    static fs::path model_folder_of(const UnitResult& result, const Unit& unit) {
        return results_of(result) / "Models" / (unit.service + "_model");
    }

    /// What a function takes does not depend on how many of them run: its model is the mean.
    [[nodiscard]] bool is_function(const Unit& unit) const {
        return m_plan.testbed.find_resource(unit.resource)->is_function;
    }

    [[nodiscard]] std::string config_text_of(const Unit& unit) const {
        return is_function(unit) ? k_mean_config : m_config_text;
    }

    /// True if a model of these data and this configuration is there already.
    [[nodiscard]] bool
    is_trained(const UnitResult& result, const Unit& unit, const std::string& data) const {
        const fs::path folder = model_folder_of(result, unit);
        const auto config = read_file(folder / "configuration.ini");
        const auto old_data = read_file(folder / "data.csv");
        return fs::exists(folder / "done") && fs::exists(results_of(result) / k_model_report) &&
               config && *config == config_text_of(unit) && old_data && *old_data == data;
    }

    /// Trains and writes the models of a unit; says why if none can be trained.
    Result<std::string>
    train_anew(const UnitResult& result, const Unit& unit, const std::string& data) {
        AISPRINT_TRY_ASSIGN(const training::Table table,
                            training::parse_table(SourceFile(result.training_csv.string(), data)));
        training::TrainOptions options;
        options.data_digest = sha256_hex(data);
        options.stop = m_stop;
        std::string config_text = config_text_of(unit);
        training::TrainingConfig config = m_config;
        if (is_function(unit)) {
            AISPRINT_TRY_ASSIGN(config, mean_config());
        }
        auto report = training::train(table, config, options, m_reporter);
        if (!report) {
            if (report.error().kind != ErrorKind::input) {
                return tl::unexpected<Failure>(std::move(report).error());
            }
            warn_of_mean(unit, report.error());
            config_text = k_mean_config;
            AISPRINT_TRY_ASSIGN(config, mean_config());
            report = training::train(table, config, options, m_reporter);
            if (!report) {
                return report.error().diagnostics.front().message;
            }
        }
        const fs::path folder = model_folder_of(result, unit);
        AISPRINT_TRY(remove_tree(results_of(result) / k_model_report)); // of the models before
        AISPRINT_TRY(remove_tree(folder));
        AISPRINT_TRY(make_directories(folder.parent_path()));
        AISPRINT_TRY(training::write_model_folder(folder, *report, config_text, data));
        const std::vector<LevelError> errors = leave_one_level_out(table, config, *report, m_stop);
        if (m_stop.stop_requested()) {
            return cancelled(); // levels are missing from the errors
        }
        AISPRINT_TRY(write_file_atomic(results_of(result) / k_model_report,
                                       model_report_csv(errors, *report)));
        return std::string();
    }

    [[nodiscard]] Result<training::TrainingConfig> mean_config() const {
        return training::parse_config(SourceFile("(built in)", k_mean_config), m_reporter);
    }

    void warn_of_mean(const Unit& unit, const Failure& failure) {
        m_reporter.report(as_warning(
            make_error("PRF070",
                       fmt::format("{}: no technique could be trained, the mean is taken: {}",
                                   unit.id, failure.diagnostics.front().message),
                       "measure more levels of parallelism, or more repetitions")));
    }

    /// The best model in the folder of a unit, with what training has told of it.
    [[nodiscard]] Result<UnitModel> read_model(const UnitResult& result, const Unit& unit) const {
        const fs::path folder = model_folder_of(result, unit);
        const fs::path file = folder / "best.json";
        AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(file, file.string()));
        UnitModel model;
        model.unit = result.unit;
        AISPRINT_TRY_ASSIGN(model.model, perf::parse_model(source));
        AISPRINT_TRY_ASSIGN(const std::string results, read_file(folder / "results.json"));
        AISPRINT_TRY(read_results(folder / "results.json", results, model));
        AISPRINT_TRY_ASSIGN(const std::string levels,
                            read_file(results_of(result) / k_model_report));
        model.level_mape = read_level_error(levels, model.technique);
        model.mean_target = model.model->mean_target();
        const auto& inputs = model.model->inputs();
        model.predictor =
            std::find(inputs.begin(), inputs.end(), "observed_throughput") != inputs.end()
                ? "LambdaBasedPredictor"
                : "CoreBasedPredictor";
        model.file = fs::relative(file, fs::absolute(m_folder.path)).string();
        return model;
    }

    /// What calls of a function took, by whether they had to wait for a new instance.
    [[nodiscard]] Result<void>
    measure_starts(const UnitResult& result, const Unit& unit, UnitModel& model) const {
        const CampaignFiles files(m_plan);
        AISPRINT_TRY_ASSIGN(const std::vector<ServiceRun> runs,
                            CampaignResults(m_plan, files).read_unit(result.deployment, unit));
        std::vector<double> warm;
        std::vector<double> cold;
        for (const ServiceRun& run : runs) {
            for (const JobRecord& job : run.jobs) {
                if (const auto seconds = times_of(job).full_time) {
                    (job.init_seconds ? cold : warm)
                        .push_back(*seconds + job.init_seconds.value_or(0));
                }
            }
        }
        const auto mean = [](const std::vector<double>& values) {
            return values.empty() ? std::optional<double>()
                                  : std::accumulate(values.begin(), values.end(), 0.0) /
                                        static_cast<double>(values.size());
        };
        if (!cold.empty()) { // else all count as warm, by the mean of the table
            model.warm_seconds = mean(warm);
            model.cold_seconds = mean(cold);
        }
        return {};
    }

    /// Reads the name and the error of the best technique from results.json.
    static Result<void>
    read_results(const fs::path& file, const std::string& text, UnitModel& model) {
        const Json results = Json::parse(text, nullptr, false);
        const auto find = [](const Json& json, const char* key) {
            const auto found = json.is_object() ? json.find(key) : json.end();
            return found == json.end() ? Json() : *found;
        };
        const Json best = find(results, "best");
        for (const Json& technique : find(results, "techniques")) {
            const Json mape = find(find(technique, "validation"), "mape");
            if (best.is_string() && find(technique, "technique") == best) {
                model.technique = best.get<std::string>();
                model.validation_mape = mape.is_number() ? mape.get<double>() : 0;
                return {};
            }
        }
        return fail(ErrorKind::input,
                    make_error_in(file.string(), "PRF072", "the best technique is not told",
                                  "delete the folder; the models are trained again"));
    }

    const config::ApplicationFolder& m_folder;
    const CampaignPlan& m_plan;
    Reporter& m_reporter;
    std::stop_token m_stop;
    std::string m_config_text;
    training::TrainingConfig m_config;
};

/// The prediction for a row, from the columns that the optimiser can supply.
std::optional<ReportPrediction> predict(const perf::Model& model, const ResponseRow& row) {
    std::vector<double> values;
    for (const std::string& input : model.inputs()) {
        if (input == "cores") {
            values.push_back(row.cores);
        } else if (input == "observed_throughput") {
            values.push_back(row.observed_throughput);
        } else {
            return std::nullopt;
        }
    }
    constexpr double k_level = 0.9;
    const perf::Prediction prediction = model.predict(values, k_level);
    return ReportPrediction{row.cores, row.observed_throughput, prediction.value, prediction.lower,
                            prediction.upper};
}

/// True if the document is a table of components, of their partitions, of resources.
bool is_models_file(const Json& document) {
    const auto are_objects = [](const Json& parent) {
        return parent.is_object() &&
               std::all_of(parent.begin(), parent.end(),
                           [](const Json& child) { return child.is_object(); });
    };
    return are_objects(document) && std::all_of(document.begin(), document.end(), are_objects);
}

/// A component with the entry of its base first: readers take it for the start of the component.
Json with_base_first(const std::string& component, const Json& partitions) {
    Json ordered = Json::object();
    if (const auto base = partitions.find(component); base != partitions.end()) {
        ordered[component] = *base;
    }
    for (const auto& [partition, resources] : partitions.items()) {
        ordered[partition] = resources;
    }
    return ordered;
}

/// The optimiser has its own model of functions, which needs the times of warm and cold starts.
/// Where no cold ones happened, what the file says of them stays, else they count as warm.
void describe_function(const UnitModel& model, Json& entry) {
    const double warm = model.warm_seconds.value_or(model.mean_target);
    const double before = entry.is_object() ? entry.value("demandCold", warm) : warm;
    entry = {{"model", "PACSLTK"},
             {"demandWarm", warm},
             {"demandCold", std::max(model.cold_seconds.value_or(before), warm)}};
}

} // namespace

Result<CampaignModels> train_models(const config::ApplicationFolder& folder,
                                    const CampaignPlan& plan,
                                    const CampaignSummary& summary,
                                    Reporter& reporter,
                                    const std::stop_token& stop) {
    return Trainer(folder, plan, reporter, stop).train(summary);
}

Result<std::string> merge_performance_models(const std::string& existing,
                                             const CampaignPlan& plan,
                                             const CampaignModels& models) {
    Json document = existing.empty() ? Json::object() : Json::parse(existing, nullptr, false);
    if (!is_models_file(document)) {
        return fail(ErrorKind::input,
                    make_error_in("oscarp/performance_models.json", "PRF071",
                                  "no JSON object of components, with an object for each of their "
                                  "partitions",
                                  "delete the file, or mend it"));
    }
    for (const UnitModel& model : models.models) {
        const Unit& unit = plan.testbed.units[model.unit];
        Json& entry = document[unit.component][unit.partition][unit.resource];
        const ResourceFacts& resource = *plan.testbed.find_resource(unit.resource);
        if (resource.is_function) {
            describe_function(model, entry);
            continue;
        }
        entry = {{"model", model.predictor},
                 {"regressor_file", model.file},
                 {"meanTime", model.mean_target},
                 {"validation_mape", model.validation_mape},
                 // cores of the tables are those of containers, not of the nodes that hold them
                 {"max_parallelism_per_node",
                  fit_on_node(unit.cpu, unit.memory_mb, resource).containers}};
    }
    for (auto& [component, partitions] : document.items()) {
        partitions = with_base_first(component, partitions);
    }
    return document.dump(k_indent) + "\n";
}

Result<ReportData> report_data(const CampaignPlan& plan,
                               const CampaignSummary& summary,
                               const CampaignModels& models,
                               std::vector<std::string> environment) {
    ReportData data;
    data.title = plan.parameters.campaign_dir;
    if (plan.parameters.synchronous) {
        data.synchronous = plan.parameters;
    }
    data.environment = std::move(environment);
    const CampaignFiles files(plan);
    const CampaignResults results(plan, files);
    for (const UnitResult& result : summary.units) {
        const Unit& unit = plan.testbed.units[result.unit];
        ReportUnit entry;
        entry.id = unit.id;
        entry.component = unit.component;
        entry.resource = unit.resource;
        entry.service = unit.service;
        entry.cpu = unit.cpu;
        entry.health = result.health;
        AISPRINT_TRY_ASSIGN(entry.runs, results.read_unit(result.deployment, unit));
        const auto model =
            std::find_if(models.models.begin(), models.models.end(),
                         [&](const UnitModel& candidate) { return candidate.unit == result.unit; });
        if (model != models.models.end()) {
            entry.model = model->technique;
            for (const ResponseRow& row : result.rows) {
                if (auto prediction = predict(*model->model, row)) {
                    entry.predictions.push_back(*prediction);
                }
            }
        }
        data.units.push_back(std::move(entry));
    }
    return data;
}

} // namespace aisprint::profiling
