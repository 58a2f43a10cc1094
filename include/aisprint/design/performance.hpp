// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"
#include "aisprint/design/deployments.hpp"

#include "aisprint/base/yaml.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::design {

/// A square table of relative frequencies: row = true class, column = predicted class.
struct ConfusionMatrix {
    std::size_t classes = 0;
    std::vector<double> cells; ///< row by row
    std::vector<std::string> names;

    [[nodiscard]] double at(std::size_t truth, std::size_t predicted) const {
        return cells[truth * classes + predicted];
    }
};

/// Reads a NumPy file (version 1 to 3, two dimensions, integers, floats or booleans) and the
/// class names. Fails (io), or (input, DSN031) with what does not fit.
[[nodiscard]] Result<ConfusionMatrix> load_confusion_matrix(const std::filesystem::path& folder,
                                                            const std::string& shown_as);

/// What quality is asked for.
enum class Metric { average_f1, average_precision, average_recall, average_accuracy };

/// A filter followed by a classifier of what passes it.
struct FilteredClassifier {
    const ConfusionMatrix* filter = nullptr;
    const ConfusionMatrix* classifier = nullptr;
    std::string filtered_class;
    bool classifier_knows_filtered_class = false;
};

/// Quality of the pair: averages over the filtered class and the classifier's classes, weighted
/// by `weights` (class -> weight, used as given) unless empty. Joint frequencies of a filter
/// and an independent classifier; 0/0 counts as 0.
[[nodiscard]] double quality_of(const FilteredClassifier& pair,
                                Metric metric,
                                const std::map<std::string, double>& weights);

/// Share of the inputs that pass the filter.
[[nodiscard]] double passing_share(const ConfusionMatrix& filter,
                                   const std::string& filtered_class);

/// Qualities of all versions of an application with degraded alternatives.
struct PerformanceReport {
    std::string metric_name;
    yaml::Node threshold; ///< null if there is none
    /// For filter and classifier of each version: the probability of passing (4 decimals) and the
    /// quality, in the order of enumeration, the original first.
    std::vector<std::pair<std::string, std::string>> pairs;
    std::map<std::pair<std::string, std::string>, double> passing;
    std::map<std::pair<std::string, std::string>, double> quality;
};

/// Computes the qualities for every combination of the filter's and the classifier's versions.
/// Fails (input) when files are missing or do not fit (DSN030..DSN034).
[[nodiscard]] Result<PerformanceReport> evaluate_performance(const ApplicationModel& model,
                                                             Reporter& reporter);

/// Leaves out the deployments of versions whose quality is below the threshold, but for the first,
/// and numbers the rest anew.
void omit_below_threshold(const ApplicationModel& model,
                          const PerformanceReport& report,
                          Deployments& deployments);

/// The content of space4ai-r/deployments_performance.yaml: the versions that are deployed.
[[nodiscard]] yaml::Node to_performance_document(const ApplicationModel& model,
                                                 const PerformanceReport& report,
                                                 const Deployments& deployments);

/// Name of the application's filter and classifier, by their annotations.
[[nodiscard]] std::pair<std::string, std::string>
filter_and_classifier(const ApplicationModel& model);

} // namespace aisprint::design
