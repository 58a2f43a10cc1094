// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::profiling {

namespace {

constexpr double k_usable_share = 0.9; ///< the rest of a node is the system's
constexpr double k_tolerance = 1e-9;   ///< of quotients of decimal fractions
constexpr double k_resolution = 1e4;   ///< hints are told to four decimals

/// Rounds down to four decimals, so that what is told really fits.
double told(double value) {
    return std::floor(value * k_resolution + k_tolerance) / k_resolution;
}

tl::unexpected<Failure> too_large(const Unit& unit, const ResourceFacts& resource) {
    return fail(
        ErrorKind::input,
        make_error("PRF030",
                   fmt::format("Container requires more resources than available on a node: {} "
                               "asks for {} cores and {} MB, a node of {} has {} and {}",
                               unit.id, unit.cpu, unit.memory_mb, resource.name,
                               resource.cores_per_node, resource.memory_mb_per_node),
                   "a tenth of each node is kept for the system; ask for less in "
                   "candidate_deployments.yaml"));
}

class Scheduler {
public:
    Scheduler(const Testbed& testbed, const UnitChain& chain) : m_testbed(testbed) {
        for (const std::size_t index : chain.units) {
            m_units.push_back(&testbed.units[index]);
        }
    }

    Result<void> fit() {
        for (const Unit* unit : m_units) {
            const ResourceFacts* resource = m_testbed.find_resource(unit->resource);
            AISPRINT_ASSERT(resource != nullptr);
            const HardwareFit fit = fit_on_node(unit->cpu, unit->memory_mb, *resource);
            if (fit.containers == 0) {
                return too_large(*unit, *resource);
            }
            m_schedule.fits.push_back(fit);
        }
        return {};
    }

    /// Adds the runs of one level; `parallelism` by position in the chain.
    void add_level(const std::vector<int>& parallelism, int repetitions) {
        Run run;
        run.level = m_schedule.levels++;
        for (std::size_t i = 0; i < m_units.size(); ++i) {
            const Unit& unit = *m_units[i];
            run.parallelism[unit.id] = parallelism[i];
            if (!m_testbed.find_resource(unit.resource)->is_function) {
                const std::int64_t fit = m_schedule.fits[i].containers;
                run.nodes[unit.resource] += (parallelism[i] + fit - 1) / fit;
            }
        }
        for (const auto& [name, nodes] : run.nodes) {
            const std::int64_t total = m_testbed.find_resource(name)->total_nodes;
            if (nodes > total) {
                m_errors.push_back(make_error(
                    "PRF031",
                    fmt::format("Resource {} has {} nodes, but {} are needed for testing (level "
                                "{})",
                                name, total, nodes, run.level + 1),
                    "lower the parallelism in run_parameters.yaml"));
            }
        }
        for (int repetition = 0; repetition < repetitions; ++repetition) {
            run.number = m_schedule.runs.size() + 1;
            run.repetition = static_cast<std::size_t>(repetition);
            m_schedule.runs.push_back(run);
        }
    }

    Result<Schedule> finish() {
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        return std::move(m_schedule);
    }

    [[nodiscard]] const std::vector<const Unit*>& units() const { return m_units; }

private:
    const Testbed& m_testbed;
    std::vector<const Unit*> m_units;
    Schedule m_schedule;
    std::vector<Diagnostic> m_errors;
};

/// All combinations of the units' levels, the first unit slowest.
std::vector<std::vector<int>> combinations(const std::vector<const Unit*>& units) {
    std::vector<std::vector<int>> all{{}};
    for (const Unit* unit : units) {
        std::vector<std::vector<int>> longer;
        for (const std::vector<int>& begun : all) {
            for (const int parallelism : unit->parameters.parallelism) {
                longer.push_back(begun);
                longer.back().push_back(parallelism);
            }
        }
        all = std::move(longer);
    }
    return all;
}

/// The lists of the units side by side; shorter ones keep their last value, which only synchronous
/// tests may have.
std::vector<std::vector<int>> side_by_side(const std::vector<const Unit*>& units) {
    std::size_t levels = 0;
    for (const Unit* unit : units) {
        levels = std::max(levels, unit->parameters.parallelism.size());
    }
    std::vector<std::vector<int>> all(levels);
    for (std::size_t level = 0; level < levels; ++level) {
        for (const Unit* unit : units) {
            const std::vector<int>& list = unit->parameters.parallelism;
            all[level].push_back(list[std::min(level, list.size() - 1)]);
        }
    }
    return all;
}

} // namespace

HardwareFit fit_on_node(double cpu, double memory_mb, const ResourceFacts& resource) {
    const double cores = k_usable_share * resource.cores_per_node;
    const double memory = k_usable_share * resource.memory_mb_per_node;
    const double by_cpu = cores / cpu;
    const double by_memory = memory / memory_mb;
    HardwareFit fit;
    fit.containers =
        static_cast<std::int64_t>(std::floor(std::min(by_cpu, by_memory) + k_tolerance));
    fit.cpu_is_scarce = by_cpu < by_memory;
    fit.needed =
        told((fit.cpu_is_scarce ? cores : memory) / static_cast<double>(fit.containers + 1));
    return fit;
}

Result<Schedule>
make_schedule(const Testbed& testbed, const UnitChain& chain, const RunParameters& parameters) {
    Scheduler scheduler(testbed, chain);
    AISPRINT_TRY(scheduler.fit());
    for (const std::vector<int>& level : parameters.combinatorial
                                             ? combinations(scheduler.units())
                                             : side_by_side(scheduler.units())) {
        scheduler.add_level(level, parameters.repetitions);
    }
    return scheduler.finish();
}

} // namespace aisprint::profiling
