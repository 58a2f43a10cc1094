// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/perf/model.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// The placement problem: which deployment of each component runs, on which resources, on how many
/// nodes, so that the cost is least and all constraints hold. Plain data without a file format.
/// Units: seconds, requests per second, MB of memory, dollars per hour, hours for the horizon.
/// A data size x and a bandwidth b must go together so that 8 x / b are seconds: KB with kbit/s,
/// or MB with Mbit/s.
namespace aisprint::optimizer {

/// Where a resource stands. Machines of the edge and of the cloud differ only in that no partition
/// may follow a cloud partition on the edge.
enum class ResourceKind { edge, vm, function };

/// A kind of machine with a number of nodes, or a cloud function.
struct Resource {
    std::string name;
    std::string description = "No description";
    ResourceKind kind = ResourceKind::vm;
    std::size_t layer = 0;  ///< index in Problem::layers
    double cost = 0;        ///< per hour and node; functions: per hour of busy time
    double memory_mb = 0;   ///< of one node
    int nodes = 1;          ///< available nodes N_j, at least 1; functions: 1
    double cores = 1;       ///< of one node; machines only
    double idle_time_s = 0; ///< before an idle instance is stopped; functions only
};

/// A computational layer; all its resources are of one kind.
struct Layer {
    std::string name;
    ResourceKind kind = ResourceKind::vm;
    double transition_cost = 0; ///< of function layers; reported, not charged
};

/// Layers that reach each other: moving a data size x takes access_delay_s + 8 x / bandwidth.
struct NetworkDomain {
    std::string name;
    std::vector<std::size_t> layers;
    double access_delay_s = 0;
    double bandwidth = 1;
};

/// M/G/1 with processor sharing over the nodes: R = demand / (1 - U). Machines; may be shared.
struct QueueModel {
    std::string name = "QTedge"; ///< as spelt by the user: QTedge or QTcloud
    double demand_s = 0;
};

/// Warm and cold starts of a function (serverless.hpp).
struct ServerlessModel {
    double warm_s = 0;
    double cold_s = 0;
};

/// What a trained model is asked for.
enum class PredictorKind {
    cores,          ///< CoreBasedPredictor: cores = nodes x cores of a node
    cores_and_load, ///< LambdaBasedPredictor: and the load of the partition
    function_load   ///< MLLIBfaas: load of the component, warm and cold time, idle time
};

/// A trained regression model. Its partition shares its machine with no other (C4).
struct TrainedModel {
    PredictorKind kind = PredictorKind::cores;
    std::shared_ptr<const perf::Model> model;
    std::string regressor_file;        ///< as spelt by the user
    std::optional<double> mean_time_s; ///< absent: the prediction takes its place
    double warm_s = 0;                 ///< functions only
    double cold_s = 0;                 ///< functions only
};

using PerformanceModel = std::variant<QueueModel, ServerlessModel, TrainedModel>;

/// A resource that may run a partition, and how it performs there.
struct Candidate {
    std::size_t resource = 0; ///< index in Problem::resources
    double memory_mb = 0;
    PerformanceModel model;
};

/// A partition of a deployment.
struct Partition {
    std::string code;                  ///< h1, h2, ...; unique within the component
    std::string name;                  ///< what users call it; the code if there is nothing better
    double early_exit_probability = 0; ///< of leaving the component after this partition
    /// Output: one value, or for the last partition one per successor of the component.
    std::vector<double> data_sizes;
    std::vector<Candidate> candidates; ///< at least one, each resource once
};

/// A way to cut a component into partitions that run one after the other.
struct Deployment {
    std::string code; ///< s1, s2, ...
    std::vector<Partition> partitions;
};

/// An edge of the component graph.
struct Successor {
    std::size_t component = 0;
    double probability = 1;
};

/// A component of the application.
struct Component {
    std::string code; ///< c1, c2, ...
    std::string name;
    std::vector<Successor> successors;
    std::vector<Deployment> deployments; ///< at least one
};

/// Response time limit of one component.
struct LocalConstraint {
    std::string name;
    std::size_t component = 0;
    double threshold_s = 0;
};

/// Response time limit of components that follow each other in the graph.
struct PathConstraint {
    std::string name;
    std::vector<std::size_t> components;
    double threshold_s = 0;
};

/// Which load functions are charged for: of the component (as the published figures, never less),
/// or of the partition, after early exits.
enum class FunctionCharge { component_load, partition_load };

/// What the memory of partitions on a machine is compared with.
enum class MemoryRule { one_node, all_nodes };

/// Everything there is to know. The graph has a start component and no cycle.
struct Problem {
    std::string name;
    std::vector<Component> components;
    std::vector<Resource> resources; ///< edge, then VM, then functions; names differ
    std::vector<Layer> layers;
    std::vector<NetworkDomain> domains;
    std::vector<LocalConstraint> local_constraints;
    std::vector<PathConstraint> path_constraints;
    double arrival_rate = 1; ///< requests per second at the start component
    double horizon_h = 1;
    FunctionCharge function_charge = FunctionCharge::component_load;
    MemoryRule memory_rule = MemoryRule::one_node;
    /// Quantile level of trained models used for constraints, in (0, 1); 0 takes the prediction.
    double risk_level = 0;
};

/// All components that follow no other. Each receives the whole arrival rate (published systems
/// have up to two).
[[nodiscard]] std::vector<std::size_t> start_components(const Problem& problem);

/// Components so that each stands after all that it follows.
[[nodiscard]] std::vector<std::size_t> topological_order(const Problem& problem);

/// Pairs of layers, the lower index first, that share no network domain although partitions that
/// follow each other could run on different resources of the two; ascending. Twice the same layer
/// if it is in no domain.
[[nodiscard]] std::vector<std::pair<std::size_t, std::size_t>>
unlinked_layers(const Problem& problem);

} // namespace aisprint::optimizer
