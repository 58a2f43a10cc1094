// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/outputs.hpp"

#include "campaign_files.hpp"
#include "keep_errors.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/profiling/report.hpp"
#include "aisprint/training/train.hpp"

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_data_sizes = "oscarp/components_data_size.yaml";
constexpr const char* k_performance_models = "oscarp/performance_models.json";
constexpr const char* k_training = "oscarp/aMLLibrary-config.ini";
constexpr const char* k_pictures = "Graphs";

/// The text of a file, or an empty one if there is no such file.
Result<std::string> read_if_there(const fs::path& file) {
    return fs::exists(file) ? read_file(file) : std::string();
}

} // namespace

Result<void> check_campaign_outputs(const config::ApplicationFolder& folder,
                                    const CampaignPlan& plan) {
    std::vector<Diagnostic> found;
    AISPRINT_TRY_ASSIGN(const std::string sizes, read_if_there(folder.path / k_data_sizes));
    AISPRINT_TRY(keep_errors(merge_data_sizes(sizes, plan, {}), found));
    if (plan.parameters.train_models) {
        AISPRINT_TRY_ASSIGN(const std::string known,
                            read_if_there(folder.path / k_performance_models));
        AISPRINT_TRY(keep_errors(merge_performance_models(known, plan, {}), found));
    }
    if (plan.parameters.train_models && fs::exists(folder.path / k_training)) {
        AISPRINT_TRY_ASSIGN(const SourceFile training,
                            load_source(folder.path / k_training, folder.shown(k_training)));
        CollectingReporter unheard; // the training tells its warnings
        AISPRINT_TRY(keep_errors(training::parse_config(training, unheard), found));
    }
    return found.empty() ? Result<void>() : fail(ErrorKind::input, std::move(found));
}

Result<CampaignModels> write_campaign_outputs(const config::ApplicationFolder& folder,
                                              const CampaignPlan& plan,
                                              const CampaignSummary& summary,
                                              std::vector<std::string> environment,
                                              Reporter& reporter,
                                              const std::stop_token& stop) {
    AISPRINT_TRY_ASSIGN(const FileLock lock, CampaignFiles::lock(plan));
    CampaignModels models;
    std::vector<FileContent> files;
    AISPRINT_TRY_ASSIGN(const std::string sizes, read_if_there(folder.path / k_data_sizes));
    AISPRINT_TRY_ASSIGN(std::string merged_sizes, merge_data_sizes(sizes, plan, summary));
    files.push_back({folder.path / k_data_sizes, std::move(merged_sizes)});
    if (plan.parameters.train_models) {
        AISPRINT_TRY_ASSIGN(models, train_models(folder, plan, summary, reporter, stop));
        AISPRINT_TRY_ASSIGN(const std::string known,
                            read_if_there(folder.path / k_performance_models));
        AISPRINT_TRY_ASSIGN(std::string merged, merge_performance_models(known, plan, models));
        files.push_back({folder.path / k_performance_models, std::move(merged)});
    }
    AISPRINT_TRY_ASSIGN(const ReportData data,
                        report_data(plan, summary, models, std::move(environment)));
    Report report = make_report(data);
    files.push_back({plan.folder / k_report_file, std::move(report.html)});
    for (auto& [name, picture] : report.pictures) {
        files.push_back({plan.folder / k_pictures / name, std::move(picture)});
    }
    AISPRINT_TRY(write_files_together(files));
    return models;
}

} // namespace aisprint::profiling
