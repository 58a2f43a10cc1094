// SPDX-License-Identifier: Apache-2.0
#include "live_models.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* k_models = "oscarp/performance_models.json";
constexpr const char* k_file = "regressor_file";
constexpr const char* k_warm = "demandWarm";
constexpr double k_level = 0.9; ///< of the intervals of models

/// The entry of a unit, or null.
const Json* entry_of(const Json& document, const Unit& unit) {
    const Json* node = &document;
    for (const std::string& key : {unit.component, unit.partition, unit.resource}) {
        const auto found = node->is_object() ? node->find(key) : node->end();
        if (found == node->end()) {
            return nullptr;
        }
        node = &*found;
    }
    return node->is_object() ? node : nullptr;
}

/// What an entry can tell here: a trained model, or the time of a warm function. Nothing for
/// others.
Result<std::optional<LiveModel>> read_entry(const config::ApplicationFolder& folder,
                                            const Json& entry) {
    LiveModel model;
    const auto name = entry.find("model");
    model.name = name != entry.end() && name->is_string() ? name->get<std::string>() : "";
    const auto file = entry.find(k_file);
    if (file != entry.end() && file->is_string()) {
        const fs::path path = folder.path / file->get<std::string>(); // an absolute one stays
        AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(path, path.string()));
        AISPRINT_TRY_ASSIGN(model.model, perf::parse_model(source));
        return std::optional<LiveModel>(std::move(model));
    }
    const auto warm = entry.find(k_warm);
    if (warm != entry.end() && warm->is_number() && warm->get<double>() > 0) {
        model.warm_seconds = warm->get<double>();
        return std::optional<LiveModel>(std::move(model));
    }
    return std::optional<LiveModel>();
}

} // namespace

Result<std::map<std::string, LiveModel>> load_live_models(const config::ApplicationFolder& folder,
                                                          const CampaignPlan& plan,
                                                          const UnitChain& chain,
                                                          Reporter& reporter) {
    Json document = Json::object();
    std::error_code ignored;
    if (fs::exists(folder.path / k_models, ignored)) {
        AISPRINT_TRY_ASSIGN(const std::string text, read_file(folder.path / k_models));
        document = Json::parse(text, nullptr, false);
        if (!document.is_object()) {
            return fail(ErrorKind::input,
                        make_error_in(folder.shown(k_models), "PRF071", "no JSON object",
                                      "delete the file, or mend it"));
        }
    }
    std::map<std::string, LiveModel> models;
    for (const std::size_t index : chain.units) {
        const Unit& unit = plan.testbed.units[index];
        const Json* entry = entry_of(document, unit);
        std::optional<LiveModel> model;
        if (entry != nullptr) {
            AISPRINT_TRY_ASSIGN(model, read_entry(folder, *entry));
        }
        if (model) {
            models.emplace(unit.id, std::move(*model));
            continue;
        }
        reporter.report(as_warning(make_error_in(
            folder.shown(k_models), "PRF082",
            fmt::format("there is no trained model of {} on {}", unit.partition, unit.resource),
            "measure the unit with 'aisprint profile'")));
    }
    return models;
}

std::optional<ExpectedTime>
ask_model(const LiveModel& model, double cores, double rate, std::vector<std::string>& notes) {
    if (model.model == nullptr) {
        notes.emplace_back("the model is the mean time of a warm function, without waiting");
        return ExpectedTime{model.warm_seconds, std::nullopt, std::nullopt};
    }
    std::vector<double> values;
    bool knows_rate = false;
    for (const std::string& input : model.model->inputs()) {
        if (input == "cores" || input == "Parallelism") {
            values.push_back(cores);
        } else if (input == "log(cores)" || input == "log(Parallelism)") {
            values.push_back(std::log10(cores));
        } else if (input == "observed_throughput") {
            values.push_back(rate);
            knows_rate = true;
        } else {
            notes.push_back(fmt::format("the model needs '{}', which is not known here", input));
            return std::nullopt;
        }
    }
    const perf::Prediction prediction = model.model->predict(values, k_level);
    if (!knows_rate) {
        notes.emplace_back("the model knows cores, not the rate: it holds for the load of the "
                           "campaign");
    }
    if (!prediction.clamped.empty()) {
        notes.push_back(fmt::format("extrapolated: {} set to the end of the profiled range",
                                    fmt::join(prediction.clamped, ", ")));
    } else if (!prediction.inside_domain) {
        notes.emplace_back("extrapolated: outside of what was profiled");
    }
    return ExpectedTime{prediction.value, prediction.lower, prediction.upper};
}

} // namespace aisprint::profiling
