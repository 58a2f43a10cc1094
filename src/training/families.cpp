// SPDX-License-Identifier: Apache-2.0
#include "families.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

namespace aisprint::training {

namespace {

/// Larger values, and those that no fit takes, are left to the fit.
constexpr double k_most = 10'000;

ParameterValue
value_of(const Parameters& defaults, const Parameters& parameters, const std::string& name) {
    const auto given = parameters.find(name);
    return given != parameters.end() ? given->second : defaults.at(name);
}

/// A count as it is rounded in a fit; nothing if it is none.
std::optional<std::size_t> count_of(const ParameterValue& value) {
    const auto* number = std::get_if<double>(&value);
    if (number == nullptr || !(std::round(*number) >= 1 && *number <= k_most)) {
        return std::nullopt;
    }
    return static_cast<std::size_t>(std::round(*number));
}

/// Takes out of the parameters of SVR what its kernel does not look at: gamma of the linear one,
/// the degree of all but poly. What no fit takes is left in.
void forget_unused(const Parameters& defaults, Parameters& parameters) {
    const ParameterValue kernel = value_of(defaults, parameters, "kernel");
    const auto* name = std::get_if<std::string>(&kernel);
    if (name == nullptr || *name == "poly") {
        return;
    }
    constexpr std::size_t k_highest = 20;
    const auto degree = count_of(value_of(defaults, parameters, "degree"));
    if (degree && *degree <= k_highest) {
        parameters.erase("degree");
    }
    const ParameterValue gamma = value_of(defaults, parameters, "gamma");
    const auto* number = std::get_if<double>(&gamma);
    if (*name == "linear" && number != nullptr && std::isfinite(*number) && *number > 0) {
        parameters.erase("gamma");
    }
}

/// Makes families of the trials of one technique.
class Families {
public:
    explicit Families(Technique technique)
        : m_technique(technique),
          m_has_count(technique == Technique::random_forest || technique == Technique::xgboost),
          m_has_depth(technique == Technique::random_forest ||
                      technique == Technique::decision_tree),
          m_defaults(default_parameters(technique)) {}

    void add(std::size_t number, const Trial& trial) {
        Trial rest = trial; // without what may differ
        const Part part = take_part(rest.parameters);
        if (m_technique == Technique::svr) {
            forget_unused(m_defaults, rest.parameters);
        }
        const auto found = std::ranges::find(m_rests, rest);
        const auto at = static_cast<std::size_t>(found - m_rests.begin());
        if (found == m_rests.end()) {
            m_rests.push_back(std::move(rest));
            m_largest.emplace_back(part);
            m_families.push_back({trial, {}});
        }
        m_families[at].members.push_back({number, part});
        enlarge(at, part, trial.parameters);
    }

    [[nodiscard]] std::vector<Family> take() { return std::move(m_families); }

private:
    Technique m_technique;
    bool m_has_count;
    bool m_has_depth;
    Parameters m_defaults;
    std::vector<Trial> m_rests;
    std::vector<Part> m_largest;
    std::vector<Family> m_families;

    /// Takes the parameters out that say how large a part is.
    Part take_part(Parameters& parameters) const {
        Part part;
        if (m_has_count) {
            const auto count = count_of(value_of(m_defaults, parameters, "n_estimators"));
            if (count) {
                part.trees = *count;
                parameters.erase("n_estimators");
            }
        }
        if (m_has_depth) {
            const ParameterValue value = value_of(m_defaults, parameters, "max_depth");
            const auto depth = count_of(value);
            if (depth || std::holds_alternative<std::monostate>(value)) {
                part.depth = depth.value_or(SIZE_MAX);
                parameters.erase("max_depth");
            }
        }
        return part;
    }

    void enlarge(std::size_t at, const Part& part, const Parameters& parameters) {
        Parameters& largest = m_families[at].largest.parameters;
        if (m_has_count && part.trees > m_largest[at].trees) {
            m_largest[at].trees = part.trees;
            largest["n_estimators"] = value_of(m_defaults, parameters, "n_estimators");
        }
        if (m_has_depth && part.depth > m_largest[at].depth) {
            m_largest[at].depth = part.depth;
            largest["max_depth"] = value_of(m_defaults, parameters, "max_depth");
        }
    }
};

} // namespace

std::vector<Family> families_of(Technique technique, const std::vector<Trial>& trials) {
    Families families(technique);
    for (std::size_t i = 0; i < trials.size(); ++i) {
        families.add(i, trials[i]);
    }
    return families.take();
}

} // namespace aisprint::training
