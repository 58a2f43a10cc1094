// SPDX-License-Identifier: Apache-2.0
// Linear models, support vector regression and constants.
#include "estimator.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numeric>
#include <utility>

namespace aisprint::perf {

namespace {

double dot(std::span<const double> a, std::span<const double> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

class Constant final : public Estimator {
public:
    explicit Constant(double value) : m_value(value) {}
    [[nodiscard]] double predict(std::span<const double>) const override { return m_value; }

private:
    double m_value;
};

class Linear final : public Estimator {
public:
    Linear(double intercept, std::vector<double> weights)
        : m_intercept(intercept), m_weights(std::move(weights)) {}
    [[nodiscard]] double predict(std::span<const double> features) const override {
        return m_intercept + dot(features, m_weights);
    }

private:
    double m_intercept;
    std::vector<double> m_weights;
};

enum class Kernel { rbf, linear, polynomial, sigmoid };

/// sum of coefficient x K(vector, x) + bias; kernels as in libsvm.
class SupportVectors final : public Estimator {
public:
    [[nodiscard]] double predict(std::span<const double> features) const override {
        double sum = bias;
        const std::size_t width = features.size();
        for (std::size_t i = 0; i < coefficients.size(); ++i) {
            const std::span<const double> vector(vectors.data() + i * width, width);
            sum += coefficients[i] * kernel_value(vector, features);
        }
        return sum;
    }

    Kernel kernel = Kernel::rbf;
    double gamma = 1;
    double degree = 3;
    double coef0 = 0;
    double bias = 0;
    std::vector<double> coefficients;
    std::vector<double> vectors; ///< one after the other

private:
    [[nodiscard]] double kernel_value(std::span<const double> a, std::span<const double> b) const {
        switch (kernel) {
        case Kernel::linear:
            return dot(a, b);
        case Kernel::polynomial:
            return std::pow(gamma * dot(a, b) + coef0, degree);
        case Kernel::sigmoid:
            return std::tanh(gamma * dot(a, b) + coef0);
        case Kernel::rbf:
            break;
        }
        double distance = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            distance += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return std::exp(-gamma * distance);
    }
};

std::unique_ptr<const Estimator> read_linear(const Json* model, std::size_t features, Fields& in) {
    const double intercept = in.number(model, "intercept", "model");
    std::vector<double> weights = in.numbers(model, "weights", "model");
    if (in.failed() || !in.size_is(weights.size(), features, "model.weights")) {
        return nullptr;
    }
    return std::make_unique<Linear>(intercept, std::move(weights));
}

std::optional<Kernel> kernel_named(const std::string& name) {
    if (name == "rbf") {
        return Kernel::rbf;
    }
    if (name == "linear") {
        return Kernel::linear;
    }
    if (name == "poly") {
        return Kernel::polynomial;
    }
    if (name == "sigmoid") {
        return Kernel::sigmoid;
    }
    return std::nullopt;
}

std::unique_ptr<const Estimator>
read_support_vectors(const Json* model, std::size_t features, Fields& in) {
    auto svr = std::make_unique<SupportVectors>();
    const std::string name = in.text(model, "kernel", "model");
    const std::optional<Kernel> kernel = kernel_named(name);
    if (!kernel) {
        in.error("PRM004", fmt::format("the kernel '{}' of the performance model is unknown; it "
                                       "must be rbf, linear, poly or sigmoid",
                                       name));
        return nullptr;
    }
    svr->kernel = *kernel;
    if (*kernel != Kernel::linear) {
        svr->gamma = in.number(model, "gamma", "model");
    }
    if (*kernel == Kernel::polynomial) {
        svr->degree = in.number(model, "degree", "model");
    }
    if (model != nullptr && model->is_object() && model->contains("coef0")) {
        svr->coef0 = in.number(model, "coef0", "model");
    }
    svr->bias = in.number(model, "bias", "model");
    svr->coefficients = in.numbers(model, "coefficients", "model");
    const Json* vectors = in.array(model, "vectors", "model");
    if (in.failed() || !in.size_is(vectors->size(), svr->coefficients.size(), "model.vectors")) {
        return nullptr;
    }
    for (const Json& vector : *vectors) {
        Json holder = Json::object();
        holder["vector"] = vector;
        const std::vector<double> values = in.numbers(&holder, "vector", "model.vectors");
        if (in.failed() || !in.size_is(values.size(), features, "model.vectors.vector")) {
            return nullptr;
        }
        svr->vectors.insert(svr->vectors.end(), values.begin(), values.end());
    }
    return svr;
}

} // namespace

std::unique_ptr<const Estimator>
read_estimator(const std::string& technique, const Json* model, std::size_t features, Fields& in) {
    if (technique == "LRRidge" || technique == "NNLS" || technique == "Stepwise") {
        return read_linear(model, features, in);
    }
    if (technique == "DecisionTree" || technique == "RandomForest") {
        return read_forest(model, features, in);
    }
    if (technique == "XGBoost") {
        return read_xgboost(model, features, in);
    }
    if (technique == "SVR") {
        return read_support_vectors(model, features, in);
    }
    if (technique == "Dummy") {
        const double value = in.number(model, "value", "model");
        return std::make_unique<Constant>(value);
    }
    in.error("PRM004",
             fmt::format("the technique '{}' of the performance model is unknown; known are "
                         "LRRidge, NNLS, Stepwise, DecisionTree, RandomForest, XGBoost, SVR and "
                         "Dummy",
                         technique));
    return nullptr;
}

} // namespace aisprint::perf
