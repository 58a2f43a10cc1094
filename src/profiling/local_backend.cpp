// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/local_backend.hpp"

#include "buckets.hpp"
#include "last_line.hpp"
#include "local_run.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/process.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr const char* k_control_groups = "/sys/fs/cgroup";
constexpr const char* k_objects_of =
    ".of"; ///< says which run of the full workflow filled the buckets

/// Prints the interpreter itself, which may stand behind a script that chooses among several, and
/// then the modules that a program, and those of its own folder, import at their top and that
/// cannot be found.
constexpr const char* k_import_check = R"(
import ast, importlib.util, os, sys
sys.path.insert(0, '')
files, names = [sys.argv[1]], set()
for file in files:
    for node in ast.parse(open(file, encoding='utf-8').read()).body:
        found = []
        if isinstance(node, ast.Import):
            found = [alias.name.split('.')[0] for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found = [node.module.split('.')[0]]
        for name in found:
            if os.path.exists(name + '.py') and name + '.py' not in files:
                files.append(name + '.py')
            names.add(name)
print(sys.executable)
print(', '.join(sorted(n for n in names if importlib.util.find_spec(n) is None)), end='')
)";

/// Cuts moments off as OSCAR and its supervisor tell them.
void cut_off(JobRecord& job) {
    for (auto* moment : {&job.job_create, &job.pod_create, &job.job_start, &job.job_finish}) {
        if (*moment) {
            *moment = std::chrono::floor<std::chrono::seconds>(**moment);
        }
    }
    for (auto* moment : {&job.script_start, &job.script_end}) {
        if (*moment) {
            *moment = std::chrono::floor<std::chrono::milliseconds>(**moment);
        }
    }
}

} // namespace

struct LocalBackend::Impl {
    LocalOptions options;
    ControlGroups groups;

    [[nodiscard]] fs::path design_of(const Unit& unit) const {
        return options.application / "aisprint/designs" / unit.design;
    }

    /// Chosen interpreters, by design.
    std::map<std::string, std::string> interpreters;

    /// Interpreters that a unit could have: of its own environment, else those that were named.
    [[nodiscard]] std::vector<std::string> candidates_of(const Unit& unit) const {
        const fs::path own = design_of(unit) / ".venv/bin/python";
        return fs::exists(own) ? std::vector<std::string>{own.string()} : options.pythons;
    }

    /// What became of the question whether an interpreter has what a design imports.
    struct Answer {
        std::string executable; ///< the interpreter itself
        std::string missing;    ///< modules, or why it cannot tell; empty: it has all
    };

    [[nodiscard]] Result<Answer> ask(const Unit& unit, const std::string& python) const {
        ProcessRequest request;
        request.command = {python, "-c", k_import_check, "main.py"};
        request.directory = design_of(unit);
        request.environment = environment_of(unit);
        AISPRINT_TRY_ASSIGN(const ProcessResult result, run_process(request));
        if (result.exit_code != 0) {
            return Answer{python,
                          result.exit_code == k_program_not_found
                              ? "everything (it is not there)"
                              : "a way to read main.py: " + last_line(result.standard_error)};
        }
        const std::string& text = result.standard_output;
        const std::size_t end = text.find('\n');
        if (end == std::string::npos) {
            return Answer{python, "a way to tell what it has"};
        }
        return Answer{end == 0 ? python : text.substr(0, end), text.substr(end + 1)};
    }

    /// Chooses the interpreter of a unit: the first that has all modules.
    Result<void> choose_interpreter(const Unit& unit, std::vector<Diagnostic>& errors) {
        if (interpreters.contains(unit.design)) {
            return {};
        }
        std::vector<std::string> lacks;
        for (const std::string& python : candidates_of(unit)) {
            AISPRINT_TRY_ASSIGN(const Answer answer, ask(unit, python));
            if (answer.missing.empty()) {
                interpreters[unit.design] = answer.executable;
                return {};
            }
            lacks.push_back(fmt::format("{} lacks {}", python, answer.missing));
        }
        interpreters[unit.design].clear();
        errors.push_back(make_error(
            "PRF053", fmt::format("{} cannot run: {}", unit.id, fmt::join(lacks, "; ")),
            fmt::format("let --setup make a .venv from aisprint/designs/{}/requirements.txt, or "
                        "name another interpreter with --python",
                        unit.design)));
        return {};
    }

    [[nodiscard]] std::vector<std::pair<std::string, std::string>>
    environment_of(const Unit& unit) const {
        std::vector<std::pair<std::string, std::string>> variables{
            {"PYTHONPATH", options.python_package.string()},
            {"PYTHONDONTWRITEBYTECODE", "1"},
            {"COMPONENT_NAME", unit.partition},
            {"RESOURCE_ID", unit.resource}};
        if (options.set_thread_env) {
            const std::string threads =
                fmt::format("{}", std::max(1, static_cast<int>(std::floor(unit.cpu))));
            for (const char* name :
                 {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"}) {
                variables.emplace_back(name, threads);
            }
        }
        return variables;
    }
};

LocalBackend::LocalBackend(LocalOptions options) : m_impl(std::make_unique<Impl>()) {
    m_impl->options = std::move(options);
    m_impl->groups = find_control_groups(k_control_groups);
}

LocalBackend::~LocalBackend() = default;

LimitMethods LocalBackend::limits() const {
    return m_impl->groups.methods();
}

Result<void> LocalBackend::check(const Testbed& testbed) {
    std::vector<Diagnostic> errors;
    for (const Unit& unit : testbed.units) {
        const fs::path program = m_impl->design_of(unit) / "main.py";
        if (!fs::exists(program)) {
            errors.push_back(make_error_in(program.string(), "PRF050",
                                           fmt::format("the design of {} is not there", unit.id),
                                           "run 'aisprint design' again"));
            continue;
        }
        AISPRINT_TRY(m_impl->choose_interpreter(unit, errors));
    }
    if (!errors.empty()) {
        sort_and_merge(errors);
        return fail(ErrorKind::input, std::move(errors));
    }
    return {};
}

Result<RunOutcome> LocalBackend::run(const RunRequest& request,
                                     const ProgressSink& progress,
                                     const std::stop_token& stop) {
    AISPRINT_ASSERT(!request.services.empty() && request.folder.is_absolute() &&
                    request.work.is_absolute());
    Stages stages;
    for (std::size_t i = 0; i < request.services.size(); ++i) {
        const RunService& service = request.services[i];
        auto stage = std::make_unique<Stage>();
        stage->service = service;
        if (request.load && i == 0 && request.load->pre_allocated > 0) {
            stage->service.parallelism = request.load->pre_allocated;
        }
        stage->design = m_impl->design_of(*service.unit);
        stage->interpreter = m_impl->interpreters.at(service.unit->design);
        Buckets buckets = buckets_of(request.kind, service);
        stage->input_bucket = std::move(buckets.input);
        stage->output_bucket = std::move(buckets.output);
        stage->environment = m_impl->environment_of(*service.unit);
        stages.push_back(std::move(stage));
    }
    if (request.kind == RunKind::single_service) {
        for (const std::string& bucket : buckets_of(stages)) {
            AISPRINT_TRY(remove_tree(request.work / bucket));
        }
    } else {
        AISPRINT_TRY(remove_tree(request.work));
    }
    AISPRINT_TRY_ASSIGN(RunOutcome outcome, run_stages(request, std::move(stages), m_impl->options,
                                                       m_impl->groups, progress, stop));
    if (m_impl->options.whole_seconds) {
        for (std::vector<JobRecord>& jobs : outcome.jobs) {
            std::for_each(jobs.begin(), jobs.end(), cut_off);
        }
    }
    if (request.kind == RunKind::full_workflow && !outcome.interrupted) {
        AISPRINT_TRY(write_file_atomic(request.work / k_objects_of, request.workflow));
    }
    return outcome;
}

Result<bool> LocalBackend::holds_objects_of(const RunRequest& full) {
    const auto workflow = read_file(full.work / k_objects_of);
    return workflow && *workflow == full.workflow;
}

} // namespace aisprint::profiling
