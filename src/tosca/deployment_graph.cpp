// SPDX-License-Identifier: Apache-2.0
#include "deployment_graph.hpp"

#include "aisprint/config/application_dag.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace aisprint::tosca {

namespace {

class GraphReader {
public:
    GraphReader(const InputFile& file, Findings& findings) : m_file(file), m_findings(findings) {}

    Graph read() {
        read_name();
        read_components();
        read_dependencies();
        check_cycles();
        return std::move(m_graph);
    }

private:
    void add(const Span& span, const char* code, std::string message, std::string hint) {
        m_findings.errors.push_back(m_file.error(span, code, std::move(message), std::move(hint)));
    }

    void read_name() {
        const yaml::Entry* name = find_section(m_file.document, "name");
        if (name == nullptr || !name->value.is_scalar() ||
            !config::is_valid_name(name->value.scalar)) {
            add(name == nullptr ? m_file.document.span : place_of(*name), "TSC027",
                fmt::format("System.name must be the name of the application, found {}",
                            describe(name)),
                "write for example name: my-app");
            return;
        }
        m_graph.name = name->value.scalar;
        std::ranges::replace(m_graph.name, '_', '-');
    }

    void read_components() {
        const yaml::Entry* list = find_section(m_file.document, "components");
        if (list == nullptr || list->value.items.empty()) {
            add(list == nullptr ? m_file.document.span : place_of(*list), "TSC027",
                fmt::format("System.components must be a list of names, found {}", describe(list)),
                "list the components, for example components: [first, second]");
            return;
        }
        for (const yaml::Node& item : list->value.items) {
            if (m_index.contains(item.scalar)) {
                add(item.span, "TSC027", fmt::format("component '{}' is listed twice", item.scalar),
                    "remove one of the two");
                continue;
            }
            add_node(item);
        }
    }

    /// The index of the node that `item` names; adds it if it is new.
    std::size_t add_node(const yaml::Node& item) {
        const auto [place, fresh] = m_index.try_emplace(item.scalar, m_graph.nodes.size());
        if (fresh) {
            m_graph.nodes.push_back({item.scalar, item.span});
            check_name(item);
        }
        return place->second;
    }

    /// Names become names of files and, with hyphens, of services.
    void check_name(const yaml::Node& item) {
        if (!item.is_scalar() || !config::is_valid_name(item.scalar)) {
            add(item.span, "TSC029",
                fmt::format("{} cannot name a component", yaml::describe(item)),
                "use letters, digits, '.', '_' and '-', starting with a letter or a digit");
            return;
        }
        std::string service = item.scalar;
        std::ranges::replace(service, '_', '-');
        const auto [place, fresh] = m_services.try_emplace(service, item.span);
        if (!fresh) {
            add(item.span, "TSC030",
                fmt::format("component '{}' and another one both give the service '{}'",
                            item.scalar, service),
                "let names differ in more than '-' and '_'");
            m_findings.errors.back().notes.push_back({"the other one is here", place->second});
        }
    }

    void read_dependencies() {
        const yaml::Entry* list = find_section(m_file.document, "dependencies");
        if (list == nullptr || list->value.is_null()) {
            return;
        }
        if (!list->value.is_sequence()) {
            add(list->value.span, "TSC027",
                fmt::format("System.dependencies must be a list, found {}", describe(list)),
                "write for example dependencies: [[first, second, 1]]");
            return;
        }
        for (const yaml::Node& item : list->value.items) {
            read_dependency(item);
        }
    }

    void read_dependency(const yaml::Node& item) {
        const bool triplet = item.is_sequence() && item.items.size() == 3 &&
                             item.items[0].is_scalar() && item.items[1].is_scalar();
        const auto weight = triplet ? yaml::as_number(item.items[2]) : std::nullopt;
        if (!triplet || !weight || !(*weight >= 0 && *weight <= 1)) {
            const yaml::Node& wrong = triplet ? item.items[2] : item;
            add(wrong.span, "TSC027",
                fmt::format("a dependency must be [from, to, probability from 0 to 1], found {}{}",
                            triplet ? "the probability " : "", yaml::describe(wrong)),
                "write for example [first, second, 1]");
            return;
        }
        const std::size_t from = add_node(item.items[0]);
        const std::size_t to = add_node(item.items[1]);
        const auto [place, fresh] = m_edges.try_emplace({from, to}, item.span);
        if (!fresh) {
            add(item.span, "TSC027",
                fmt::format("dependency '{}' -> '{}' is given twice", m_graph.nodes[from].name,
                            m_graph.nodes[to].name),
                "remove one of the two");
            m_findings.errors.back().notes.push_back({"first given here", place->second});
            return;
        }
        m_graph.edges.push_back({from, to, *weight, item.span});
    }

    /// Kahn's algorithm; an edge between nodes that are never free lies on a cycle or behind one.
    void check_cycles() {
        std::vector<std::size_t> open_inputs(m_graph.nodes.size(), 0);
        std::vector<std::vector<std::size_t>> followers(m_graph.nodes.size());
        for (const GraphEdge& edge : m_graph.edges) {
            ++open_inputs[edge.to];
            followers[edge.from].push_back(edge.to);
        }
        std::vector<std::size_t> free;
        for (std::size_t i = 0; i < open_inputs.size(); ++i) {
            if (open_inputs[i] == 0) {
                free.push_back(i);
            }
        }
        while (!free.empty()) {
            const std::size_t node = free.back();
            free.pop_back();
            for (const std::size_t next : followers[node]) {
                if (--open_inputs[next] == 0) {
                    free.push_back(next);
                }
            }
        }
        const auto stuck = std::ranges::find_if(m_graph.edges, [&](const GraphEdge& edge) {
            return open_inputs[edge.from] > 0 && open_inputs[edge.to] > 0;
        });
        if (stuck != m_graph.edges.end()) {
            add(stuck->span, "TSC028",
                fmt::format("the dependencies form a cycle; '{}' -> '{}' is on it or leads from it",
                            m_graph.nodes[stuck->from].name, m_graph.nodes[stuck->to].name),
                "remove a dependency of the cycle: components are deployed from the last one to "
                "the first");
        }
    }

    const InputFile& m_file;
    Findings& m_findings;
    Graph m_graph;
    std::map<std::string, std::size_t> m_index;
    std::map<std::string, Span> m_services;
    std::map<std::pair<std::size_t, std::size_t>, Span> m_edges;
};

} // namespace

Graph read_graph(const InputFile& file, Findings& findings) {
    return GraphReader(file, findings).read();
}

} // namespace aisprint::tosca
