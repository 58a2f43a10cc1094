// SPDX-License-Identifier: Apache-2.0
// Decision trees: our own form, and the JSON model of XGBoost 1.x and later.
#include "estimator.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <utility>

namespace aisprint::perf {

namespace {

/// A node; a leaf has left == -1 and its value in `threshold`. The number type decides how splits
/// are compared and leaves added.
template <class Number>
struct TreeNode {
    Number threshold = 0;
    int feature = 0;
    int left = -1;
    int right = -1;
};

template <class Number>
using Tree = std::vector<TreeNode<Number>>;

/// Every node is reached once at most from the root, children and features exist.
template <class Number>
bool is_sound(const Tree<Number>& tree, std::size_t features) {
    std::vector<bool> seen(tree.size(), false);
    std::vector<std::size_t> open{0};
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        if (seen[at]) {
            return false;
        }
        seen[at] = true;
        const TreeNode<Number>& node = tree[at];
        if (node.left == -1) {
            continue;
        }
        for (const int child : {node.left, node.right}) {
            if (child < 0 || static_cast<std::size_t>(child) >= tree.size()) {
                return false;
            }
            open.push_back(static_cast<std::size_t>(child));
        }
        if (node.feature < 0 || static_cast<std::size_t>(node.feature) >= features) {
            return false;
        }
    }
    return true;
}

void unsound(std::size_t tree, Fields& in) {
    in.error("PRM005", fmt::format("tree {} of the performance model is malformed: a node is its "
                                   "own descendant, has two parents, or names a child or feature "
                                   "that does not exist",
                                   tree));
}

/// Mean of trees in double precision; x <= threshold goes left.
class Forest final : public Estimator {
public:
    explicit Forest(std::vector<Tree<double>> trees) : m_trees(std::move(trees)) {}

    [[nodiscard]] double predict(std::span<const double> features) const override {
        double sum = 0;
        for (const Tree<double>& tree : m_trees) {
            const TreeNode<double>* node = tree.data();
            while (node->left != -1) {
                const bool left =
                    features[static_cast<std::size_t>(node->feature)] <= node->threshold;
                node = tree.data() + (left ? node->left : node->right);
            }
            sum += node->threshold;
        }
        return sum / static_cast<double>(m_trees.size());
    }

private:
    std::vector<Tree<double>> m_trees;
};

/// Sum of trees in single precision, as the library adds them; x < threshold goes left. Features
/// are never missing, so the default directions have no effect.
class Boosted final : public Estimator {
public:
    Boosted(float base, std::vector<Tree<float>> trees) : m_base(base), m_trees(std::move(trees)) {}

    [[nodiscard]] double predict(std::span<const double> features) const override {
        float sum = m_base;
        for (const Tree<float>& tree : m_trees) {
            const TreeNode<float>* node = tree.data();
            while (node->left != -1) {
                const auto value =
                    static_cast<float>(features[static_cast<std::size_t>(node->feature)]);
                node = tree.data() + (value < node->threshold ? node->left : node->right);
            }
            sum += node->threshold;
        }
        return static_cast<double>(sum);
    }

private:
    float m_base;
    std::vector<Tree<float>> m_trees;
};

bool has_nodes(std::size_t count, const std::string& path, Fields& in) {
    if (count == 0) {
        in.error("PRM003", fmt::format("'{}' of the performance model has no nodes", path));
    }
    return count > 0;
}

std::optional<Tree<double>> read_tree(const Json& json, const std::string& path, Fields& in) {
    const std::vector<int> feature = in.integers(&json, "feature", path);
    const std::vector<double> threshold = in.numbers(&json, "threshold", path);
    const std::vector<int> left = in.integers(&json, "left", path);
    const std::vector<int> right = in.integers(&json, "right", path);
    const std::vector<double> value = in.numbers(&json, "value", path);
    const std::size_t count = value.size();
    if (in.failed() || !in.size_is(feature.size(), count, path + ".feature") ||
        !in.size_is(threshold.size(), count, path + ".threshold") ||
        !in.size_is(left.size(), count, path + ".left") ||
        !in.size_is(right.size(), count, path + ".right") || !has_nodes(count, path, in)) {
        return std::nullopt;
    }
    Tree<double> tree(count);
    for (std::size_t i = 0; i < count; ++i) {
        const bool leaf = left[i] == -1;
        tree[i] = {leaf ? value[i] : threshold[i], feature[i], left[i], right[i]};
    }
    return tree;
}

std::optional<Tree<float>>
read_boosted_tree(const Json& json, const std::string& path, Fields& in) {
    const std::vector<int> feature = in.integers(&json, "split_indices", path);
    const std::vector<double> condition = in.numbers(&json, "split_conditions", path);
    const std::vector<int> left = in.integers(&json, "left_children", path);
    const std::vector<int> right = in.integers(&json, "right_children", path);
    const std::size_t count = condition.size();
    if (in.failed() || !in.size_is(feature.size(), count, path + ".split_indices") ||
        !in.size_is(left.size(), count, path + ".left_children") ||
        !in.size_is(right.size(), count, path + ".right_children") || !has_nodes(count, path, in)) {
        return std::nullopt;
    }
    if (json.contains("split_type")) {
        for (const int type : in.integers(&json, "split_type", path)) {
            if (type != 0) {
                in.error("PRM004", fmt::format("'{}' of the performance model splits by category, "
                                               "which is not supported",
                                               path));
                return std::nullopt;
            }
        }
    }
    Tree<float> tree(count);
    for (std::size_t i = 0; i < count; ++i) {
        tree[i] = {static_cast<float>(condition[i]), feature[i], left[i], right[i]};
    }
    return tree;
}

/// All trees of a list that is called `path`, or nothing once one of them is wrong.
template <class Number>
std::optional<std::vector<Tree<Number>>>
read_trees(const Json& list,
           const std::string& path,
           std::optional<Tree<Number>> (*read)(const Json&, const std::string&, Fields&),
           std::size_t features,
           Fields& in) {
    std::vector<Tree<Number>> trees;
    for (std::size_t i = 0; i < list.size(); ++i) {
        auto tree = read(list[i], fmt::format("{}[{}]", path, i), in);
        if (!tree) {
            return std::nullopt;
        }
        if (!is_sound(*tree, features)) {
            unsound(i, in);
            return std::nullopt;
        }
        trees.push_back(std::move(*tree));
    }
    return trees;
}

/// The library writes numbers as text: "5E-1", newer versions "[5E-1]".
float read_base_score(const Json* parameters, Fields& in) {
    std::string text = in.text(parameters, "base_score", "model.learner.learner_model_param");
    if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
        text = text.substr(1, text.size() - 2);
    }
    char* end = nullptr;
    const float value = std::strtof(text.c_str(), &end);
    if (!in.failed() && (text.empty() || *end != '\0' || !std::isfinite(value))) {
        in.error("PRM002", fmt::format("'base_score' of the performance model is '{}'; it must be "
                                       "a finite number",
                                       text));
    }
    return value;
}

} // namespace

std::unique_ptr<const Estimator> read_forest(const Json* model, std::size_t features, Fields& in) {
    const Json* list = in.array(model, "trees", "model");
    if (list == nullptr) {
        return nullptr;
    }
    if (list->empty()) {
        in.error("PRM003", "'model.trees' of the performance model has no elements");
        return nullptr;
    }
    auto trees = read_trees<double>(*list, "model.trees", read_tree, features, in);
    return trees ? std::make_unique<Forest>(std::move(*trees)) : nullptr;
}

std::unique_ptr<const Estimator> read_xgboost(const Json* model, std::size_t features, Fields& in) {
    const Json* learner = in.member(model, "learner", "model");
    const Json* objective = in.member(learner, "objective", "model.learner");
    const std::string goal = in.text(objective, "name", "model.learner.objective");
    const Json* booster = in.member(learner, "gradient_booster", "model.learner");
    const std::string kind = in.text(booster, "name", "model.learner.gradient_booster");
    if (in.failed()) {
        return nullptr;
    }
    if (kind != "gbtree" || goal != "reg:squarederror") {
        in.error("PRM004", fmt::format("the performance model has the booster '{}' and the "
                                       "objective '{}'; supported are gbtree and reg:squarederror",
                                       kind, goal));
        return nullptr;
    }
    const float base =
        read_base_score(in.member(learner, "learner_model_param", "model.learner"), in);
    const Json* inner = in.member(booster, "model", "model.learner.gradient_booster");
    const Json* list = in.array(inner, "trees", "model.learner.gradient_booster.model");
    if (in.failed()) {
        return nullptr;
    }
    auto trees = read_trees<float>(*list, "trees", read_boosted_tree, features, in);
    return trees ? std::make_unique<Boosted>(base, std::move(*trees)) : nullptr;
}

} // namespace aisprint::perf
