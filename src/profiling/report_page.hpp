// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/report.hpp"
#include "aisprint/profiling/statistics.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// A prediction and the measurement that it belongs to.
struct MatchedPrediction {
    std::size_t measurement = 0;
    const ReportPrediction* prediction = nullptr;
};

/// A unit with what follows from its data.
struct UnitView {
    const ReportUnit* unit = nullptr;
    std::vector<Measurement> measured;
    std::vector<Configuration> configurations;
    std::set<std::size_t> outliers; ///< indices of measurements
    std::vector<MatchedPrediction> matched;
};

/// Works out what a report shows of a unit.
[[nodiscard]] UnitView view_of(const ReportUnit& unit, const ReportData& data);

/// Mean of |prediction - measured| / measured over what is matched; nothing if nothing is.
[[nodiscard]] std::optional<double> mean_error(const UnitView& view);

/// Seconds for people: four digits, no fractions of microseconds.
[[nodiscard]] std::string seconds_text(double seconds);

/// The table of all units and configurations.
[[nodiscard]] std::string summary_table(const std::vector<UnitView>& views);

/// The table of the runs of a unit, with what is wrong with them.
[[nodiscard]] std::string runs_table(const UnitView& view);

/// The table of the parts of response times.
[[nodiscard]] std::string parts_table(const UnitView& view);

/// Style rules of the page beyond those of its pictures.
[[nodiscard]] std::string page_style();

} // namespace aisprint::profiling
