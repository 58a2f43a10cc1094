// SPDX-License-Identifier: Apache-2.0
#include "aisprint/placement/method_config.hpp"

#include "method_names.hpp"

#include "aisprint/base/yaml.hpp"
#include "aisprint/config/document_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

namespace aisprint::placement {

namespace {

using yaml::Entry;
using yaml::Node;

const std::vector<std::string> k_general_keys{"Methods",       "Seed",          "VerboseLevel",
                                              "Time",          "EdgeResources", "CloudResources",
                                              "FaaSResources", "LambdaBound"};
const std::vector<std::string> k_heuristic_keys{"name", "iterations", "duration",
                                                "startingPointNumber", "specialParameters"};

std::vector<std::string> keys_of(MethodKind kind) {
    switch (kind) {
    case MethodKind::random_greedy:
        return {"name", "iterations", "duration"};
    case MethodKind::binary_search:
        return {"name", "upperBoundLambda", "epsilon"};
    case MethodKind::branch_and_bound:
        return {"name", "duration", "gap", "threads"};
    default:
        return k_heuristic_keys;
    }
}

std::vector<std::string> special_keys_of(MethodKind kind) {
    switch (kind) {
    case MethodKind::tabu_search:
        return {"tabuSize", "minScore", "score"};
    case MethodKind::simulated_annealing:
        return {"tempBegin", "temperature", "scheduleConstant", "schedule", "minEnergy", "score"};
    case MethodKind::genetic_algorithm:
        return {"crossoverRate", "mutationRate", "minFitness", "score"};
    default:
        return {"minScore", "score"};
    }
}

bool is_improvement(MethodKind kind) {
    return kind == MethodKind::local_search || kind == MethodKind::tabu_search ||
           kind == MethodKind::simulated_annealing || kind == MethodKind::genetic_algorithm;
}

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

class ConfigReader {
public:
    ConfigReader(const SourceFile& source, MethodConfigForm form, Reporter& reporter)
        : m_in(source, {"OPT001", "OPT002", "OPT003"}), m_form(form), m_reporter(reporter) {}

    [[nodiscard]] Result<MethodConfig> read(const Node& document) {
        if (m_in.as_mapping(&document, "the configuration") == nullptr) {
            return m_in.failure();
        }
        check_keys(document, k_general_keys, "the configuration");
        if (document.find("Seed") != nullptr) {
            m_config.methods.seed = static_cast<std::uint64_t>(
                m_in.integer(document.find("Seed"), 0, "'Seed'").value_or(1));
        }
        m_config.verbose_level = static_cast<int>(
            m_in.integer(document.find("VerboseLevel"), 0, "'VerboseLevel'").value_or(0));
        if (m_form == MethodConfigForm::application || document.find("Time") != nullptr) {
            m_config.horizon_h = m_in.required_number(
                document, "Time", config::NumberRange::above_zero, "the configuration", "h", 1);
        }
        read_layers(document.find("EdgeResources"), "EdgeResources", m_config.edge_layers);
        read_layers(document.find("CloudResources"), "CloudResources", m_config.cloud_layers);
        read_layers(document.find("FaaSResources"), "FaaSResources", m_config.function_layers);
        read_rates(document.find("LambdaBound"));
        const Node* methods =
            m_in.as_mapping(m_in.required(document, "Methods", "the configuration"), "'Methods'");
        if (methods != nullptr) {
            for (const Entry& entry : methods->entries) {
                read_method(entry);
            }
            check_mandatory(*methods);
        }
        if (m_in.failed()) {
            return m_in.failure();
        }
        return std::move(m_config);
    }

private:
    void check_keys(const Node& mapping,
                    const std::vector<std::string>& known,
                    const std::string& what) {
        for (const Entry& entry : mapping.entries) {
            if (std::ranges::find(known, entry.key) == known.end()) {
                m_reporter.report(m_in.warning(
                    entry.key_span, "OPT008", fmt::format("'{}' of {} is ignored", entry.key, what),
                    config::suggestion(entry.key, known,
                                       fmt::format("known are {}", fmt::join(known, ", ")))));
            }
        }
    }

    void read_layers(const Node* node, const std::string& key, std::vector<ListedLayer>& layers) {
        if (node == nullptr || node->is_null()) {
            return;
        }
        if (m_in.as_sequence(node, fmt::format("'{}'", key)) == nullptr) {
            return;
        }
        for (const Node& item : node->items) {
            const std::string name = m_in.text(&item, fmt::format("a layer of '{}'", key));
            if (name.empty()) {
                continue;
            }
            const auto [place, fresh] = m_layers.try_emplace(lower(name), item.span);
            if (!fresh) {
                m_in.error(item.span, "OPT009",
                           fmt::format("the layer '{}' is listed twice, here and in line {}", name,
                                       place->second.line),
                           "list each layer once, under the kind of its resources");
                continue;
            }
            layers.push_back({name, item.span});
        }
    }

    void read_rates(const Node* node) {
        if (node == nullptr || m_in.as_mapping(node, "'LambdaBound'") == nullptr) {
            return;
        }
        RateRange rates;
        rates.start = m_in.required_number(*node, "start", config::NumberRange::above_zero,
                                           "'LambdaBound'", "req/s", 1);
        rates.end = m_in.required_number(*node, "end", config::NumberRange::above_zero,
                                         "'LambdaBound'", "req/s", 2);
        rates.step = m_in.required_number(*node, "step", config::NumberRange::above_zero,
                                          "'LambdaBound'", "req/s", 1);
        if (!m_in.failed() && rates.end <= rates.start) {
            m_in.error(node->span, "OPT003",
                       fmt::format("'end' of 'LambdaBound' is {} req/s; it must be above 'start', "
                                   "{} req/s",
                                   rates.end, rates.start),
                       "correct the range");
        }
        m_config.rates = rates;
    }

    void read_method(const Entry& entry) {
        const std::string what = fmt::format("method '{}'", entry.key);
        if (m_in.as_mapping(&entry.value, what) == nullptr) {
            return;
        }
        const Node* name_node = m_in.required(entry.value, "name", what);
        const std::string name = m_in.text(name_node, fmt::format("'name' of {}", what));
        if (name.empty()) {
            return;
        }
        const std::optional<MethodKind> kind = method_kind(name);
        if (!kind) {
            m_reporter.report(m_in.warning(
                name_node->span, "OPT004",
                fmt::format("{} is ignored: there is no method '{}'", what, name),
                config::suggestion(name, all_method_names(),
                                   "use RandomGreedy, LocalSearch, TabuSearch, SimulatedAnnealing, "
                                   "GeneticAlgorithm, BranchAndBound or BinarySearch")));
            return;
        }
        const MethodKind group = is_improvement(*kind) ? MethodKind::local_search : *kind;
        const auto [earlier, fresh] = m_seen.try_emplace(group, name);
        if (!fresh) {
            m_reporter.report(m_in.warning(
                name_node->span, "OPT007",
                fmt::format("{} ({}) is ignored: {} comes before it", what, name, earlier->second),
                is_improvement(*kind) ? "name one improvement method" : "name each method once"));
            return;
        }
        check_keys(entry.value, keys_of(*kind), name);
        read_parameters(entry.value, *kind, name);
    }

    void read_parameters(const Node& method, MethodKind kind, const std::string& name) {
        switch (kind) {
        case MethodKind::random_greedy:
            m_config.methods.random_greedy = read_stop_rule(method, name);
            return;
        case MethodKind::binary_search:
            m_config.methods.binary_search = optimizer::MaxRateOptions{
                m_in.required_number(method, "upperBoundLambda", config::NumberRange::above_zero,
                                     name, "req/s", 1),
                m_in.required_number(method, "epsilon", config::NumberRange::above_zero, name,
                                     "req/s", 1e-5)};
            return;
        case MethodKind::branch_and_bound:
            m_config.methods.exact = read_exact(method, name);
            return;
        default:
            m_config.methods.improvement = read_improvement(method, kind, name);
            return;
        }
    }

    optimizer::ExactOptions read_exact(const Node& method, const std::string& name) {
        optimizer::ExactOptions options;
        options.duration_s = m_in.number(method.find("duration"), config::NumberRange::above_zero,
                                         fmt::format("'duration' of {}", name), "s")
                                 .value_or(options.duration_s);
        options.gap = m_in.number(method.find("gap"), config::NumberRange::at_least_zero,
                                  fmt::format("'gap' of {}", name))
                          .value_or(options.gap);
        options.threads = static_cast<unsigned>(
            m_in.integer(method.find("threads"), 0, fmt::format("'threads' of {}", name))
                .value_or(options.threads));
        return options;
    }

    optimizer::StopRule read_stop_rule(const Node& method, const std::string& name) {
        optimizer::StopRule stop;
        const Node* iterations = method.find("iterations");
        const Node* duration = method.find("duration");
        if (iterations == nullptr && duration == nullptr) {
            m_in.error(method.span, "OPT006",
                       fmt::format("{} has neither 'iterations' nor 'duration'; at least one of "
                                   "them must be given",
                                   name),
                       "add 'iterations', or 'duration' in seconds");
            return stop;
        }
        stop.iterations = static_cast<std::uint64_t>(
            m_in.integer(iterations, 0, fmt::format("'iterations' of {}", name)).value_or(0));
        stop.duration_s = m_in.number(duration, config::NumberRange::at_least_zero,
                                      fmt::format("'duration' of {}", name), "s")
                              .value_or(0);
        return stop;
    }

    optimizer::Improvement
    read_improvement(const Node& method, MethodKind kind, const std::string& name) {
        optimizer::Improvement improvement;
        improvement.stop = read_stop_rule(method, name);
        improvement.starting_points = static_cast<std::size_t>(
            m_in.integer(m_in.required(method, "startingPointNumber", name), 1,
                         fmt::format("'startingPointNumber' of {}", name))
                .value_or(1));
        static const Node k_nothing = yaml::mapping();
        const std::string what = fmt::format("'specialParameters' of {}", name);
        const Node* special = method.find("specialParameters");
        if (special == nullptr || special->is_null()) {
            special = kind == MethodKind::local_search
                          ? &k_nothing
                          : m_in.required(method, "specialParameters", name);
        }
        special = m_in.as_mapping(special, what);
        if (special == nullptr) {
            return improvement;
        }
        check_keys(*special, special_keys_of(kind), what);
        if (kind == MethodKind::local_search) {
            improvement.parameters =
                optimizer::LocalSearchOptions{optional_number(*special, "minScore", name)};
        } else if (kind == MethodKind::tabu_search) {
            improvement.parameters = read_tabu(*special, name);
        } else if (kind == MethodKind::simulated_annealing) {
            improvement.parameters = read_annealing(*special, name);
        } else {
            improvement.parameters = optimizer::GeneticAlgorithmOptions{
                m_in.required_number(*special, "crossoverRate", config::NumberRange::probability,
                                     name, "", 0.5),
                m_in.required_number(*special, "mutationRate", config::NumberRange::probability,
                                     name, "", 0.7),
                optional_number(*special, "minFitness", name)};
        }
        return improvement;
    }

    optimizer::TabuSearchOptions read_tabu(const Node& special, const std::string& name) {
        optimizer::TabuSearchOptions options;
        options.tabu_size =
            static_cast<std::size_t>(m_in.integer(m_in.required(special, "tabuSize", name), 1,
                                                  fmt::format("'tabuSize' of {}", name))
                                         .value_or(1));
        options.min_score = optional_number(special, "minScore", name);
        return options;
    }

    optimizer::SimulatedAnnealingOptions read_annealing(const Node& special,
                                                        const std::string& name) {
        optimizer::SimulatedAnnealingOptions options;
        // The guide calls it temperature.
        const char* key = special.find("temperature") != nullptr ? "temperature" : "tempBegin";
        options.initial_temperature =
            m_in.required_number(special, key, config::NumberRange::above_zero, name, "", 1);
        options.min_energy = optional_number(special, "minEnergy", name);
        const Node* schedule = special.find("schedule");
        const std::string text = schedule == nullptr || schedule->is_null()
                                     ? "exponential"
                                     : m_in.text(schedule, fmt::format("'schedule' of {}", name));
        if (text == "linear") {
            options.schedule = optimizer::Schedule::linear;
        } else if (text != "exponential" && !text.empty()) {
            m_in.error(
                schedule->span, "OPT003",
                fmt::format("'schedule' of {} is '{}'; it must be 'exponential' or 'linear'", name,
                            text),
                config::suggestion(text, {"exponential", "linear"}, "choose one of the two"));
        }
        options.schedule_constant = m_in.required_number(
            special, "scheduleConstant", config::NumberRange::above_zero, name, "", 0.99);
        if (options.schedule == optimizer::Schedule::exponential && options.schedule_constant > 1) {
            m_in.error(special.find("scheduleConstant")->span, "OPT003",
                       fmt::format("'scheduleConstant' of {} is {}; with the exponential schedule "
                                   "it must be at most 1",
                                   name, options.schedule_constant),
                       "the temperature is multiplied by it in each step; 0.99 is usual");
        }
        return options;
    }

    /// A number that may be absent or null.
    std::optional<double>
    optional_number(const Node& special, const char* key, const std::string& name) {
        const Node* node = special.find(key);
        if (node == nullptr || node->is_null() || node->scalar == "None") {
            return std::nullopt;
        }
        return m_in.number(node, config::NumberRange::at_least_zero,
                           fmt::format("'{}' of {}", key, name));
    }

    void check_mandatory(const Node& methods) {
        const bool application = m_form == MethodConfigForm::application;
        if (!m_seen.contains(MethodKind::random_greedy) &&
            (application || !m_seen.contains(MethodKind::branch_and_bound))) {
            report_missing(methods, MethodKind::random_greedy, "RandomGreedy");
        }
        if (application && !m_seen.contains(MethodKind::binary_search)) {
            report_missing(methods, MethodKind::binary_search, "BinarySearch");
        }
    }

    void report_missing(const Node& methods, MethodKind kind, const std::string& name) {
        m_in.error(methods.span, "OPT005",
                   fmt::format("'Methods' has no {}, which is mandatory; its name can be one of {}",
                               name, fmt::join(names_of(kind), ", ")),
                   fmt::format("add the method {}", name));
    }

    config::DocumentReader m_in;
    MethodConfigForm m_form;
    Reporter& m_reporter;
    MethodConfig m_config;
    std::map<MethodKind, std::string> m_seen; ///< improvements count as local search
    std::map<std::string, Span> m_layers;
};

} // namespace

Result<MethodConfig>
parse_method_config(const SourceFile& source, MethodConfigForm form, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const Node document, yaml::parse(source));
    return ConfigReader(source, form, reporter).read(document);
}

} // namespace aisprint::placement
