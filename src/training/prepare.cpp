// SPDX-License-Identifier: Apache-2.0
// From a CSV file to features, target and groups.
#include "prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace aisprint::training {

namespace {

/// What a test measures or is called; never part of what was asked of it.
constexpr std::array<std::string_view, 8> k_outcomes{"observed_throughput",
                                                     "avg_response_time",
                                                     "runtime",
                                                     "actual_parallelism",
                                                     "run_name",
                                                     "runs",
                                                     "label",
                                                     "log(cores)"};

constexpr double k_suspicious = 0.98;

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    const double n = static_cast<double>(a.size());
    double mean_a = 0;
    double mean_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        mean_a += a[i] / n;
        mean_b += b[i] / n;
    }
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        ab += (a[i] - mean_a) * (b[i] - mean_b);
        aa += (a[i] - mean_a) * (a[i] - mean_a);
        bb += (b[i] - mean_b) * (b[i] - mean_b);
    }
    return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

class Preparation {
public:
    Preparation(const Table& table, const TrainingConfig& config, Reporter& reporter)
        : m_table(table), m_config(config), m_reporter(reporter) {}

    Result<Prepared> run() {
        rename();
        select_rows();
        read_target();
        if (m_errors.empty()) {
            select_columns();
        }
        if (m_errors.empty()) {
            find_groups();
            set_validation_apart();
            drop_useless(m_prepared.work, 0);
            derive_columns(m_config, m_prepared.work, m_reporter, m_errors);
        }
        if (m_errors.empty()) {
            check_columns();
            drop_useless(m_prepared.work, 0);
        }
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        finish();
        return std::move(m_prepared);
    }

private:
    const Table& m_table;
    const TrainingConfig& m_config;
    Reporter& m_reporter;
    std::vector<std::string> m_names; ///< of the table's columns, renamed
    std::vector<std::size_t> m_rows;  ///< of the table, that are used
    std::vector<Diagnostic> m_errors;
    Prepared m_prepared;

    void error(const std::string& code, std::string message, std::string hint = {}) {
        m_errors.push_back(make_error(code, std::move(message), std::move(hint)));
    }

    void rename() {
        for (const Column& column : m_table.columns) {
            m_names.push_back(renamed(column.name));
        }
        const std::set<std::string> distinct(m_names.begin(), m_names.end());
        if (distinct.size() != m_names.size()) {
            error("TRN020", "'rename_columns' gives two columns the same name");
        }
    }

    [[nodiscard]] std::string renamed(const std::string& name) const {
        const auto found = m_config.rename_columns.find(name);
        return found == m_config.rename_columns.end() ? name : found->second;
    }

    [[nodiscard]] const Column* find(const std::string& name) const {
        const auto found = std::ranges::find(m_names, name);
        return found == m_names.end()
                   ? nullptr
                   : &m_table.columns[static_cast<std::size_t>(found - m_names.begin())];
    }

    /// The column, also under its old name; an error if there is none, or if it is text.
    const Column* number_column(const std::string& name, const std::string& option) {
        const Column* column = find(renamed(name));
        if (column == nullptr) {
            not_found(name, option);
        } else if (column->is_text) {
            error("TRN021", fmt::format("column {} holds texts; '{}' needs numbers", name, option));
            return nullptr;
        }
        return column;
    }

    void not_found(const std::string& name, const std::string& option) {
        const auto closest = closest_name(name, m_names);
        error("TRN020", fmt::format("column {} not found; '{}' names it", name, option),
              closest ? fmt::format("did you mean '{}'?", *closest)
                      : fmt::format("the CSV file has {}", fmt::join(m_names, ", ")));
    }

    void select_rows() {
        std::vector<std::pair<const Column*, double>> bounds;
        for (const auto& [name, bound] : m_config.skip_rows) {
            if (const Column* column = number_column(name, "skip_rows")) {
                bounds.emplace_back(column, bound);
            }
        }
        for (std::size_t row = 0; row < m_table.rows; ++row) {
            const bool is_kept = std::ranges::none_of(bounds, [&](const auto& bound) {
                return bound.first->numbers[row] > bound.second;
            });
            if (is_kept) {
                m_rows.push_back(row);
            }
        }
        m_prepared.work.rows = m_rows.size();
        if (m_rows.size() < 2) {
            error("TRN023", fmt::format("there are {} rows to learn from; 2 are needed at least",
                                        m_rows.size()));
        }
    }

    [[nodiscard]] std::vector<double> values_of(const Column& column) const {
        std::vector<double> values;
        for (const std::size_t row : m_rows) {
            values.push_back(column.numbers[row]);
        }
        return values;
    }

    void check_finite(const std::string& name, const std::vector<double>& values) {
        const auto wrong = std::ranges::find_if(values, [](double v) { return !std::isfinite(v); });
        if (wrong != values.end()) {
            const auto row = static_cast<std::size_t>(wrong - values.begin());
            error("TRN022",
                  fmt::format("{} in column {}, data row {}",
                              std::isnan(*wrong) ? "nan" : "infinite", name, m_rows[row] + 1),
                  "complete the data, or leave the row or the column out");
        }
    }

    void read_target() {
        const Column* column = number_column(m_config.target, "y");
        if (column == nullptr || m_rows.empty()) {
            return;
        }
        m_prepared.target = values_of(*column);
        check_finite(m_config.target, m_prepared.target);
        const auto wrong = std::ranges::find_if(m_prepared.target, [](double v) { return v <= 0; });
        if (wrong != m_prepared.target.end()) {
            error("TRN024",
                  fmt::format("column {} holds {}; the target must be above 0", m_config.target,
                              *wrong),
                  "models predict times, which are positive; leave such rows out");
        }
    }

    [[nodiscard]] std::vector<std::string> feature_names() {
        const std::string target = renamed(m_config.target);
        std::vector<std::string> names;
        if (m_config.use_columns) {
            for (const std::string& name : *m_config.use_columns) {
                const std::string now = renamed(name);
                if (find(now) == nullptr) {
                    not_found(name, "use_columns");
                } else if (now == target) {
                    error("TRN020", fmt::format("use_columns lists the target {}", name));
                } else if (std::ranges::find(names, now) == names.end()) {
                    names.push_back(now);
                }
            }
            return names;
        }
        std::set<std::string> skipped{target};
        for (const std::string& name : m_config.skip_columns) {
            skipped.insert(renamed(name));
        }
        for (std::size_t i = 0; i < m_names.size(); ++i) {
            if (!skipped.contains(m_names[i]) && m_table.columns[i].name != "run_name") {
                names.push_back(m_names[i]);
            }
        }
        return names;
    }

    void select_columns() {
        std::set<std::string> categorical;
        for (const std::string& name : m_config.categorical_columns) {
            categorical.insert(renamed(name));
            if (find(renamed(name)) == nullptr) {
                not_found(name, "categorical_columns");
            }
        }
        for (const std::string& name : feature_names()) {
            const Column& column = *find(name);
            if (column.is_text || categorical.contains(name)) {
                add_categories(name, column);
                continue;
            }
            WorkColumn made{name, values_of(column), "", {}};
            check_finite(name, made.values);
            m_prepared.work.columns.push_back(std::move(made));
        }
    }

    void add_categories(const std::string& name, const Column& column) {
        WorkColumn input{name, {}, "", {}};
        std::vector<std::string> labels;
        if (column.is_text) {
            std::set<std::string> distinct;
            for (const std::size_t row : m_rows) {
                distinct.insert(column.texts[row]);
            }
            labels.assign(distinct.begin(), distinct.end());
            for (const std::size_t row : m_rows) {
                input.values.push_back(static_cast<double>(
                    std::ranges::lower_bound(labels, column.texts[row]) - labels.begin()));
            }
            m_prepared.work.categories[name] = labels;
        } else {
            input.values = values_of(column);
            check_finite(name, input.values);
        }
        const std::set<double> codes(input.values.begin(), input.values.end());
        for (const double code : codes) {
            const std::string label =
                column.is_text ? labels[static_cast<std::size_t>(code)] : fmt::format("{}", code);
            WorkColumn made{fmt::format("{}_class_{}", name, label), {}, "onehot", {name}};
            made.value = code;
            made.is_flag = true;
            for (const double value : input.values) {
                made.values.push_back(value == code ? 1 : 0);
            }
            m_prepared.work.columns.push_back(std::move(made));
        }
        m_prepared.work.hidden.push_back(std::move(input));
    }

    [[nodiscard]] std::vector<std::size_t> key_columns() {
        std::vector<std::size_t> keys;
        if (!m_config.group_columns.empty()) {
            for (const std::string& name : m_config.group_columns) {
                const Column* column = find(renamed(name));
                if (column == nullptr) {
                    not_found(name, "group_columns");
                } else {
                    keys.push_back(static_cast<std::size_t>(column - m_table.columns.data()));
                }
            }
            return keys;
        }
        for (std::size_t i = 0; i < m_names.size(); ++i) {
            const std::string& original = m_table.columns[i].name;
            if (m_names[i] != renamed(m_config.target) &&
                std::ranges::find(k_outcomes, original) == k_outcomes.end()) {
                keys.push_back(i);
            }
        }
        return keys;
    }

    void find_groups() {
        const std::vector<std::size_t> keys = key_columns();
        std::map<std::vector<std::string>, std::size_t> groups;
        for (const std::size_t row : m_rows) {
            std::vector<std::string> key;
            for (const std::size_t i : keys) {
                const Column& column = m_table.columns[i];
                key.push_back(column.is_text ? column.texts[row]
                                             : fmt::format("{}", column.numbers[row]));
            }
            m_prepared.groups.push_back(
                groups.emplace(std::move(key), groups.size()).first->second);
        }
        m_prepared.group_count = groups.size();
    }

    void set_validation_apart() {
        std::set<std::size_t> apart;
        if (m_config.validation_split == SplitMethod::extrapolation) {
            for (const auto& [name, bound] : m_config.extrapolation) {
                const Column* column = number_column(name, "extrapolation_columns");
                for (std::size_t i = 0; column != nullptr && i < m_rows.size(); ++i) {
                    if (column->numbers[m_rows[i]] > bound) {
                        apart.insert(i);
                    }
                }
            }
        }
        if (m_config.validation_split == SplitMethod::interpolation) {
            for (const auto& [name, rule] : m_config.interpolation) {
                const Column* column = number_column(name, "interpolation_columns");
                const std::set<double> taken =
                    column == nullptr ? std::set<double>() : interpolated(*column, rule);
                for (std::size_t i = 0; column != nullptr && i < m_rows.size(); ++i) {
                    if (taken.contains(column->numbers[m_rows[i]])) {
                        apart.insert(i);
                    }
                }
            }
        }
        m_prepared.validation.assign(apart.begin(), apart.end());
    }

    [[nodiscard]] std::set<double>
    interpolated(const Column& column,
                 const std::variant<double, std::vector<double>>& rule) const {
        if (const auto* values = std::get_if<std::vector<double>>(&rule)) {
            return {values->begin(), values->end()};
        }
        std::set<double> distinct;
        for (const double value : values_of(column)) {
            distinct.insert(value);
        }
        const std::vector<double> sorted(distinct.begin(), distinct.end());
        const auto step = static_cast<std::size_t>(std::get<double>(rule));
        std::set<double> taken;
        for (std::size_t i = std::max<std::size_t>(step / 2, 1); i + 1 < sorted.size(); i += step) {
            taken.insert(sorted[i]);
        }
        return taken;
    }

    void check_columns() {
        for (const WorkColumn& column : m_prepared.work.columns) {
            check_finite(column.name, column.values);
        }
        for (const auto& [name, sign] : m_config.monotone) {
            if (m_prepared.work.find_any(renamed(name)) == nullptr) {
                not_found(name, "monotone");
            }
        }
    }

    /// The sign that `monotone` asks of a column, by those of what it is made of.
    [[nodiscard]] int sign_of(const WorkColumn& column) const {
        for (const auto& [name, sign] : m_config.monotone) {
            if (renamed(name) == column.name) {
                return sign;
            }
        }
        if (column.operation == "inverse" || column.operation == "log") {
            const WorkColumn* from = m_prepared.work.find_any(column.operands.front());
            return (column.operation == "log" ? 1 : -1) * (from == nullptr ? 0 : sign_of(*from));
        }
        if (column.operation != "product") {
            return 0;
        }
        std::set<int> signs;
        for (const std::string& operand : column.operands) {
            const WorkColumn* from = m_prepared.work.find_any(operand);
            const bool is_positive =
                from != nullptr &&
                std::ranges::all_of(from->values, [](double value) { return value >= 0; });
            signs.insert(is_positive ? sign_of(*from) : 0);
        }
        return signs.size() == 1 ? *signs.begin() : 0;
    }

    void warn_of_outcome() {
        const WorkColumn* load = m_prepared.work.find("observed_throughput");
        if (load == nullptr) {
            return;
        }
        std::vector<double> inverse;
        for (const double value : m_prepared.target) {
            inverse.push_back(1 / value);
        }
        const double found = correlation(load->values, inverse);
        if (std::abs(found) > k_suspicious) {
            m_reporter.report(as_warning(make_error(
                "TRN027",
                fmt::format("observed_throughput follows from the target: its correlation with "
                            "1/{} is {:.3f}",
                            m_config.target, found),
                "in asynchronous tests it is a result, not a cause; add it to skip_columns")));
        }
    }

    void finish() {
        Workspace& work = m_prepared.work;
        m_prepared.features = Matrix(work.rows, work.columns.size());
        bool has_signs = false;
        for (std::size_t j = 0; j < work.columns.size(); ++j) {
            m_prepared.names.push_back(work.columns[j].name);
            for (std::size_t i = 0; i < work.rows; ++i) {
                m_prepared.features.at(i, j) = work.columns[j].values[i];
            }
            m_prepared.monotone.push_back(sign_of(work.columns[j]));
            has_signs = has_signs || m_prepared.monotone.back() != 0;
        }
        if (!has_signs) {
            m_prepared.monotone.clear();
        }
        if (!work.dropped.empty()) {
            Diagnostic note = make_error(
                "TRN025", fmt::format("left out, since constant or equal to another column: {}",
                                      fmt::join(work.dropped, ", ")));
            note.severity = Severity::note;
            m_reporter.report(std::move(note));
        }
        warn_of_outcome();
    }
};

} // namespace

Result<Prepared> prepare(const Table& table, const TrainingConfig& config, Reporter& reporter) {
    return Preparation(table, config, reporter).run();
}

Table prepared_table(const Prepared& prepared, const std::string& target) {
    Table table;
    table.rows = prepared.rows();
    for (const WorkColumn& column : prepared.work.columns) {
        Column made;
        made.name = column.name;
        made.numbers = column.values;
        table.columns.push_back(std::move(made));
    }
    Column made;
    made.name = target;
    made.numbers = prepared.target;
    table.columns.push_back(std::move(made));
    return table;
}

} // namespace aisprint::training
