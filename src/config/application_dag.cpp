// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/application_dag.hpp"

#include "aisprint/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace aisprint::config {

namespace {

const char* const k_name_hint =
    "use letters, digits, '.', '_' and '-', starting with a letter or a digit";

/// Checks the graph of a document whose fields have the right types.
class DagReader {
public:
    DagReader(SourceFile source, Reporter& reporter) : m_reporter(reporter) {
        m_dag.source = std::move(source);
    }

    Result<ApplicationDag> read(const yaml::Node& system) {
        m_dag.name = system.find("name")->scalar;
        if (m_dag.name.empty()) {
            add(system.find("name")->span, "CFG011", "the name of the application is empty",
                "write a name");
        }
        read_components(*system.find("components"), *system.find_entry("components"));
        read_dependencies(*system.find("dependencies"));
        if (const yaml::Node* alternatives = system.find("alternative_components")) {
            read_alternatives(*alternatives);
        }
        check_cycles();
        if (!m_errors.empty()) {
            return fail(ErrorKind::input, std::move(m_errors));
        }
        warn_about_isolated_components();
        return std::move(m_dag);
    }

private:
    void add(const Span& span, std::string code, std::string message, std::string hint) {
        m_errors.push_back(make_error_at(m_dag.source, span, std::move(code), std::move(message),
                                         std::move(hint)));
    }

    void check_name(const std::string& name, const Span& span) {
        if (!is_valid_name(name)) {
            add(span, "CFG011", fmt::format("'{}' cannot name a component", name), k_name_hint);
        } else if (name.find("_partition") != std::string::npos || name.ends_with("_base")) {
            add(span, "CFG011",
                fmt::format("component name '{}' contains '_partition' or ends in '_base', which "
                            "are kept for designs",
                            name),
                "choose another name");
        }
    }

    void read_components(const yaml::Node& list, const yaml::Entry& entry) {
        if (list.items.empty()) {
            add(entry.key_span, "CFG010", "no components declared in application_dag.yaml",
                "list the component names, for example components: ['first', 'second']");
        }
        for (const yaml::Node& item : list.items) {
            const auto earlier = m_places.find(item.scalar);
            if (earlier != m_places.end()) {
                add(item.span, "CFG012", fmt::format("component '{}' is listed twice", item.scalar),
                    "remove one of the two");
                m_errors.back().notes.push_back({"first listed here", earlier->second});
                continue;
            }
            check_name(item.scalar, item.span);
            m_places.emplace(item.scalar, item.span);
            m_dag.components.push_back({item.scalar, item.span});
        }
    }

    void read_dependencies(const yaml::Node& list) {
        std::map<std::pair<std::string, std::string>, Span> seen;
        for (const yaml::Node& item : list.items) {
            const bool triplet =
                item.items.size() == 3 && item.items[0].is_scalar() && item.items[1].is_scalar();
            if (!triplet) {
                add(item.span, "CFG013",
                    fmt::format("a dependency must be a triplet [source, target, probability], "
                                "found {} items",
                                item.items.size()),
                    "write for example ['first', 'second', 1]");
                continue;
            }
            Dependency edge{item.items[0].scalar, item.items[1].scalar, item.items[2], item.span};
            const bool known = check_end(item.items[0]) && check_end(item.items[1]);
            check_probability(edge);
            const auto [place, fresh] = seen.try_emplace({edge.source, edge.target}, item.span);
            if (!fresh) {
                add(item.span, "CFG015",
                    fmt::format("dependency '{}' -> '{}' is given twice", edge.source, edge.target),
                    "remove one of the two");
                m_errors.back().notes.push_back({"first given here", place->second});
            } else if (known) {
                m_dag.dependencies.push_back(std::move(edge));
            }
        }
    }

    bool check_end(const yaml::Node& end) {
        if (m_places.contains(end.scalar)) {
            return true;
        }
        const auto close = closest_name(end.scalar, m_dag.component_names());
        add(end.span, "CFG014",
            fmt::format("dependency names '{}', which is not in 'components'", end.scalar),
            close ? fmt::format("did you mean '{}'?", *close) : "add it to 'components'");
        return false;
    }

    void check_probability(Dependency& edge) {
        const auto value = yaml::as_number(edge.probability);
        if (!value || !(*value >= 0 && *value <= 1)) {
            add(edge.probability.span, "CFG017",
                fmt::format("probability '{}' is not a number between 0 and 1",
                            edge.probability.scalar),
                "write the probability that the target follows, for example 1");
            return;
        }
        if (!yaml::as_integer(edge.probability)) {
            edge.probability.scalar = yaml::number(*value).scalar;
        }
    }

    void read_alternatives(const yaml::Node& map) {
        for (const yaml::Entry& entry : map.entries) {
            Alternatives alternatives{{entry.key, entry.key_span}, {}};
            const auto parent = m_places.find(entry.key);
            if (parent == m_places.end()) {
                add(entry.key_span, "CFG019",
                    fmt::format("'{}' has alternatives but is not in 'components'", entry.key),
                    "name a component of the application");
            }
            for (const yaml::Node& item : entry.value.items) {
                check_name(item.scalar, item.span);
                if (const auto [place, fresh] = m_places.try_emplace(item.scalar, item.span);
                    !fresh) {
                    add(item.span, "CFG019",
                        fmt::format("alternative '{}' is a component or an alternative already",
                                    item.scalar),
                        "give each alternative a name of its own");
                    m_errors.back().notes.push_back({"the other one is here", place->second});
                }
                alternatives.versions.push_back({item.scalar, item.span});
            }
            m_dag.alternatives.push_back(std::move(alternatives));
        }
    }

    /// Kahn's algorithm; what is left over lies on a cycle or behind one.
    void check_cycles() {
        std::map<std::string, std::size_t> open_inputs;
        std::map<std::string, std::vector<const Dependency*>> outgoing;
        for (const Dependency& edge : m_dag.dependencies) {
            ++open_inputs[edge.target];
            outgoing[edge.source].push_back(&edge);
        }
        std::vector<std::string> ready;
        for (const Declared& component : m_dag.components) {
            if (!open_inputs.contains(component.name)) {
                ready.push_back(component.name);
            }
        }
        while (!ready.empty()) {
            const std::string name = std::move(ready.back());
            ready.pop_back();
            for (const Dependency* edge : outgoing[name]) {
                if (--open_inputs[edge->target] == 0) {
                    open_inputs.erase(edge->target);
                    ready.push_back(edge->target);
                }
            }
        }
        report_cycle(open_inputs);
    }

    void report_cycle(const std::map<std::string, std::size_t>& stuck) {
        const auto on_cycle = std::ranges::find_if(m_dag.dependencies, [&](const Dependency& e) {
            return stuck.contains(e.source) && stuck.contains(e.target);
        });
        if (on_cycle == m_dag.dependencies.end()) {
            return;
        }
        std::vector<std::string> names;
        std::ranges::transform(stuck, std::back_inserter(names),
                               [](const auto& item) { return item.first; });
        add(on_cycle->span, "CFG016",
            fmt::format("the dependencies form a cycle through {}", fmt::join(names, ", ")),
            "remove the dependency that leads back");
    }

    void warn_about_isolated_components() {
        if (m_dag.components.size() < 2) {
            return;
        }
        std::set<std::string> connected;
        for (const Dependency& edge : m_dag.dependencies) {
            connected.insert({edge.source, edge.target});
        }
        for (const Declared& component : m_dag.components) {
            if (!connected.contains(component.name)) {
                m_reporter.report(as_warning(make_error_at(
                    m_dag.source, component.span, "CFG018",
                    fmt::format("component '{}' has no dependency to any other", component.name),
                    "add a dependency if it is meant to take part")));
            }
        }
    }

    Reporter& m_reporter;
    ApplicationDag m_dag;
    std::map<std::string, Span> m_places;
    std::vector<Diagnostic> m_errors;
};

} // namespace

std::vector<std::string> ApplicationDag::component_names() const {
    std::vector<std::string> names;
    std::ranges::transform(components, std::back_inserter(names), &Declared::name);
    return names;
}

std::vector<std::string> ApplicationDag::all_names() const {
    std::map<std::string, const Alternatives*> of_component;
    for (const Alternatives& item : alternatives) {
        of_component.emplace(item.component.name, &item);
    }
    std::vector<std::string> names;
    for (const Declared& component : components) {
        names.push_back(component.name);
        if (const auto found = of_component.find(component.name); found != of_component.end()) {
            std::ranges::transform(found->second->versions, std::back_inserter(names),
                                   &Declared::name);
        }
    }
    return names;
}

std::vector<std::pair<std::string, std::vector<std::string>>> ApplicationDag::successors() const {
    std::vector<std::pair<std::string, std::vector<std::string>>> result;
    std::map<std::string, std::size_t> index;
    for (const Dependency& edge : dependencies) {
        const auto [place, fresh] = index.try_emplace(edge.source, result.size());
        if (fresh) {
            result.push_back({edge.source, {}});
        }
        result[place->second].second.push_back(edge.target);
    }
    return result;
}

bool is_valid_name(const std::string& name) {
    const auto alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && alphanumeric(name.front()) && std::ranges::all_of(name, [&](char c) {
        return alphanumeric(c) || c == '.' || c == '_' || c == '-';
    });
}

Result<ApplicationDag> parse_application_dag(SourceFile source, Reporter& reporter) {
    AISPRINT_TRY_ASSIGN(const yaml::Node document,
                        parse_document(source, "application_dag", reporter));
    return DagReader(std::move(source), reporter).read(*document.find("System"));
}

} // namespace aisprint::config
