// SPDX-License-Identifier: Apache-2.0
#include "aisprint/profiling/statistics.hpp"

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <utility>

namespace aisprint::profiling {

namespace {

constexpr double k_tail = 0.975; // two tails of 2.5 %
constexpr double k_fence = 1.5;
constexpr double k_most_scaled_deviations = 3.5;
constexpr std::size_t k_least_for_deviations = 4;
/// 1 over the upper quartile of the standard normal distribution: scales a median absolute
/// deviation to a standard deviation.
constexpr double k_mad_scale = 1.482602218505602;

struct PartField {
    const char* name;
    std::optional<double> JobTimes::*member;
};
constexpr std::array<PartField, 6> k_parts{{{"wait", &JobTimes::wait},
                                            {"pod_creation", &JobTimes::pod_creation},
                                            {"overhead", &JobTimes::overhead},
                                            {"compute_time", &JobTimes::compute_time},
                                            {"write_back", &JobTimes::write_back},
                                            {"full_time", &JobTimes::full_time}}};

/// The quantile `share` of sorted numbers, of which there is at least one.
double quantile(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double mean_of(const std::vector<double>& values) {
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// Sum of squared distances from `mean`.
double squares_around(const std::vector<double>& values, double mean) {
    double sum = 0;
    for (const double value : values) {
        sum += (value - mean) * (value - mean);
    }
    return sum;
}

std::vector<double> response_times(const std::vector<Measurement>& measured,
                                   const std::vector<std::size_t>& members) {
    std::vector<double> values;
    values.reserve(members.size());
    for (const std::size_t member : members) {
        values.push_back(measured[member].row.average_response_time);
    }
    return values;
}

/// What a value must lie in so as not to be an outlier among `values`.
MeanInterval usual_range(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const double first = quantile(values, 0.25);
    const double third = quantile(values, 0.75);
    MeanInterval range{first - k_fence * (third - first), third + k_fence * (third - first)};
    if (values.size() < k_least_for_deviations) {
        return range;
    }
    const double median = quantile(values, 0.5);
    std::vector<double> distances;
    for (const double value : values) {
        distances.push_back(std::abs(value - median));
    }
    std::sort(distances.begin(), distances.end());
    const double reach = k_most_scaled_deviations * k_mad_scale * quantile(distances, 0.5);
    range.lower = std::max(range.lower, median - reach);
    range.upper = std::min(range.upper, median + reach);
    return range;
}

/// Puts the rows of one run behind those of others.
void append(std::vector<Measurement>& measured,
            const ServiceRun& run,
            std::vector<ResponseRow> rows) {
    for (ResponseRow& row : rows) {
        measured.push_back(
            {run.number, run.level, run.repetition, run.jobs.size(), std::move(row)});
    }
}

std::string number_text(double value) {
    constexpr int k_decimals = 6;
    return real_text(rounded(value, k_decimals));
}

std::string figures_text(const Distribution& figures) {
    std::string text = std::to_string(figures.count);
    for (const double value : {figures.total, figures.mean, figures.variance, figures.deviation}) {
        text += "," + number_text(value);
    }
    text += "," + (figures.variation ? number_text(*figures.variation) : "");
    for (const double value :
         {figures.minimum, figures.median, figures.percentile_95, figures.maximum}) {
        text += "," + number_text(value);
    }
    return text;
}

} // namespace

std::optional<Distribution> describe(std::vector<double> values) {
    if (values.empty()) {
        return std::nullopt;
    }
    std::sort(values.begin(), values.end());
    const auto count = static_cast<double>(values.size());
    Distribution figures;
    figures.count = values.size();
    figures.total = std::accumulate(values.begin(), values.end(), 0.0);
    figures.mean = figures.total / count;
    figures.variance = squares_around(values, figures.mean) / count;
    figures.deviation = std::sqrt(figures.variance);
    if (figures.mean != 0) {
        figures.variation = figures.deviation / figures.mean;
    }
    figures.minimum = values.front();
    figures.median = quantile(values, 0.5);
    figures.percentile_95 = quantile(values, 0.95);
    figures.maximum = values.back();
    return figures;
}

std::optional<MeanInterval> mean_interval(const std::vector<double>& values) {
    if (values.size() < 2) {
        return std::nullopt;
    }
    const auto count = static_cast<double>(values.size());
    const double mean = mean_of(values);
    const double error = std::sqrt(squares_around(values, mean) / (count - 1) / count);
    const double reach =
        boost::math::quantile(boost::math::students_t_distribution<double>(count - 1), k_tail) *
        error;
    return MeanInterval{mean - reach, mean + reach};
}

std::vector<Measurement> measurements(const std::vector<ServiceRun>& runs, double cpu) {
    std::vector<Measurement> measured;
    for (const ServiceRun& run : runs) {
        append(measured, run, response_rows({run}, cpu));
    }
    return measured;
}

std::vector<Measurement>
measurements(const std::vector<ServiceRun>& runs, double cpu, const RunParameters& parameters) {
    std::vector<Measurement> measured;
    for (const ServiceRun& run : runs) {
        append(measured, run, response_rows({run}, cpu, parameters));
    }
    return measured;
}

std::vector<Configuration> configurations(const std::vector<Measurement>& measured) {
    std::map<std::pair<std::size_t, std::optional<double>>, Configuration> found;
    for (std::size_t i = 0; i < measured.size(); ++i) {
        const Measurement& one = measured[i];
        Configuration& configuration = found[{one.level, one.row.requested_throughput}];
        configuration.level = one.level;
        configuration.parallelism = one.row.parallelism;
        configuration.requested_throughput = one.row.requested_throughput;
        configuration.members.push_back(i);
        configuration.mean_throughput += one.row.observed_throughput;
    }
    std::vector<Configuration> list;
    for (auto& [key, configuration] : found) {
        const std::vector<double> times = response_times(measured, configuration.members);
        configuration.mean_throughput /= static_cast<double>(times.size());
        configuration.mean_response_time = mean_of(times);
        configuration.interval = mean_interval(times);
        list.push_back(std::move(configuration));
    }
    return list;
}

std::set<std::size_t> find_outliers(const std::vector<Measurement>& measured) {
    std::set<std::size_t> outliers;
    for (const Configuration& configuration : configurations(measured)) {
        const MeanInterval range = usual_range(response_times(measured, configuration.members));
        for (const std::size_t member : configuration.members) {
            const double value = measured[member].row.average_response_time;
            if (value < range.lower || value > range.upper) {
                outliers.insert(member);
            }
        }
    }
    return outliers;
}

std::vector<PartStatistics> part_statistics(const std::vector<ServiceRun>& runs) {
    std::array<std::vector<double>, k_parts.size()> values;
    for (const ServiceRun& run : runs) {
        for (const JobRecord& job : run.jobs) {
            const JobTimes times = times_of(job);
            for (std::size_t p = 0; p < k_parts.size(); ++p) {
                if (const auto& value = times.*k_parts[p].member) {
                    values[p].push_back(*value);
                }
            }
        }
    }
    std::vector<PartStatistics> parts;
    for (std::size_t p = 0; p < k_parts.size(); ++p) {
        if (auto figures = describe(std::move(values[p]))) {
            parts.push_back({k_parts[p].name, *figures});
        }
    }
    return parts;
}

std::string statistics_csv(const std::vector<ServiceStatistics>& services) {
    std::string text = "service,configuration,requested_parallelism,requested_throughput,quantity,"
                       "count,total,mean,variance,standard_deviation,coefficient_of_variation,"
                       "minimum,median,percentile_95,maximum,ci95_lower,ci95_upper\n";
    for (const ServiceStatistics& service : services) {
        for (const PartStatistics& part : service.parts) {
            text +=
                service.service + ",all,,," + part.part + "," + figures_text(part.figures) + ",,\n";
        }
        for (const Configuration& configuration : configurations(service.measured)) {
            const auto figures = describe(response_times(service.measured, configuration.members));
            text +=
                service.service + ",Configuration #" + std::to_string(configuration.level + 1) +
                "," + std::to_string(configuration.parallelism) + "," +
                (configuration.requested_throughput ? real_text(*configuration.requested_throughput)
                                                    : "") +
                ",avg_response_time," + figures_text(*figures) + ",";
            if (configuration.interval) {
                text += number_text(configuration.interval->lower) + "," +
                        number_text(configuration.interval->upper);
            } else {
                text += ",";
            }
            text += "\n";
        }
    }
    return text;
}

} // namespace aisprint::profiling
