// SPDX-License-Identifier: Apache-2.0
// XGBoost: boosted trees by the library's C API. The only file that sees the library. Predictions
// of a row are made from the trees that it saves, exactly as the reader of model files makes them;
// those of many rows by the library, which adds the same numbers in the same order: most fits are
// only judged, and saving would take a fourth of their time.
#include "core.hpp"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace aisprint::training {

namespace {

constexpr float k_base_score = 0.5F;

struct MatrixDeleter {
    void operator()(void* handle) const { XGDMatrixFree(handle); }
};
struct BoosterDeleter {
    void operator()(void* handle) const { XGBoosterFree(handle); }
};
using MatrixPointer = std::unique_ptr<void, MatrixDeleter>;
using BoosterPointer = std::unique_ptr<void, BoosterDeleter>;

/// Why the last call failed, if it did.
class Calls {
public:
    /// Notes what the first call that failed says; false from then on.
    bool ok(int code) {
        if (code != 0 && m_reason.empty()) {
            m_reason = first_line(XGBGetLastError());
        }
        return m_reason.empty();
    }
    [[nodiscard]] const std::string& reason() const { return m_reason; }

private:
    std::string m_reason;

    /// What follows is a trace of the library's stack.
    static std::string first_line(const std::string& text) {
        const std::string line = text.substr(0, text.find('\n'));
        return line.empty() ? "no reason given" : line;
    }
};

/// The model as the library saves it, in its format "json" or "ubj"; empty if it fails.
std::string save(BoosterHandle booster, const std::string& format, Calls& calls) {
    bst_ulong length = 0;
    const char* bytes = nullptr; // the library's, until the thread's next call
    const std::string how = fmt::format(R"({{"format": "{}"}})", format);
    if (!calls.ok(XGBoosterSaveModelToBuffer(booster, how.c_str(), &length, &bytes))) {
        return {};
    }
    return {bytes, static_cast<std::size_t>(length)};
}

/// A node; a leaf has left == -1 and its value in `threshold`.
struct Node {
    float threshold = 0;
    int feature = 0;
    int left = -1;
    int right = -1;
};
using Trees = std::vector<std::vector<Node>>;

/// Takes the trees from what the library saves, as it is read: they are the smaller part of it.
class TreeScanner final : public nlohmann::json_sax<nlohmann::json> {
public:
    Trees trees;

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t value) override {
        return take(static_cast<double>(value));
    }
    bool number_unsigned(number_unsigned_t value) override {
        return take(static_cast<double>(value));
    }
    bool number_float(number_float_t value, const string_t&) override { return take(value); }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_object(std::size_t) override { return true; }
    bool end_object() override {
        if (m_arrays.size() == 4) {
            finish_tree();
        }
        return true;
    }
    bool key(string_t& name) override {
        const bool wanted = name == "left_children" || name == "right_children" ||
                            name == "split_indices" || name == "split_conditions";
        m_into = wanted ? &m_arrays[name] : nullptr;
        return true;
    }
    bool start_array(std::size_t) override { return true; }
    bool end_array() override {
        m_into = nullptr;
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
        return false;
    }

private:
    std::map<std::string, std::vector<double>> m_arrays;
    std::vector<double>* m_into = nullptr;

    bool take(double value) {
        if (m_into != nullptr) {
            m_into->push_back(value);
        }
        return true;
    }

    void finish_tree() {
        std::vector<Node> tree;
        const std::vector<double>& conditions = m_arrays["split_conditions"];
        for (std::size_t i = 0; i < conditions.size(); ++i) {
            tree.push_back({static_cast<float>(conditions[i]),
                            static_cast<int>(m_arrays["split_indices"][i]),
                            static_cast<int>(m_arrays["left_children"][i]),
                            static_cast<int>(m_arrays["right_children"][i])});
        }
        trees.push_back(std::move(tree));
        m_arrays.clear();
    }
};

MatrixPointer make_matrix(const Matrix& rows, Calls& calls) {
    std::vector<float> values;
    values.reserve(rows.rows() * rows.columns());
    for (std::size_t i = 0; i < rows.rows(); ++i) {
        for (const double value : rows.row(i)) {
            values.push_back(static_cast<float>(value));
        }
    }
    DMatrixHandle handle = nullptr;
    calls.ok(XGDMatrixCreateFromMat_omp(values.data(), rows.rows(), rows.columns(),
                                        std::numeric_limits<float>::quiet_NaN(), &handle, 1));
    return MatrixPointer(handle);
}

MatrixPointer make_matrix(const Problem& problem, Calls& calls) {
    MatrixPointer matrix = make_matrix(problem.features, calls);
    std::vector<float> target;
    for (const double value : problem.target) {
        target.push_back(static_cast<float>(value));
    }
    if (calls.ok(0)) {
        calls.ok(XGDMatrixSetFloatInfo(matrix.get(), "label", target.data(), target.size()));
    }
    return matrix;
}

class Boosted final : public Core {
public:
    Boosted(BoosterPointer booster, std::size_t rounds, std::size_t features)
        : m_booster(std::move(booster)), m_rounds(rounds), m_features(features) {}

    [[nodiscard]] double evaluate(std::span<const double> features) const override {
        return evaluate_part(features, Part());
    }

    /// Deep trees are no part of those that are cut: the next tree would be another one.
    [[nodiscard]] double evaluate_part(std::span<const double> features,
                                       const Part& part) const override {
        float sum = k_base_score;
        for (std::size_t i = 0; i < std::min(part.trees, m_rounds); ++i) {
            const std::vector<Node>& tree = trees()[i];
            const Node* node = tree.data();
            while (node->left != -1) {
                const auto value =
                    static_cast<float>(features[static_cast<std::size_t>(node->feature)]);
                node = tree.data() + (value < node->threshold ? node->left : node->right);
            }
            sum += node->threshold;
        }
        return static_cast<double>(sum);
    }

    [[nodiscard]] std::vector<double> evaluate_rows(const Matrix& rows,
                                                    const Part& part) const override {
        Calls calls;
        const MatrixPointer matrix = make_matrix(rows, calls);
        const std::string how = fmt::format(
            R"({{"type": 0, "training": false, "iteration_begin": 0, "iteration_end": {},)"
            R"( "strict_shape": false}})",
            std::min(part.trees, m_rounds));
        const bst_ulong* shape = nullptr;
        bst_ulong dimensions = 0;
        const float* values = nullptr; // the library's, until the thread's next call
        if (!calls.ok(0) ||
            !calls.ok(XGBoosterPredictFromDMatrix(m_booster.get(), matrix.get(), how.c_str(),
                                                  &shape, &dimensions, &values))) {
            return Core::evaluate_rows(rows, part); // it does not take numbers without end
        }
        return {values, values + rows.rows()};
    }

    [[nodiscard]] nlohmann::ordered_json to_json() const override {
        Calls calls;
        const std::string document = save(m_booster.get(), "json", calls);
        AISPRINT_ASSERT(!document.empty());
        return nlohmann::ordered_json::parse(document);
    }

    [[nodiscard]] std::vector<double> importance() const override {
        std::vector<double> splits(m_features, 0.0);
        for (const std::vector<Node>& tree : trees()) {
            count_splits(tree, splits);
        }
        return splits;
    }

private:
    BoosterPointer m_booster;
    std::size_t m_rounds;
    std::size_t m_features;
    mutable std::once_flag m_read;
    mutable Trees m_trees;

    /// The trees, read when they are first asked for. Numbers in binary: those of a text take as
    /// long to write and read as the trees to grow.
    const Trees& trees() const {
        std::call_once(m_read, [&] {
            Calls calls;
            TreeScanner scanner;
            const bool is_read =
                nlohmann::json::sax_parse(save(m_booster.get(), "ubj", calls), &scanner,
                                          nlohmann::json::input_format_t::ubjson);
            AISPRINT_ASSERT(is_read && scanner.trees.size() == m_rounds);
            m_trees = std::move(scanner.trees);
        });
        return m_trees;
    }

    /// From the root on: pruned nodes stay in the arrays.
    static void count_splits(const std::vector<Node>& tree, std::vector<double>& splits) {
        std::vector<int> open{0};
        while (!open.empty()) {
            const Node& node = tree[static_cast<std::size_t>(open.back())];
            open.pop_back();
            if (node.left != -1) {
                splits[static_cast<std::size_t>(node.feature)] += 1;
                open.push_back(node.left);
                open.push_back(node.right);
            }
        }
    }
};

/// The library computes in single precision.
void check_range(const Problem& problem, ParameterReader& parameters) {
    constexpr double k_most = std::numeric_limits<float>::max();
    const auto too_large = [](double value) { return std::abs(value) > k_most; };
    for (std::size_t i = 0; i < problem.rows(); ++i) {
        if (too_large(problem.target[i]) ||
            std::ranges::any_of(problem.features.row(i), too_large)) {
            parameters.error("TRN032",
                             fmt::format("row {} holds a number above {:.3g}, which is too large "
                                         "for XGBoost",
                                         i + 1, k_most));
            return;
        }
    }
}

std::string constraints(const std::vector<int>& monotone) {
    return fmt::format("({})", fmt::join(monotone, ","));
}

std::vector<std::pair<std::string, std::string>> read_settings(const Problem& problem,
                                                               ParameterReader& parameters) {
    constexpr double k_endless = std::numeric_limits<double>::infinity();
    const auto text = [](double value) { return fmt::format("{}", value); };
    std::vector<std::pair<std::string, std::string>> settings{
        {"verbosity", "0"},
        {"nthread", "1"},
        {"booster", "gbtree"},
        {"objective", "reg:squarederror"},
        {"tree_method", "hist"},
        {"base_score", text(static_cast<double>(k_base_score))},
        {"seed", std::to_string(problem.options.seed & 0x7fffffffU)},
        {"learning_rate",
         text(parameters.number("learning_rate", {.low = 0, .high = 1, .low_open = true}))},
        {"max_depth", std::to_string(parameters.whole("max_depth", 1, 10'000))}};
    for (const char* name : {"gamma", "min_child_weight", "lambda", "alpha"}) {
        settings.emplace_back(name, text(parameters.number(name, {.high = k_endless})));
    }
    if (!problem.options.monotone.empty()) {
        settings.emplace_back("monotone_constraints", constraints(problem.options.monotone));
    }
    return settings;
}

/// Null after a call that failed.
BoosterPointer train(const Problem& problem,
                     const std::vector<std::pair<std::string, std::string>>& settings,
                     std::size_t rounds,
                     Calls& calls) {
    // Warnings of the calls below; the setting is this thread's.
    calls.ok(XGBSetGlobalConfig(R"({"verbosity": 0})"));
    const MatrixPointer matrix = make_matrix(problem, calls);
    if (!calls.ok(0)) {
        return nullptr;
    }
    DMatrixHandle cached = matrix.get();
    BoosterHandle handle = nullptr;
    if (!calls.ok(XGBoosterCreate(&cached, 1, &handle))) {
        return nullptr;
    }
    BoosterPointer booster(handle);
    for (const auto& [name, value] : settings) {
        calls.ok(XGBoosterSetParam(handle, name.c_str(), value.c_str()));
    }
    for (std::size_t round = 0; calls.ok(0) && round < rounds; ++round) {
        calls.ok(XGBoosterUpdateOneIter(handle, static_cast<int>(round), cached));
    }
    return booster;
}

} // namespace

CoreResult fit_xgboost(const Problem& problem, ParameterReader& parameters) {
    const auto settings = read_settings(problem, parameters);
    const std::size_t rounds = parameters.whole("n_estimators", 1, 100'000);
    if (!parameters.failed()) {
        check_range(problem, parameters);
    }
    if (parameters.failed()) {
        return parameters.failure();
    }
    Calls calls;
    BoosterPointer booster = train(problem, settings, rounds, calls);
    if (!calls.ok(0)) {
        parameters.error("TRN034",
                         fmt::format("the XGBoost library fails to fit: {}", calls.reason()));
        return parameters.failure();
    }
    return std::make_unique<Boosted>(std::move(booster), rounds, problem.columns());
}

} // namespace aisprint::training
