// SPDX-License-Identifier: Apache-2.0
#include "tpe.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace aisprint::training {

namespace {

constexpr std::size_t k_most_good = 25;
constexpr std::size_t k_full_weights = 25;
constexpr std::size_t k_draws = 24;

/// A prior on the line where it is searched.
struct Line {
    double centre = 0;
    double width = 1;
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
};

bool is_logarithmic(const Prior& prior) {
    return prior.kind == PriorKind::log_uniform || prior.kind == PriorKind::log_normal;
}

Line line_of(const Prior& prior) {
    if (prior.kind == PriorKind::normal || prior.kind == PriorKind::log_normal) {
        return {prior.a, prior.b};
    }
    const bool is_log = prior.kind == PriorKind::log_uniform;
    const double low = is_log ? std::log(prior.a) : prior.a;
    const double high = is_log ? std::log(prior.b) : prior.b;
    return {(low + high) / 2, high - low, low, high};
}

double normal(Random& random) {
    const double radius = std::sqrt(-2 * std::log(1 - random.unit()));
    return radius * std::cos(2 * std::numbers::pi * random.unit());
}

double draw(const Prior& prior, Random& random) {
    if (prior.kind == PriorKind::choice) {
        return static_cast<double>(random.below(prior.choices.size()));
    }
    const Line line = line_of(prior);
    if (std::isfinite(line.low)) {
        return line.low + (line.high - line.low) * random.unit();
    }
    return line.centre + line.width * normal(random);
}

ParameterValue value_at(const Prior& prior, double place) {
    if (prior.kind == PriorKind::choice) {
        return prior.choices[static_cast<std::size_t>(place)];
    }
    double value = is_logarithmic(prior) ? std::exp(place) : place;
    if (std::isfinite(line_of(prior).low)) { // exp(log(b)) may be a little above b
        value = std::clamp(value, prior.a, prior.b);
    }
    return prior.q > 0 ? prior.q * std::round(value / prior.q) : value;
}

std::optional<double> place_of(const Prior& prior, const ParameterValue& value) {
    if (prior.kind == PriorKind::choice) {
        const auto found = std::ranges::find(prior.choices, value);
        return found == prior.choices.end()
                   ? std::nullopt
                   : std::optional(static_cast<double>(found - prior.choices.begin()));
    }
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr || (is_logarithmic(prior) && *number <= 0)) {
        return std::nullopt;
    }
    const double place = is_logarithmic(prior) ? std::log(*number) : *number;
    const Line line = line_of(prior);
    return place >= line.low && place <= line.high ? std::optional(place) : std::nullopt;
}

double mass_below(double z) {
    return std::erfc(-z / std::numbers::sqrt2) / 2;
}

/// A mixture of normals around observations, cut at the ends of the prior.
class Mixture {
public:
    Mixture(const Line& line, const std::vector<double>& seen) : m_line(line) {
        struct Part {
            double centre;
            double weight;
            bool is_prior;
        };
        std::vector<Part> parts{{line.centre, 1, true}};
        for (std::size_t i = 0; i < seen.size(); ++i) {
            parts.push_back({seen[i], weight_of(i, seen.size()), false});
        }
        std::ranges::stable_sort(parts, {}, &Part::centre);
        const double count = static_cast<double>(parts.size());
        const double narrowest = line.width / std::min(100.0, 1 + count);
        for (std::size_t i = 0; i < parts.size(); ++i) {
            double width = 0;
            if (i > 0) {
                width = parts[i].centre - parts[i - 1].centre;
            }
            if (i + 1 < parts.size()) {
                width = std::max(width, parts[i + 1].centre - parts[i].centre);
            }
            width = parts[i].is_prior ? line.width : std::clamp(width, narrowest, line.width);
            m_centres.push_back(parts[i].centre);
            m_widths.push_back(width);
            m_weights.push_back(parts[i].weight * mass(parts[i].centre, width));
            m_total += m_weights.back();
        }
    }

    double draw(Random& random) const {
        double left = random.unit() * m_total;
        std::size_t part = 0;
        while (part + 1 < m_weights.size() && left >= m_weights[part]) {
            left -= m_weights[part++];
        }
        double place = m_centres[part];
        constexpr int k_attempts = 100;
        for (int i = 0; i < k_attempts; ++i) {
            place = m_centres[part] + m_widths[part] * normal(random);
            if (place >= m_line.low && place <= m_line.high) {
                return place;
            }
        }
        return std::clamp(place, m_line.low, m_line.high);
    }

    [[nodiscard]] double log_density(double place) const {
        double density = 0;
        for (std::size_t i = 0; i < m_centres.size(); ++i) {
            const double z = (place - m_centres[i]) / m_widths[i];
            const double inside = mass(m_centres[i], m_widths[i]);
            density += m_weights[i] / inside * std::exp(-z * z / 2) / m_widths[i];
        }
        return std::log(std::max(density / m_total, std::numeric_limits<double>::min()));
    }

private:
    Line m_line;
    std::vector<double> m_centres;
    std::vector<double> m_widths;
    std::vector<double> m_weights;
    double m_total = 0;

    /// Old observations count less, once there are many.
    static double weight_of(std::size_t index, std::size_t count) {
        if (count <= k_full_weights || index + k_full_weights >= count) {
            return 1;
        }
        const double first = 1 / static_cast<double>(count);
        const double ramp = static_cast<double>(count - k_full_weights);
        return first + (1 - first) * static_cast<double>(index) / ramp;
    }

    [[nodiscard]] double mass(double centre, double width) const {
        return std::max(mass_below((m_line.high - centre) / width) -
                            mass_below((m_line.low - centre) / width),
                        1e-12);
    }
};

double propose_choice(std::size_t count,
                      const std::vector<double>& good,
                      const std::vector<double>& bad,
                      Random& random) {
    std::vector<double> in_good(count, 1);
    std::vector<double> in_bad(count, 1);
    for (const double place : good) {
        in_good[static_cast<std::size_t>(place)] += 1;
    }
    for (const double place : bad) {
        in_bad[static_cast<std::size_t>(place)] += 1;
    }
    const double total = std::accumulate(in_good.begin(), in_good.end(), 0.0);
    std::size_t best = 0;
    double best_ratio = -1;
    // Few draws, or the same choice would be taken for ever.
    constexpr int k_choice_draws = 2;
    for (int i = 0; i < k_choice_draws; ++i) {
        double left = random.unit() * total;
        std::size_t choice = 0;
        while (choice + 1 < count && left >= in_good[choice]) {
            left -= in_good[choice++];
        }
        const double ratio = in_good[choice] / in_bad[choice];
        if (ratio > best_ratio) {
            best = choice;
            best_ratio = ratio;
        }
    }
    return static_cast<double>(best);
}

double propose(const Prior& prior,
               const std::vector<double>& good,
               const std::vector<double>& bad,
               Random& random) {
    if (prior.kind == PriorKind::choice) {
        return propose_choice(prior.choices.size(), good, bad, random);
    }
    const Line line = line_of(prior);
    const Mixture likely(line, good);
    const Mixture unlikely(line, bad);
    double best = line.centre;
    double best_gain = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < k_draws; ++i) {
        const double place = likely.draw(random);
        const double gain = likely.log_density(place) - unlikely.log_density(place);
        if (gain > best_gain) {
            best = place;
            best_gain = gain;
        }
    }
    return best;
}

} // namespace

Parameters with_point(const SearchSpace& space, const Point& point) {
    Parameters parameters = space.fixed;
    for (std::size_t i = 0; i < space.priors.size(); ++i) {
        parameters[space.priors[i].first] = value_at(space.priors[i].second, point[i]);
    }
    return parameters;
}

std::optional<Point> point_of(const SearchSpace& space, const Parameters& parameters) {
    Point point;
    for (const auto& [name, prior] : space.priors) {
        const auto found = parameters.find(name);
        const auto place =
            found == parameters.end() ? std::nullopt : place_of(prior, found->second);
        if (!place) {
            return std::nullopt;
        }
        point.push_back(*place);
    }
    return point;
}

Point draw_point(const SearchSpace& space, Random& random) {
    Point point;
    for (const auto& [name, prior] : space.priors) {
        point.push_back(draw(prior, random));
    }
    return point;
}

Point propose_point(const SearchSpace& space,
                    const std::vector<Point>& points,
                    const std::vector<Scored>& scored,
                    Random& random) {
    std::vector<std::size_t> order(points.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) {
        return scored[i].score.ok ? scored[i].score.mape : std::numeric_limits<double>::infinity();
    });
    const double wanted = std::ceil(0.25 * std::sqrt(static_cast<double>(points.size())));
    const std::size_t count = std::min(static_cast<std::size_t>(wanted), k_most_good);
    std::vector<bool> is_good(points.size(), false);
    for (std::size_t i = 0; i < count; ++i) {
        is_good[order[i]] = true;
    }
    Point point;
    for (std::size_t p = 0; p < space.priors.size(); ++p) {
        std::vector<double> good;
        std::vector<double> bad;
        for (std::size_t i = 0; i < points.size(); ++i) {
            (is_good[i] ? good : bad).push_back(points[i][p]);
        }
        point.push_back(propose(space.priors[p].second, good, bad, random));
    }
    return point;
}

} // namespace aisprint::training
