// SPDX-License-Identifier: Apache-2.0
#include "aisprint/partition/cuts.hpp"

#include "crossing.hpp"
#include "cut_sweep.hpp"
#include "extract.hpp"
#include "flops.hpp"
#include "model_impl.hpp"
#include "tensor_info.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace aisprint::partition {

namespace {

using Id = GraphIndex::Id;

/// A side with less than this part of the work is worth a warning.
constexpr double k_small_share = 0.01;

/// Parity with the original partitioner, which skips what it takes for activations by these
/// letters in the operator: Relu, LeakyRelu, PRelu, ThresholdedRelu, Selu, Celu, Gelu.
bool is_skipped_activation(const TensorInfo& info) {
    return info.producer.find("elu") != std::string::npos;
}

bool has_size(const TensorInfo& info) {
    return info.knowledge != ShapeKnowledge::none;
}

/// A set of tensors to cut at, valid or not.
struct Candidate {
    std::vector<Id> tensors;
    bool uncertain = false;
    std::uint64_t size = 0;
    std::size_t order = 0;
    /// Before which node the cut is; 0 if it is not valid.
    std::size_t position = 0;
};

class Finder {
public:
    Finder(const Model& model, const CutOptions& options, Reporter& reporter)
        : m_model(model), m_impl(model.impl()), m_options(options), m_reporter(reporter),
          m_sweep(m_impl.graph, options.max_tensors) {}

    CutSearch run() {
        collect_single_tensors();
        collect_tensor_sets();
        std::ranges::sort(m_candidates, [](const Candidate& a, const Candidate& b) {
            return std::tie(a.uncertain, a.size, a.order) < std::tie(b.uncertain, b.size, b.order);
        });
        CutSearch search;
        search.candidates = m_candidates.size();
        std::vector<const Candidate*> accepted;
        for (const Candidate& candidate : m_candidates) {
            if (candidate.position != 0 && has_share(candidate)) {
                accepted.push_back(&candidate);
            } else if (accepted.empty()) {
                ++search.rejected_before_first;
            }
        }
        collapse(accepted);
        for (const Candidate* candidate : accepted) {
            search.cuts.push_back(make(*candidate));
        }
        search.remarks = m_model.assumptions();
        add_remarks(search);
        if (search.cuts.empty()) {
            search.no_cut_reason = reason();
        } else {
            warn_about(search.cuts.front(), search);
        }
        return search;
    }

private:
    Candidate make_candidate(std::vector<Id> tensors, std::size_t order, std::size_t position) {
        Candidate candidate;
        for (const Id id : tensors) {
            const TensorInfo& info = m_impl.info(id);
            candidate.uncertain = candidate.uncertain || info.knowledge == ShapeKnowledge::partial;
            candidate.size = saturating_sum(candidate.size, m_options.ranking == Ranking::bytes
                                                                ? info.bytes
                                                                : info.known_elements);
        }
        candidate.tensors = std::move(tensors);
        candidate.order = order;
        candidate.position = position;
        return candidate;
    }

    void collect_single_tensors() {
        std::size_t order = 0;
        for (const Id id : m_impl.listed) {
            const TensorInfo& info = m_impl.info(id);
            ++order;
            if (m_impl.graph.tensors[id].is_output) {
                continue;
            }
            if (is_skipped_activation(info)) {
                ++m_activations;
            } else if (has_size(info) && !info.shape.empty()) {
                m_candidates.push_back(make_candidate({id}, order, m_sweep.alone_before(id)));
            }
        }
        for (const GraphIndex::Tensor& tensor : m_impl.graph.tensors) {
            const auto id = static_cast<std::size_t>(&tensor - m_impl.graph.tensors.data());
            if (tensor.origin == GraphIndex::Origin::node && tensor.varies && tensor.useful &&
                !has_size(m_impl.infos[id])) {
                ++m_without_shape;
            }
        }
    }

    /// Several tensors, or one that is an output of the model as well: only on demand.
    void collect_tensor_sets() {
        if (m_options.max_tensors == 1) {
            return;
        }
        for (const CutSweep::Frontier& frontier : m_sweep.frontiers()) {
            const bool is_set = frontier.tensors.size() > 1 ||
                                m_impl.graph.tensors[frontier.tensors.front()].is_output;
            const bool sized = std::ranges::all_of(
                frontier.tensors, [this](Id id) { return has_size(m_impl.info(id)); });
            if (is_set && sized) {
                m_candidates.push_back(make_candidate(
                    frontier.tensors, m_impl.listed.size() + frontier.position, frontier.position));
            }
        }
    }

    [[nodiscard]] const CutCosts& costs() {
        if (!m_costs) {
            m_costs.emplace(m_impl);
        }
        return *m_costs;
    }

    [[nodiscard]] bool has_share(const Candidate& candidate) {
        if (m_options.minimum_share <= 0) {
            return true;
        }
        const SideCost first = costs().first(candidate.position);
        const SideCost second = costs().second(candidate.position);
        const bool by_nodes = m_options.share_of == ShareOf::nodes;
        const double a =
            by_nodes ? static_cast<double>(first.nodes) : static_cast<double>(first.flops);
        const double b =
            by_nodes ? static_cast<double>(second.nodes) : static_cast<double>(second.flops);
        const bool enough = std::min(a, b) >= m_options.minimum_share * (a + b);
        m_too_small += enough ? 0 : 1;
        return enough;
    }

    /// Of cuts of equal size with nothing but light operators between them, keeps the first in
    /// the order of the graph.
    void collapse(std::vector<const Candidate*>& accepted) {
        if (m_options.equivalent == Equivalent::keep) {
            return;
        }
        std::vector<const Candidate*> by_position = accepted;
        std::ranges::sort(by_position, {}, [](const Candidate* c) { return c->position; });
        std::vector<const Candidate*> dropped;
        for (std::size_t i = 1; i < by_position.size(); ++i) {
            const Candidate& before = *by_position[i - 1];
            const Candidate& after = *by_position[i];
            if (before.size == after.size && before.uncertain == after.uncertain &&
                m_sweep.only_light_between(m_impl.proto.graph(), before.position, after.position)) {
                dropped.push_back(by_position[i]);
            }
        }
        std::ranges::sort(dropped);
        std::erase_if(accepted, [&dropped](const Candidate* candidate) {
            return std::ranges::binary_search(dropped, candidate);
        });
    }

    Cut make(const Candidate& candidate) {
        Cut cut;
        for (const Id id : candidate.tensors) {
            add_crossing_tensor(cut, m_impl, id);
        }
        cut.first = costs().first(candidate.position);
        cut.second = costs().second(candidate.position);
        return cut;
    }

    void add_remarks(CutSearch& search) const {
        if (m_without_shape > 0) {
            search.remarks.push_back(
                fmt::format("{} tensors have no known shape and were left out", m_without_shape));
        }
        if (m_too_small > 0) {
            search.remarks.push_back(fmt::format(
                "{} valid cuts leave a side with less than {:.3g} of the {}", m_too_small,
                m_options.minimum_share, m_options.share_of == ShareOf::nodes ? "nodes" : "FLOPs"));
        }
    }

    void warn(CutSearch& search, const char* code, std::string text, std::string hint) {
        m_reporter.report(as_warning(
            make_error(code, fmt::format("{}: {}", m_model.shown_as(), text), std::move(hint))));
        search.remarks.push_back(std::move(text));
    }

    void warn_about(const Cut& best, CutSearch& search) {
        const auto names = [&best] {
            std::vector<std::string> list;
            for (const TensorInfo& tensor : best.tensors) {
                list.push_back(fmt::format("\"{}\"", tensor.name));
            }
            return fmt::format("{}", fmt::join(list, ", "));
        };
        const bool uncertain = std::ranges::any_of(best.tensors, [](const TensorInfo& tensor) {
            return tensor.knowledge == ShapeKnowledge::partial;
        });
        if (uncertain) {
            warn(search, "PRT008",
                 fmt::format("the size of the best cut, at {}, is not known: {}", names(),
                             to_string(best.tensors.front())),
                 "give the sizes of the inputs with --input_shape NAME=SIZE,SIZE,..");
        }
        const double total =
            static_cast<double>(best.first.flops) + static_cast<double>(best.second.flops);
        const double least = static_cast<double>(std::min(best.first.flops, best.second.flops));
        const std::size_t nodes = std::min(best.first.nodes, best.second.nodes);
        if (nodes <= 1 || (total > 0 && least < k_small_share * total)) {
            warn(search, "PRT009",
                 fmt::format("the best cut, at {}, leaves {} node{} and {:.2g} % of the work "
                             "on one side",
                             names(), nodes, nodes == 1 ? "" : "s",
                             total > 0 ? 100 * least / total : 0.0),
                 "ask for a minimum share of each side with --min_share 0.1");
        }
    }

    std::string describe(Id id) const {
        const GraphIndex::Tensor& tensor = m_impl.graph.tensors[id];
        return fmt::format("\"{}\" ({})", tensor.name,
                           tensor.origin == GraphIndex::Origin::input ? "input"
                                                                      : m_impl.info(id).producer);
    }

    std::string list(const std::vector<Id>& ids) const {
        constexpr std::size_t k_most = 4;
        std::vector<std::string> texts;
        for (std::size_t i = 0; i < std::min(ids.size(), k_most); ++i) {
            texts.push_back(describe(ids[i]));
        }
        if (ids.size() > k_most) {
            texts.push_back(fmt::format("{} more", ids.size() - k_most));
        }
        return fmt::format("{}", fmt::join(texts, ", "));
    }

    std::string reason() const {
        if (m_too_small > 0) {
            return fmt::format("no cut leaves {:.3g} of the {} on each side ({} smaller ones do "
                               "not)",
                               m_options.minimum_share,
                               m_options.share_of == ShareOf::nodes ? "nodes" : "FLOPs",
                               m_too_small);
        }
        const CutSweep::Frontier narrowest = m_sweep.narrowest();
        if (narrowest.tensors.empty()) {
            return m_sweep.varying_nodes() == 0
                       ? "no output depends on an input"
                       : "fewer than two nodes depend on an input and serve an output";
        }
        if (narrowest.tensors.size() <= m_options.max_tensors) {
            return fmt::format("the model could be cut at {}, but that is an activation, an output "
                               "or of unknown shape",
                               list(narrowest.tensors));
        }
        return fmt::format("wherever the model is cut, {} or more tensors cross: at the narrowest "
                           "place, before {}, these are {}",
                           narrowest.tensors.size(),
                           describe_node(m_impl.proto.graph(), narrowest.position),
                           list(narrowest.tensors));
    }

    const Model& m_model;
    const Model::Impl& m_impl;
    const CutOptions& m_options;
    Reporter& m_reporter;
    CutSweep m_sweep;
    std::optional<CutCosts> m_costs;
    std::vector<Candidate> m_candidates;
    std::size_t m_without_shape = 0;
    std::size_t m_activations = 0;
    std::size_t m_too_small = 0;
};

Result<void> check_options(const CutOptions& options) {
    std::vector<Diagnostic> errors;
    if (options.max_tensors < 1) {
        errors.push_back(make_error("PRT012",
                                    "the largest number of tensors of a cut is 0, allowed is 1 or "
                                    "more",
                                    "write --max_tensors 1"));
    }
    if (!(options.minimum_share >= 0 && options.minimum_share < 0.5)) {
        errors.push_back(make_error(
            "PRT012",
            fmt::format("the minimum share of a side is {}, allowed is from 0 to below 0.5",
                        options.minimum_share),
            "write for example --min_share 0.1"));
    }
    if (!errors.empty()) {
        return fail(ErrorKind::usage, std::move(errors));
    }
    return {};
}

} // namespace

Result<CutSearch> find_cuts(const Model& model, const CutOptions& options, Reporter& reporter) {
    AISPRINT_TRY(check_options(options));
    CutSearch search = Finder(model, options, reporter).run();
    reporter.detail(fmt::format("{}: {} valid cuts among {} candidates, {} rejected before the "
                                "first",
                                model.shown_as(), search.cuts.size(), search.candidates,
                                search.rejected_before_first));
    return search;
}

} // namespace aisprint::partition
