// SPDX-License-Identifier: Apache-2.0
#include "aisprint/training/predict.hpp"

#include "metrics.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace aisprint::training {

namespace {

using Json = nlohmann::json;

class TablePredictor {
public:
    TablePredictor(const perf::Model& model,
                   const Json& facts,
                   const Table& table,
                   Reporter& reporter)
        : m_model(model), m_facts(facts), m_table(table), m_reporter(reporter) {}

    Result<TablePrediction> run(double level) {
        for (const std::string& input : m_model.inputs()) {
            take_input(input);
        }
        TablePrediction result;
        result.target = text_of("target");
        if (m_errors.empty()) {
            predict(level, result);
        }
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        measure_errors(result);
        return result;
    }

private:
    const perf::Model& m_model;
    const Json& m_facts; ///< the model file, valid
    const Table& m_table;
    Reporter& m_reporter;
    std::vector<std::vector<double>> m_inputs; ///< columns
    std::vector<Diagnostic> m_errors;

    [[nodiscard]] std::string text_of(const std::string& member) const {
        const auto found = m_facts.find(member);
        return found != m_facts.end() && found->is_string() ? found->get<std::string>() : "";
    }

    void error(const std::string& code, std::string message, std::string hint = {}) {
        m_errors.push_back(make_error(code, std::move(message), std::move(hint)));
    }

    void take_input(const std::string& input) {
        const Column* column = m_table.find(input);
        if (column == nullptr) {
            std::vector<std::string> names;
            for (const Column& other : m_table.columns) {
                names.push_back(other.name);
            }
            error("TRN060", fmt::format("the model needs the column {}", input),
                  fmt::format("the CSV file has {}", fmt::join(names, ", ")));
            return;
        }
        const auto categories = m_facts.find("categories");
        if (categories != m_facts.end() && categories->is_object() && categories->contains(input)) {
            take_category(*column, (*categories)[input]);
        } else if (column->is_text) {
            error("TRN061", fmt::format("column {} holds texts; the model needs numbers", input));
        } else {
            take_numbers(*column);
        }
    }

    void take_numbers(const Column& column) {
        const auto wrong =
            std::ranges::find_if(column.numbers, [](double v) { return !std::isfinite(v); });
        if (wrong != column.numbers.end()) {
            error("TRN061", fmt::format("column {}, data row {}, holds no finite number",
                                        column.name, wrong - column.numbers.begin() + 1));
        }
        m_inputs.push_back(column.numbers);
    }

    void take_category(const Column& column, const Json& labels) {
        std::map<std::string, double> codes;
        for (std::size_t i = 0; labels.is_array() && i < labels.size(); ++i) {
            codes[labels[i].is_string() ? labels[i].get<std::string>() : ""] =
                static_cast<double>(i);
        }
        std::set<std::string> unseen;
        std::vector<double> values;
        for (std::size_t row = 0; row < m_table.rows; ++row) {
            const std::string label =
                column.is_text ? column.texts[row] : fmt::format("{}", column.numbers[row]);
            const auto found = codes.find(label);
            values.push_back(found == codes.end() ? -1 : found->second);
            if (found == codes.end()) {
                unseen.insert(label);
            }
        }
        m_inputs.push_back(std::move(values));
        if (!unseen.empty()) {
            m_reporter.report(as_warning(
                make_error("TRN062", fmt::format("the model never saw these values of {}: {}",
                                                 column.name, fmt::join(unseen, ", ")))));
        }
    }

    void predict(double level, TablePrediction& result) {
        const Column* target = result.target.empty() ? nullptr : m_table.find(result.target);
        const bool rejects = text_of("extrapolation") == "reject";
        std::vector<double> values(m_inputs.size());
        for (std::size_t row = 0; row < m_table.rows; ++row) {
            for (std::size_t i = 0; i < m_inputs.size(); ++i) {
                values[i] = m_inputs[i][row];
            }
            PredictedRow predicted;
            predicted.prediction = m_model.predict(values, level);
            if (target != nullptr && !target->is_text && std::isfinite(target->numbers[row])) {
                predicted.real = target->numbers[row];
            }
            if (rejects && !predicted.prediction.inside_domain) {
                std::vector<std::string> outside = predicted.prediction.clamped;
                outside.insert(outside.end(), predicted.prediction.extrapolated.begin(),
                               predicted.prediction.extrapolated.end());
                error("TRN063",
                      fmt::format("data row {} lies outside of the profiled range: {}", row + 1,
                                  fmt::join(outside, ", ")),
                      "profile there, or train with extrapolation = clamp");
            }
            result.outside += predicted.prediction.inside_domain ? std::size_t{0} : 1;
            result.saturated += predicted.prediction.saturated ? std::size_t{1} : 0;
            result.rows.push_back(std::move(predicted));
        }
    }

    static void measure_errors(TablePrediction& result) {
        std::vector<double> predictions;
        std::vector<double> truth;
        for (const PredictedRow& row : result.rows) {
            if (row.real) {
                predictions.push_back(row.prediction.value);
                truth.push_back(*row.real);
            }
        }
        if (!truth.empty()) {
            result.mape = measure(predictions, truth).mape;
        }
    }
};

std::string cell(const std::optional<double>& value) {
    return value ? fmt::format("{}", *value) : std::string();
}

} // namespace

Result<TablePrediction>
predict_table(const SourceFile& model, const Table& table, double level, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const auto read, perf::parse_model(model));
    const Json facts = Json::parse(model.text(), nullptr, false);
    return TablePredictor(*read, facts, table, reporter).run(level);
}

std::string to_csv(const TablePrediction& prediction) {
    const bool has_real = std::ranges::any_of(
        prediction.rows, [](const PredictedRow& row) { return row.real.has_value(); });
    const bool has_interval = std::ranges::any_of(
        prediction.rows, [](const PredictedRow& row) { return row.prediction.lower.has_value(); });
    std::string csv =
        fmt::format("{}pred{}\n", has_real ? "real," : "", has_interval ? ",lower,upper" : "");
    for (const PredictedRow& row : prediction.rows) {
        if (has_real) {
            csv += cell(row.real) + ",";
        }
        csv += fmt::format("{}", row.prediction.value);
        if (has_interval) {
            csv += "," + cell(row.prediction.lower) + "," + cell(row.prediction.upper);
        }
        csv += '\n';
    }
    return csv;
}

} // namespace aisprint::training
