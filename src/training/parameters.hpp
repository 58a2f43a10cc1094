// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/training/config.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::training {

/// What a number may be.
struct NumberRange {
    double low = 0;
    double high = 0;
    bool low_open = false;  ///< `low` itself is not allowed
    bool high_open = false; ///< `high` itself is not allowed
};

/// Reads the hyper-parameters of a technique, collecting what is wrong with them. After an error
/// the value returned is an allowed one that must not be used.
class ParameterReader {
public:
    /// Absent parameters take the defaults; unknown ones are errors.
    ParameterReader(Technique technique, const Parameters& given);

    [[nodiscard]] double number(const std::string& name, const NumberRange& range);
    /// A number, or nothing for None.
    [[nodiscard]] std::optional<double> number_or_none(const std::string& name,
                                                       const NumberRange& range);
    /// Rounded to the nearest whole number before it is looked at.
    [[nodiscard]] std::size_t whole(const std::string& name, std::size_t low, std::size_t high);
    [[nodiscard]] std::optional<std::size_t>
    whole_or_none(const std::string& name, std::size_t low, std::size_t high);
    [[nodiscard]] bool flag(const std::string& name);
    [[nodiscard]] std::optional<bool> flag_or_none(const std::string& name);
    [[nodiscard]] std::string word(const std::string& name,
                                   const std::vector<std::string>& allowed);

    /// The value as it is; None if there is no such parameter.
    [[nodiscard]] ParameterValue value(const std::string& name) const;

    /// Says that `name` must be what `allowed` tells.
    void refuse(const std::string& name, const std::string& allowed);
    void error(std::string code, std::string message, std::string hint = {});

    [[nodiscard]] bool failed() const { return !m_errors.empty(); }
    [[nodiscard]] tl::unexpected<Failure> failure() const;
    [[nodiscard]] Technique technique() const { return m_technique; }

private:
    Technique m_technique;
    Parameters m_values;
    std::vector<Diagnostic> m_errors;
};

} // namespace aisprint::training
