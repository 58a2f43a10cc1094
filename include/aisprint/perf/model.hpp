// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aisprint::perf {

/// A predicted response time in seconds.
struct Prediction {
    double value = 0;
    std::optional<double> lower; ///< of the interval asked for; absent outside the profiled range
    std::optional<double> upper;
    bool inside_domain = true;
    /// The load lies above all profiled ones: a saturated queue has no finite time.
    bool saturated = false;
    std::vector<std::string> clamped; ///< inputs that were set to the end of their usable range
    /// Inputs that were taken as they are, although they lie outside of the profiled range.
    std::vector<std::string> extrapolated;
};

/// A trained regression model, read from its JSON file. Immutable; threads may share it.
class Model {
public:
    /// Names of the inputs that predict() needs, in their order.
    [[nodiscard]] virtual const std::vector<std::string>& inputs() const = 0;

    /// The response time for values in the order of inputs(). `level` in (0, 1) asks for the
    /// interval of that coverage; 0 for none. Never fails, never returns a time that is not
    /// finite or not above 0: outside the profiled range the inputs are clamped to what
    /// usable_range() says, unless the file says `allow`; then nothing is clamped, and no load
    /// counts as saturated.
    [[nodiscard]] virtual Prediction predict(std::span<const double> values,
                                             double level) const = 0;

    /// Mean of the training target in seconds.
    [[nodiscard]] virtual double mean_target() const = 0;

    virtual ~Model() = default;
};

/// Reads a model file. Fails (input) on an unknown format or version (PRM001), on missing or
/// ill-typed fields, arrays of wrong size, trees with cycles and numbers that are not finite.
[[nodiscard]] Result<std::shared_ptr<const Model>> parse_model(const SourceFile& source);

} // namespace aisprint::perf
