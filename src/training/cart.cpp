// SPDX-License-Identifier: Apache-2.0
#include "cart.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <queue>
#include <utility>

namespace aisprint::training {

namespace {

using Rows = std::vector<std::uint32_t>;

/// Splits whose gains differ by less than this share of the node's error are equal: the sums are
/// made in another order for each feature.
constexpr double k_tie = 1e-10;

struct Split {
    std::size_t feature = 0;
    double threshold = 0;
    double gain = 0;
    double margin = 0; ///< the gap at the threshold, as a share of the feature's range in the node
    bool found = false;
};

/// Sum of absolute distances to the median, of numbers that come one by one.
class AbsoluteError {
public:
    void add(double value) {
        if (m_low.empty() || value <= m_low.top()) {
            m_low.push(value);
            m_low_sum += value;
        } else {
            m_high.push(value);
            m_high_sum += value;
        }
        if (m_low.size() > m_high.size() + 1) {
            move(m_low, m_low_sum, m_high, m_high_sum);
        } else if (m_high.size() > m_low.size()) {
            move(m_high, m_high_sum, m_low, m_low_sum);
        }
    }
    [[nodiscard]] double median() const {
        return m_low.size() > m_high.size() ? m_low.top()
                                            : m_low.top() + (m_high.top() - m_low.top()) / 2;
    }
    [[nodiscard]] double sum() const {
        const double middle = m_low.top();
        return (m_high_sum - middle * static_cast<double>(m_high.size())) +
               (middle * static_cast<double>(m_low.size()) - m_low_sum);
    }

private:
    std::priority_queue<double> m_low; ///< the lower half, as large as the upper one or one larger
    std::priority_queue<double, std::vector<double>, std::greater<>> m_high;
    double m_low_sum = 0;
    double m_high_sum = 0;

    template <class From, class To>
    static void move(From& from, double& from_sum, To& to, double& to_sum) {
        const double value = from.top();
        from.pop();
        from_sum -= value;
        to.push(value);
        to_sum += value;
    }
};

/// Grows one tree. The rows of a node are one stretch of every order.
class Grower {
public:
    Grower(const Problem& problem,
           const Rows& counts,
           const TreeSettings& settings,
           std::vector<Rows> orders,
           Random random)
        : m_problem(problem), m_counts(counts), m_settings(settings), m_orders(std::move(orders)),
          m_seed(random.next()), m_goes_left(problem.rows(), 0), m_candidates(problem.columns()) {}

    [[nodiscard]] Tree grow() {
        Tree tree(1);
        std::vector<Open> open{{0, 0, m_orders.front().size(), 0, 1}};
        while (!open.empty()) {
            const Open at = open.back();
            open.pop_back();
            measure(at);
            tree[at.node].value = m_centre;
            const Split split = may_split(at) ? best_split(at) : Split{};
            if (!split.found) {
                continue;
            }
            const std::size_t middle = divide(at, split);
            const std::size_t left = tree.size();
            tree[at.node].feature = static_cast<int>(split.feature);
            tree[at.node].threshold = split.threshold;
            tree[at.node].left = static_cast<int>(left);
            tree[at.node].right = static_cast<int>(left + 1);
            tree.resize(left + 2);
            open.push_back({left + 1, middle, at.end, at.depth + 1, 2 * at.path + 1});
            open.push_back({left, at.begin, middle, at.depth + 1, 2 * at.path});
        }
        return tree;
    }

private:
    struct Open {
        std::size_t node;
        std::size_t begin;
        std::size_t end;
        std::size_t depth;
        std::uint64_t path; ///< 1, and a bit for each turn; far down the first ones are lost
    };

    const Problem& m_problem;
    const Rows& m_counts;
    const TreeSettings& m_settings;
    std::vector<Rows> m_orders;
    std::uint64_t m_seed;
    std::vector<char> m_goes_left; ///< by row
    std::vector<std::size_t> m_candidates;
    Rows m_moved;
    double m_centre = 0; ///< mean or median of the node
    double m_error = 0;  ///< of the node around it
    double m_total = 0;  ///< rows of the node, each as often as it is there
    bool m_equal = false;

    [[nodiscard]] double target(std::uint32_t row) const { return m_problem.target[row]; }
    [[nodiscard]] double value(std::uint32_t row, std::size_t feature) const {
        return m_problem.features.at(row, feature);
    }

    void measure(const Open& at) {
        const Rows& order = m_orders.front();
        const double first = target(order[at.begin]);
        m_equal = true;
        double sum = 0;
        double count = 0;
        AbsoluteError absolute;
        for (std::size_t i = at.begin; i < at.end; ++i) {
            const double y = target(order[i]);
            const double times = m_counts[order[i]];
            m_equal = m_equal && y == first;
            sum += times * (y - first);
            count += times;
            for (std::uint32_t k = 0;
                 m_settings.criterion == Criterion::absolute_error && k < m_counts[order[i]]; ++k) {
                absolute.add(y);
            }
        }
        m_centre = first + sum / count;
        m_total = count;
        if (m_settings.criterion == Criterion::absolute_error) {
            m_centre = absolute.median();
            m_error = absolute.sum();
            return;
        }
        m_error = 0;
        for (std::size_t i = at.begin; i < at.end; ++i) {
            const double distance = target(order[i]) - m_centre;
            m_error += m_counts[order[i]] * distance * distance;
        }
    }

    [[nodiscard]] bool may_split(const Open& at) const {
        const std::size_t rows = at.end - at.begin;
        return !m_equal && at.depth < m_settings.max_depth &&
               rows >= m_settings.min_samples_split && rows / 2 >= m_settings.min_samples_leaf;
    }

    /// Looks at features, in the order in which they are drawn if it matters, until enough that
    /// vary were seen and one could be split.
    [[nodiscard]] Split best_split(const Open& at) {
        std::iota(m_candidates.begin(), m_candidates.end(), std::size_t{0});
        if (m_settings.ties == Ties::drawn || m_settings.max_features < m_candidates.size()) {
            Random(m_seed, at.path).shuffle(m_candidates);
        }
        Split best;
        std::size_t seen = 0;
        for (const std::size_t feature : m_candidates) {
            if (seen >= m_settings.max_features && best.found) {
                break;
            }
            const Rows& order = m_orders[feature];
            if (value(order[at.begin], feature) == value(order[at.end - 1], feature)) {
                continue;
            }
            ++seen;
            if (m_settings.criterion == Criterion::squared_error) {
                try_squared(at, feature, best);
            } else {
                try_absolute(at, feature, best);
            }
        }
        return best;
    }

    /// Takes the split between positions i and i + 1 of a feature's order if it is better. Gaps are
    /// compared as shares of the features' ranges.
    void
    consider(const Open& at, std::size_t feature, std::size_t i, double gain, Split& best) const {
        const double tie = k_tie * m_error;
        const bool keeps_equals = m_settings.ties == Ties::drawn || feature == best.feature;
        if (best.found && (gain < best.gain - tie || (gain <= best.gain + tie && keeps_equals))) {
            return;
        }
        const Rows& order = m_orders[feature];
        const double low = value(order[i], feature);
        const double high = value(order[i + 1], feature);
        const double range =
            value(order[at.end - 1], feature) / 2 - value(order[at.begin], feature) / 2;
        const double margin = (high / 2 - low / 2) / range;
        if (best.found && gain <= best.gain + tie &&
            (margin < best.margin * (1 - k_tie) ||
             (margin <= best.margin * (1 + k_tie) && feature > best.feature))) {
            return;
        }
        const double middle = low / 2 + high / 2;
        best = {feature, middle >= low && middle < high ? middle : low, gain, margin, true};
    }

    /// The positions where a feature's order may be cut: [first, last).
    [[nodiscard]] std::pair<std::size_t, std::size_t> cuts(const Open& at) const {
        const std::size_t least = std::max<std::size_t>(m_settings.min_samples_leaf, 1);
        return {at.begin + least - 1, at.end - least};
    }

    void try_squared(const Open& at, std::size_t feature, Split& best) const {
        const Rows& order = m_orders[feature];
        const auto [first, last] = cuts(at);
        // Around the node's mean the sums of both sides cancel each other.
        double sum = 0;
        double count = 0;
        double next = value(order[at.begin], feature);
        for (std::size_t i = at.begin; i < last; ++i) {
            const double own = next;
            next = value(order[i + 1], feature);
            const double times = m_counts[order[i]];
            sum += times * (target(order[i]) - m_centre);
            count += times;
            if (i >= first && own < next) {
                consider(at, feature, i, sum * sum / count + sum * sum / (m_total - count), best);
            }
        }
    }

    void try_absolute(const Open& at, std::size_t feature, Split& best) const {
        const Rows& order = m_orders[feature];
        const auto [first, last] = cuts(at);
        std::vector<double> right(at.end - at.begin, 0.0); // error of positions from i on
        AbsoluteError below_last;
        for (std::size_t i = at.end; i-- > at.begin;) {
            for (std::uint32_t k = 0; k < m_counts[order[i]]; ++k) {
                below_last.add(target(order[i]));
            }
            right[i - at.begin] = below_last.sum();
        }
        AbsoluteError left;
        for (std::size_t i = at.begin; i < last; ++i) {
            for (std::uint32_t k = 0; k < m_counts[order[i]]; ++k) {
                left.add(target(order[i]));
            }
            if (i >= first && value(order[i], feature) < value(order[i + 1], feature)) {
                consider(at, feature, i, m_error - left.sum() - right[i + 1 - at.begin], best);
            }
        }
    }

    /// Puts the rows that go left before the others, in every order if a side may be split again;
    /// where the others begin.
    std::size_t divide(const Open& at, const Split& split) {
        std::size_t lefts = 0;
        for (std::size_t i = at.begin; i < at.end; ++i) {
            const std::uint32_t row = m_orders.front()[i];
            const bool left = value(row, split.feature) <= split.threshold;
            m_goes_left[row] = left ? 1 : 0;
            lefts += left ? 1 : 0;
        }
        const std::size_t larger = std::max(lefts, at.end - at.begin - lefts);
        const bool goes_on =
            at.depth + 1 < m_settings.max_depth && larger >= m_settings.min_samples_split;
        for (Rows& order : std::span(m_orders).first(goes_on ? m_orders.size() : 1)) {
            m_moved.clear();
            std::size_t to = at.begin;
            for (std::size_t i = at.begin; i < at.end; ++i) {
                if (m_goes_left[order[i]] != 0) {
                    order[to++] = order[i];
                } else {
                    m_moved.push_back(order[i]);
                }
            }
            std::ranges::copy(m_moved, order.begin() + static_cast<std::ptrdiff_t>(to));
        }
        return at.begin + lefts;
    }
};

class Forest final : public Core {
public:
    Forest(std::vector<Tree> trees, std::size_t features)
        : m_trees(std::move(trees)), m_features(features) {}

    [[nodiscard]] double evaluate(std::span<const double> features) const override {
        return evaluate_part(features, Part());
    }

    /// Nodes hold the value that they would have as leaves.
    [[nodiscard]] double evaluate_part(std::span<const double> features,
                                       const Part& part) const override {
        const std::size_t count = std::min(part.trees, m_trees.size());
        double sum = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const Tree& tree = m_trees[i];
            const TreeNode* node = tree.data();
            for (std::size_t depth = 0; depth < part.depth && node->left != -1; ++depth) {
                const bool left =
                    features[static_cast<std::size_t>(node->feature)] <= node->threshold;
                node = tree.data() + (left ? node->left : node->right);
            }
            sum += node->value;
        }
        return sum / static_cast<double>(count);
    }

    [[nodiscard]] nlohmann::ordered_json to_json() const override {
        nlohmann::ordered_json trees = nlohmann::ordered_json::array();
        for (const Tree& tree : m_trees) {
            nlohmann::ordered_json json;
            for (const TreeNode& node : tree) {
                json["feature"].push_back(node.feature);
                json["threshold"].push_back(node.threshold);
                json["left"].push_back(node.left);
                json["right"].push_back(node.right);
                json["value"].push_back(node.value);
            }
            trees.push_back(std::move(json));
        }
        return {{"trees", std::move(trees)}};
    }

    [[nodiscard]] std::vector<double> importance() const override {
        std::vector<double> splits(m_features, 0.0);
        for (const Tree& tree : m_trees) {
            for (const TreeNode& node : tree) {
                if (node.left != -1) {
                    splits[static_cast<std::size_t>(node.feature)] += 1;
                }
            }
        }
        return splits;
    }

private:
    std::vector<Tree> m_trees;
    std::size_t m_features;
};

/// A count from a share of `total` in (0, limit), or a count as it is; see fit().
std::size_t ceiling_of(double share_or_count, bool is_share, std::size_t total) {
    return is_share
               ? static_cast<std::size_t>(std::ceil(share_or_count * static_cast<double>(total)))
               : static_cast<std::size_t>(std::round(share_or_count));
}

std::size_t read_max_features(std::size_t columns, ParameterReader& parameters) {
    const ParameterValue given = parameters.value("max_features");
    const auto share = [&](double count) {
        return std::max<std::size_t>(1, static_cast<std::size_t>(count));
    };
    const auto total = static_cast<double>(columns);
    if (std::holds_alternative<std::monostate>(given)) {
        return columns;
    }
    if (const auto* text = std::get_if<std::string>(&given)) {
        if (*text == "auto") {
            return columns;
        }
        if (*text == "sqrt") {
            return share(std::sqrt(total));
        }
        if (*text == "log2") {
            return share(std::log2(std::max(total, 1.0)));
        }
    }
    const auto* number = std::get_if<double>(&given);
    if (number != nullptr && *number > 0 && *number <= 1e6) {
        if (*number <= 1) {
            return share(*number * total);
        }
        return std::min(columns, static_cast<std::size_t>(std::round(*number)));
    }
    parameters.refuse("max_features", "a share in (0, 1], a number of features up to 1000000, "
                                      "auto, sqrt, log2 or None");
    return columns;
}

} // namespace

TreeSettings read_tree_settings(const Problem& problem, ParameterReader& parameters) {
    constexpr std::size_t k_most = 1'000'000;
    constexpr NumberRange k_sizes{.low = 0, .high = 1e6, .low_open = true};
    TreeSettings settings;
    const std::string criterion =
        parameters.word("criterion", {"squared_error", "absolute_error", "mse", "mae"});
    settings.criterion = criterion == "absolute_error" || criterion == "mae"
                             ? Criterion::absolute_error
                             : Criterion::squared_error;
    settings.max_depth = parameters.whole_or_none("max_depth", 1, k_most).value_or(SIZE_MAX);
    settings.max_features = read_max_features(problem.columns(), parameters);
    const double split = parameters.number("min_samples_split", k_sizes);
    const double leaf = parameters.number("min_samples_leaf", k_sizes);
    settings.min_samples_split =
        std::max<std::size_t>(2, ceiling_of(split, split <= 1, problem.rows()));
    settings.min_samples_leaf =
        std::max<std::size_t>(1, ceiling_of(leaf, leaf < 1, problem.rows()));
    return settings;
}

TreeGrower::TreeGrower(const Problem& problem) : m_problem(problem), m_orders(problem.columns()) {
    for (std::size_t j = 0; j < m_orders.size(); ++j) {
        m_orders[j].resize(problem.rows());
        std::iota(m_orders[j].begin(), m_orders[j].end(), 0U);
        std::ranges::stable_sort(m_orders[j], {},
                                 [&](std::uint32_t row) { return problem.features.at(row, j); });
    }
}

Tree TreeGrower::grow(const std::vector<std::uint32_t>& counts,
                      const TreeSettings& settings,
                      Random random) const {
    std::vector<Rows> orders = m_orders;
    for (Rows& order : orders) {
        std::erase_if(order, [&](std::uint32_t row) { return counts[row] == 0; });
    }
    return Grower(m_problem, counts, settings, std::move(orders), random).grow();
}

std::unique_ptr<const Core> make_forest(std::vector<Tree> trees, std::size_t features) {
    return std::make_unique<Forest>(std::move(trees), features);
}

} // namespace aisprint::training
