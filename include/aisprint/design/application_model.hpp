// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/annotations/reader.hpp"
#include "aisprint/annotations/typed.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/config/application.hpp"
#include "aisprint/design/segment_code.hpp"
#include "aisprint/partition/cuts.hpp"
#include "aisprint/partition/early_exits.hpp"
#include "aisprint/partition/model.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::design {

/// Whether device constraints that only some candidates break are errors.
enum class Strict { no, yes };

/// Whether deployments whose metric is below the threshold are generated.
enum class BelowThreshold { keep, omit };

/// Whether an existing production deployment (of the optimiser) is replaced.
enum class Production { replace, keep };

/// What a user can choose about a run of `design` or `check`.
struct DesignOptions {
    std::optional<std::size_t> num_partitions; ///< in place of the annotations' values
    std::size_t max_deployments = 10'000;
    partition::CutOptions cuts;
    std::map<std::string, std::vector<std::int64_t>> input_shapes;
    SegmentContainer container = SegmentContainer::npz;
    Strict strict = Strict::no;
    BelowThreshold below_threshold = BelowThreshold::keep;
    Production production = Production::replace;
    std::filesystem::path templates; ///< folder with drift_detector/
};

/// One way to run a component: as a whole ("base") or as a chain of segments.
struct ComponentDesign {
    std::string name; ///< "base" or "partitionN"
    /// Names of the segments ("partitionN_1", ...); empty for the base design.
    std::vector<std::string> segments;

    /// Names of the component's parts in graphs and constraints.
    [[nodiscard]] std::vector<std::string> part_names(const std::string& component) const;
};

/// A model of a component that is to be cut, with what was found out about it.
struct ComponentModel {
    std::filesystem::path file;
    std::string shown_as;
    partition::Model model;
    std::size_t wanted_cuts = 0;
    partition::CutSearch search;        ///< of a partitionable model
    std::vector<partition::Exit> exits; ///< of a model with early exits
};

/// A component, or a degraded alternative of one, with all that its sources say.
struct Component {
    std::string name;
    std::string folder; ///< below src/
    std::string parent; ///< of an alternative; else empty
    std::size_t script = 0;
    std::optional<ComponentModel> model;
    std::vector<ComponentDesign> designs; ///< base first
    /// Early exits: probability of going on after each exit.
    std::vector<annotations::Value> transition_probabilities;
};

/// An application that has been read and found right.
struct ApplicationModel {
    config::ApplicationFolder folder;
    config::ApplicationDag dag;
    config::CandidateResources resources;
    config::CandidateDeployments deployments;
    std::vector<annotations::ComponentScript> scripts; ///< in path order
    std::vector<Component> components;                 ///< as ApplicationDag::all_names()

    /// The component of that name, or null.
    [[nodiscard]] const Component* find(const std::string& name) const;

    /// The script of a component.
    [[nodiscard]] const annotations::ComponentScript& script_of(const Component& component) const;

    /// The candidate entry of a component; of an alternative without one, its parent's.
    [[nodiscard]] const config::CandidateEntry& entry_of(const Component& component) const;

    /// True if some component carries the annotation of that name.
    [[nodiscard]] bool has_annotation(std::string_view name) const;
};

/// Fails (input, DSN002) unless the application's folder is there.
[[nodiscard]] Result<void> check_is_folder(const config::ApplicationFolder& folder);

/// Reads everything that `design` needs, models included, and checks all of it. Fails (input)
/// with every error of every file. Writes nothing.
[[nodiscard]] Result<ApplicationModel> load_application(const config::ApplicationFolder& folder,
                                                        const DesignOptions& options,
                                                        Reporter& reporter);

} // namespace aisprint::design
