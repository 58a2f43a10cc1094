// SPDX-License-Identifier: Apache-2.0
#include "core.hpp"

namespace aisprint::training {

namespace {

class Constant final : public Core {
public:
    Constant(double value, std::size_t features) : m_value(value), m_features(features) {}

    [[nodiscard]] double evaluate(std::span<const double>) const override { return m_value; }
    [[nodiscard]] nlohmann::ordered_json to_json() const override { return {{"value", m_value}}; }
    [[nodiscard]] std::vector<double> importance() const override {
        return std::vector<double>(m_features, 0.0);
    }

private:
    double m_value;
    std::size_t m_features;
};

} // namespace

CoreResult fit_dummy(const Problem& problem, ParameterReader& parameters) {
    if (parameters.failed()) {
        return parameters.failure();
    }
    return std::make_unique<Constant>(moments(problem.target).mean, problem.columns());
}

} // namespace aisprint::training
