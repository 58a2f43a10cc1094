// SPDX-License-Identifier: Apache-2.0
#include "exact_model.hpp"

#include "aisprint/optimizer/solution.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace aisprint::optimizer::exact {

namespace {

/// Which components name a resource, and whether one of them may do so twice at once.
struct Sharing {
    std::size_t component = k_none;
    bool is_shared = false;
};

class ModelBuilder {
public:
    explicit ModelBuilder(const Instance& instance)
        : m_instance(&instance), m_problem(&instance.problem()),
          m_sharing(instance.problem().resources.size()),
          m_slots(instance.problem().resources.size(), k_none) {
        m_model.instance = &instance;
        m_model.memory_per_node = m_problem->memory_rule == MemoryRule::one_node;
    }

    Model build() {
        find_shared();
        add_slots();
        for (std::size_t i = 0; i < m_problem->components.size(); ++i) {
            m_model.units.push_back(make_unit(i));
        }
        mark_paths();
        drop_slow_places();
        drop_cut_off_places();
        find_binding_memory();
        add_cost_limit();
        return std::move(m_model);
    }

private:
    const Instance* m_instance;
    const Problem* m_problem;
    Model m_model;
    std::vector<Sharing> m_sharing;
    std::vector<std::size_t> m_slots;

    void find_shared() {
        for (std::size_t i = 0; i < m_problem->components.size(); ++i) {
            for (std::size_t s = 0; s < m_problem->components[i].deployments.size(); ++s) {
                std::vector<bool> seen(m_sharing.size(), false);
                const std::size_t first = m_instance->first_partition(i, s);
                const std::size_t count = m_problem->components[i].deployments[s].partitions.size();
                for (std::size_t p = first; p < first + count; ++p) {
                    for (const CandidateFigures& candidate : m_instance->partition(p).candidates) {
                        Sharing& sharing = m_sharing[candidate.resource];
                        sharing.is_shared = sharing.is_shared || seen[candidate.resource] ||
                                            (sharing.component != k_none && sharing.component != i);
                        sharing.component = i;
                        seen[candidate.resource] = true;
                    }
                }
            }
        }
    }

    void add_slots() {
        m_model.layers.resize(m_problem->layers.size());
        for (std::size_t j = 0; j < m_problem->resources.size(); ++j) {
            if (!m_instance->is_function(j) && m_sharing[j].component != k_none) {
                add_slot(j);
            }
        }
        m_model.machine_slots = m_model.slots.size();
        for (std::size_t j = 0; j < m_problem->resources.size(); ++j) {
            if (m_instance->is_function(j) && m_sharing[j].is_shared) {
                add_slot(j);
            }
        }
        std::erase_if(m_model.layers,
                      [](const std::vector<std::size_t>& slots) { return slots.empty(); });
    }

    void add_slot(std::size_t j) {
        const Resource& resource = m_problem->resources[j];
        Slot slot;
        slot.resource = j;
        slot.memory_mb = resource.memory_mb;
        if (!m_instance->is_function(j)) {
            slot.layer = resource.layer;
            slot.is_edge = m_instance->is_edge(j);
            slot.nodes = resource.nodes;
            slot.node_cost = resource.cost * m_problem->horizon_h;
            m_model.layers[resource.layer].push_back(m_model.slots.size());
        }
        m_slots[j] = m_model.slots.size();
        m_model.slots.push_back(slot);
    }

    [[nodiscard]] bool fits_alone(const CandidateFigures& figures) const {
        const Resource& resource = m_problem->resources[figures.resource];
        const int nodes = m_instance->is_function(figures.resource) ? 1 : resource.nodes;
        const double memory_mb = resource.memory_mb * (m_model.memory_per_node ? 1 : nodes);
        return figures.memory_mb <= memory_mb && figures.work / nodes < k_full_load &&
               !is_saturated(figures);
    }

    /// True if a trained model sees too much load on any number of nodes.
    [[nodiscard]] static bool is_saturated(const CandidateFigures& figures) {
        if (figures.kind == TimeKind::table) {
            return std::ranges::all_of(figures.table_s,
                                       [](double time) { return time == k_infinite; });
        }
        return figures.exclusive && figures.time_s == k_infinite;
    }

    /// True if `other` is in every respect as good as `place`, and better or first. Both are
    /// functions that nothing else can use.
    [[nodiscard]] bool is_beaten_by(const Place& place, const Place& other) const {
        if (m_problem->resources[place.resource].layer !=
            m_problem->resources[other.resource].layer) {
            return false;
        }
        const CandidateFigures& a = *place.figures;
        const CandidateFigures& b = *other.figures;
        const double a_inner = a.inner_time(1, 0);
        const double b_inner = b.inner_time(1, 0);
        if (b.cost > a.cost || b.time(1, 0) > a.time(1, 0) || b_inner > a_inner) {
            return false;
        }
        const bool same = b.cost >= a.cost && b.time(1, 0) >= a.time(1, 0) && b_inner >= a_inner;
        return !same || other.resource < place.resource;
    }

    [[nodiscard]] Part make_part(std::size_t partition) const {
        const PartitionFigures& figures = m_instance->partition(partition);
        std::vector<Place> places;
        for (const CandidateFigures& candidate : figures.candidates) {
            if (fits_alone(candidate)) {
                places.push_back({candidate.resource, m_slots[candidate.resource], &candidate, 1});
            }
        }
        std::ranges::sort(places, {}, &Place::resource);
        Part part;
        part.reach = figures.reach;
        for (const Place& place : places) {
            const bool beaten =
                place.slot == k_none && std::ranges::any_of(places, [&](const Place& other) {
                    return other.slot == k_none && is_beaten_by(place, other);
                });
            if (!beaten) {
                part.places.push_back(place);
            }
        }
        std::ranges::stable_sort(part.places, {}, [&](const Place& place) {
            return m_instance->is_edge(place.resource) ? 0 : 1;
        });
        count_edge_places(part);
        return part;
    }

    void count_edge_places(Part& part) const {
        part.edge_places = static_cast<std::size_t>(std::ranges::count_if(
            part.places, [&](const Place& place) { return m_instance->is_edge(place.resource); }));
    }

    [[nodiscard]] Unit make_unit(std::size_t component) {
        Unit unit;
        unit.predecessors = m_instance->predecessors(component);
        for (const Successor& successor : m_problem->components[component].successors) {
            unit.successors.push_back(successor.component);
        }
        unit.local_limit_s = k_infinite;
        for (const std::size_t c : m_instance->locals_of(component)) {
            unit.local_limit_s =
                std::min(unit.local_limit_s, m_problem->local_constraints[c].threshold_s);
        }
        const std::vector<Deployment>& deployments = m_problem->components[component].deployments;
        for (std::size_t s = 0; s < deployments.size(); ++s) {
            Variant variant;
            variant.deployment = s;
            const std::size_t first = m_instance->first_partition(component, s);
            bool complete = true;
            for (std::size_t q = 0; q < deployments[s].partitions.size(); ++q) {
                variant.parts.push_back(make_part(first + q));
                complete = complete && !variant.parts.back().places.empty();
                if (q + 1 < deployments[s].partitions.size()) {
                    variant.inner_data.push_back(deployments[s].partitions[q].data_sizes.front());
                }
            }
            if (complete) {
                unit.variants.push_back(std::move(variant));
            }
        }
        m_model.is_hopeless = m_model.is_hopeless || unit.variants.empty();
        return unit;
    }

    void mark_paths() {
        for (const PathConstraint& path : m_problem->path_constraints) {
            for (std::size_t step = 0; step < path.components.size(); ++step) {
                Unit& unit = m_model.units[path.components[step]];
                unit.on_path = true;
                unit.path_before = unit.path_before || step > 0;
                unit.path_after = unit.path_after || step + 1 < path.components.size();
            }
        }
    }

    /// Least time of a place, alone on so many nodes, weighted by the requests that come.
    [[nodiscard]] static double time_on(const Place& place, double reach, int nodes) {
        if (reach <= 0) {
            return 0;
        }
        const double load = place.figures->work / nodes;
        const double time =
            std::min(place.figures->time(nodes, load), place.figures->inner_time(nodes, load));
        return time == k_infinite ? time : reach * time;
    }

    [[nodiscard]] int nodes_of(const Place& place) const {
        return place.slot == k_none ? 1 : m_model.slots[place.slot].nodes;
    }

    /// The same on as many nodes as are best.
    [[nodiscard]] double least_time(const Place& place, double reach) const {
        if (place.figures->kind != TimeKind::table) {
            return time_on(place, reach, nodes_of(place));
        }
        double least = k_infinite;
        for (int nodes = 1; nodes <= nodes_of(place); ++nodes) {
            least = std::min(least, time_on(place, reach, nodes));
        }
        return least;
    }

    [[nodiscard]] std::vector<double> least_times(const Variant& variant) const {
        std::vector<double> times;
        for (const Part& part : variant.parts) {
            double best = k_infinite;
            for (const Place& place : part.places) {
                best = std::min(best, least_time(place, part.reach));
            }
            times.push_back(best);
        }
        return times;
    }

    /// What each component may take at most, if all others on its paths take their least.
    [[nodiscard]] std::vector<double> rooms() const {
        std::vector<double> least;
        std::vector<double> room;
        for (const Unit& unit : m_model.units) {
            double best = k_infinite;
            for (const Variant& variant : unit.variants) {
                double sum = 0;
                for (const double time : least_times(variant)) {
                    sum += time;
                }
                best = std::min(best, sum);
            }
            least.push_back(best);
            room.push_back(unit.local_limit_s);
        }
        for (const PathConstraint& path : m_problem->path_constraints) {
            for (const std::size_t i : path.components) {
                double others = 0;
                for (const std::size_t k : path.components) {
                    others += k == i ? 0.0 : least[k];
                }
                room[i] = std::min(room[i], path.threshold_s - others);
            }
        }
        return room;
    }

    /// Drops places on which a limit is missed even with all else at its best, and finds the least
    /// number of nodes of the others.
    void drop_slow_places() {
        const std::vector<double> room = rooms();
        for (std::size_t i = 0; i < m_model.units.size(); ++i) {
            Unit& unit = m_model.units[i];
            for (Variant& variant : unit.variants) {
                const double slack = k_time_tolerance * std::max(1.0, std::abs(room[i]));
                drop_slow_places(variant, room[i] + 4 * slack);
            }
            drop_incomplete_variants(unit);
        }
    }

    void drop_incomplete_variants(Unit& unit) {
        std::erase_if(unit.variants, [](const Variant& variant) {
            return std::ranges::any_of(variant.parts,
                                       [](const Part& part) { return part.places.empty(); });
        });
        m_model.is_hopeless = m_model.is_hopeless || unit.variants.empty();
    }

    /// Drops places next to which a neighbour has none that it may share a step with, until all
    /// have one. With all layers linked C6 is left to the search, which is quick about it.
    void drop_cut_off_places() {
        bool changed = !m_instance->all_linked();
        while (changed && !m_model.is_hopeless) {
            changed = false;
            for (Unit& unit : m_model.units) {
                for (Variant& variant : unit.variants) {
                    for (std::size_t q = 0; q < variant.parts.size(); ++q) {
                        changed = drop_cut_off_places(unit, variant, q) || changed;
                    }
                }
                drop_incomplete_variants(unit);
            }
        }
    }

    /// True if places were dropped.
    bool drop_cut_off_places(const Unit& unit, Variant& variant, std::size_t q) const {
        const auto can_follow_any = [&](const Part& part, std::size_t to) {
            return std::ranges::any_of(part.places, [&](const Place& place) {
                return m_instance->may_follow(place.resource, to);
            });
        };
        const auto can_precede_any = [&](std::size_t from, const Part& part) {
            return std::ranges::any_of(part.places, [&](const Place& place) {
                return m_instance->may_follow(from, place.resource);
            });
        };
        const auto has_neighbours = [&](const Place& place) {
            const std::size_t j = place.resource;
            const auto follows_unit = [&](std::size_t predecessor) {
                return std::ranges::any_of(
                    m_model.units[predecessor].variants,
                    [&](const Variant& other) { return can_follow_any(other.parts.back(), j); });
            };
            const auto precedes_unit = [&](std::size_t successor) {
                return std::ranges::any_of(
                    m_model.units[successor].variants,
                    [&](const Variant& other) { return can_precede_any(j, other.parts.front()); });
            };
            const bool has_before = q > 0 ? can_follow_any(variant.parts[q - 1], j)
                                          : std::ranges::all_of(unit.predecessors, follows_unit);
            return has_before && (q + 1 < variant.parts.size()
                                      ? can_precede_any(j, variant.parts[q + 1])
                                      : std::ranges::all_of(unit.successors, precedes_unit));
        };
        const std::size_t dropped = std::erase_if(
            variant.parts[q].places, [&](const Place& place) { return !has_neighbours(place); });
        count_edge_places(variant.parts[q]);
        return dropped > 0;
    }

    void drop_slow_places(Variant& variant, double limit_s) {
        const std::vector<double> least = least_times(variant);
        for (std::size_t q = 0; q < variant.parts.size(); ++q) {
            Part& part = variant.parts[q];
            double others = 0;
            for (std::size_t k = 0; k < least.size(); ++k) {
                others += k == q ? 0.0 : least[k];
            }
            // infinite times matter only where there is a limit
            const double room = limit_s == k_infinite ? k_infinite : limit_s - others;
            std::erase_if(part.places, [&](const Place& place) {
                return room < k_infinite && !(least_time(place, part.reach) <= room);
            });
            for (Place& place : part.places) {
                place.min_nodes = least_nodes(place, part.reach, room);
            }
            count_edge_places(part);
        }
    }

    /// Fewest nodes on which a place has room; it has on some.
    [[nodiscard]] int least_nodes(const Place& place, double reach, double room) {
        const int most = nodes_of(place);
        const auto fits = [&](int nodes) {
            return place.figures->work / nodes < k_full_load &&
                   (room == k_infinite || time_on(place, reach, nodes) <= room);
        };
        if (place.figures->kind == TimeKind::table) {
            m_model.slots[place.slot].has_tables = true;
            int nodes = 1;
            while (nodes < most && !fits(nodes)) {
                ++nodes;
            }
            return nodes;
        }
        int low = 0; // does not fit
        int high = most;
        while (high - low > 1) {
            const int middle = low + (high - low) / 2;
            (fits(middle) ? high : low) = middle;
        }
        return high;
    }

    void find_binding_memory() {
        std::vector<double> most(m_model.slots.size(), 0.0);
        for (const Unit& unit : m_model.units) {
            std::vector<double> of_unit(m_model.slots.size(), 0.0);
            for (const Variant& variant : unit.variants) {
                std::vector<double> sum(m_model.slots.size(), 0.0);
                for (const Part& part : variant.parts) {
                    for (const Place& place : part.places) {
                        if (place.slot != k_none) {
                            sum[place.slot] += place.figures->memory_mb;
                        }
                    }
                }
                for (std::size_t s = 0; s < sum.size(); ++s) {
                    of_unit[s] = std::max(of_unit[s], sum[s]);
                }
            }
            for (std::size_t s = 0; s < most.size(); ++s) {
                most[s] += of_unit[s];
            }
        }
        for (std::size_t s = 0; s < most.size(); ++s) {
            m_model.slots[s].memory_binds = most[s] > m_model.slots[s].memory_mb;
        }
    }

    void add_cost_limit() {
        double limit = 0;
        for (const std::vector<std::size_t>& layer : m_model.layers) {
            double most = 0;
            for (const std::size_t slot : layer) {
                most = std::max(most, m_model.slots[slot].node_cost * m_model.slots[slot].nodes);
            }
            limit += most;
        }
        for (const Unit& unit : m_model.units) {
            double most = 0;
            for (const Variant& variant : unit.variants) {
                double sum = 0;
                for (const Part& part : variant.parts) {
                    double dearest = 0;
                    for (const Place& place : part.places) {
                        dearest = std::max(dearest, place.figures->cost);
                    }
                    sum += dearest;
                }
                most = std::max(most, sum);
            }
            limit += most;
        }
        m_model.cost_limit = limit;
    }
};

} // namespace

Model build_model(const Instance& instance) {
    return ModelBuilder(instance).build();
}

} // namespace aisprint::optimizer::exact
