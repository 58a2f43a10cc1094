// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fields.hpp"

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace aisprint::perf {

/// How a derived column comes about.
enum class Operation {
    inverse,              ///< 1 / x
    logarithm,            ///< ln x
    product,              ///< of all operands
    onehot,               ///< 1 where x equals a value, else 0
    ernest_ratio,         ///< d / c
    ernest_log,           ///< ln c
    ernest_root_of_ratio, ///< sqrt(d / c)
    ernest_ratio_of_root  ///< sqrt(d) / c
};

/// A derived column: from slots before it.
struct Step {
    Operation operation = Operation::product;
    std::vector<std::size_t> operands;
    double value = 0; ///< of onehot
};

/// The way from inputs to features: inputs and derived columns fill slots in order, features are
/// taken from slots and scaled. Holds only what the features need.
class Program {
public:
    [[nodiscard]] const std::vector<std::string>& inputs() const { return m_inputs; }
    [[nodiscard]] std::size_t slots() const { return m_inputs.size() + m_steps.size(); }
    [[nodiscard]] std::size_t features() const { return m_features.size(); }

    /// Mean and scale of each feature.
    void set_scaling(std::vector<double> means, std::vector<double> scales);

    /// Fills the slots after the inputs, then the features. Not finite where an operation has no
    /// value.
    void run(std::span<double> slots, std::span<double> features) const;

private:
    friend Program read_program(const Json& root, Fields& in);

    std::vector<std::string> m_inputs;
    std::vector<Step> m_steps;
    std::vector<std::size_t> m_features;
    std::vector<double> m_means;
    std::vector<double> m_scales;
};

/// Reads `inputs`, `derived` and `features`.
[[nodiscard]] Program read_program(const Json& root, Fields& in);

} // namespace aisprint::perf
