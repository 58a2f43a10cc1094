// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/machine.hpp"

#include "capacity.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>
#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace aisprint::profiling {

namespace {

namespace fs = std::filesystem;

constexpr double k_kb_per_mb = 1024;
constexpr double k_bytes_per_mb = 1048576;
constexpr double k_usable_memory = 0.9; ///< the rest is the system's
constexpr double k_few_cores = 2;       ///< of more, one is ours
constexpr double k_tolerance = 1e-9;    ///< of sums of decimal fractions
constexpr const char* k_cgroup = "/sys/fs/cgroup";

std::string first_line(const fs::path& file) {
    const auto text = read_file(file);
    return text ? text->substr(0, text->find('\n')) : "";
}

/// The value behind `name` in a file of lines "name : value".
std::string value_in(const fs::path& file, const std::string& name) {
    const auto text = read_file(file);
    if (!text) {
        return {};
    }
    std::size_t begin = 0;
    while (begin < text->size()) {
        const std::size_t end = std::min(text->find('\n', begin), text->size());
        const std::string line = text->substr(begin, end - begin);
        const std::size_t colon = line.find(':');
        if (colon != std::string::npos && line.starts_with(name)) {
            const std::size_t value = line.find_first_not_of(" \t", colon + 1);
            return value == std::string::npos ? "" : line.substr(value);
        }
        begin = end + 1;
    }
    return {};
}

/// The leading number of a text; nothing if it has none ("max").
std::optional<double> number_of(const std::string& text) {
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    return end == text.c_str() ? std::nullopt : std::optional<double>(value);
}

/// Cores that the control group of this process may use; nothing if they are not limited.
std::optional<double> quota_cores() {
    const std::string unified = first_line(fs::path(k_cgroup) / "cpu.max");
    const std::size_t blank = unified.find(' ');
    std::optional<double> quota;
    std::optional<double> period;
    if (blank != std::string::npos) {
        quota = number_of(unified.substr(0, blank));
        period = number_of(unified.substr(blank));
    } else {
        quota = number_of(first_line(fs::path(k_cgroup) / "cpu/cpu.cfs_quota_us"));
        period = number_of(first_line(fs::path(k_cgroup) / "cpu/cpu.cfs_period_us"));
    }
    const bool is_limited = quota && period && *quota > 0 && *period > 0;
    return is_limited ? std::optional<double>(*quota / *period) : std::nullopt;
}

double usable_cores() {
    cpu_set_t set{};
    const int count = ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    const double cores = std::max(count, 1);
    return std::min(cores, quota_cores().value_or(cores));
}

double memory_mb(const char* name) {
    return number_of(value_in("/proc/meminfo", name)).value_or(0) / k_kb_per_mb;
}

double available_memory_mb() {
    double available = memory_mb("MemAvailable");
    for (const char* const file : {"memory.max", "memory/memory.limit_in_bytes"}) {
        if (const auto limit = number_of(first_line(fs::path(k_cgroup) / file))) {
            available = std::min(available, *limit / k_bytes_per_mb);
        }
    }
    return available;
}

/// What services ask for when all of their containers run.
struct Demand {
    double cores = 0;
    double memory_mb = 0;
    double cores_of_one = 0; ///< of one container of each service
    double memory_of_one = 0;
};

Demand demand_of(const std::vector<RunService>& services) {
    Demand demand;
    for (const RunService& service : services) {
        demand.cores += service.parallelism * service.unit->cpu;
        demand.memory_mb += service.parallelism * service.unit->memory_mb;
        demand.cores_of_one += service.unit->cpu;
        demand.memory_of_one += service.unit->memory_mb;
    }
    return demand;
}

/// Largest parallelism of all services at which they fit.
int largest_parallelism(const Demand& demand, const Capacity& capacity) {
    return static_cast<int>(std::floor(
        std::min(capacity.cores / demand.cores_of_one, capacity.memory_mb / demand.memory_of_one) +
        k_tolerance));
}

/// Services that work in a test.
std::vector<RunService> services_of(const CampaignPlan& plan, const TestId& test, const Run& run) {
    std::vector<RunService> services;
    for (const std::size_t index : plan.testbed.deployments[test.deployment].units) {
        const Unit& unit = plan.testbed.units[index];
        if (test.unit == k_full_workflow || test.unit == unit.id) {
            services.push_back({&unit, run.parallelism.at(unit.id), 1, services.size()});
        }
    }
    return services;
}

std::string advice(const Demand& demand, const Capacity& capacity) {
    const int largest = largest_parallelism(demand, capacity);
    return largest > 0 ? fmt::format("parallelism {} would fit", largest)
                       : "not even one container of each fits";
}

} // namespace

Machine describe_machine() {
    Machine machine;
    utsname names{};
    if (::uname(&names) == 0) {
        machine.host = static_cast<const char*>(names.nodename);
        machine.system = fmt::format("{} {} {}", static_cast<const char*>(names.sysname),
                                     static_cast<const char*>(names.release),
                                     static_cast<const char*>(names.machine));
    }
    machine.cpu_model = value_in("/proc/cpuinfo", "model name");
    machine.governor = first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    machine.cores = usable_cores();
    machine.memory_mb = std::floor(memory_mb("MemTotal"));
    machine.capacity.cores = machine.cores > k_few_cores ? machine.cores - 1 : machine.cores;
    machine.capacity.memory_mb = std::floor(k_usable_memory * available_memory_mb());
    return machine;
}

std::vector<std::pair<std::string, std::string>> to_lines(const Machine& machine) {
    std::vector<std::pair<std::string, std::string>> lines{
        {"host", machine.host},
        {"os", machine.system},
        {"cpu_model", machine.cpu_model},
        {"governor", machine.governor},
        {"cores", fmt::format("{:.4g}", machine.cores)},
        {"memory_mb", fmt::format("{:.0f}", machine.memory_mb)}};
    std::erase_if(lines, [](const auto& line) { return line.second.empty(); });
    return lines;
}

std::string overload_of(const std::vector<RunService>& services, const Capacity& capacity) {
    const Demand demand = demand_of(services);
    if (demand.cores <= capacity.cores + k_tolerance &&
        demand.memory_mb <= capacity.memory_mb + k_tolerance) {
        return {};
    }
    std::vector<std::string> names;
    for (const RunService& service : services) {
        names.push_back(fmt::format("{} ({})", service.unit->id, service.parallelism));
    }
    return fmt::format("{} ask for {:.7g} cores and {:.0f} MB at once, {:.4g} and {:.0f} are "
                       "usable here",
                       fmt::join(names, ", "), demand.cores, demand.memory_mb, capacity.cores,
                       capacity.memory_mb);
}

Result<void> check_capacity(const CampaignPlan& plan,
                            const std::vector<std::string>& only,
                            const Capacity& capacity,
                            Reporter& reporter) {
    std::vector<Diagnostic> errors;
    for (const TestId& test : tests_of(plan, only)) {
        const Run& run = plan.schedules[test.deployment].runs[test.run - 1];
        const std::vector<RunService> services = services_of(plan, test, run);
        if (run.repetition != 0 || services.empty()) {
            continue;
        }
        const std::string overload = overload_of(services, capacity);
        if (!overload.empty()) {
            errors.push_back(make_error("PRF054",
                                        fmt::format("deployment_{}, level {}: {}; {}",
                                                    test.deployment, run.level + 1, overload,
                                                    advice(demand_of(services), capacity)),
                                        "lower the parallelism in run_parameters.yaml, or take "
                                        "other.allow_oversubscription: false out of it"));
        }
    }
    if (errors.empty() || plan.parameters.oversubscription == Oversubscription::degrades) {
        return {};
    }
    if (plan.parameters.oversubscription == Oversubscription::refused) {
        return fail(ErrorKind::input, std::move(errors));
    }
    reporter.report(as_warning(make_error(
        "PRF055",
        fmt::format("{} tests ask for more than this machine has; their containers get in each "
                    "other's way, and times are longer than on the resources. The first: {}",
                    errors.size(), errors.front().message),
        "measure lower levels, or set other.allow_oversubscription: true to have these runs marked "
        "as degraded, or false to have them refused")));
    return {};
}

} // namespace aisprint::profiling
