// SPDX-License-Identifier: Apache-2.0
#include "cut_sweep.hpp"

#include "flops.hpp"
#include "tensor_info.hpp"

#include <algorithm>

namespace aisprint::partition {

namespace {

using Id = GraphIndex::Id;

SideCost sum(const SideCost& a, const SideCost& b) {
    SideCost result;
    result.nodes = a.nodes + b.nodes;
    result.parameters = saturating_sum(a.parameters, b.parameters);
    result.parameter_bytes = saturating_sum(a.parameter_bytes, b.parameter_bytes);
    result.flops = saturating_sum(a.flops, b.flops);
    return result;
}

} // namespace

CutSweep::CutSweep(const GraphIndex& graph, std::size_t max_tensors) : m_graph(graph) {
    find_last_uses();
    m_alone_before.assign(graph.tensors.size(), 0);
    // One more link than tensors: the last one is the head of the list.
    m_links.resize(graph.tensors.size() + 1);
    const Id head = static_cast<Id>(graph.tensors.size());
    m_links[head] = {head, head};
    sweep(max_tensors);
}

void CutSweep::find_last_uses() {
    m_last_use.assign(m_graph.tensors.size(), 0);
    for (std::size_t node = 0; node < m_graph.nodes.size(); ++node) {
        if (m_graph.nodes[node].useful) {
            for (const Id id : m_graph.inputs_of(node)) {
                m_last_use[id] = node;
            }
        }
    }
    for (const Id id : m_graph.outputs) {
        m_last_use[id] = m_graph.nodes.size();
    }
}

void CutSweep::sweep(std::size_t max_tensors) {
    for (const GraphIndex::Node& node : m_graph.nodes) {
        m_varying_nodes += node.varies && node.useful ? 1 : 0;
    }
    for (const Id id : m_graph.inputs) {
        if (m_graph.tensors[id].useful) {
            add_live(id);
        }
    }
    std::size_t done = 0;
    for (std::size_t node = 0; node < m_graph.nodes.size(); ++node) {
        if (!m_graph.nodes[node].varies || !m_graph.nodes[node].useful) {
            continue;
        }
        for (const Id id : m_graph.inputs_of(node)) {
            if (m_graph.tensors[id].varies && m_last_use[id] == node) {
                drop_live(id);
            }
        }
        for (const Id id : m_graph.outputs_of(node)) {
            if (m_graph.tensors[id].useful) {
                add_live(id);
            }
        }
        ++done;
        if (done < m_varying_nodes) {
            note_frontier(node + 1, max_tensors);
        }
    }
}

void CutSweep::note_frontier(std::size_t position, std::size_t max_tensors) {
    const Id head = static_cast<Id>(m_graph.tensors.size());
    if (m_live_count == 1) {
        std::size_t& alone = m_alone_before[m_links[head].after];
        alone = alone == 0 ? position : alone;
    }
    if (m_live_count < m_smallest) {
        m_smallest = m_live_count;
        m_narrowest = {live_tensors(), position};
    }
    if (m_live_count <= max_tensors) {
        m_frontiers.push_back({live_tensors(), position});
    }
}

void CutSweep::add_live(Id id) {
    const Id head = static_cast<Id>(m_graph.tensors.size());
    m_links[id] = {m_links[head].before, head};
    m_links[m_links[head].before].after = id;
    m_links[head].before = id;
    ++m_live_count;
}

void CutSweep::drop_live(Id id) {
    m_links[m_links[id].before].after = m_links[id].after;
    m_links[m_links[id].after].before = m_links[id].before;
    --m_live_count;
}

std::vector<Id> CutSweep::live_tensors() const {
    const Id head = static_cast<Id>(m_graph.tensors.size());
    std::vector<Id> live;
    live.reserve(m_live_count);
    for (Id id = m_links[head].after; id != head; id = m_links[id].after) {
        live.push_back(id);
    }
    return live;
}

bool CutSweep::only_light_between(const onnx::GraphProto& graph,
                                  std::size_t from,
                                  std::size_t to) const {
    for (std::size_t node = from; node < to; ++node) {
        const bool counts = m_graph.nodes[node].varies && m_graph.nodes[node].useful;
        if (counts && !is_light(graph.node(static_cast<int>(node)))) {
            return false;
        }
    }
    return true;
}

CutCosts::CutCosts(const Model::Impl& model) {
    const GraphIndex& graph = model.graph;
    const std::size_t count = graph.nodes.size();
    // For every constant tensor, the first and the last of the nodes that need it, directly or
    // through other constants; constant outputs are for the second side.
    struct Need {
        std::size_t first = std::numeric_limits<std::size_t>::max();
        std::size_t last = 0;
    };
    std::vector<Need> needs(graph.tensors.size());
    const auto widen = [](Need& need, const Need& by) {
        need.first = std::min(need.first, by.first);
        need.last = std::max(need.last, by.last);
    };
    for (const Id id : graph.outputs) {
        widen(needs[id], {count, count});
    }
    // Costs that join the first side behind a node, and that leave the second side there.
    std::vector<SideCost> joining(count + 2);
    std::vector<SideCost> leaving(count + 2);
    const auto place = [&](const SideCost& cost, const Need& need) {
        SideCost& join = joining[std::min(need.first, count) + 1];
        join = sum(join, cost);
        SideCost& leave = leaving[std::min(need.last, count) + 1];
        leave = sum(leave, cost);
    };
    for (std::size_t node = count; node-- > 0;) {
        if (!graph.nodes[node].useful) {
            continue;
        }
        Need need;
        if (graph.nodes[node].varies) {
            need = {node, node};
        } else {
            for (const Id id : graph.outputs_of(node)) {
                widen(need, needs[id]);
            }
        }
        for (const Id id : graph.inputs_of(node)) {
            widen(needs[id], need);
        }
        place({1, 0, 0, node_flops(model, node)}, need);
    }
    const auto place_initializer = [&](const std::string& name, const onnx::TensorProto& tensor) {
        Id id = 0;
        if (graph.find(name, id) && graph.tensors[id].useful) {
            const TensorInfo info = make_tensor_info(tensor);
            place({0, info.known_elements, info.bytes, 0}, needs[id]);
        }
    };
    for (const onnx::TensorProto& tensor : model.proto.graph().initializer()) {
        place_initializer(tensor.name(), tensor);
    }
    for (const onnx::SparseTensorProto& tensor : model.proto.graph().sparse_initializer()) {
        place_initializer(tensor.values().name(), tensor.values());
    }
    m_first.resize(count + 1);
    m_second.resize(count + 1);
    for (std::size_t position = 1; position <= count; ++position) {
        m_first[position] = sum(m_first[position - 1], joining[position]);
    }
    SideCost behind = leaving[count + 1];
    for (std::size_t position = count + 1; position-- > 0;) {
        m_second[position] = behind;
        behind = sum(behind, leaving[position]);
    }
}

} // namespace aisprint::partition
