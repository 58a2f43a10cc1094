// SPDX-License-Identifier: Apache-2.0
#include "elites.hpp"
#include "node_search.hpp"
#include "parallel.hpp"
#include "walk.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <memory>
#include <utility>

namespace aisprint::optimizer {

namespace {

/// Least size to which mutation lets the population grow.
constexpr std::size_t k_least_population = 20;

/// Builds children and mutants; one per thread.
class Breeder {
public:
    explicit Breeder(const Instance& instance)
        : m_instance(&instance), m_evaluator(instance), m_neighbourhood(instance),
          m_walk(instance) {}

    /// The components before a random cut from one parent, the rest from the other. Where the
    /// halves use different machines of a layer, or a component does not fit, it goes where it adds
    /// the least cost. Nothing if no feasible placement comes of it.
    std::optional<Ranked> cross(const Solution& first, const Solution& second, Random& random) {
        const std::vector<std::size_t>& order = m_instance->order();
        if (order.size() < 2) {
            return std::nullopt;
        }
        const std::size_t cut = 1 + random.below(order.size() - 1);
        m_evaluator.clear();
        for (std::size_t at = 0; at < order.size(); ++at) {
            const Solution& parent = at < cut ? first : second;
            if (!inherit(order[at], parent.components[order[at]])) {
                return std::nullopt;
            }
        }
        if (!set_cheapest_nodes(m_evaluator, k_infinite)) {
            return std::nullopt;
        }
        return Ranked{m_evaluator.solution(), m_evaluator.cost(), 0};
    }

    /// A random neighbour, and the cheapest one.
    std::vector<Ranked> mutate(const Solution& solution, Random& random) {
        std::vector<Ranked> mutants;
        if (!m_walk.start(solution)) {
            return mutants;
        }
        const auto any = [](const Ranked&) { return true; };
        for (std::optional<Ranked>& mutant :
             std::array{m_walk.random_neighbour(random, any), m_walk.cheapest_neighbour(any)}) {
            if (mutant) {
                mutants.push_back(std::move(*mutant));
            }
        }
        return mutants;
    }

private:
    const Instance* m_instance;
    Evaluator m_evaluator;
    Neighbourhood m_neighbourhood;
    Walk m_walk;

    bool inherit(std::size_t component, const Choice& choice) {
        m_evaluator.place(component, choice.deployment, choice.resources);
        if (fits(component, choice)) {
            return true;
        }
        m_evaluator.remove(component);
        const Choice other = m_neighbourhood.cheapest_choice(component, m_evaluator);
        if (other.deployment == k_none) {
            return false;
        }
        m_evaluator.place(component, other.deployment, other.resources);
        return true;
    }

    /// One machine per layer, none overloaded, nothing where it may not follow.
    bool fits(std::size_t component, const Choice& choice) const {
        const std::vector<Resource>& resources = m_instance->problem().resources;
        if (!m_evaluator.keeps_order(component)) {
            return false;
        }
        for (const std::size_t j : choice.resources) {
            if (m_instance->is_function(j)) {
                continue;
            }
            if (work_on(m_evaluator, j) >= resources[j].nodes * k_full_load) {
                return false;
            }
            for (std::size_t other = 0; other < resources.size(); ++other) {
                if (other != j && resources[other].layer == resources[j].layer &&
                    m_evaluator.is_used(other)) {
                    return false;
                }
            }
        }
        return true;
    }
};

/// A population of distinct feasible placements, cheapest first.
class Population {
public:
    Population(const Instance& instance,
               const ImprovementOptions& options,
               const GeneticAlgorithmOptions& parameters)
        : m_options(&options), m_parameters(&parameters) {
        for (unsigned number = 0; number < thread_count(options.threads); ++number) {
            m_breeders.push_back(std::make_unique<Breeder>(instance));
        }
    }

    void start(const Instance& instance, const std::vector<Solution>& starts) {
        m_capacity = std::max(k_least_population, starts.size());
        Walk walk(instance);
        std::vector<Ranked> members;
        for (const Solution& solution : starts) {
            if (walk.start(solution)) {
                members.push_back(walk.current());
            }
        }
        keep_distinct(std::move(members));
    }

    [[nodiscard]] const std::vector<Ranked>& members() const { return m_members; }

    void step(std::uint64_t generation) {
        Random random(m_options->seed, generation);
        const std::vector<Ranked> selected = select(random);
        std::vector<Ranked> next = cross(selected, random);
        std::vector<Ranked> mutants = mutate(next, random);
        next.insert(next.end(), std::make_move_iterator(mutants.begin()),
                    std::make_move_iterator(mutants.end()));
        next.push_back(m_members.front()); // the best is never lost
        std::vector<Ranked> before = std::move(m_members);
        keep_distinct(std::move(next));
        if (m_members.size() < before.size()) {
            // members came out twice; without a full population there is nothing left to cross
            before.insert(before.begin(), m_members.begin(), m_members.end());
            keep_distinct(std::move(before));
        }
    }

private:
    const ImprovementOptions* m_options;
    const GeneticAlgorithmOptions* m_parameters;
    std::size_t m_capacity = k_least_population;
    std::vector<std::unique_ptr<Breeder>> m_breeders;
    std::vector<Ranked> m_members;

    void keep_distinct(std::vector<Ranked> members) {
        Elites elites(m_capacity);
        for (std::size_t at = 0; at < members.size(); ++at) {
            elites.offer(std::move(members[at]), at);
        }
        m_members = elites.take();
    }

    /// Roulette by rank: the cheapest of n has weight n, the dearest 1.
    std::size_t draw_parent(Random& random) const {
        const std::size_t count = m_members.size();
        std::size_t ticket = random.below(count * (count + 1) / 2);
        std::size_t at = 0;
        while (ticket >= count - at) {
            ticket -= count - at;
            ++at;
        }
        return at;
    }

    /// The members that live on: at least two, if there are as many.
    std::vector<Ranked> select(Random& random) const {
        const auto size = static_cast<double>(m_members.size());
        const auto copied = static_cast<std::size_t>(
            std::max(2.0, std::floor((1.0 - m_parameters->crossover_rate) * size)));
        std::vector<bool> is_selected(m_members.size(), false);
        std::vector<Ranked> selected;
        while (selected.size() < std::min(copied, m_members.size())) {
            const std::size_t at = draw_parent(random);
            if (!is_selected[at]) {
                is_selected[at] = true;
                selected.push_back(m_members[at]);
            }
        }
        return selected;
    }

    /// The selected members, and as many children as there are members left out.
    std::vector<Ranked> cross(std::vector<Ranked> next, Random& random) const {
        const std::size_t missing = std::max(m_members.size(), next.size()) - next.size();
        for (std::size_t n = 0; n < missing; ++n) {
            const Solution& first = m_members[draw_parent(random)].solution;
            const Solution& second = m_members[draw_parent(random)].solution;
            for (const auto& [mother, father] : {std::pair{&first, &second}, {&second, &first}}) {
                std::optional<Ranked> child = m_breeders.front()->cross(*mother, *father, random);
                if (child) {
                    next.push_back(std::move(*child));
                }
            }
        }
        return next;
    }

    /// Mutants of members taken with the mutation rate, side by side.
    std::vector<Ranked> mutate(const std::vector<Ranked>& members, Random& random) const {
        struct Task {
            const Ranked* member = nullptr;
            Random random{0, 0};
            std::vector<Ranked> mutants;
        };
        std::vector<Task> tasks;
        for (const Ranked& member : members) {
            const std::uint64_t seed = random.next();
            if (random.unit() < m_parameters->mutation_rate) {
                tasks.push_back({&member, Random(seed, 0), {}});
            }
        }
        std::atomic<std::size_t> next{0};
        const auto threads =
            static_cast<unsigned>(std::clamp<std::size_t>(tasks.size(), 1, m_breeders.size()));
        run_side_by_side(threads, [&](unsigned number) {
            for (std::size_t at = next++; at < tasks.size(); at = next++) {
                tasks[at].mutants =
                    m_breeders[number]->mutate(tasks[at].member->solution, tasks[at].random);
            }
        });
        std::vector<Ranked> mutants;
        for (Task& task : tasks) {
            mutants.insert(mutants.end(), std::make_move_iterator(task.mutants.begin()),
                           std::make_move_iterator(task.mutants.end()));
        }
        return mutants;
    }
};

} // namespace

HeuristicResult genetic_algorithm(const Instance& instance,
                                  const std::vector<Solution>& starts,
                                  const ImprovementOptions& options,
                                  const GeneticAlgorithmOptions& parameters) {
    const StopWatch watch;
    HeuristicResult result;
    Population population(instance, options, parameters);
    population.start(instance, starts);
    if (population.members().empty()) {
        return result;
    }
    Budget budget(options.stop.iterations, options.stop.duration_s);
    while (budget.is_open()) {
        if (parameters.min_fitness &&
            population.members().front().cost <= *parameters.min_fitness) {
            result.reason = StopReason::good_enough;
            break;
        }
        population.step(budget.done());
        budget.count_step();
    }
    result.elites = population.members();
    if (result.elites.size() > starts.size()) {
        result.elites.resize(starts.size());
    }
    result.feasible = true;
    result.steps = budget.done();
    result.seconds = watch.seconds();
    return result;
}

} // namespace aisprint::optimizer
