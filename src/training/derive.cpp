// SPDX-License-Identifier: Apache-2.0
// Features made of others: inverse, logarithm, products, Ernest's.
#include "prepare.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <set>
#include <utility>

namespace aisprint::training {

namespace {

constexpr std::size_t k_most_features = 2000;

class Deriver {
public:
    Deriver(const TrainingConfig& config,
            Workspace& work,
            Reporter& reporter,
            std::vector<Diagnostic>& errors)
        : m_config(config), m_work(work), m_reporter(reporter), m_errors(errors) {}

    void run() {
        if (m_config.ernest) {
            ernest();
            return;
        }
        invert();
        take_logarithms();
        if (!m_config.selected_products.empty()) {
            selected_products();
        } else {
            products();
        }
    }

private:
    const TrainingConfig& m_config;
    Workspace& m_work;
    Reporter& m_reporter;
    std::vector<Diagnostic>& m_errors;

    void error(const std::string& code, std::string message, std::string hint = {}) {
        m_errors.push_back(make_error(code, std::move(message), std::move(hint)));
    }

    [[nodiscard]] bool is_dropped(const std::string& name) const {
        return std::ranges::find(m_work.dropped, name) != m_work.dropped.end();
    }

    /// The features that an option lists; what was dropped is passed over.
    std::vector<std::size_t> listed(const std::vector<std::string>& names,
                                    const std::string& option,
                                    const std::string& doing) {
        std::vector<std::size_t> places;
        if (names == std::vector<std::string>{"*"}) {
            for (std::size_t i = 0; i < m_work.columns.size(); ++i) {
                if (!m_work.columns[i].is_flag) {
                    places.push_back(i);
                }
            }
            return places;
        }
        for (const std::string& name : names) {
            const auto found = std::ranges::find(m_work.columns, name, &WorkColumn::name);
            if (m_work.categories.contains(name)) {
                error("TRN021", fmt::format("trying to {} a string column: {}", doing, name),
                      fmt::format("take it out of '{}'", option));
            } else if (found != m_work.columns.end()) {
                if (!found->is_flag) {
                    places.push_back(static_cast<std::size_t>(found - m_work.columns.begin()));
                }
            } else if (!is_dropped(name)) {
                error("TRN020", fmt::format("column {} not found; '{}' lists it", name, option),
                      "name a column of the CSV file that is a feature");
            }
        }
        return places;
    }

    void add(WorkColumn column) {
        if (m_work.find(column.name) != nullptr) {
            m_reporter.report(as_warning(make_error(
                "TRN029",
                fmt::format("{} column already exists, skipping {} of features {}", column.name,
                            column.operation, fmt::join(column.operands, ", ")))));
            return;
        }
        m_work.columns.push_back(std::move(column));
    }

    void invert() {
        for (const std::size_t i : listed(m_config.inverse, "inverse", "invert")) {
            const WorkColumn& from = m_work.columns[i];
            if (std::ranges::find(from.values, 0.0) != from.values.end()) {
                error("TRN021", fmt::format("error in inverting {}: it holds a zero", from.name),
                      "take the column out of 'inverse', or the rows out of the data");
                continue;
            }
            WorkColumn made{"inverse_" + from.name, {}, "inverse", {from.name}};
            for (const double value : from.values) {
                made.values.push_back(1 / value);
            }
            add(std::move(made));
        }
    }

    void take_logarithms() {
        for (const std::size_t i : listed(m_config.log, "log", "take logarithm of")) {
            const WorkColumn& from = m_work.columns[i];
            if (std::ranges::any_of(from.values, [](double value) { return value <= 0; })) {
                error("TRN021",
                      fmt::format("trying to take logarithm of non-positive value in column {}",
                                  from.name),
                      "take the column out of 'log', or the rows out of the data");
                continue;
            }
            WorkColumn made{"log_" + from.name, {}, "log", {from.name}};
            for (const double value : from.values) {
                made.values.push_back(std::log(value));
            }
            add(std::move(made));
        }
    }

    [[nodiscard]] WorkColumn product_of(const std::vector<const WorkColumn*>& factors,
                                        std::string name) const {
        WorkColumn made{std::move(name), std::vector<double>(m_work.rows, 1.0), "product", {}};
        for (const WorkColumn* factor : factors) {
            made.operands.push_back(factor->name);
            for (std::size_t row = 0; row < m_work.rows; ++row) {
                made.values[row] *= factor->values[row];
            }
        }
        return made;
    }

    /// Pairs that say nothing: x/x, and two categories of one column.
    static bool are_opposed(const WorkColumn& a, const WorkColumn& b) {
        return a.name == "inverse_" + b.name || b.name == "inverse_" + a.name ||
               (a.is_flag && b.is_flag && a.operands == b.operands);
    }

    static bool is_sensible(const std::vector<const WorkColumn*>& factors) {
        for (std::size_t i = 0; i < factors.size(); ++i) {
            for (std::size_t j = i + 1; j < factors.size(); ++j) {
                if (are_opposed(*factors[i], *factors[j])) {
                    return false;
                }
            }
        }
        return true;
    }

    void products() {
        const std::vector<WorkColumn> factors = sorted_columns();
        const std::size_t degree =
            m_config.product_degree == SIZE_MAX ? factors.size() : m_config.product_degree;
        const bool may_repeat = !m_config.product_interactions_only;
        std::size_t made = 0;
        for (std::size_t d = 2; d <= degree; ++d) {
            std::vector<std::size_t> picked(d, 0);
            if (!may_repeat) {
                std::iota(picked.begin(), picked.end(), std::size_t{0});
            }
            bool more = may_repeat ? !factors.empty() : d <= factors.size();
            while (more) {
                add_product(factors, picked);
                if (++made > k_most_features) {
                    error("TRN024",
                          fmt::format("products up to degree {} of {} features make more than {} "
                                      "columns",
                                      d, factors.size(), k_most_features),
                          "lower product_max_degree, or name selected_products");
                    return;
                }
                more = advance(picked, factors.size());
            }
        }
    }

    [[nodiscard]] std::vector<WorkColumn> sorted_columns() const {
        std::vector<WorkColumn> sorted = m_work.columns;
        std::ranges::sort(sorted, {}, &WorkColumn::name);
        return sorted;
    }

    void add_product(const std::vector<WorkColumn>& factors,
                     const std::vector<std::size_t>& picked) {
        std::vector<const WorkColumn*> chosen;
        std::vector<std::string> names;
        for (const std::size_t i : picked) {
            chosen.push_back(&factors[i]);
            names.push_back(factors[i].name);
        }
        if (is_sensible(chosen)) {
            add(product_of(chosen, fmt::format("{}", fmt::join(names, "__"))));
        }
    }

    /// The next combination in lexicographic order.
    [[nodiscard]] bool advance(std::vector<std::size_t>& picked, std::size_t count) const {
        const std::size_t apart = m_config.product_interactions_only ? 1 : 0;
        for (std::size_t i = picked.size(); i-- > 0;) {
            const std::size_t last = count - 1 - apart * (picked.size() - 1 - i);
            if (picked[i] < last) {
                ++picked[i];
                for (std::size_t j = i + 1; j < picked.size(); ++j) {
                    picked[j] = picked[j - 1] + apart;
                }
                return true;
            }
        }
        return false;
    }

    void selected_products() {
        for (const std::string& product : m_config.selected_products) {
            std::vector<const WorkColumn*> factors;
            std::vector<std::string> names;
            bool complete = true;
            for (std::size_t at = 0; at < product.size();) {
                const std::size_t begin = product.find_first_not_of(' ', at);
                if (begin == std::string::npos) {
                    break;
                }
                at = std::min(product.find(' ', begin), product.size());
                names.push_back(product.substr(begin, at - begin));
                factors.push_back(m_work.find(names.back()));
                complete = complete && factors.back() != nullptr;
                if (factors.back() == nullptr && !is_dropped(names.back())) {
                    error("TRN020", fmt::format("column {} not found; 'selected_products' lists it",
                                                names.back()));
                }
            }
            if (complete && !factors.empty()) {
                WorkColumn made = product_of(factors, fmt::format("{}", fmt::join(names, "__")));
                add(std::move(made));
            }
        }
    }

    void ernest() {
        const WorkColumn* size = m_work.find("datasize");
        const WorkColumn* cores = m_work.find("cores");
        for (const auto& [column, name] :
             {std::pair(size, "datasize"), std::pair(cores, "cores")}) {
            if (column == nullptr) {
                error("TRN020", fmt::format("column {} not found; 'ernest' needs it", name));
            }
        }
        if (size == nullptr || cores == nullptr) {
            return;
        }
        if (std::ranges::any_of(cores->values, [](double value) { return value <= 0; }) ||
            std::ranges::any_of(size->values, [](double value) { return value < 0; })) {
            error("TRN021", "'ernest' needs cores above 0 and datasize not below 0");
            return;
        }
        const std::vector<std::string> both{"datasize", "cores"};
        std::vector<WorkColumn> made{
            {"datasize_over_cores", {}, "ernest_datasize_over_cores", both},
            {"log_cores", {}, "log", {"cores"}},
            {"square_datasize_over_cores", {}, "ernest_square_datasize_over_cores", both},
            {"squared_datasize_over_cores", {}, "ernest_squared_datasize_over_cores", both}};
        for (std::size_t row = 0; row < m_work.rows; ++row) {
            const double d = size->values[row];
            const double c = cores->values[row];
            made[0].values.push_back(d / c);
            made[1].values.push_back(std::log(c));
            made[2].values.push_back(std::sqrt(d / c));
            made[3].values.push_back(std::sqrt(d) / c);
        }
        m_work.hidden.push_back(*size);
        m_work.hidden.push_back(*cores);
        m_work.columns = std::move(made);
    }
};

} // namespace

const WorkColumn* Workspace::find(const std::string& name) const {
    const auto found = std::ranges::find(columns, name, &WorkColumn::name);
    return found == columns.end() ? nullptr : &*found;
}

const WorkColumn* Workspace::find_any(const std::string& name) const {
    const auto found = std::ranges::find(hidden, name, &WorkColumn::name);
    return found == hidden.end() ? find(name) : &*found;
}

void derive_columns(const TrainingConfig& config,
                    Workspace& work,
                    Reporter& reporter,
                    std::vector<Diagnostic>& errors) {
    Deriver(config, work, reporter, errors).run();
}

void drop_useless(Workspace& work, std::size_t first) {
    std::set<std::vector<double>> seen;
    std::vector<WorkColumn> kept;
    for (std::size_t i = 0; i < work.columns.size(); ++i) {
        WorkColumn& column = work.columns[i];
        const bool is_constant = std::ranges::all_of(
            column.values, [&](double v) { return v == column.values.front(); });
        const bool is_new = seen.insert(column.values).second;
        if (i >= first && (is_constant || !is_new)) {
            work.dropped.push_back(column.name);
            work.hidden.push_back(std::move(column));
        } else {
            kept.push_back(std::move(column));
        }
    }
    work.columns = std::move(kept);
}

} // namespace aisprint::training
