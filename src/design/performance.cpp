// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/performance.hpp"

#include "csv.hpp"
#include "values.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <numeric>

namespace aisprint::design {

namespace fs = std::filesystem;

namespace {

double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
}

/// Precision and recall of one class.
struct ClassQuality {
    std::string name;
    double precision = 0;
    double recall = 0;

    [[nodiscard]] double value(Metric metric) const {
        if (metric == Metric::average_precision) {
            return precision;
        }
        return metric == Metric::average_recall ? recall
                                                : ratio(2 * precision * recall, precision + recall);
    }
};

/// The joint behaviour of a filter (rates TN, FN, TP, FP of the filtered class) and a classifier
/// of what it lets through. Formulas of the original tool's model_performance, with the filtered
/// class counted once.
class JointQuality {
public:
    explicit JointQuality(const FilteredClassifier& pair)
        : m_pair(pair), m_matrix(*pair.classifier) {
        const ConfusionMatrix& filter = *pair.filter;
        const std::size_t filtered = filter.names.front() == pair.filtered_class ? 0 : 1;
        const std::size_t kept = 1 - filtered;
        m_tn = filter.at(filtered, filtered);
        m_fn = filter.at(kept, filtered);
        m_tp = filter.at(kept, kept);
        m_fp = filter.at(filtered, kept);
        m_sum = std::accumulate(m_matrix.cells.begin(), m_matrix.cells.end(), 0.0);
        const auto known = std::ranges::find(m_matrix.names, pair.filtered_class);
        m_filtered = static_cast<std::size_t>(known - m_matrix.names.begin());
    }

    [[nodiscard]] std::vector<ClassQuality> classes() const {
        std::vector<ClassQuality> result{filtered_class()};
        for (std::size_t c = 0; c < m_matrix.classes; ++c) {
            if (!(m_pair.classifier_knows_filtered_class && c == m_filtered)) {
                result.push_back(classifier_class(c));
            }
        }
        return result;
    }

    [[nodiscard]] double accuracy() const {
        double right = 0;
        for (std::size_t c = 0; c < m_matrix.classes; ++c) {
            if (!(m_pair.classifier_knows_filtered_class && c == m_filtered)) {
                right += m_matrix.at(c, c);
            }
        }
        double result = m_tn + m_tp * ratio(right, m_sum);
        if (m_pair.classifier_knows_filtered_class) {
            result += m_fp * ratio(true_positives(m_filtered),
                                   true_positives(m_filtered) + false_negatives(m_filtered));
        }
        return result;
    }

private:
    [[nodiscard]] double true_positives(std::size_t c) const { return m_matrix.at(c, c); }

    [[nodiscard]] double false_positives(std::size_t c) const {
        double sum = 0;
        for (std::size_t truth = 0; truth < m_matrix.classes; ++truth) {
            sum += truth == c ? 0 : m_matrix.at(truth, c);
        }
        return sum;
    }

    [[nodiscard]] double false_negatives(std::size_t c) const {
        double sum = 0;
        for (std::size_t predicted = 0; predicted < m_matrix.classes; ++predicted) {
            sum += predicted == c ? 0 : m_matrix.at(c, predicted);
        }
        return sum;
    }

    [[nodiscard]] ClassQuality filtered_class() const {
        if (!m_pair.classifier_knows_filtered_class) {
            return {m_pair.filtered_class, ratio(m_tn, m_tn + m_fn), ratio(m_tn, m_tn + m_fp)};
        }
        const double found = m_tn + m_fp * true_positives(m_filtered);
        return {m_pair.filtered_class,
                ratio(found, found + m_fn + m_tp * false_positives(m_filtered)),
                ratio(found, found + m_fp * false_negatives(m_filtered))};
    }

    [[nodiscard]] ClassQuality classifier_class(std::size_t c) const {
        const double hits = true_positives(c);
        const double alarms = false_positives(c);
        const double misses = false_negatives(c);
        ClassQuality quality{m_matrix.names[c], 0, 0};
        if (m_pair.classifier_knows_filtered_class) {
            const double of_filtered = m_matrix.at(m_filtered, c);
            quality.precision = ratio(m_tp * hits, m_tp * hits + m_tp * (alarms - of_filtered) +
                                                       m_fp * of_filtered);
        } else {
            quality.precision = ratio(m_tp * hits, m_tp * hits + m_tp * alarms +
                                                       m_fp * ratio(hits + alarms, m_sum));
        }
        quality.recall =
            ratio(m_tp * hits, m_tp * hits + m_tp * misses + m_fn * ratio(hits + misses, m_sum));
        return quality;
    }

    const FilteredClassifier& m_pair;
    const ConfusionMatrix& m_matrix;
    double m_tn = 0;
    double m_fn = 0;
    double m_tp = 0;
    double m_fp = 0;
    double m_sum = 0;
    std::size_t m_filtered = 0;
};

Metric to_metric(const std::string& name) {
    if (name == "average_precision") {
        return Metric::average_precision;
    }
    if (name == "average_recall") {
        return Metric::average_recall;
    }
    return name == "average_f1" ? Metric::average_f1 : Metric::average_accuracy;
}

/// The component itself, then its alternatives.
std::vector<std::string> versions_of(const config::ApplicationDag& dag, const std::string& name) {
    std::vector<std::string> names{name};
    for (const config::Alternatives& item : dag.alternatives) {
        if (item.component.name == name) {
            std::ranges::transform(item.versions, std::back_inserter(names),
                                   &config::Declared::name);
        }
    }
    return names;
}

/// Reads the matrices of all versions and evaluates their combinations.
class Evaluator {
public:
    Evaluator(const ApplicationModel& model, Reporter& reporter)
        : m_model(model), m_reporter(reporter) {}

    Result<PerformanceReport> evaluate() {
        const auto [filter, classifier] = filter_and_classifier(m_model);
        const auto filter_marks = annotation_of(filter);
        const auto classifier_marks = annotation_of(classifier);
        if (m_model.dag.alternatives.empty()) {
            return fail(ErrorKind::input,
                        make_error_at(m_model.script_of(*m_model.find(classifier)).source,
                                      classifier_marks->span, "DSN032",
                                      "model_performance needs alternatives, but "
                                      "application_dag.yaml has no 'alternative_components'",
                                      "list the alternatives of filter and classifier there"));
        }
        for (const std::string& name : versions_of(m_model.dag, filter)) {
            AISPRINT_TRY(load(name));
        }
        for (const std::string& name : versions_of(m_model.dag, classifier)) {
            AISPRINT_TRY(load(name));
        }
        AISPRINT_TRY(check_filters(filter, *filter_marks->filtered_class));
        AISPRINT_TRY_ASSIGN(const auto weights, load_weights());
        PerformanceReport report;
        report.metric_name = *classifier_marks->metric;
        report.threshold =
            classifier_marks->metric_thr ? to_node(*classifier_marks->metric_thr) : yaml::null();
        for (const std::string& first : versions_of(m_model.dag, filter)) {
            for (const std::string& second : versions_of(m_model.dag, classifier)) {
                const FilteredClassifier pair{&m_matrices.at(first), &m_matrices.at(second),
                                              *filter_marks->filtered_class,
                                              classifier_marks->filtered_class.has_value()};
                const std::pair<std::string, std::string> key{first, second};
                report.pairs.push_back(key);
                report.passing[key] =
                    round_to_decimals(passing_share(*pair.filter, pair.filtered_class), 4);
                report.quality[key] = quality_of(pair, to_metric(report.metric_name), weights);
                warn_below_threshold(key, report.quality[key], *classifier_marks);
            }
        }
        return report;
    }

private:
    std::optional<annotations::ModelPerformance> annotation_of(const std::string& name) const {
        return annotations::model_performance_of(m_model.script_of(*m_model.find(name)));
    }

    Result<void> load(const std::string& name) {
        const std::string relative =
            "src/" + m_model.find(name)->folder + "/classification_performance";
        AISPRINT_TRY_ASSIGN(
            ConfusionMatrix matrix,
            load_confusion_matrix(m_model.folder.path / relative, m_model.folder.shown(relative)));
        m_matrices.emplace(name, std::move(matrix));
        return {};
    }

    Result<void> check_filters(const std::string& filter, const std::string& filtered) const {
        for (const std::string& name : versions_of(m_model.dag, filter)) {
            const ConfusionMatrix& matrix = m_matrices.at(name);
            const bool known = std::ranges::find(matrix.names, filtered) != matrix.names.end();
            if (matrix.classes != 2 || !known) {
                const std::string folder =
                    "src/" + m_model.find(name)->folder + "/classification_performance";
                return fail(
                    ErrorKind::input,
                    make_error_in(m_model.folder.shown(folder), "DSN033",
                                  fmt::format("filter '{}' must tell '{}' from one other "
                                              "class; its classes are {}",
                                              name, filtered, fmt::join(matrix.names, ", ")),
                                  "correct filtered_class or the class names"));
            }
        }
        return {};
    }

    /// src/class_weights.csv: class names, and one row of weights.
    Result<std::map<std::string, double>> load_weights() const {
        std::map<std::string, double> weights;
        const fs::path file = m_model.folder.path / "src" / "class_weights.csv";
        if (!fs::is_regular_file(file)) {
            return weights;
        }
        AISPRINT_TRY_ASSIGN(const SourceFile source,
                            load_source(file, m_model.folder.shown("src/class_weights.csv")));
        const CsvTable table = parse_csv(source.text());
        const bool one_row =
            table.rows.size() == 1 && table.rows.front().cells.size() == table.header.size();
        for (std::size_t i = 0; one_row && i < table.header.size(); ++i) {
            const std::string& text = table.rows.front().cells[i];
            double weight = 0;
            const auto [stop, error] =
                std::from_chars(text.data(), text.data() + text.size(), weight);
            if (error == std::errc{} && stop == text.data() + text.size() && weight >= 0) {
                weights[table.header[i]] = weight;
            }
        }
        if (!one_row || weights.size() != table.header.size()) {
            return fail(ErrorKind::input,
                        make_error_at(source, Span{source.name(), 2, 1, 0}, "DSN034",
                                      "class weights must be one row of numbers, one for each "
                                      "class named in the header",
                                      "write one weight, 0 or more, for each class"));
        }
        return weights;
    }

    void warn_below_threshold(const std::pair<std::string, std::string>& pair,
                              double quality,
                              const annotations::ModelPerformance& marks) {
        if (!marks.metric_thr || quality >= marks.metric_thr->number()) {
            return;
        }
        m_reporter.report(as_warning(make_error_at(
            m_model.script_of(*m_model.find(filter_and_classifier(m_model).second)).source,
            marks.span, "DSN035",
            fmt::format("{} of {} and {} is {:.4f}, below metric_thr {}", *marks.metric, pair.first,
                        pair.second, quality, marks.metric_thr->number()),
            "lower metric_thr, or leave such deployments out with --omit_below_threshold")));
    }

    const ApplicationModel& m_model;
    Reporter& m_reporter;
    std::map<std::string, ConfusionMatrix> m_matrices;
};

/// Finds the quality of a version of the application.
class VersionQualities {
public:
    VersionQualities(const ApplicationModel& model, const PerformanceReport& report)
        : m_report(report) {
        const auto [filter, classifier] = filter_and_classifier(model);
        m_filters = versions_of(model.dag, filter);
        m_classifiers = versions_of(model.dag, classifier);
    }

    [[nodiscard]] double of(const Variant& variant) const {
        return m_report.quality.at(
            {version_in(variant, m_filters), version_in(variant, m_classifiers)});
    }

private:
    static std::string version_in(const Variant& variant,
                                  const std::vector<std::string>& versions) {
        for (const Part& part : variant.parts) {
            if (std::ranges::find(versions, part.component) != versions.end()) {
                return part.component;
            }
        }
        return versions.front();
    }

    const PerformanceReport& m_report;
    std::vector<std::string> m_filters;
    std::vector<std::string> m_classifiers;
};

} // namespace

double quality_of(const FilteredClassifier& pair,
                  Metric metric,
                  const std::map<std::string, double>& weights) {
    const JointQuality joint(pair);
    if (metric == Metric::average_accuracy) {
        return joint.accuracy();
    }
    double sum = 0;
    const std::vector<ClassQuality> classes = joint.classes();
    for (const ClassQuality& quality : classes) {
        const auto weight = weights.find(quality.name);
        sum += quality.value(metric) * (weights.empty()           ? 1
                                        : weight == weights.end() ? 0
                                                                  : weight->second);
    }
    return weights.empty() ? sum / static_cast<double>(classes.size()) : sum;
}

double passing_share(const ConfusionMatrix& filter, const std::string& filtered_class) {
    const std::size_t kept = filter.names.front() == filtered_class ? 1 : 0;
    return filter.at(0, kept) + filter.at(1, kept);
}

std::pair<std::string, std::string> filter_and_classifier(const ApplicationModel& model) {
    std::pair<std::string, std::string> names;
    for (const Component& component : model.components) {
        const auto marks = annotations::model_performance_of(model.script_of(component));
        if (marks && component.parent.empty()) {
            (marks->metric ? names.second : names.first) = component.name;
        }
    }
    return names;
}

Result<PerformanceReport> evaluate_performance(const ApplicationModel& model, Reporter& reporter) {
    return Evaluator(model, reporter).evaluate();
}

void omit_below_threshold(const ApplicationModel& model,
                          const PerformanceReport& report,
                          Deployments& deployments) {
    const double threshold = yaml::as_number(report.threshold).value_or(0);
    const VersionQualities qualities(model, report);
    std::vector<Deployment> kept;
    for (Deployment& deployment : deployments.all) {
        if (kept.empty()) {
            kept.push_back(std::move(deployment));
        } else if (qualities.of(deployments.variants[deployment.variant]) >= threshold) {
            deployment.name = fmt::format("deployment{}", kept.size());
            kept.push_back(std::move(deployment));
        }
    }
    deployments.all = std::move(kept);
}

yaml::Node to_performance_document(const ApplicationModel& model,
                                   const PerformanceReport& report,
                                   const Deployments& deployments) {
    struct Row {
        const Variant* variant = nullptr;
        bool is_original = false;
        double quality = 0;
    };
    const VersionQualities qualities(model, report);
    std::vector<Row> rows;
    for (const Deployment& deployment : deployments.all) {
        const Variant& variant = deployments.variants[deployment.variant];
        // Deployments of one variant follow each other.
        if (rows.empty() || rows.back().variant != &variant) {
            rows.push_back({&variant, rows.empty(), qualities.of(variant)});
        }
    }
    std::ranges::stable_sort(rows, std::ranges::greater{}, &Row::quality);
    yaml::Node list = yaml::sequence();
    std::size_t number = 0;
    for (const Row& row : rows) {
        const yaml::Node graph = to_dag_document("", *row.variant);
        yaml::Node fields = yaml::mapping();
        fields.add("components", *graph.find("System")->find("components"));
        fields.add("dependencies", *graph.find("System")->find("dependencies"));
        fields.add("metric_value", yaml::number(round_to_decimals(row.quality, 4)));
        yaml::Node item = yaml::mapping();
        item.add(row.is_original ? "original_deployment"
                                 : fmt::format("alternative_deployment{}", ++number),
                 std::move(fields));
        list.push(std::move(item));
    }
    yaml::Node document = yaml::mapping();
    yaml::Node& system = document.add("System", yaml::mapping());
    system.add("metric_name", yaml::text(report.metric_name));
    system.add("metric_thr", report.threshold);
    system.add("sorted_deployments_performance", std::move(list));
    return document;
}

} // namespace aisprint::design
