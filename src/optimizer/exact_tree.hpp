// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "exact_bounds.hpp"
#include "exact_leaf.hpp"
#include "exact_model.hpp"

#include "aisprint/optimizer/exact.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

namespace aisprint::optimizer::exact {

/// A set of configurations that is still to be looked at.
struct OpenBox {
    double bound = 0;
    double rank = 0; ///< the least is next
    std::size_t depth = 0;
    unsigned effort = 0;      ///< of a single configuration: searches that ran out of nodes
    std::uint64_t number = 0; ///< in the order of creation
    Box box;
    std::shared_ptr<const Relaxation::Prices> prices;
};

/// Place of a solution in the order of configurations: what its machines cost, then which they are.
struct ConfigurationKey {
    double machine_cost = k_infinite;
    std::vector<int> nodes;

    auto operator<=>(const ConfigurationKey&) const = default;
};

/// Best-first branch and bound over sets of configurations; threads share the open sets and the
/// best solution.
class TreeSearch {
public:
    TreeSearch(const Instance& instance, const ExactOptions& options);

    [[nodiscard]] ExactResult run();

private:
    struct Earlier {
        bool operator()(const OpenBox& a, const OpenBox& b) const {
            return a.rank != b.rank ? a.rank < b.rank : a.number < b.number;
        }
    };
    using Queue = std::multiset<OpenBox, Earlier>;
    enum class Phase { any_feasible, cheapest };
    enum class Outcome { exhausted, stopped };

    const Instance* m_instance;
    ExactOptions m_options;
    std::chrono::steady_clock::time_point m_start;
    Model m_model;
    unsigned m_threads = 1;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    Queue m_open;
    Queue m_deferred;                ///< configurations whose search ran out of nodes
    std::multiset<double> m_in_work; ///< bounds of the boxes that threads are at
    std::uint64_t m_created = 0;
    std::uint64_t m_taken = 0; ///< boxes taken out in this phase
    std::uint64_t m_take_limit = 0;
    bool m_stop = false;
    bool m_timed_out = false;
    Phase m_phase = Phase::cheapest;
    bool m_all_open = false; ///< a first solution may leave machines idle

    std::optional<Solution> m_best;
    double m_best_cost = k_infinite;
    ConfigurationKey m_best_key;
    std::uint64_t m_configurations = 0;
    std::uint64_t m_nodes = 0;
    double m_first_s = 0;
    double m_best_s = 0;

    [[nodiscard]] double elapsed_s() const;
    [[nodiscard]] double threshold() const;
    [[nodiscard]] double live_threshold();
    [[nodiscard]] ConfigurationKey key_of(const Solution& solution) const;
    void offer(const Solution& solution, double cost, const Box* box);

    [[nodiscard]] Box root_box(Phase phase) const;
    [[nodiscard]] Outcome search(Phase phase, std::uint64_t take_limit);
    void work();
    [[nodiscard]] std::optional<OpenBox> take();
    void drop_dear_boxes();
    void process(Relaxation& relaxation, OpenBox open);
    void look_at(Relaxation& relaxation, OpenBox open, std::vector<OpenBox>& own);
    void add(OpenBox open, std::vector<OpenBox>& own);
    void search_leaf(Relaxation& relaxation, OpenBox open);
    [[nodiscard]] bool
    is_hopeless(Relaxation& relaxation, const Box& box, const Relaxation::Prices& prices);

    void use_incumbent();
    [[nodiscard]] Outcome find_start();
    void improve_start();
    [[nodiscard]] ExactResult result(bool is_infeasible);
    [[nodiscard]] double proved_bound() const;
    [[nodiscard]] double root_bound() const;
};

} // namespace aisprint::optimizer::exact
