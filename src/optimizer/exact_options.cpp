// SPDX-License-Identifier: Apache-2.0
#include "exact_options.hpp"

#include "aisprint/optimizer/solution.hpp"

#include <algorithm>

namespace aisprint::optimizer::exact {

Configuration::Configuration(const Model& model, const Box& box)
    : locals(model.slots.size(), k_none) {
    for (std::size_t s = 0; s < model.slots.size(); ++s) {
        const bool is_machine = s < model.machine_slots;
        if (is_machine && box.high[s] < 1) {
            continue;
        }
        locals[s] = slots.size();
        slots.push_back(s);
        nodes.push_back(is_machine ? box.high[s] : 1);
        if (is_machine) {
            machine_cost += model.slots[s].node_cost * box.high[s];
        }
    }
}

namespace {

/// The first partitions of a deployment on their places.
struct Partial {
    std::vector<std::size_t> resources;
    std::vector<Use> uses; ///< ascending by slot
    double fixed_s = 0;
    double inner_fixed_s = 0;
    double cost = 0;
    double weight = 0;
    bool on_edge = true; ///< the last one
    bool beaten = false;
};

class OptionBuilder {
public:
    OptionBuilder(const Model& model,
                  std::size_t unit,
                  const Configuration& configuration,
                  const WeightLimit& weight_limit)
        : m_model(&model), m_unit(&model.units[unit]), m_configuration(&configuration),
          m_weight_limit(&weight_limit),
          m_timed(m_unit->on_path || m_unit->local_limit_s < k_infinite) {}

    OptionList build() {
        std::vector<Finished> finished;
        for (std::size_t v = 0; v < m_unit->variants.size(); ++v) {
            for (Partial& partial : grow(v)) {
                finished.push_back({v, std::move(partial)});
            }
        }
        drop_beaten(finished);
        OptionList list;
        for (const Finished& entry : finished) {
            append(list, entry);
        }
        return list;
    }

private:
    struct Finished {
        std::size_t variant;
        Partial partial;
    };

    const Model* m_model;
    const Unit* m_unit;
    const Configuration* m_configuration;
    const WeightLimit* m_weight_limit;
    bool m_timed;

    [[nodiscard]] double weigh(const Place& place) const {
        const CandidateFigures& figures = *place.figures;
        if (place.slot == k_none) {
            return figures.cost;
        }
        const std::size_t slots = m_model->slots.size();
        const Relaxation::Prices& prices = *m_weight_limit->prices;
        const double work = figures.exclusive
                                ? m_configuration->nodes[m_configuration->locals[place.slot]]
                                : figures.work;
        return figures.cost + prices[place.slot] * work +
               prices[slots + place.slot] * figures.memory_mb;
    }

    [[nodiscard]] bool is_open(const Place& place) const {
        if (place.slot == k_none) {
            return true;
        }
        const std::size_t local = m_configuration->locals[place.slot];
        return local != k_none && m_configuration->nodes[local] >= place.min_nodes;
    }

    /// Least weight of the partitions from each one on, when it is on the edge and when not.
    struct Rest {
        double edge = 0;
        double cloud = 0;
    };

    [[nodiscard]] std::vector<Rest> least_rest(const Variant& variant) const {
        std::vector<Rest> rest(variant.parts.size() + 1);
        for (std::size_t q = variant.parts.size(); q-- > 0;) {
            const Part& part = variant.parts[q];
            double edge = k_infinite;
            double cloud = k_infinite;
            for (std::size_t p = 0; p < part.places.size(); ++p) {
                if (is_open(part.places[p])) {
                    double& best = p < part.edge_places ? edge : cloud;
                    best = std::min(best, weigh(part.places[p]));
                }
            }
            rest[q].cloud = cloud + rest[q + 1].cloud;
            // after one on the edge everything may follow
            rest[q].edge = std::min(edge + rest[q + 1].edge, rest[q].cloud);
        }
        return rest;
    }

    std::vector<Partial> grow(std::size_t v) const {
        const Variant& variant = m_unit->variants[v];
        const std::vector<Rest> rest = least_rest(variant);
        std::vector<Partial> partials(1);
        for (std::size_t q = 0; q < variant.parts.size(); ++q) {
            std::vector<Partial> longer;
            for (const Partial& partial : partials) {
                for (std::size_t p = 0; p < variant.parts[q].places.size(); ++p) {
                    const bool on_edge = p < variant.parts[q].edge_places;
                    const Place& place = variant.parts[q].places[p];
                    if ((on_edge && !partial.on_edge) || !is_open(place) ||
                        (q > 0 && !m_model->instance->may_follow(partial.resources.back(),
                                                                 place.resource))) {
                        continue;
                    }
                    const double weight = partial.weight + weigh(place);
                    const double least = on_edge ? rest[q + 1].edge : rest[q + 1].cloud;
                    if (weight + least > m_weight_limit->limit) {
                        continue;
                    }
                    Partial next = partial;
                    next.weight = weight;
                    next.on_edge = on_edge;
                    if (add(next, variant, q, place)) {
                        longer.push_back(std::move(next));
                    }
                }
            }
            partials = std::move(longer);
            if (q + 1 < variant.parts.size()) {
                drop_beaten_partials(partials);
            }
        }
        return partials;
    }

    /// Puts a partition on a place. False if the option cannot be used.
    [[nodiscard]] bool
    add(Partial& partial, const Variant& variant, std::size_t q, const Place& place) const {
        const CandidateFigures& figures = *place.figures;
        const double reach = variant.parts[q].reach;
        partial.cost += figures.cost;
        int nodes = 1;
        if (place.slot != k_none) {
            const std::size_t local = m_configuration->locals[place.slot];
            nodes = m_configuration->nodes[local];
            if (!add_use(partial, place, local, reach)) {
                return false;
            }
        }
        if (figures.exclusive && figures.time(nodes, 0) == k_infinite) {
            return false; // more load than the model was trained for
        }
        if (m_timed && reach > 0) {
            double transfer = 0;
            if (q > 0) {
                transfer = m_model->instance->transfer_time(
                    partial.resources.back(), place.resource, variant.inner_data[q - 1]);
            }
            double inner = 0;
            double time = 0;
            if (figures.kind != TimeKind::queue) {
                inner = figures.inner_time(nodes, 0);
                time = q + 1 == variant.parts.size() ? figures.time(nodes, 0) : inner;
            }
            partial.fixed_s += reach * (time + transfer);
            partial.inner_fixed_s += reach * (inner + transfer);
        }
        partial.resources.push_back(place.resource);
        return !m_timed ||
               (partial.inner_fixed_s < k_infinite &&
                own_time(partial) <= m_unit->local_limit_s * (1 + 2 * k_time_tolerance));
    }

    [[nodiscard]] bool
    add_use(Partial& partial, const Place& place, std::size_t local, double reach) const {
        const CandidateFigures& figures = *place.figures;
        const auto number = static_cast<std::uint32_t>(local);
        auto at = std::ranges::lower_bound(partial.uses, number, {}, &Use::local);
        if (at == partial.uses.end() || at->local != number) {
            Use use;
            use.local = number;
            at = partial.uses.insert(at, use);
        }
        Use& use = *at;
        ++use.partitions;
        use.is_exclusive = use.is_exclusive || figures.exclusive;
        use.load += figures.work / m_configuration->nodes[local];
        use.memory_mb += figures.memory_mb;
        if (figures.kind == TimeKind::queue) {
            use.demand_s += reach * figures.demand_s;
        }
        const double memory_mb =
            m_model->memory(place.slot, m_configuration->nodes[local]) * (1 + k_time_tolerance);
        return use.load < k_full_load && use.memory_mb <= memory_mb &&
               (!use.is_exclusive || use.partitions == 1);
    }

    [[nodiscard]] double own_time(const Partial& partial) const {
        double time = partial.fixed_s;
        for (const Use& use : partial.uses) {
            time += use.demand_s / (1 - use.load);
        }
        return time;
    }

    /// True if `a` asks for no more than `b`.
    [[nodiscard]] bool is_no_worse(const Partial& a, const Partial& b) const {
        if (a.cost > b.cost ||
            (m_timed && (a.fixed_s > b.fixed_s || a.inner_fixed_s > b.inner_fixed_s))) {
            return false;
        }
        auto other = b.uses.begin();
        for (const Use& use : a.uses) {
            while (other != b.uses.end() && other->local < use.local) {
                ++other;
            }
            if (other == b.uses.end() || other->local != use.local || use.load > other->load ||
                use.is_exclusive > other->is_exclusive) {
                return false;
            }
            if ((m_timed && use.demand_s > other->demand_s) ||
                (m_model->slots[m_configuration->slots[use.local]].memory_binds &&
                 use.memory_mb > other->memory_mb)) {
                return false;
            }
        }
        return true;
    }

    /// True if the place matters in the same way: by what it is on if a path comes through there,
    /// else by whether C6 and C9 leave at least as much freedom.
    [[nodiscard]] bool starts_as_well(const Partial& a, const Partial& b) const {
        const std::size_t first = a.resources.front();
        if (m_unit->path_before) {
            return first == b.resources.front();
        }
        return (!m_model->instance->is_edge(first) ||
                m_model->instance->is_edge(b.resources.front())) &&
               m_model->instance->reaches_all_of(first, b.resources.front());
    }

    [[nodiscard]] bool ends_as_well(const Partial& a, const Partial& b) const {
        const std::size_t last = a.resources.back();
        if (m_unit->path_after) {
            return last == b.resources.back();
        }
        return (m_model->instance->is_edge(last) ||
                !m_model->instance->is_edge(b.resources.back())) &&
               m_model->instance->reaches_all_of(last, b.resources.back());
    }

    void drop_beaten_partials(std::vector<Partial>& partials) const {
        for (std::size_t b = 0; b < partials.size(); ++b) {
            for (std::size_t a = 0; a < partials.size() && !partials[b].beaten; ++a) {
                const Partial& other = partials[a];
                partials[b].beaten =
                    a != b && !other.beaten &&
                    other.resources.back() == partials[b].resources.back() &&
                    starts_as_well(other, partials[b]) && is_no_worse(other, partials[b]) &&
                    (a < b ||
                     !(starts_as_well(partials[b], other) && is_no_worse(partials[b], other)));
            }
        }
        std::erase_if(partials, [](const Partial& partial) { return partial.beaten; });
    }

    /// True if the data that a deployment hands on along paths are no more than another's.
    [[nodiscard]] bool hands_on_no_more(std::size_t a, std::size_t b) const {
        if (a == b || !m_unit->path_after) {
            return true;
        }
        const Instance& instance = *m_model->instance;
        const std::size_t component = static_cast<std::size_t>(m_unit - m_model->units.data());
        for (std::size_t k = 0; k < m_unit->successors.size(); ++k) {
            if (instance.edge_data(component, m_unit->variants[a].deployment, k) >
                instance.edge_data(component, m_unit->variants[b].deployment, k)) {
                return false;
            }
        }
        return true;
    }

    [[nodiscard]] bool beats(const Finished& a, const Finished& b) const {
        return starts_as_well(a.partial, b.partial) && ends_as_well(a.partial, b.partial) &&
               is_no_worse(a.partial, b.partial) && hands_on_no_more(a.variant, b.variant);
    }

    void drop_beaten(std::vector<Finished>& finished) const {
        for (std::size_t b = 0; b < finished.size(); ++b) {
            for (std::size_t a = 0; a < finished.size() && !finished[b].partial.beaten; ++a) {
                finished[b].partial.beaten = a != b && !finished[a].partial.beaten &&
                                             beats(finished[a], finished[b]) &&
                                             (a < b || !beats(finished[b], finished[a]));
            }
        }
        std::erase_if(finished, [](const Finished& entry) { return entry.partial.beaten; });
    }

    void append(OptionList& list, const Finished& entry) const {
        Option option;
        option.variant = entry.variant;
        option.first_use = static_cast<std::uint32_t>(list.uses.size());
        list.uses.insert(list.uses.end(), entry.partial.uses.begin(), entry.partial.uses.end());
        option.last_use = static_cast<std::uint32_t>(list.uses.size());
        option.fixed_s = entry.partial.fixed_s;
        option.inner_fixed_s = entry.partial.inner_fixed_s;
        option.cost = entry.partial.cost;
        option.first_place = list.resources.size();
        option.first_resource = entry.partial.resources.front();
        option.last_resource = entry.partial.resources.back();
        list.resources.insert(list.resources.end(), entry.partial.resources.begin(),
                              entry.partial.resources.end());
        list.options.push_back(option);
    }
};

} // namespace

OptionList build_options(const Model& model,
                         std::size_t unit,
                         const Configuration& configuration,
                         const WeightLimit& weight_limit) {
    return OptionBuilder(model, unit, configuration, weight_limit).build();
}

} // namespace aisprint::optimizer::exact
