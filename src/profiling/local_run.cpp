// SPDX-License-Identifier: Apache-2.0
#include "local_run.hpp"

#include "answer_desk.hpp"
#include "buckets.hpp"
#include "job_log.hpp"
#include "job_process.hpp"
#include "run_files.hpp"
#include "run_health.hpp"
#include "uploads.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/base/files.hpp"
#include "aisprint/base/random_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <thread>
#include <unistd.h>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_prefix = "aisprint-"; ///< of names that carry a UUID
constexpr std::size_t k_uuid_length = 36;
constexpr double k_bytes_per_mb = 1048576;

/// UTC that steps of the system's clock cannot corrupt: read once, then advanced steadily.
class RunClock {
public:
    [[nodiscard]] Moment now() const {
        return m_begin + std::chrono::duration_cast<std::chrono::microseconds>(
                             std::chrono::steady_clock::now() - m_steady_begin);
    }

private:
    Moment m_begin =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    std::chrono::steady_clock::time_point m_steady_begin = std::chrono::steady_clock::now();
};

std::string make_uuid() {
    SystemRandomSource random;
    const std::string hex = sha256_hex(random.draw(32));
    return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                       hex.substr(16, 4), hex.substr(20, 12));
}

/// Path prefix and UUID that a component gets for an input, as the script in the images does it.
struct OutputName {
    fs::path prefix;
    std::string uuid;
};

OutputName output_name(const std::string& key, const fs::path& folder) {
    const std::string file = fs::path(key).filename().string();
    const std::string stem = file.substr(0, file.find('.'));
    if (stem.starts_with(k_prefix)) {
        return {folder / stem, stem.substr(std::string_view(k_prefix).size(), k_uuid_length)};
    }
    const std::string uuid = make_uuid();
    return {folder / (k_prefix + uuid), uuid};
}

/// Where the full workflow left what goes through a single service again.
std::string objects_bucket(const RunRequest& request) {
    return buckets_of(RunKind::full_workflow, request.services.front()).input;
}

/// CPUs that this process may run on.
std::vector<int> usable_cpus() {
    cpu_set_t set{};
    std::vector<int> cpus;
    if (::sched_getaffinity(0, sizeof set, &set) == 0) {
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) {
                cpus.push_back(cpu);
            }
        }
    }
    return cpus;
}

/// One run: the stages, their slots, and the thread that uploads.
class RunOfStages {
public:
    RunOfStages(const RunRequest& request,
                Stages stages,
                const LocalOptions& options,
                const ControlGroups& groups,
                const ProgressSink& progress,
                const std::stop_token& stop)
        : m_request(request), m_options(options), m_groups(groups), m_progress(progress),
          m_stop(stop), m_stages(std::move(stages)) {}

    Result<RunOutcome> execute() {
        AISPRINT_TRY(make_folders());
        AISPRINT_TRY(make_slots());
        AISPRINT_TRY_ASSIGN(JobGuard guard, JobGuard::start());
        m_guard.emplace(std::move(guard));
        {
            std::vector<std::jthread> slots;
            for (std::size_t i = 0; i < m_slots.size(); ++i) {
                slots.emplace_back([this, i] { serve(m_slots[i]); });
            }
            const Result<void> uploaded = m_request.load ? drive() : upload();
            if (!uploaded) {
                record_failure(uploaded.error());
            }
            complete(0, m_stages.front()->queue.close());
        } // all slots have ended
        if (m_failure) {
            return tl::unexpected<Failure>(std::move(*m_failure));
        }
        return outcome();
    }

private:
    /// A place for one container.
    struct Slot {
        std::size_t stage = 0;
        std::string node;
        std::optional<SlotGroup> group;
        std::vector<int> cpus;
        fs::path folder;
    };

    Result<void> make_folders() {
        AISPRINT_TRY(make_directories(m_request.folder / "logs_oscar"));
        for (const std::string& bucket : buckets_of(m_stages)) {
            AISPRINT_TRY(make_directories(m_request.work / bucket));
        }
        return {};
    }

    Result<void> make_slots() {
        const std::vector<int> cpus = usable_cpus();
        std::size_t next_cpu = 0;
        for (std::size_t s = 0; s < m_stages.size(); ++s) {
            const RunService& service = m_stages[s]->service;
            for (int k = 0; k < service.parallelism; ++k) {
                Slot slot;
                slot.stage = s;
                slot.node = fmt::format("{}-node{}", service.unit->resource,
                                        k / service.containers_per_node + 1);
                slot.folder = m_request.folder / ".jobs" / fmt::format("{}-{}", s, k);
                AISPRINT_TRY(make_directories(slot.folder));
                AISPRINT_TRY_ASSIGN(
                    SlotGroup group,
                    SlotGroup::make(m_groups, fmt::format("aisprint-{}-{}-{}", ::getpid(), s, k),
                                    service.unit->cpu, service.unit->memory_mb));
                slot.group.emplace(std::move(group));
                if (m_groups.methods().cpu == LimitMethod::affinity && !cpus.empty()) {
                    const auto count = static_cast<std::size_t>(std::ceil(service.unit->cpu));
                    for (std::size_t c = 0; c < std::min(count, cpus.size()); ++c) {
                        slot.cpus.push_back(cpus[next_cpu++ % cpus.size()]);
                    }
                }
                m_slots.push_back(std::move(slot));
            }
        }
        return {};
    }

    /// Puts the inputs into the first bucket, batch after batch, at absolute times.
    Result<void> upload() {
        const std::vector<UploadStep> steps =
            m_request.kind == RunKind::full_workflow
                ? plan_uploads(m_request)
                : plan_replay(m_request, objects_of(m_request.work / objects_bucket(m_request)));
        const auto begin = std::chrono::steady_clock::now();
        for (const UploadStep& step : steps) {
            if (!wait_until(begin, step.seconds)) {
                return {};
            }
            AISPRINT_TRY(put(step.file, m_stages.front()->input_bucket, step.key));
            const std::scoped_lock lock(m_mutex);
            m_uploads.push_back({step.seconds, step.key});
        }
        return {};
    }

    /// Puts inputs into the first bucket as a load generator asks for them, which waits for the end
    /// of their jobs.
    Result<void> drive() {
        const std::string& bucket = m_stages.front()->input_bucket;
        const auto send = [&](const LoadRequest& request, const std::stop_token& stop) {
            const std::string key = load_key(request.number);
            if (const auto done = put(load_file(request.number), bucket, key); !done) {
                record_failure(done.error());
                return LoadAnswer{"500", "the input cannot be written", 0, 0, {}, {}};
            }
            return m_desk.wait(key, request.request_timeout, stop);
        };
        m_load = generate_load(m_request.load->plan, send, m_stop);
        return write_file_atomic(m_request.folder / "jmeter_results.csv",
                                 jmeter_csv(m_load->samples, "file:" + bucket));
    }

    bool wait_until(std::chrono::steady_clock::time_point begin, double seconds) {
        std::mutex mutex;
        std::unique_lock lock(mutex);
        std::condition_variable_any never;
        const auto moment = begin + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                        std::chrono::duration<double>(seconds));
        never.wait_until(lock, m_stop, moment, [] { return false; });
        return !m_stop.stop_requested();
    }

    /// Makes a file appear whole in a bucket, and tells the stage that reads it.
    Result<void> put(const fs::path& file, const std::string& bucket, const std::string& key) {
        const fs::path target = m_request.work / bucket / key;
        AISPRINT_TRY(make_directories(target.parent_path()));
        const fs::path hidden = target.parent_path() / (".tmp-" + target.filename().string());
        AISPRINT_TRY(stage_file(file, hidden));
        return appear(hidden, target, bucket, key);
    }

    Result<void> appear(const fs::path& file,
                        const fs::path& target,
                        const std::string& bucket,
                        const std::string& key) {
        std::error_code reason;
        fs::rename(file, target, reason);
        if (reason) {
            return io_failure("BAS002", "write", target, reason);
        }
        for (const auto& stage : m_stages) {
            if (stage->input_bucket == bucket) {
                stage->queue.push({key, m_clock.now()});
            }
        }
        return {};
    }

    /// A queue that became complete completes those behind it that have nothing left to do.
    void complete(std::size_t stage, bool is_complete) {
        while (is_complete && stage + 1 < m_stages.size()) {
            is_complete = m_stages[++stage]->queue.close();
        }
    }

    /// The life of a slot: object after object until its queue is complete.
    void serve(Slot& slot) {
        Stage& stage = *m_stages[slot.stage];
        while (const auto object = stage.queue.take(m_stop)) {
            Result<JobRecord> job = process(slot, stage, *object);
            if (m_request.load && slot.stage == 0) {
                m_desk.answer(object->key, job ? *job : failed_job());
            }
            if (!job) {
                record_failure(job.error());
            } else if (!m_stop.stop_requested()) {
                const std::scoped_lock lock(m_mutex);
                stage.jobs.push_back(std::move(*job));
            }
            complete(slot.stage, stage.queue.finish());
            tell(stage);
        }
    }

    static JobRecord failed_job() {
        JobRecord job;
        job.status = JobStatus::failed;
        return job;
    }

    void tell(const Stage& stage) {
        const std::scoped_lock lock(m_mutex);
        m_progress({stage.service.unit->service, stage.queue.done(), stage.queue.known()});
    }

    void record_failure(const Failure& failure) {
        const std::scoped_lock lock(m_mutex);
        if (!m_failure) {
            m_failure = failure;
        }
    }

    Result<JobRecord> process(Slot& slot, Stage& stage, const QueuedObject& object) {
        const Unit& unit = *stage.service.unit;
        JobRecord job;
        job.name = fmt::format("{}-{}", unit.service, make_uuid());
        job.service = unit.service;
        job.resource = unit.resource;
        job.node = slot.node;
        job.input_key = object.key;
        job.job_create = object.created;
        const fs::path input_folder = slot.folder / "in";
        const fs::path output_folder = slot.folder / "out";
        AISPRINT_TRY(make_directories(input_folder));
        AISPRINT_TRY(make_directories(output_folder));
        slot.group->reset();
        const std::uint64_t kills_before = slot.group->memory_kills();
        job.pod_create = m_clock.now();

        const fs::path input = input_folder / fs::path(object.key).filename();
        job.job_start = m_clock.now();
        AISPRINT_TRY(stage_file(m_request.work / stage.input_bucket / object.key, input));
        const OutputName output = output_name(object.key, output_folder);

        JobProcess process = make_process(slot, stage, object, input, output_folder, output);
        job.script_start = m_clock.now();
        AISPRINT_TRY_ASSIGN(const JobEnd end, run_job(process, m_stop));
        slot.group->end_processes(); // that left the session of the job
        job.script_end = m_clock.now();

        job.exit_code = end.exit_code;
        job.cpu_seconds = end.cpu_seconds;
        job.peak_memory_bytes = std::max(slot.group->peak_memory_bytes(), end.peak_resident_bytes);
        job.status = end.timed_out ? JobStatus::timed_out
                     : end.out_of_memory || slot.group->memory_kills() > kills_before
                         ? JobStatus::out_of_memory
                     : end.exit_code != 0 ? JobStatus::failed
                                          : JobStatus::succeeded;
        if (!end.stopped) {
            AISPRINT_TRY(deliver(stage, output_folder, job));
        }
        job.job_finish = m_clock.now();
        AISPRINT_TRY(write_log(stage, object, input, output_folder, process.log, job));
        AISPRINT_TRY(remove_tree(input_folder));
        AISPRINT_TRY(remove_tree(output_folder));
        return job;
    }

    JobProcess make_process(const Slot& slot,
                            const Stage& stage,
                            const QueuedObject& object,
                            const fs::path& input,
                            const fs::path& output_folder,
                            const OutputName& output) const {
        JobProcess process;
        process.command = {stage.interpreter, "main.py", "-i",
                           input.string(),    "-o",      output.prefix.string()};
        process.directory = stage.design;
        process.environment = stage.environment;
        process.environment.insert(process.environment.end(),
                                   {{"INPUT_FILE_PATH", input.string()},
                                    {"TMP_INPUT_DIR", input.parent_path().string()},
                                    {"TMP_OUTPUT_DIR", output_folder.string()},
                                    {"STORAGE_OBJECT_KEY", object.key},
                                    {"UUID", output.uuid}});
        process.log = slot.folder / "output.txt";
        process.join_files = slot.group->join_files();
        process.cpus = slot.cpus;
        process.guard = &*m_guard;
        if (m_groups.methods().memory == LimitMethod::watchdog) {
            process.memory_limit_bytes =
                static_cast<std::uint64_t>(stage.service.unit->memory_mb * k_bytes_per_mb);
        }
        if (m_options.job_timeout_seconds) {
            process.timeout = std::chrono::milliseconds(
                static_cast<std::int64_t>(*m_options.job_timeout_seconds * 1000));
        }
        return process;
    }

    /// Moves what a component wrote to its output bucket.
    Result<void> deliver(const Stage& stage, const fs::path& output_folder, JobRecord& job) {
        for (const std::string& key : files_below(output_folder)) {
            const fs::path file = output_folder / key;
            const fs::path target = m_request.work / stage.output_bucket / key;
            std::error_code reason;
            job.output_bytes += fs::file_size(file, reason);
            AISPRINT_TRY(make_directories(target.parent_path()));
            AISPRINT_TRY(appear(file, target, stage.output_bucket, key));
            job.output_keys.push_back(key);
        }
        return {};
    }

    Result<void> write_log(const Stage& stage,
                           const QueuedObject& object,
                           const fs::path& input,
                           const fs::path& output_folder,
                           const fs::path& output_file,
                           const JobRecord& job) const {
        AISPRINT_TRY_ASSIGN(std::string output, read_file(output_file));
        AISPRINT_TRY(remove_tree(output_file));
        const JobLog log{object.created,         *job.job_start,      *job.script_start,
                         *job.script_start,      *job.script_end,     *job.job_finish,
                         stage.input_bucket,     object.key,          input.string(),
                         output_folder.string(), stage.output_bucket, job.output_keys,
                         std::move(output)};
        return write_new_file(m_request.folder / "logs_oscar" / (job.name + ".txt"), to_text(log));
    }

    RunOutcome outcome() {
        RunOutcome result;
        result.interrupted = m_stop.stop_requested();
        result.uploads = std::move(m_uploads);
        for (const auto& stage : m_stages) {
            std::sort(stage->jobs.begin(), stage->jobs.end(),
                      [](const JobRecord& a, const JobRecord& b) {
                          return std::tie(*a.job_create, a.name) < std::tie(*b.job_create, b.name);
                      });
            check_health(stage->service, stage->jobs, result.health);
        }
        if (m_load) { // answers that came too late are told as rejected requests, not as faults
            describe_load(result);
        }
        for (const auto& stage : m_stages) {
            result.jobs.push_back(std::move(stage->jobs));
        }
        return result;
    }

    void describe_load(RunOutcome& result) {
        Stage& first = *m_stages.front();
        std::map<std::size_t, std::string> keys;
        for (const LoadSample& sample : m_load->samples) {
            keys.emplace(sample.number, load_key(sample.number));
        }
        mark_jobs(*m_load, keys, first.jobs);
        result.load = load_text(m_load->samples);
        for (std::string& why : load_health(*m_load, first.service.unit->id)) {
            result.health.push_back(std::move(why));
        }
        for (const LoadSample& sample : m_load->samples) {
            const std::chrono::duration<double> seconds =
                sample.start - m_load->samples.front().start;
            result.uploads.push_back({seconds.count(), keys.at(sample.number)});
        }
    }

    /// The file that a request of a load sends, by turns of the inputs, and its name as an object.
    [[nodiscard]] const fs::path& load_file(std::size_t request) const {
        return m_request.input_files[request % m_request.input_files.size()];
    }

    [[nodiscard]] std::string load_key(std::size_t request) const {
        return numbered(load_file(request), request);
    }

    const RunRequest& m_request;
    const LocalOptions& m_options;
    const ControlGroups& m_groups;
    const ProgressSink& m_progress;
    std::stop_token m_stop;
    RunClock m_clock;
    Stages m_stages;
    std::vector<Slot> m_slots;
    std::optional<JobGuard> m_guard;
    std::mutex m_mutex; ///< of all below, and of the jobs of stages
    std::vector<Upload> m_uploads;
    AnswerDesk m_desk;
    std::optional<LoadResult> m_load;
    std::optional<Failure> m_failure;
};

} // namespace

std::set<std::string> buckets_of(const Stages& stages) {
    std::set<std::string> names;
    for (const auto& stage : stages) {
        names.insert({stage->input_bucket, stage->output_bucket});
    }
    return names;
}

Result<RunOutcome> run_stages(const RunRequest& request,
                              Stages stages,
                              const LocalOptions& options,
                              const ControlGroups& groups,
                              const ProgressSink& progress,
                              const std::stop_token& stop) {
    return RunOfStages(request, std::move(stages), options, groups, progress, stop).execute();
}

} // namespace aisprint::profiling
