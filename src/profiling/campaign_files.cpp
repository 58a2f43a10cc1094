// SPDX-License-Identifier: Apache-2.0
#include "campaign_files.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/profiling/recap.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#include <utility>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int k_indent = 4;
constexpr const char* k_done = "done";
constexpr const char* k_fingerprint = ".fingerprint";

std::string run_name(std::size_t number) {
    return fmt::format("Run #{}", number);
}

Json record_of(const Run& run, const RunOutcome& outcome) {
    Json services = Json::object();
    for (const auto& [unit, parallelism] : run.parallelism) {
        services[unit] = {{"parallelism", parallelism}};
    }
    Json resources = Json::object();
    for (const auto& [resource, nodes] : run.nodes) {
        resources[resource] = {{"nodes", nodes}};
    }
    Json uploads = Json::array();
    for (const Upload& upload : outcome.uploads) {
        uploads.push_back({{"t", upload.seconds}, {"key", upload.key}});
    }
    return {{"services", std::move(services)},
            {"resources", std::move(resources)},
            {"health", outcome.health},
            {"uploads", std::move(uploads)}};
}

Result<void> check_fingerprint(const CampaignPlan& plan, Restart restart) {
    const fs::path file = plan.folder / k_fingerprint;
    const std::string fingerprint = fingerprint_of(plan) + "\n";
    if (fs::exists(file)) {
        AISPRINT_TRY_ASSIGN(const std::string before, read_file(file));
        if (before == fingerprint) {
            return {};
        }
        if (restart == Restart::no) {
            return fail(ErrorKind::input,
                        make_error_in(plan.shown_as, "PRF063",
                                      "Run configurations mismatch, you may be running in the "
                                      "wrong campaign: inputs, units or levels have changed since "
                                      "it began",
                                      "name another campaign_dir, or throw the old one away with "
                                      "--restart"));
        }
        for (const fs::directory_entry& entry : fs::directory_iterator(plan.folder)) {
            if (entry.path().filename().string().starts_with("deployment_")) {
                AISPRINT_TRY(remove_tree(entry.path()));
            }
        }
    }
    return write_file_atomic(file, fingerprint);
}

Result<std::vector<JobRecord>> read_table(const fs::path& file) {
    if (!fs::exists(file)) {
        return std::vector<JobRecord>();
    }
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(file, file.string()));
    return parse_time_table(source);
}

} // namespace

std::string fingerprint_of(const CampaignPlan& plan) {
    const RunParameters& parameters = plan.parameters;
    std::string text = fmt::format("{} {} {} {} {} {}\n", plan.inputs_digest, parameters.batch_size,
                                   parameters.number_of_batches, to_string(parameters.arrival),
                                   parameters.inter_upload_seconds, parameters.seed);
    for (const Unit& unit : plan.testbed.units) {
        text += fmt::format("{} {} {} {}\n", unit.id, unit.partition, unit.cpu, unit.memory_mb);
    }
    for (std::size_t d = 0; d < plan.schedules.size(); ++d) {
        text +=
            recap_text(plan.testbed, plan.testbed.deployments[d], plan.schedules[d], parameters);
    }
    return sha256_hex(text);
}

Result<CampaignFiles> CampaignFiles::open(const CampaignPlan& plan, Restart restart) {
    CampaignFiles files(plan);
    AISPRINT_TRY(make_directories(plan.folder));
    const fs::path lock = plan.folder / ".lock";
    files.m_lock = ::open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (files.m_lock < 0) {
        return io_failure("BAS002", "write", lock, last_system_error());
    }
    if (::flock(files.m_lock, LOCK_EX | LOCK_NB) != 0) {
        return fail(ErrorKind::input,
                    make_error_in(plan.shown_as, "PRF062", "another campaign runs in this folder",
                                  "wait for its end, or name another campaign_dir"));
    }
    AISPRINT_TRY(check_fingerprint(plan, restart));
    AISPRINT_TRY(write_file_atomic(plan.folder / "run_parameters.yaml", plan.parameters_text));
    AISPRINT_TRY(write_file_atomic(plan.folder / "deployments_summary.txt",
                                   deployments_text(plan.testbed, "")));
    return files;
}

CampaignFiles::CampaignFiles(CampaignFiles&& other) noexcept
    : m_folder(std::move(other.m_folder)), m_lock(std::exchange(other.m_lock, -1)) {}

CampaignFiles::~CampaignFiles() {
    if (m_lock >= 0) {
        ::close(m_lock);
    }
}

fs::path CampaignFiles::deployment(std::size_t deployment) const {
    return m_folder / fmt::format("deployment_{}", deployment);
}

fs::path CampaignFiles::tests(std::size_t deployment, const std::string& unit) const {
    return this->deployment(deployment) / unit;
}

fs::path CampaignFiles::test(const TestId& id) const {
    return tests(id.deployment, id.unit) / "runs" / run_name(id.run);
}

fs::path CampaignFiles::work() const {
    return m_folder / ".work";
}

bool CampaignFiles::is_done(const TestId& id) const {
    return fs::exists(test(id) / k_done);
}

Result<void> CampaignFiles::write_test(const TestId& id,
                                       const Run& run,
                                       const std::vector<std::string>& services,
                                       const RunOutcome& outcome) const {
    const fs::path folder = test(id);
    for (std::size_t s = 0; s < services.size(); ++s) {
        std::vector<JobRecord> succeeded;
        std::vector<JobRecord> failed;
        for (const JobRecord& job : outcome.jobs[s]) {
            (job.status == JobStatus::succeeded ? succeeded : failed).push_back(job);
        }
        AISPRINT_TRY(write_file_atomic(folder / fmt::format("time_table_{}.json", services[s]),
                                       to_time_table(succeeded)));
        if (!failed.empty()) {
            AISPRINT_TRY(write_file_atomic(folder / fmt::format("failed_jobs_{}.json", services[s]),
                                           to_time_table(failed)));
        }
    }
    AISPRINT_TRY(write_file_atomic(folder / "run_configuration.json",
                                   record_of(run, outcome).dump(k_indent) + "\n"));
    AISPRINT_TRY(remove_tree(folder / ".jobs"));
    return write_file_atomic(folder / k_done, "");
}

Result<std::vector<JobRecord>> CampaignFiles::read_jobs(const TestId& id,
                                                        const std::string& service) const {
    const fs::path folder = test(id);
    AISPRINT_TRY_ASSIGN(std::vector<JobRecord> jobs,
                        read_table(folder / fmt::format("time_table_{}.json", service)));
    return jobs;
}

} // namespace aisprint::profiling
