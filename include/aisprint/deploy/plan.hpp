// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/deploy/state.hpp"

#include "aisprint/base/yaml.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::deploy {

/// What one component's document asks of the cloud.
struct Footprint {
    std::int64_t machines = 0;
    std::int64_t cores = 0;
    double memory_gb = 0;
    double disk_gb = 0;
    std::int64_t gpus = 0;
    std::int64_t public_addresses = 0;
    std::optional<double> cost_per_hour; ///< of worker nodes, from the resource's cost; in its unit
};

/// A document that is to run, and what it waits for.
struct Unit {
    std::string component;
    std::string document_path;
    std::string text;
    yaml::Node content;
    std::vector<std::string> successors; ///< started only when these are configured
    Footprint footprint;
};

/// What is to be done with an infrastructure.
enum class ActionKind { create, adopt, resume, keep, update, replace, remove };

/// One action with its reason.
struct Action {
    ActionKind kind = ActionKind::keep;
    std::string component;
    std::string reason;
    std::string url; ///< of the infrastructure that is there, if any
};

/// What may be done beyond creating.
enum class Replace { no, yes };
enum class Prune { no, yes };

/// Rules of a plan.
struct PlanOptions {
    Replace replace = Replace::no;
    Prune prune = Prune::no;
    std::vector<std::string> only; ///< components to act on; empty: all
};

/// The actions that lead from a state to the documents, in the order of the graph from its sinks:
/// a document as it was sent and not failed is kept (or resumed if not yet configured), one in
/// which only numbers of nodes differ is updated, any other change replaces. What failed and has
/// machines is replaced, what IM does not know any more is created; what another tool made, and IM
/// does not tell the document of, is adopted. Components of the state that have no document are
/// removed (last) with Prune::yes, else kept. `live` has the states that IM tells now (absent: not
/// asked). Fails (input, DPL005, DPL006) if a replacement is needed and not allowed, or a name in
/// `only` is not there.
[[nodiscard]] Result<std::vector<Action>>
make_plan(const std::vector<Unit>& units,
          const DeploymentState& state,
          const std::map<std::string, clients::ImResult<clients::ImState>>& live,
          const PlanOptions& options);

/// Digests by which documents are compared.
struct DocumentDigests {
    std::string text;    ///< of the bytes
    std::string content; ///< of what they say: comments, layout and our tag do not count
    std::string shape;   ///< of what they say beside numbers of nodes
};

/// Digests of a document.
[[nodiscard]] DocumentDigests digests_of(const std::string& text, const yaml::Node& content);

/// True if two documents differ in nothing but numbers of nodes.
[[nodiscard]] bool differ_in_node_counts_only(const yaml::Node& before, const yaml::Node& after);

/// What a document asks for, read from its Compute nodes; cost is left empty.
[[nodiscard]] Footprint footprint_of(const yaml::Node& document);

/// The word for an action: create, adopt, ...
[[nodiscard]] std::string to_string(ActionKind kind);

} // namespace aisprint::deploy
