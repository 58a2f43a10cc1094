// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/campaign.hpp"

#include "keep_errors.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/document_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_parameters_file = "oscarp/run_parameters.yaml";
constexpr const char* k_input_folder = "oscarp/input_files";

/// The files that are uploaded: the one that is named, else all of the folder, by name, but for
/// hidden ones, which editors and version control leave there.
Result<std::vector<fs::path>> find_inputs(const config::ApplicationFolder& folder,
                                          const RunParameters& parameters) {
    const fs::path inputs = folder.path / k_input_folder;
    std::vector<fs::path> files;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(inputs, ignored)) {
        const std::string name = entry.path().filename().string();
        const bool wanted =
            parameters.filename.empty() ? !name.starts_with('.') : name == parameters.filename;
        if (wanted && entry.is_regular_file()) {
            files.push_back(fs::absolute(entry.path()));
        }
    }
    std::sort(files.begin(), files.end());
    if (files.empty()) {
        return fail(
            ErrorKind::input,
            make_error_in(folder.shown(k_input_folder), "PRF061",
                          parameters.filename.empty()
                              ? "there is no input file"
                              : fmt::format("there is no input file '{}'", parameters.filename),
                          "put an input of the application there, and name it in "
                          "input_files.filename"));
    }
    return files;
}

Result<std::string> digest_of(const std::vector<fs::path>& files) {
    std::string digests;
    for (const fs::path& file : files) {
        AISPRINT_TRY_ASSIGN(const std::string content, read_file(file));
        digests += file.filename().string() + " " + sha256_hex(content) + "\n";
    }
    return sha256_hex(digests);
}

Result<RunParameters>
load_parameters(const config::ApplicationFolder& folder, std::string& text, Reporter& reporter) {
    const std::string shown = folder.shown(k_parameters_file);
    if (!fs::exists(folder.path / k_parameters_file)) {
        return fail(ErrorKind::input,
                    make_error_in(shown, "PRF060", "there are no run parameters",
                                  "write them; 'aisprint new-application' makes an example"));
    }
    AISPRINT_TRY_ASSIGN(const SourceFile source,
                        load_source(folder.path / k_parameters_file, shown));
    text = source.text();
    return parse_run_parameters(source, reporter);
}

/// Warns of keys below 'components' that no component has: misspelt ones leave the levels of their
/// component to another key.
void warn_of_unknown_components(const SourceFile& source,
                                const config::CandidateDeployments& deployments,
                                Reporter& reporter) {
    const auto document = yaml::parse(source);
    AISPRINT_ASSERT(document.has_value()); // it was read before
    const yaml::Node* synchronous = document->find("synchronous");
    const yaml::Node* components = document->find("components");
    if (components == nullptr && synchronous != nullptr) { // where the guide has it
        components = synchronous->find("components");
    }
    if (components == nullptr || components->is_null()) {
        components = document->find("parallelism");
    }
    AISPRINT_ASSERT(components != nullptr); // without levels the parameters were refused
    std::vector<std::string> known;
    for (const config::CandidateEntry& entry : deployments.entries) {
        known.push_back(entry.key);
    }
    for (const yaml::Entry& entry : components->entries) {
        if (std::find(known.begin(), known.end(), entry.key) == known.end()) {
            reporter.report(as_warning(make_error_at(
                source, entry.key_span, "PRF016",
                fmt::format("'{}' is no key of candidate_deployments.yaml, and is not looked at",
                            entry.key),
                config::suggestion(entry.key, known,
                                   fmt::format("keys are {}", fmt::join(known, ", "))))));
        }
    }
}

} // namespace

Result<CampaignPlan> plan_campaign(const config::ApplicationFolder& folder, Reporter& reporter) {
    CampaignPlan plan;
    config::ApplicationConfig application = config::load_application_config(folder, reporter);
    std::vector<Diagnostic> found = std::move(application.errors);
    auto parameters = load_parameters(folder, plan.parameters_text, reporter);
    AISPRINT_TRY(keep_errors(parameters, found));
    if (!found.empty()) {
        return fail(ErrorKind::input, std::move(found));
    }
    plan.parameters = std::move(*parameters);
    warn_of_unknown_components(SourceFile(folder.shown(k_parameters_file), plan.parameters_text),
                               *application.deployments, reporter);
    auto inputs = find_inputs(folder, plan.parameters);
    AISPRINT_TRY(keep_errors(inputs, found));
    auto testbed = enumerate_units(application, folder, plan.parameters, reporter);
    AISPRINT_TRY(keep_errors(testbed, found));
    if (testbed) {
        plan.testbed = std::move(*testbed);
        for (const UnitChain& chain : plan.testbed.deployments) {
            auto schedule = make_schedule(plan.testbed, chain, plan.parameters);
            AISPRINT_TRY(keep_errors(schedule, found));
            plan.schedules.push_back(schedule ? std::move(*schedule) : Schedule());
        }
    }
    if (!found.empty()) {
        sort_and_merge(found);
        return fail(ErrorKind::input, std::move(found));
    }
    plan.input_files = std::move(*inputs);
    AISPRINT_TRY_ASSIGN(plan.inputs_digest, digest_of(plan.input_files));
    const std::string campaign = "oscarp/" + plan.parameters.campaign_dir;
    plan.folder = fs::absolute(folder.path / campaign);
    plan.shown_as = folder.shown(campaign);
    for (std::size_t d = 0; d < plan.testbed.deployments.size(); ++d) {
        for (const std::size_t unit : plan.testbed.deployments[d].units) {
            plan.tested_in.try_emplace(unit, d);
            const auto alternatives = plan.testbed.alternatives.find(unit);
            if (alternatives != plan.testbed.alternatives.end()) {
                for (const std::size_t alternative : alternatives->second) {
                    plan.tested_in.try_emplace(alternative, d);
                }
            }
        }
    }
    return plan;
}

std::vector<std::size_t> units_new_in(const CampaignPlan& plan, std::size_t deployment) {
    std::vector<std::size_t> units;
    for (const std::size_t unit : plan.testbed.deployments[deployment].units) {
        if (plan.tested_in.at(unit) != deployment) {
            continue;
        }
        units.push_back(unit);
        const auto alternatives = plan.testbed.alternatives.find(unit);
        if (alternatives != plan.testbed.alternatives.end()) {
            units.insert(units.end(), alternatives->second.begin(), alternatives->second.end());
        }
    }
    return units;
}

std::vector<std::size_t> units_tested_alone(const CampaignPlan& plan, std::size_t deployment) {
    return plan.parameters.single_services ? units_new_in(plan, deployment)
                                           : std::vector<std::size_t>();
}

Result<void> check_names(const CampaignPlan& plan, const std::vector<std::string>& only) {
    std::vector<std::string> known;
    for (std::size_t d = 0; d < plan.testbed.deployments.size(); ++d) {
        known.push_back(fmt::format("deployment_{}", d));
    }
    for (const auto& [unit, deployment] : plan.tested_in) {
        known.push_back(plan.testbed.units[unit].id);
    }
    std::vector<Diagnostic> wrong;
    for (const std::string& name : only) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            wrong.push_back(make_error(
                "PRF065",
                fmt::format("the campaign has neither a deployment nor a unit '{}'", name),
                config::suggestion(name, known,
                                   "'aisprint profile --dry_run' lists deployments and units")));
        }
    }
    return wrong.empty() ? Result<void>() : fail(ErrorKind::input, std::move(wrong));
}

std::vector<TestId> tests_of(const CampaignPlan& plan, const std::vector<std::string>& only) {
    const auto is_named = [&](const std::string& name) {
        return std::find(only.begin(), only.end(), name) != only.end();
    };
    std::vector<TestId> tests;
    for (std::size_t d = 0; d < plan.schedules.size(); ++d) {
        std::vector<std::string> units;
        for (const std::size_t unit : units_new_in(plan, d)) {
            units.push_back(plan.testbed.units[unit].id);
        }
        if (!only.empty() && !is_named(fmt::format("deployment_{}", d)) &&
            std::none_of(units.begin(), units.end(), is_named)) {
            continue;
        }
        for (const Run& run : plan.schedules[d].runs) {
            tests.push_back({d, run.number, k_full_workflow});
            for (const std::size_t unit : units_tested_alone(plan, d)) {
                tests.push_back({d, run.number, plan.testbed.units[unit].id});
            }
        }
    }
    return tests;
}

} // namespace aisprint::profiling
