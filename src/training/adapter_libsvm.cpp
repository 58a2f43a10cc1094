// SPDX-License-Identifier: Apache-2.0
// SVR: epsilon support vector regression by libsvm. The only file that sees the library.
#include "core.hpp"

#include <fmt/format.h>
#include <svm.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <memory>
#include <mutex>
#include <numeric>
#include <string_view>
#include <utility>

namespace aisprint::training {

namespace {

struct Settings {
    double c = 0;
    double epsilon = 0;
    double gamma = 0;
    int degree = 0;
    std::string kernel;
};

double dot(std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// sum of coefficient x K(vector, x) + bias
class SupportVectors final : public Core {
public:
    SupportVectors(Settings settings,
                   std::vector<double> coefficients,
                   std::vector<std::vector<double>> vectors,
                   double bias,
                   std::size_t features,
                   std::string remark)
        : m_settings(std::move(settings)), m_coefficients(std::move(coefficients)),
          m_vectors(std::move(vectors)), m_bias(bias), m_features(features),
          m_remark(std::move(remark)) {}

    [[nodiscard]] double evaluate(std::span<const double> features) const override {
        double sum = m_bias;
        for (std::size_t i = 0; i < m_coefficients.size(); ++i) {
            sum += m_coefficients[i] * kernel(m_vectors[i], features);
        }
        return sum;
    }

    [[nodiscard]] nlohmann::ordered_json to_json() const override {
        return {{"kernel", m_settings.kernel},
                {"gamma", m_settings.gamma},
                {"degree", m_settings.degree},
                {"coef0", 0.0},
                {"coefficients", m_coefficients},
                {"vectors", m_vectors},
                {"bias", m_bias}};
    }

    [[nodiscard]] std::vector<double> importance() const override {
        std::vector<double> sizes(m_features, 0.0);
        if (m_settings.kernel != "linear") {
            return sizes;
        }
        for (std::size_t j = 0; j < m_features; ++j) {
            double weight = 0;
            for (std::size_t i = 0; i < m_coefficients.size(); ++i) {
                weight += m_coefficients[i] * m_vectors[i][j];
            }
            sizes[j] = std::abs(weight);
        }
        return sizes;
    }

    [[nodiscard]] std::string remark() const override { return m_remark; }

private:
    Settings m_settings;
    std::vector<double> m_coefficients;
    std::vector<std::vector<double>> m_vectors;
    double m_bias;
    std::size_t m_features;
    std::string m_remark;

    [[nodiscard]] double kernel(std::span<const double> a, std::span<const double> b) const {
        if (m_settings.kernel == "linear") {
            return dot(a, b);
        }
        if (m_settings.kernel == "poly") {
            return std::pow(m_settings.gamma * dot(a, b) + 0.0,
                            static_cast<double>(m_settings.degree));
        }
        if (m_settings.kernel == "sigmoid") {
            return std::tanh(m_settings.gamma * dot(a, b) + 0.0);
        }
        double distance = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            distance += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return std::exp(-m_settings.gamma * distance);
    }
};

int kernel_type(const std::string& kernel) {
    if (kernel == "linear") {
        return LINEAR;
    }
    if (kernel == "poly") {
        return POLY;
    }
    return kernel == "sigmoid" ? SIGMOID : RBF;
}

/// 1 / (features x variance of all entries)
double gamma_by_scale(const Matrix& features) {
    std::vector<double> entries;
    for (std::size_t i = 0; i < features.rows(); ++i) {
        const auto row = features.row(i);
        entries.insert(entries.end(), row.begin(), row.end());
    }
    const double deviation = moments(entries).deviation;
    const double size = static_cast<double>(features.columns()) * deviation * deviation;
    return size > 0 ? 1 / size : 1.0;
}

double read_gamma(const Problem& problem, ParameterReader& parameters) {
    const ParameterValue given = parameters.value("gamma");
    if (const auto* number = std::get_if<double>(&given)) {
        if (std::isfinite(*number) && *number > 0) {
            return *number;
        }
    }
    const auto* text = std::get_if<std::string>(&given);
    if (text != nullptr && (*text == "scale" || *text == "auto")) {
        if (parameters.failed()) {
            return 1; // not used
        }
        return *text == "scale" ? gamma_by_scale(problem.features)
                                : 1 / static_cast<double>(problem.columns());
    }
    parameters.refuse("gamma", "a number above 0, scale or auto");
    return 1;
}

Settings read_settings(const Problem& problem, ParameterReader& parameters) {
    constexpr double k_endless = std::numeric_limits<double>::infinity();
    Settings settings;
    settings.c = parameters.number("C", {.high = k_endless, .low_open = true});
    settings.epsilon = parameters.number("epsilon", {.high = k_endless});
    settings.kernel = parameters.word("kernel", {"linear", "poly", "rbf", "sigmoid"});
    settings.degree = static_cast<int>(parameters.whole("degree", 1, 20));
    settings.gamma = read_gamma(problem, parameters);
    return settings;
}

/// Counts the steps of a fit by what the library tells of its progress, and keeps it quiet: when it
/// gives up, it writes so to standard error, of its own accord. From shortly before that to the end
/// of the fit, C's standard error leads nowhere; nobody else here writes by it.
class Patience {
public:
    explicit Patience(std::size_t rows)
        : m_step(std::min(2 * rows, k_most_steps_at_once)),
          m_limit(std::max(k_most_steps, k_most_steps_per_row * rows)) {
        current() = this;
    }
    Patience(const Patience&) = delete;
    Patience& operator=(const Patience&) = delete;
    ~Patience() {
        current() = nullptr;
        if (m_sink != nullptr) {
            stderr = m_standard_error;
            std::fclose(m_sink);
        }
    }

    /// The function that the library calls.
    static void hear(const char* text) {
        if (current() != nullptr) {
            current()->take(text);
        }
    }

    [[nodiscard]] std::size_t limit() const { return m_limit; }
    [[nodiscard]] bool is_exhausted() const { return m_steps >= m_limit; }

private:
    // as in the library, whose problem has two variables for each row
    static constexpr std::size_t k_most_steps_at_once = 1000;
    static constexpr std::size_t k_most_steps = 10'000'000;
    static constexpr std::size_t k_most_steps_per_row = 200;

    /// The fit of this thread; the library hands nothing through to its caller.
    static Patience*& current() {
        thread_local Patience* fit = nullptr;
        return fit;
    }

    static std::mutex& mutex() {
        static std::mutex one_at_a_time;
        return one_at_a_time;
    }

    void take(std::string_view text) {
        constexpr std::string_view k_total = "#iter = ";
        if (const std::size_t at = text.find(k_total); at != std::string_view::npos) {
            m_steps = 0; // exactly now, until here at most
            std::from_chars(text.data() + at + k_total.size(), text.data() + text.size(), m_steps);
            return;
        }
        m_steps += text == "." ? m_step : 1;
        if (m_sink == nullptr && m_steps + 2 * m_step >= m_limit) {
            m_alone = std::unique_lock(mutex());
            m_sink = std::fopen("/dev/null", "w");
            if (m_sink != nullptr) {
                m_standard_error = std::exchange(stderr, m_sink);
            }
        }
    }

    std::size_t m_step;  ///< between two signs of life
    std::size_t m_limit; ///< where the library gives up
    std::size_t m_steps = 0;
    std::unique_lock<std::mutex> m_alone; ///< while standard error is another
    std::FILE* m_sink = nullptr;
    std::FILE* m_standard_error = nullptr;
};

/// The rows as the library wants them: each a list of index and value, ended by -1.
struct Nodes {
    std::vector<svm_node> nodes;
    std::vector<svm_node*> rows;
};

Nodes make_nodes(const Matrix& features) {
    Nodes made;
    const std::size_t width = features.columns() + 1;
    made.nodes.resize(features.rows() * width);
    for (std::size_t i = 0; i < features.rows(); ++i) {
        for (std::size_t j = 0; j < features.columns(); ++j) {
            made.nodes[i * width + j] = {static_cast<int>(j + 1), features.at(i, j)};
        }
        made.nodes[i * width + features.columns()] = {-1, 0.0};
        made.rows.push_back(made.nodes.data() + i * width);
    }
    return made;
}

struct ModelDeleter {
    void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};
using ModelPointer = std::unique_ptr<svm_model, ModelDeleter>;

std::unique_ptr<const Core> to_core(const svm_model& model,
                                    const Settings& settings,
                                    std::size_t features,
                                    std::string remark) {
    std::vector<double> coefficients;
    std::vector<std::vector<double>> vectors;
    for (std::size_t i = 0; i < static_cast<std::size_t>(model.l); ++i) {
        coefficients.push_back(model.sv_coef[0][i]);
        std::vector<double> vector(features, 0.0);
        for (const svm_node* node = model.SV[i]; node->index != -1; ++node) {
            vector[static_cast<std::size_t>(node->index - 1)] = node->value;
        }
        vectors.push_back(std::move(vector));
    }
    return std::make_unique<SupportVectors>(settings, std::move(coefficients), std::move(vectors),
                                            -model.rho[0], features, std::move(remark));
}

} // namespace

CoreResult fit_svr(const Problem& problem, ParameterReader& parameters) {
    const Settings settings = read_settings(problem, parameters);
    if (parameters.failed()) {
        return parameters.failure();
    }
    // The library keeps this in a variable of its own, without a lock.
    static std::once_flag quiet;
    std::call_once(quiet, [] { svm_set_print_string_function(Patience::hear); });

    svm_parameter parameter{};
    parameter.svm_type = EPSILON_SVR;
    parameter.kernel_type = kernel_type(settings.kernel);
    parameter.degree = settings.degree;
    parameter.gamma = settings.gamma;
    parameter.cache_size = 100;
    parameter.eps = 1e-3;
    parameter.C = settings.c;
    parameter.p = settings.epsilon;
    parameter.shrinking = 1;
    Nodes nodes = make_nodes(problem.features);
    std::vector<double> target(problem.target.begin(), problem.target.end());
    svm_problem data{static_cast<int>(problem.rows()), target.data(), nodes.rows.data()};
    if (const char* reason = svm_check_parameter(&data, &parameter)) {
        parameters.error("TRN034", fmt::format("libsvm refuses to fit SVR: {}", reason));
        return parameters.failure();
    }
    const Patience patience(problem.rows());
    const ModelPointer model(svm_train(&data, &parameter));
    std::string remark;
    if (patience.is_exhausted()) {
        remark = fmt::format("libsvm gave up after {} steps with C = {:g}; the model that it had "
                             "reached by then is used",
                             patience.limit(), settings.c);
    }
    return to_core(*model, settings, problem.columns(), std::move(remark));
}

} // namespace aisprint::training
