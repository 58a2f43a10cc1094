// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/checks.hpp"

#include "aisprint/annotations/typed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

namespace aisprint::annotations {

namespace {

/// A component that carries an annotation.
struct Carrier {
    const ComponentScript* script = nullptr;
    const Annotation* annotation = nullptr;
    std::string name;
};

/// The rules that look at several components.
class CrossChecks {
public:
    CrossChecks(const std::vector<ComponentScript>& scripts,
                const GraphView& graph,
                std::vector<Diagnostic>& errors,
                Reporter& reporter)
        : m_scripts(scripts), m_graph(graph), m_errors(errors), m_reporter(reporter) {
        for (const auto& [parent, alternatives] : graph.alternatives) {
            for (const std::string& alternative : alternatives) {
                m_parent_of[alternative] = parent;
            }
        }
        for (const ComponentScript& script : scripts) {
            if (const auto name = script.component_name()) {
                m_script_of.emplace(*name, &script);
            }
        }
    }

    void run() {
        check_names();
        check_paths();
        check_throughput();
        check_performance();
        check_drift();
    }

private:
    Diagnostic& error(const ComponentScript& script,
                      const Span& span,
                      const std::string& code,
                      const std::string& message,
                      const std::string& hint) {
        m_errors.push_back(make_error_at(script.source, span, code, message, hint));
        return m_errors.back();
    }

    /// The place of the graph at which a component stands: its own, or its original's.
    std::string place_of(const std::string& name) const {
        const auto found = m_parent_of.find(name);
        return found == m_parent_of.end() ? name : found->second;
    }

    bool in_graph(const std::string& name) const {
        return std::ranges::find(m_graph.components, name) != m_graph.components.end();
    }

    std::vector<std::string> known_names() const {
        std::vector<std::string> names = m_graph.components;
        for (const auto& [alternative, parent] : m_parent_of) {
            names.push_back(alternative);
        }
        return names;
    }

    /// The components (not their alternatives) that carry an annotation.
    std::vector<Carrier> carriers(std::string_view annotation_name) const {
        std::vector<Carrier> result;
        for (const ComponentScript& script : m_scripts) {
            const Annotation* const annotation = script.find(annotation_name);
            const std::string name = script.component_name().value_or("");
            if (annotation != nullptr && in_graph(name)) {
                result.push_back({&script, annotation, name});
            }
        }
        return result;
    }

    void check_names() {
        std::map<std::string, const ComponentScript*> first;
        const std::vector<std::string> known = known_names();
        for (const ComponentScript& script : m_scripts) {
            const auto name = script.component_name();
            if (!name) {
                continue;
            }
            const Span span = script.find("component_name")->find("name")->span;
            const auto [entry, is_new] = first.emplace(*name, &script);
            if (!is_new) {
                error(script, span, "ANN030",
                      fmt::format("the component name '{}' is used twice", *name),
                      "give each component a name of its own")
                    .notes.push_back({"first used here",
                                      entry->second->find("component_name")->find("name")->span});
            }
            if (std::ranges::find(known, *name) == known.end()) {
                const auto similar = closest_name(*name, known);
                m_reporter.report(as_warning(
                    make_error_at(script.source, span, "ANN032",
                                  fmt::format("the component '{}' is not in the DAG", *name),
                                  similar ? fmt::format("did you mean '{}'?", *similar)
                                          : "add it to common_config/application_dag.yaml")));
            }
        }
        for (const std::string& name : known) {
            check_has_script(name);
        }
    }

    void check_has_script(const std::string& name) {
        const bool found = std::ranges::any_of(m_scripts, [&](const ComponentScript& script) {
            return script.component_name() == name ||
                   (m_parent_of.contains(name) && script.folder == name);
        });
        if (!found && m_graph.all_scripts_read) {
            m_errors.push_back(make_error(
                "ANN031",
                fmt::format("no script in src carries the name of the component '{}'", name),
                fmt::format("add a folder with a main.py that says `@component_name(name='{}')`",
                            name)));
        }
    }

    void check_paths() {
        for (const ComponentScript& script : m_scripts) {
            const Annotation* const annotation = script.find("exec_time");
            const auto name = script.component_name();
            const Value* const path =
                annotation == nullptr ? nullptr : annotation->find("prev_components");
            if (path == nullptr || !name || path->kind != ValueKind::list ||
                annotation->find("global_time_thr") == nullptr) {
                continue;
            }
            check_path(script, *name, path->items);
        }
    }

    void check_path(const ComponentScript& script,
                    const std::string& name,
                    const std::vector<Value>& path) {
        for (std::size_t i = 0; i < path.size(); ++i) {
            const Value& item = path[i];
            if (item.kind != ValueKind::string || item.text == name) {
                continue; // reported by the component's own rules
            }
            if (!in_graph(place_of(item.text))) {
                const auto similar = closest_name(item.text, known_names());
                error(script, item.span, "ANN042",
                      fmt::format("`prev_components` of '{}' names '{}', which is not in the DAG",
                                  name, item.text),
                      similar ? fmt::format("did you mean '{}'?", *similar)
                              : "name only components of the DAG");
                continue;
            }
            check_step(script, item, i + 1 < path.size() ? path[i + 1].text : name);
            check_is_timed(script, item);
        }
    }

    void check_step(const ComponentScript& script, const Value& item, const std::string& next) {
        const std::string target = place_of(next);
        const auto found = m_graph.successors.find(place_of(item.text));
        const bool consecutive = found != m_graph.successors.end() &&
                                 std::ranges::find(found->second, target) != found->second.end();
        if (!consecutive && in_graph(target)) {
            error(script, item.span, "ANN043",
                  fmt::format("`prev_components` does not follow the DAG: '{}' and '{}' are not "
                              "consecutive",
                              item.text, next),
                  "list the components of one path of the DAG, in order");
        }
    }

    void check_is_timed(const ComponentScript& script, const Value& item) {
        const auto found = m_script_of.find(item.text);
        if (found != m_script_of.end() && found->second->find("exec_time") == nullptr) {
            error(script, item.span, "ANN044",
                  fmt::format("'{}' is part of a global constraint, but has no annotation "
                              "`exec_time`",
                              item.text),
                  fmt::format("add `@exec_time()` to {}", found->second->path))
                .notes.push_back({"to be annotated here", found->second->main_span});
        }
    }

    bool reaches(const std::string& from, const std::string& to) const {
        std::set<std::string> seen;
        std::vector<std::string> open{from};
        while (!open.empty()) {
            const std::string name = std::move(open.back());
            open.pop_back();
            const auto found = m_graph.successors.find(name);
            if (found == m_graph.successors.end() || !seen.insert(name).second) {
                continue;
            }
            for (const std::string& next : found->second) {
                if (next == to) {
                    return true;
                }
                open.push_back(next);
            }
        }
        return false;
    }

    void check_throughput() {
        const std::vector<Carrier> all = carriers("expected_throughput");
        for (std::size_t i = 1; i < all.size(); ++i) {
            const bool one_path = std::any_of(
                all.begin(), all.begin() + static_cast<std::ptrdiff_t>(i),
                [&](const Carrier& other) {
                    return reaches(other.name, all[i].name) || reaches(all[i].name, other.name);
                });
            Diagnostic diagnostic = make_error_at(
                all[i].script->source, all[i].annotation->span, "ANN046",
                fmt::format("`expected_throughput` is given for '{}' and for '{}'{}; only one is "
                            "used",
                            all[0].name, all[i].name, one_path ? ", which lie on one path" : ""),
                "keep it on the component where items enter the application");
            diagnostic.notes.push_back({"also given here", all[0].annotation->span});
            if (one_path) {
                m_errors.push_back(std::move(diagnostic));
            } else {
                m_reporter.report(as_warning(std::move(diagnostic)));
            }
        }
    }

    void check_performance() {
        const std::vector<Carrier> all = carriers("model_performance");
        if (all.empty()) {
            return;
        }
        const Carrier& first = all.front();
        const auto classifiers = std::ranges::count_if(all, [](const Carrier& carrier) {
            return carrier.annotation->find("metric") != nullptr;
        });
        const auto filters = static_cast<std::ptrdiff_t>(all.size()) - classifiers;
        if (classifiers != 1 || filters != 1) {
            error(*first.script, first.annotation->span, "ANN054",
                  fmt::format("`model_performance` is on {} components with `metric` "
                              "(classifiers) and {} without (filters); exactly one of each is "
                              "needed",
                              classifiers, filters),
                  "annotate the filter with `filtered_class` and the classifier with `metric`");
        }
        if (m_graph.alternatives.empty()) {
            error(*first.script, first.annotation->span, "ANN058",
                  "`model_performance` needs alternative components, but the DAG lists none",
                  "add System.alternative_components to common_config/application_dag.yaml");
        }
        for (const std::string_view other : {"partitionable_model", "early_exits_model"}) {
            for (const Carrier& carrier : carriers(other)) {
                error(*carrier.script, carrier.annotation->span, "ANN056",
                      fmt::format("`{}` cannot be used in an application with "
                                  "`model_performance`",
                                  other),
                      "remove one of the two")
                    .notes.push_back({"`model_performance` is here", first.annotation->span});
            }
        }
    }

    void check_drift() {
        std::optional<MetricDrift> first;
        std::map<std::pair<std::string, std::string>, DriftField> fields;
        for (const ComponentScript& script : m_scripts) {
            const std::optional<MetricDrift> drift = metric_drift_of(script);
            if (!drift) {
                continue;
            }
            if (first) {
                check_same_times(script, *first, *drift);
            } else {
                first = drift;
            }
            for (const DriftMetric& metric : drift->metrics) {
                for (const DriftField& field : metric.fields) {
                    check_same_field(script, *drift, metric.name, field, fields);
                }
            }
        }
    }

    void check_same_times(const ComponentScript& script,
                          const MetricDrift& first,
                          const MetricDrift& drift) {
        const auto compare = [&](const Value& one, const Value& other, std::string_view argument) {
            if (one.is_number() && other.is_number() && one.number() != other.number()) {
                error(script, other.span, "ANN061",
                      fmt::format("`{}` of `detect_metric_drift` is {} here and {} in another "
                                  "component; all components share one detector",
                                  argument, to_display(other), to_display(one)),
                      "use the same value in all components")
                    .notes.push_back({"the other value is here", one.span});
            }
        };
        compare(first.detection_interval, drift.detection_interval, "detection_interval");
        compare(first.data_collection_period, drift.data_collection_period,
                "data_collection_period");
        if (first.notification_endpoint && drift.notification_endpoint &&
            *first.notification_endpoint != *drift.notification_endpoint) {
            error(script, drift.span, "ANN061",
                  "`notification_endpoint` of `detect_metric_drift` differs from that of another "
                  "component; all components share one detector",
                  "use the same address in all components")
                .notes.push_back({"the other annotation is here", first.span});
        }
    }

    void check_same_field(const ComponentScript& script,
                          const MetricDrift& drift,
                          const std::string& metric,
                          const DriftField& field,
                          std::map<std::pair<std::string, std::string>, DriftField>& fields) {
        const auto [entry, is_new] = fields.emplace(std::pair(metric, field.name), field);
        const DriftField& other = entry->second;
        if (is_new || (other.statistical_test == field.statistical_test &&
                       other.test_threshold.number() == field.test_threshold.number() &&
                       other.monitoring_period.number() == field.monitoring_period.number())) {
            return;
        }
        error(script, drift.span, "ANN061",
              fmt::format("the field '{}' of the metric '{}' is watched in different ways by two "
                          "components",
                          field.name, metric),
              "use the same test, threshold and period in both")
            .notes.push_back({"the other threshold is here", other.test_threshold.span});
    }

    const std::vector<ComponentScript>& m_scripts;
    const GraphView& m_graph;
    std::vector<Diagnostic>& m_errors;
    Reporter& m_reporter;
    std::map<std::string, std::string> m_parent_of;
    std::map<std::string, const ComponentScript*> m_script_of;
};

} // namespace

std::vector<Diagnostic> check_annotations(const std::vector<ComponentScript>& scripts,
                                          const GraphView& graph,
                                          const FolderFacts& facts,
                                          Reporter& reporter) {
    std::vector<Diagnostic> errors;
    for (const ComponentScript& script : scripts) {
        append(errors, check_component(script, facts, reporter));
    }
    CrossChecks(scripts, graph, errors, reporter).run();
    sort_and_merge(errors);
    return errors;
}

} // namespace aisprint::annotations
