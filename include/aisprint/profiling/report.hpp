// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/parameters.hpp"
#include "aisprint/profiling/results.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::profiling {

/// What a performance model says of one measurement, which it belongs to by cores and throughput.
struct ReportPrediction {
    double cores = 0;
    double throughput = 0;       ///< observed, jobs/s
    double value = 0;            ///< s
    std::optional<double> lower; ///< of its interval
    std::optional<double> upper;
};

/// A unit and what was measured of it.
struct ReportUnit {
    std::string id;
    std::string component; ///< base component
    std::string resource;
    std::string service;
    double cpu = 1; ///< cores of one container
    std::vector<ServiceRun> runs;
    /// Why runs are degraded, by number; runs that are not have no entry.
    std::map<std::size_t, std::vector<std::string>> health;
    std::string model; ///< technique of the best model; empty: none
    std::vector<ReportPrediction> predictions;
};

/// What a report is made of. The same data give the same bytes.
struct ReportData {
    std::string title;
    std::vector<std::string> environment;     ///< lines about machine, backend, versions
    std::optional<RunParameters> synchronous; ///< of a synchronous campaign: for its intervals
    std::vector<ReportUnit> units;
};

/// A campaign to look at.
struct Report {
    std::string html;                            ///< one page that needs no other file
    std::map<std::string, std::string> pictures; ///< its plots as SVG, by relative file name
};

/// Draws a campaign: summary, response time against parallelism for each component, then for each
/// unit predictions against measurements, statistics, runs, and the jobs of each run over time.
/// Runs of more than 500 jobs, or fewer where the page would have more than 20,000 bars, are shown
/// as numbers of jobs over time. Page and pictures are well-formed XML, have no scripts, and follow
/// the reader's choice of light or dark.
[[nodiscard]] Report make_report(const ReportData& data);

} // namespace aisprint::profiling
