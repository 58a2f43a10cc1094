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
    std::size_t depth = 0;
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
    struct CheaperBound {
        bool operator()(const OpenBox& a, const OpenBox& b) const {
            return a.bound != b.bound ? a.bound < b.bound : a.number < b.number;
        }
    };
    enum class Phase { any_feasible, cheapest };

    const Instance* m_instance;
    ExactOptions m_options;
    std::chrono::steady_clock::time_point m_start;
    Model m_model;
    unsigned m_threads = 1;

    std::mutex m_mutex;
    std::condition_variable m_changed;
    std::multiset<OpenBox, CheaperBound> m_open;
    std::multiset<double> m_in_work; ///< bounds of the boxes that threads are at
    std::uint64_t m_created = 0;
    bool m_stop = false;
    bool m_timed_out = false;
    Phase m_phase = Phase::cheapest;

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
    void offer(const Solution& solution, double cost, const Box* box);
    [[nodiscard]] ConfigurationKey key_of(const Solution& solution) const;
    void work();
    void process(Relaxation& relaxation, OpenBox open);
    void branch(Relaxation& relaxation, const OpenBox& open, double bound);
    void search_leaf(Relaxation& relaxation, const OpenBox& open);
    void add(OpenBox open);
    [[nodiscard]] std::vector<Box> split(const Box& box, const Relaxation& relaxation) const;
    void search(Phase phase);
    [[nodiscard]] ExactResult result(bool is_infeasible);
};

} // namespace aisprint::optimizer::exact
