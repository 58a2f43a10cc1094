// SPDX-License-Identifier: Apache-2.0
// The configuration file: what may be tried for the hyper-parameters of each technique.
#include "config_reader.hpp"
#include "numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace aisprint::training {

namespace {

constexpr std::array<Technique, 8> k_techniques{
    Technique::dummy, Technique::nnls,          Technique::lr_ridge,      Technique::stepwise,
    Technique::svr,   Technique::decision_tree, Technique::random_forest, Technique::xgboost};

/// A prior as written: name(argument, ...).
struct Call {
    std::string name;
    std::vector<std::string> arguments;
};

std::optional<Call> read_call(const std::string& text) {
    const std::string whole = trimmed(text);
    const std::size_t open = whole.find('(');
    if (open == std::string::npos || open == 0 || whole.back() != ')') {
        return std::nullopt;
    }
    Call call{trimmed(whole.substr(0, open)), {}};
    const std::string inside = whole.substr(open + 1, whole.size() - open - 2);
    for (std::size_t begin = 0; begin <= inside.size();) {
        const std::size_t end = std::min(inside.find(',', begin), inside.size());
        call.arguments.push_back(trimmed(inside.substr(begin, end - begin)));
        begin = end + 1;
    }
    return call;
}

struct PriorForm {
    const char* name;
    PriorKind kind;
    std::size_t arguments;
};

constexpr std::array<PriorForm, 9> k_forms{{{"uniform", PriorKind::uniform, 2},
                                            {"quniform", PriorKind::uniform, 3},
                                            {"uniformint", PriorKind::uniform, 2},
                                            {"loguniform", PriorKind::log_uniform, 2},
                                            {"qloguniform", PriorKind::log_uniform, 3},
                                            {"normal", PriorKind::normal, 2},
                                            {"qnormal", PriorKind::normal, 3},
                                            {"lognormal", PriorKind::log_normal, 2},
                                            {"qlognormal", PriorKind::log_normal, 3}}};

ParameterValue value_of(const Literal& literal) {
    switch (literal.kind) {
    case LiteralKind::boolean:
        return literal.flag;
    case LiteralKind::number:
        return literal.number;
    case LiteralKind::text:
        return literal.text;
    default:
        return std::monostate{};
    }
}

/// Names of old versions of the libraries behind the reference.
ParameterValue renamed(const std::string& parameter, const ParameterValue& value) {
    const auto* word = std::get_if<std::string>(&value);
    if (word == nullptr) {
        return value;
    }
    if (parameter == "criterion" && *word == "mse") {
        return std::string("squared_error");
    }
    if (parameter == "criterion" && *word == "mae") {
        return std::string("absolute_error");
    }
    if (parameter == "max_features" && *word == "auto") {
        return std::monostate{};
    }
    return value;
}

/// Reads the options of one technique's section.
class SectionReader {
public:
    SectionReader(ConfigReader& in, const TrainingConfig& config, Technique technique)
        : m_in(in), m_config(config), m_section(to_string(technique)),
          m_defaults(default_parameters(technique)) {}

    ParameterCandidates read() {
        ParameterCandidates candidates;
        for (const auto& [name, value] : m_defaults) {
            (void)m_in.option(m_section, name);
        }
        const IniSection* section = m_in.file().find(m_section);
        if (section == nullptr) {
            return candidates;
        }
        for (const IniOption& option : section->options) {
            const std::string name = name_of(option);
            if (m_defaults.contains(name)) {
                candidates.emplace_back(name, read_option(name, option));
            }
        }
        return candidates;
    }

private:
    ConfigReader& m_in;
    const TrainingConfig& m_config;
    std::string m_section;
    Parameters m_defaults;

    std::string name_of(const IniOption& option) {
        const IniSection* section = m_in.file().find(m_section);
        if (option.name == "c" && m_section == "SVR" && section->find("C") == nullptr) {
            (void)m_in.option(m_section, "c");
            m_in.warn(option.name_span, "TRN017", "'c' is read as 'C'", "write it so");
            return "C";
        }
        return option.name;
    }

    std::vector<Candidate> read_option(const std::string& name, const IniOption& option) {
        const Literal& value = option.literal.value;
        std::vector<Candidate> candidates;
        if (value.kind == LiteralKind::dictionary || value.is_bare) {
            m_in.refuse(option, m_section, "a list of values to try, such as [0.1, 1]");
            return candidates;
        }
        if (value.kind != LiteralKind::list) { // a lone value
            read_item(name, option, value, candidates);
            return candidates;
        }
        if (value.items.empty()) {
            m_in.refuse(option, m_section, "a list of at least one value to try");
        }
        for (const Literal& item : value.items) {
            read_item(name, option, item, candidates);
        }
        return candidates;
    }

    void read_item(const std::string& name,
                   const IniOption& option,
                   const Literal& item,
                   std::vector<Candidate>& candidates) {
        if (item.kind == LiteralKind::list || item.kind == LiteralKind::dictionary) {
            m_in.error_at(option, item, "TRN012",
                          fmt::format("a value of '{}' in [{}] is not a number, a text, True, "
                                      "False or None",
                                      name, m_section));
            return;
        }
        const std::optional<Call> call =
            item.kind == LiteralKind::text ? read_call(item.text) : std::nullopt;
        if (!call) {
            candidates.emplace_back(renamed(name, value_of(item)));
            return;
        }
        if (!m_config.search_evaluations) {
            m_in.error_at(
                option, item, "TRN015",
                fmt::format("'{}' is a distribution, which a grid search cannot use", item.text),
                "write values, or hyperparameter_tuning = Hyperopt below [General]");
        } else if (std::optional<Prior> prior = read_prior(name, *call, option, item)) {
            candidates.emplace_back(*std::move(prior));
        }
    }

    std::optional<Prior> read_prior(const std::string& name,
                                    const Call& call,
                                    const IniOption& option,
                                    const Literal& item) {
        const auto wrong = [&](const std::string& why) -> std::optional<Prior> {
            m_in.error_at(option, item, "TRN015",
                          fmt::format("the distribution '{}' is wrong: {}", item.text, why),
                          "examples: uniform(0,1), quniform(3,6,1), loguniform(0.01,1), "
                          "normal(0,1), choice(1,2,4)");
            return std::nullopt;
        };
        if (call.name == "choice") {
            Prior prior;
            prior.kind = PriorKind::choice;
            for (const std::string& argument : call.arguments) {
                prior.choices.push_back(renamed(name, value_of(read_literal(argument).value)));
            }
            return call.arguments.front().empty() ? wrong("it has no values") : prior;
        }
        const auto* form = std::ranges::find(k_forms, call.name, &PriorForm::name);
        if (form == k_forms.end()) {
            return wrong(fmt::format("'{}' is unknown", call.name));
        }
        std::vector<double> numbers;
        for (const std::string& argument : call.arguments) {
            const auto number = parse_number(argument);
            if (!number || !std::isfinite(*number)) {
                return wrong(fmt::format("'{}' is not a number", argument));
            }
            numbers.push_back(*number);
        }
        if (numbers.size() != form->arguments) {
            return wrong(fmt::format("{} takes {} numbers", call.name, form->arguments));
        }
        Prior prior;
        prior.kind = form->kind;
        prior.a = numbers[0];
        prior.b = numbers[1];
        prior.q = numbers.size() == 3 ? numbers[2] : (call.name == "uniformint" ? 1 : 0);
        const std::string why = check(prior, numbers.size() == 3);
        return why.empty() ? prior : wrong(why);
    }

    static std::string check(const Prior& prior, bool has_step) {
        if (has_step && (prior.q < 1 || prior.q != std::floor(prior.q))) {
            return "the step must be a whole number, at least 1";
        }
        switch (prior.kind) {
        case PriorKind::uniform:
            return prior.a < prior.b ? "" : "the first number must be below the second";
        case PriorKind::log_uniform:
            return prior.a > 0 && prior.a < prior.b
                       ? ""
                       : "the first number must be above 0 and below the second";
        default:
            return prior.b > 0 ? "" : "the second number must be above 0";
        }
    }
};

} // namespace

void read_candidates(ConfigReader& in, TrainingConfig& config) {
    for (const Technique technique : k_techniques) {
        config.candidates[technique] = SectionReader(in, config, technique).read();
    }
    const IniSection* network = in.file().find("NeuralNetwork");
    for (std::size_t i = 0; network != nullptr && i < network->options.size(); ++i) {
        (void)in.option("NeuralNetwork", network->options[i].name);
    }
}

} // namespace aisprint::training
