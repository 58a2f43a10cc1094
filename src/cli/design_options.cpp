// SPDX-License-Identifier: Apache-2.0
#include "design_options.hpp"

#include "command.hpp"

#include "aisprint/partition/command.hpp"

namespace aisprint::cli {

void add_application_dir(CLI::App& app, std::string& target) {
    app.add_option(spellings("--application_dir"), target,
                   "Path of the application; the current folder if that is one.")
        ->type_name("DIR")
        ->envname("AISPRINT_APPLICATION_DIR");
}

void add_max_tensors(CLI::App& app, const std::string& name, CutArguments& arguments) {
    app.add_option(spellings(name), arguments.max_tensors,
                   "Most tensors that may cross a cut (default 1).")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000}))
        ->group(k_cut_group);
}

void add_cut_options(CLI::App& app, CutArguments& arguments) {
    app.add_option("--rank", arguments.rank,
                   "What makes a cut good: few 'elements' (default) or few 'bytes' to move.")
        ->type_name("BY")
        ->check(CLI::IsMember({"elements", "bytes"}))
        ->group(k_cut_group);
    app.add_flag("--collapse", arguments.collapse,
                 "Count consecutive cuts of equal size (a convolution, its normalisation) once.")
        ->group(k_cut_group);
    app.add_option(spellings("--min_share"), arguments.min_share,
                   "Smallest share of the nodes that each side must have, 0 to below 0.5.")
        ->type_name("SHARE")
        ->check(CLI::Range(0.0, 0.4999))
        ->group(k_cut_group);
    app.add_option(spellings("--input_shape"), arguments.input_shapes,
                   "Sizes of an input that the model leaves open, NAME=1,3,224,224; repeatable.")
        ->type_name("NAME=DIMS")
        ->allow_extra_args(false)
        ->group(k_cut_group);
}

void add_design_options(CLI::App& app, DesignArguments& arguments) {
    add_application_dir(app, arguments.application_dir);
    app.add_option(spellings("--max_deployments"), arguments.max_deployments,
                   "Refuse applications with more deployments (default 10000).")
        ->type_name("N");
    app.add_flag("--strict", arguments.strict,
                 "Candidates that break device or security constraints are errors.");
    app.add_flag(spellings("--omit_below_threshold"), arguments.omit_below_threshold,
                 "Leave out degraded versions whose metric is below metric_thr.");
    app.add_option(spellings("--segment_container"), arguments.container,
                   "How segments hand data on: 'npz' (default, no code) or 'pickle'.")
        ->type_name("FORMAT")
        ->check(CLI::IsMember({"npz", "pickle"}));
    app.add_option(spellings("--num_partitions"), arguments.num_partitions,
                   "Number of cuts of each partitionable model, in place of the annotations'.")
        ->type_name("N")
        ->group(k_cut_group);
    add_max_tensors(app, "--max_cut_tensors", arguments.cuts);
    add_cut_options(app, arguments.cuts);
}

Result<std::map<std::string, std::vector<std::int64_t>>>
parse_input_shapes(const std::vector<std::string>& texts) {
    std::map<std::string, std::vector<std::int64_t>> shapes;
    for (const std::string& text : texts) {
        AISPRINT_TRY_ASSIGN(auto shape, partition::parse_input_shape(text));
        shapes.insert(std::move(shape));
    }
    return shapes;
}

partition::CutOptions to_cut_options(const CutArguments& arguments) {
    partition::CutOptions options;
    options.ranking =
        arguments.rank == "bytes" ? partition::Ranking::bytes : partition::Ranking::elements;
    options.equivalent =
        arguments.collapse ? partition::Equivalent::collapse : partition::Equivalent::keep;
    options.max_tensors = arguments.max_tensors;
    options.minimum_share = arguments.min_share;
    return options;
}

Result<design::DesignOptions> to_design_options(const DesignArguments& arguments) {
    design::DesignOptions options;
    options.num_partitions = arguments.num_partitions;
    options.max_deployments = arguments.max_deployments;
    options.cuts = to_cut_options(arguments.cuts);
    AISPRINT_TRY_ASSIGN(options.input_shapes, parse_input_shapes(arguments.cuts.input_shapes));
    options.container = arguments.container == "pickle" ? design::SegmentContainer::pickle
                                                        : design::SegmentContainer::npz;
    options.strict = arguments.strict ? design::Strict::yes : design::Strict::no;
    options.below_threshold = arguments.omit_below_threshold ? design::BelowThreshold::omit
                                                             : design::BelowThreshold::keep;
    return options;
}

} // namespace aisprint::cli
