// SPDX-License-Identifier: Apache-2.0
#include "campaign_files.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/profiling/recap.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <ctime>
#include <set>
#include <sstream>
#include <utility>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int k_indent = 4;
constexpr const char* k_done = "done";
constexpr const char* k_fingerprint = ".fingerprint";
constexpr const char* k_record = "run_configuration.json";
constexpr const char* k_parameters = "run_parameters.yaml";
constexpr const char* k_local = "local"; ///< the backend that runs designs themselves

std::string run_name(std::size_t number) {
    return fmt::format("Run #{}", number);
}

Json record_of(const Run& run,
               const std::vector<std::string>& services_of_test,
               const std::string& started,
               const RunOutcome& outcome) {
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
    Json jobs = Json::object();
    for (std::size_t s = 0; s < services_of_test.size(); ++s) {
        const auto succeeded =
            std::count_if(outcome.jobs[s].begin(), outcome.jobs[s].end(),
                          [](const JobRecord& job) { return job.status == JobStatus::succeeded; });
        jobs[services_of_test[s]] = {
            {"succeeded", succeeded},
            {"failed", static_cast<std::ptrdiff_t>(outcome.jobs[s].size()) - succeeded}};
    }
    Json record = {{"services", std::move(services)},
                   {"resources", std::move(resources)},
                   {"started", started},
                   {"finished", utc_text_of_now()},
                   {"health", outcome.health}};
    if (!outcome.oversubscribed.empty()) {
        record["oversubscribed"] = outcome.oversubscribed;
    }
    record["jobs"] = std::move(jobs);
    record["uploads"] = std::move(uploads);
    return record;
}

/// Writes a file unless it says the same already, so that its time tells of changes.
Result<void> write_if_changed(const fs::path& file, const std::string& text) {
    const auto before = read_file(file);
    return before && *before == text ? Result<void>{} : write_file_atomic(file, text);
}

std::string text_in(const Json& json, const char* key) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

std::size_t count_in(const Json& json, const char* key) {
    const auto found = json.is_object() ? json.find(key) : json.end();
    return found != json.end() && found->is_number_unsigned() ? found->get<std::size_t>() : 0;
}

/// The list under a key; an empty one if there is none.
Json list_in(const Json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_array() ? *found : Json::array();
}

/// Programs and models of a design, without environments and other hidden folders.
std::set<fs::path> sources_of(const fs::path& design) {
    std::set<fs::path> sources;
    std::error_code ignored;
    fs::recursive_directory_iterator entry(design, ignored);
    for (; entry != fs::recursive_directory_iterator(); entry.increment(ignored)) {
        const fs::path& path = entry->path();
        if (path.filename().string().starts_with('.')) {
            entry.disable_recursion_pending();
        } else if ((path.extension() == ".py" || path.extension() == ".onnx") &&
                   entry->is_regular_file(ignored)) {
            sources.insert(path);
        }
    }
    return sources;
}

/// What the components of a campaign are: their designs here, their images on clusters.
Result<std::string> components_digest(const CampaignPlan& plan, const std::string& backend) {
    const fs::path designs = plan.folder.parent_path().parent_path() / "aisprint/designs";
    std::set<std::string> lines;
    std::set<fs::path> sources; // each once: units on several resources share a design
    for (const Unit& unit : plan.testbed.units) {
        if (backend == k_local) {
            sources.merge(sources_of(designs / unit.design));
        } else {
            lines.insert(fmt::format("{} {}", unit.id, fmt::join(unit.images, " ")));
        }
    }
    for (const fs::path& source : sources) {
        AISPRINT_TRY_ASSIGN(const std::string content, read_file(source));
        lines.insert(source.lexically_relative(designs).string() + " " + sha256_hex(content));
    }
    return sha256_hex(fmt::format("{}", fmt::join(lines, "\n")));
}

/// What must stay as it is while a campaign goes on, a line for each.
struct Fingerprint {
    std::string plan;
    std::string backend;
    std::string components;
};

Result<Fingerprint> take_fingerprint(const CampaignPlan& plan, const CampaignOptions& options) {
    Fingerprint fingerprint;
    fingerprint.plan = fingerprint_of(plan);
    for (const auto& [key, value] : options.tool) {
        if (key == "backend") {
            fingerprint.backend = value;
        }
    }
    AISPRINT_TRY_ASSIGN(fingerprint.components, components_digest(plan, fingerprint.backend));
    return fingerprint;
}

Result<Fingerprint> read_fingerprint(const fs::path& file) {
    AISPRINT_TRY_ASSIGN(const std::string text, read_file(file));
    std::istringstream lines(text);
    Fingerprint fingerprint;
    std::getline(lines, fingerprint.plan);
    std::getline(lines, fingerprint.backend);
    std::getline(lines, fingerprint.components);
    return fingerprint;
}

/// How a campaign differs from the one that was begun; empty if it does not.
std::string difference(const Fingerprint& before, const Fingerprint& now) {
    if (before.plan != now.plan) {
        return "inputs, units or levels have changed since it began";
    }
    if (before.backend != now.backend) {
        return fmt::format("it measured with the backend '{}', and this one would with '{}'",
                           before.backend, now.backend);
    }
    return before.components == now.components ? ""
           : now.backend == k_local
               ? "programs or models in aisprint/designs have changed since it began"
               : "images of components have changed since it began";
}

Result<void> remove_deployments(const fs::path& campaign) {
    std::vector<fs::path> folders;
    std::error_code ignored;
    for (const fs::directory_entry& entry : fs::directory_iterator(campaign, ignored)) {
        if (entry.path().filename().string().starts_with("deployment_")) {
            folders.push_back(entry.path());
        }
    }
    for (const fs::path& folder : folders) {
        AISPRINT_TRY(remove_tree(folder));
    }
    return {};
}

/// Refuses the folder of another campaign, or makes room for this one.
Result<void> check_fingerprint(const CampaignPlan& plan, const CampaignOptions& options) {
    const fs::path file = plan.folder / k_fingerprint;
    AISPRINT_TRY_ASSIGN(const Fingerprint now, take_fingerprint(plan, options));
    if (options.restart == Restart::yes) {
        AISPRINT_TRY(remove_deployments(plan.folder));
    } else if (fs::exists(file)) {
        AISPRINT_TRY_ASSIGN(const Fingerprint before, read_fingerprint(file));
        const std::string changed = difference(before, now);
        if (changed.empty()) {
            return {};
        }
        return fail(ErrorKind::input,
                    make_error_in(plan.shown_as, "PRF063",
                                  "Run configurations mismatch, you may be running in the "
                                  "wrong campaign: " +
                                      changed,
                                  "name another campaign_dir, or throw the old one away with "
                                  "--restart"));
    }
    return write_file_atomic(file,
                             fmt::format("{}\n{}\n{}\n", now.plan, now.backend, now.components));
}

Result<std::vector<JobRecord>> read_table(const fs::path& file) {
    if (!fs::exists(file)) {
        return std::vector<JobRecord>();
    }
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(file, file.string()));
    return parse_time_table(source);
}

} // namespace

std::string utc_text_of_now() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", parts.tm_year + 1900,
                       parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec);
}

std::string fingerprint_of(const CampaignPlan& plan) {
    const RunParameters& parameters = plan.parameters;
    std::string text = fmt::format("{} {} {} {} {} {}\n", plan.inputs_digest, parameters.batch_size,
                                   parameters.number_of_batches, to_string(parameters.arrival),
                                   parameters.inter_upload_seconds, parameters.seed);
    if (parameters.synchronous) {
        text += fmt::format("synchronous {} {} {}\n", parameters.pre_allocated_pods,
                            parameters.request_timeout_seconds, parameters.constant_timing);
        for (const Interval& interval : parameters.intervals) {
            text += fmt::format("{} {} {} {}\n", interval.throughput_per_minute, interval.threads,
                                interval.duration_seconds, interval.ramp_up_seconds);
        }
    }
    for (const Unit& unit : plan.testbed.units) {
        text += fmt::format("{} {} {} {} {}\n", unit.id, unit.partition, unit.cpu, unit.memory_mb,
                            unit.parameters.arrival ? to_string(*unit.parameters.arrival) : "");
    }
    for (std::size_t d = 0; d < plan.schedules.size(); ++d) {
        text +=
            recap_text(plan.testbed, plan.testbed.deployments[d], plan.schedules[d], parameters);
    }
    return sha256_hex(text);
}

Result<FileLock> CampaignFiles::lock(const CampaignPlan& plan) {
    return FileLock::on_file(plan.folder / ".lock",
                             make_error_in(plan.shown_as, "PRF062",
                                           "another campaign runs in this folder",
                                           "wait for its end, or name another campaign_dir"));
}

Result<CampaignFiles> CampaignFiles::open(const CampaignPlan& plan,
                                          const CampaignOptions& options) {
    CampaignFiles files(plan);
    AISPRINT_TRY(make_directories(plan.folder));
    AISPRINT_TRY_ASSIGN(files.m_lock, lock(plan));
    AISPRINT_TRY(check_fingerprint(plan, options));
    AISPRINT_TRY(write_if_changed(plan.folder / k_parameters, plan.parameters_text));
    AISPRINT_TRY(write_file_atomic(plan.folder / "deployments_summary.txt",
                                   deployments_text(plan.testbed, "")));
    return files;
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
                                       const std::string& started,
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
    AISPRINT_TRY(write_file_atomic(
        folder / k_record, record_of(run, services, started, outcome)
                                   .dump(k_indent, ' ', false, Json::error_handler_t::replace) +
                               "\n"));
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

Result<std::vector<JobRecord>> CampaignFiles::read_failed_jobs(const TestId& id,
                                                               const std::string& service) const {
    return read_table(test(id) / fmt::format("failed_jobs_{}.json", service));
}

Result<TestRecord> CampaignFiles::read_record(const TestId& id) const {
    const fs::path file = test(id) / k_record;
    AISPRINT_TRY_ASSIGN(const std::string text, read_file(file));
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object()) {
        return fail(ErrorKind::input,
                    make_error_in(file.string(), "PRF041", "no JSON object of a run",
                                  "delete the run's folder and repeat the run"));
    }
    TestRecord record;
    record.started = text_in(json, "started");
    record.finished = text_in(json, "finished");
    record.oversubscribed = text_in(json, "oversubscribed");
    for (const Json& why : list_in(json, "health")) {
        record.health.push_back(why.is_string() ? why.get<std::string>() : why.dump());
    }
    for (const Json& upload : list_in(json, "uploads")) {
        const auto seconds = upload.find("t");
        record.uploads.push_back(
            {seconds != upload.end() && seconds->is_number() ? seconds->get<double>() : 0,
             text_in(upload, "key")});
    }
    if (const auto jobs = json.find("jobs"); jobs != json.end() && jobs->is_object()) {
        for (const auto& [service, counts] : jobs->items()) {
            record.jobs[service] = {count_in(counts, "succeeded"), count_in(counts, "failed")};
        }
    }
    return record;
}

bool CampaignFiles::results_are_current(std::size_t deployment, const std::string& unit) const {
    const fs::path folder = tests(deployment, unit);
    std::error_code reason;
    const auto made = fs::last_write_time(folder / "results" / k_done, reason);
    if (reason) {
        return false;
    }
    const auto is_no_newer = [&](const fs::path& file) {
        std::error_code missing;
        const auto time = fs::last_write_time(file, missing);
        return !missing && time <= made; // tests are never repeated in the same tick as results
    };
    if (!is_no_newer(m_folder / k_parameters)) {
        return false;
    }
    for (const fs::directory_entry& run : fs::directory_iterator(folder / "runs", reason)) {
        if (fs::exists(run.path() / k_done) && !is_no_newer(run.path() / k_done)) {
            return false;
        }
    }
    return !reason;
}

} // namespace aisprint::profiling
