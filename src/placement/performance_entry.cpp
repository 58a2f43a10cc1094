// SPDX-License-Identifier: Apache-2.0
#include "performance_entry.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/optimizer/predictor_inputs.hpp"
#include "aisprint/placement/system_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

namespace aisprint::placement {

namespace {

using optimizer::PredictorKind;
using optimizer::ResourceKind;

/// What a value of `model` stands for.
enum class ModelFamily { queue, serverless, cores, cores_and_load, function_load };

struct ModelName {
    std::string_view name;
    ModelFamily family;
};

/// The second group are the names of the C++ tools.
constexpr std::array<ModelName, 10> k_models{{{"QTedge", ModelFamily::queue},
                                              {"QTcloud", ModelFamily::queue},
                                              {"PACSLTK", ModelFamily::serverless},
                                              {"CoreBasedPredictor", ModelFamily::cores},
                                              {"LambdaBasedPredictor", ModelFamily::cores_and_load},
                                              {"MLLIBfaas", ModelFamily::function_load},
                                              {"PACSLTKSTATIC", ModelFamily::serverless},
                                              {"AMLCORE", ModelFamily::cores},
                                              {"AMLTHROUGHPUT", ModelFamily::cores_and_load},
                                              {"AMLFAAS", ModelFamily::function_load}}};

bool runs_on_functions(ModelFamily family) {
    return family == ModelFamily::serverless || family == ModelFamily::function_load;
}

std::vector<std::string> model_names(ResourceKind kind) {
    std::vector<std::string> names;
    for (const ModelName& model : k_models) {
        if (runs_on_functions(model.family) == (kind == ResourceKind::function)) {
            names.emplace_back(model.name);
        }
    }
    return names;
}

std::vector<std::string> inputs_of(PredictorKind kind) {
    std::vector<std::string> cores{"cores", "log(cores)", "Parallelism", "log(Parallelism)"};
    switch (kind) {
    case PredictorKind::cores:
        return cores;
    case PredictorKind::cores_and_load:
        cores.emplace_back("observed_throughput");
        return cores;
    case PredictorKind::function_load:
        return {"Lambda", "warm_service_time", "cold_service_time", "expiration_time"};
    }
    return cores;
}

/// The family of a model name, or nothing after an error.
std::optional<ModelFamily> family_of(const yaml::Node* name,
                                     const optimizer::Resource& resource,
                                     const std::string& what,
                                     config::DocumentReader& in) {
    const std::string text = in.text(name, fmt::format("'model' of the {}", what));
    if (text.empty()) {
        return std::nullopt;
    }
    const auto* found = std::ranges::find(k_models, text, &ModelName::name);
    const std::vector<std::string> allowed = model_names(resource.kind);
    const bool function = resource.kind == ResourceKind::function;
    if (found == k_models.end()) {
        in.error(name->span, "OPT114",
                 fmt::format("the {} names the model '{}', which is unknown", what, text),
                 config::suggestion(text, allowed,
                                    fmt::format("use one of {}", fmt::join(allowed, ", "))));
        return std::nullopt;
    }
    if (runs_on_functions(found->family) != function) {
        in.error(name->span, "OPT114",
                 fmt::format("the {} names the model '{}', which is none for {}", what, text,
                             function ? "cloud functions" : "machines"),
                 fmt::format("use one of {}", fmt::join(allowed, ", ")));
        return std::nullopt;
    }
    return found->family;
}

PredictorKind predictor_of(ModelFamily family) {
    if (family == ModelFamily::cores) {
        return PredictorKind::cores;
    }
    return family == ModelFamily::cores_and_load ? PredictorKind::cores_and_load
                                                 : PredictorKind::function_load;
}

void check_inputs(const optimizer::TrainedModel& trained,
                  const Span& span,
                  const std::string& what,
                  config::DocumentReader& in) {
    for (const std::string& input : trained.model->inputs()) {
        if (!optimizer::predictor_input(trained.kind, input, {})) {
            in.error(
                span, "OPT116",
                fmt::format("the {} uses a model that needs the input '{}', which is not known "
                            "here; known are {}",
                            what, input, fmt::join(inputs_of(trained.kind), ", ")),
                "train the model without this column, or name the predictor that has it");
        }
    }
}

std::optional<optimizer::PerformanceModel> read_trained(const yaml::Node& entry,
                                                        PredictorKind kind,
                                                        const std::string& what,
                                                        RegressorCache& regressors,
                                                        config::DocumentReader& in) {
    optimizer::TrainedModel trained;
    trained.kind = kind;
    if (kind == PredictorKind::function_load) {
        trained.warm_s =
            in.required_number(entry, "demandWarm", config::NumberRange::above_zero, what, "s", 1);
        trained.cold_s =
            in.required_number(entry, "demandCold", config::NumberRange::above_zero, what, "s", 1);
    }
    trained.mean_time_s = in.number(entry.find("meanTime"), config::NumberRange::above_zero,
                                    fmt::format("'meanTime' of the {}", what), "s");
    const yaml::Node* file = in.required(entry, "regressor_file", what);
    trained.regressor_file = in.text(file, fmt::format("'regressor_file' of the {}", what));
    if (trained.regressor_file.empty()) {
        return std::nullopt;
    }
    trained.model = regressors.load(trained.regressor_file, file->span, in);
    if (trained.model == nullptr) {
        return std::nullopt;
    }
    check_inputs(trained, file->span, what, in);
    return trained;
}

} // namespace

std::shared_ptr<const perf::Model> RegressorCache::load(const std::string& regressor_file,
                                                        const Span& span,
                                                        config::DocumentReader& in) {
    const auto known = m_models.find(regressor_file);
    if (known != m_models.end()) {
        return known->second;
    }
    auto model = load_regressor(regressor_file, m_folder, in.source(), span);
    std::shared_ptr<const perf::Model> loaded;
    if (model) {
        loaded = std::move(model).value();
    } else {
        in.add(std::move(model).error().diagnostics);
    }
    m_models.emplace(regressor_file, loaded);
    return loaded;
}

std::optional<optimizer::PerformanceModel> read_performance(const yaml::Node& entry,
                                                            const optimizer::Resource& resource,
                                                            const std::string& what,
                                                            RegressorCache& regressors,
                                                            config::DocumentReader& in) {
    if (in.as_mapping(&entry, what) == nullptr) {
        return std::nullopt;
    }
    const yaml::Node* name = in.required(entry, "model", what);
    const std::optional<ModelFamily> family = family_of(name, resource, what, in);
    if (!family) {
        return std::nullopt;
    }
    if (*family == ModelFamily::queue) {
        return optimizer::QueueModel{
            name->scalar,
            in.required_number(entry, "demand", config::NumberRange::above_zero, what, "s", 1)};
    }
    if (*family == ModelFamily::serverless) {
        return optimizer::ServerlessModel{
            in.required_number(entry, "demandWarm", config::NumberRange::above_zero, what, "s", 1),
            in.required_number(entry, "demandCold", config::NumberRange::above_zero, what, "s", 1)};
    }
    return read_trained(entry, predictor_of(*family), what, regressors, in);
}

Result<std::shared_ptr<const perf::Model>> load_regressor(const std::string& regressor_file,
                                                          const std::filesystem::path& folder,
                                                          const SourceFile& source,
                                                          const Span& span) {
    std::filesystem::path path = regressor_file;
    path = path.is_absolute() ? path : folder / path;
    const bool pickle = path.extension() == ".pickle";
    if (pickle) {
        path.replace_extension(".json");
    }
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        if (pickle) {
            return fail(ErrorKind::input,
                        make_error_at(source, span, "OPT117",
                                      fmt::format("Python pickle models cannot be read, and there "
                                                  "is no {}",
                                                  path.string()),
                                      "train again"));
        }
        return fail(ErrorKind::input,
                    make_error_at(source, span, "OPT118",
                                  fmt::format("the trained model {} does not exist", path.string()),
                                  "train it, or correct 'regressor_file'"));
    }
    AISPRINT_TRY_ASSIGN(const SourceFile model, load_source(path, path.string()));
    return perf::parse_model(model);
}

} // namespace aisprint::placement
