// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "design_options.hpp"

#include "aisprint/partition/command.hpp"
#include "aisprint/partition/partition_json.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>
#include <memory>

namespace aisprint::cli {

namespace {

struct Options {
    std::string model;
    CutArguments cuts;
    std::string share_of = "nodes";
    bool all = false;
    std::vector<std::string> cut;
    bool best = false;
    std::string exits;
    std::string out;
    bool verify = false;
};

Result<partition::PartitionRequest> to_request(const Options& options) {
    const bool chosen = options.best || !options.cut.empty() || !options.exits.empty();
    if (options.verify && !chosen) {
        return fail(ErrorKind::usage, make_error("CLI004", "--verify needs parts to compare",
                                                 "add --best, --cut TENSORS or --exits FILE"));
    }
    partition::PartitionRequest request;
    request.model = options.model;
    request.shown_as = options.model;
    AISPRINT_TRY_ASSIGN(request.load.input_shapes, parse_input_shapes(options.cuts.input_shapes));
    request.cuts = to_cut_options(options.cuts);
    request.cuts.share_of =
        options.share_of == "flops" ? partition::ShareOf::flops : partition::ShareOf::nodes;
    request.cut_at = options.cut;
    if (!options.exits.empty()) {
        request.exits = options.exits;
    }
    if (!options.out.empty()) {
        request.out = options.out;
    } else if (chosen && !options.verify) {
        request.out = ".";
    }
    if (options.verify) {
        request.verify.emplace();
        if (const char* python = std::getenv("AISPRINT_PYTHON")) {
            request.verify->python = python;
        }
    }
    return request;
}

int run(const Options& options, Session& session) {
    const auto request = to_request(options);
    if (!request) {
        return session.finish(request.error());
    }
    const auto report = partition::run_partition(*request, session.reporter());
    if (!report) {
        return session.finish(report.error());
    }
    session.print(partition::format_report(*report, options.all ? partition::TableRows::all
                                                                : partition::TableRows::best));
    return session.finish(to_json(*report));
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("MODEL", options->model, "ONNX model to be cut.")->required();
    CLI::Option* best =
        app.add_flag("--best", options->best, "Write the two sides of the best cut.");
    app.add_option("--cut", options->cut, "Write the two sides of the cut at these tensors.")
        ->type_name("T1,T2")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->excludes(best);
    app.add_option("--exits", options->exits,
                   "Write the segments between the early exits of this file (early_exits.csv).")
        ->type_name("FILE");
    app.add_option("--out", options->out,
                   "Folder to write to (default: the current one; none with --verify).")
        ->type_name("DIR");
    app.add_flag("--verify", options->verify,
                 "Run the model and its parts on random inputs and compare.");
    app.add_flag("--all", options->all, "List all cuts, not just the best ones.");
    add_max_tensors(app, "--max_tensors", options->cuts);
    app.add_option(spellings("--share_of"), options->share_of,
                   "What --min_share counts: 'nodes' (default) or 'flops'.")
        ->type_name("WHAT")
        ->check(CLI::IsMember({"nodes", "flops"}))
        ->group(k_cut_group);
    add_cut_options(app, options->cuts);
    return [options](Session& session) { return run(*options, session); };
}

} // namespace

Command partition_command() {
    return {"partition",
            "List the places where an ONNX model can be cut in two, and write the parts.",
            CommandGroup::more,
            {"aisprint partition model.onnx --rank bytes --collapse",
             "aisprint partition model.onnx --best --out parts --verify",
             "aisprint partition model.onnx --cut 266 --out parts"},
            "run the parts one after the other with any ONNX runtime",
            setup};
}

} // namespace aisprint::cli
