// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"
#include "design_options.hpp"
#include "views/partition_view.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/partition/early_exits.hpp"
#include "aisprint/partition/verify.hpp"
#include "aisprint/partition/write.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdlib>
#include <memory>

namespace aisprint::cli {

namespace fs = std::filesystem;

namespace {

struct Options {
    std::string model;
    std::string rank = "elements";
    bool collapse = false;
    std::size_t max_tensors = 1;
    double min_share = 0;
    std::string share_of = "nodes";
    std::vector<std::string> input_shapes;
    std::size_t limit = 20;
    std::vector<std::string> cut;
    bool best = false;
    std::string exits;
    std::string out;
    bool verify = false;
};

/// Lists the cuts of a model and writes a chosen one.
class PartitionRun {
public:
    PartitionRun(const Options& options, Session& session)
        : m_options(options), m_session(session) {}

    Result<void> run() {
        partition::LoadOptions load;
        AISPRINT_TRY_ASSIGN(load.input_shapes, parse_input_shapes(m_options.input_shapes));
        AISPRINT_TRY_ASSIGN(const partition::Model model,
                            partition::load_model(m_options.model, m_options.model, load,
                                                  m_session.reporter()));
        if (!m_options.exits.empty()) {
            return write_exits(model);
        }
        if (!m_options.cut.empty()) {
            AISPRINT_TRY_ASSIGN(const partition::Cut cut, partition::make_cut(model, m_options.cut));
            return write_cut(model, cut);
        }
        AISPRINT_TRY_ASSIGN(const partition::CutSearch search,
                            partition::find_cuts(model, cut_options(), m_session.reporter()));
        m_result = to_json(model, search);
        m_session.print(cut_table(model, search, m_options.limit));
        if (!m_options.best) {
            return {};
        }
        if (search.cuts.empty()) {
            return fail(ErrorKind::infeasible,
                        make_error("CLI008", "there is no cut to write: " + search.no_cut_reason,
                                   "allow cuts of several tensors with --max_tensors"));
        }
        return write_cut(model, search.cuts.front());
    }

    [[nodiscard]] const nlohmann::ordered_json& result() const { return m_result; }

private:
    [[nodiscard]] partition::CutOptions cut_options() const {
        partition::CutOptions options;
        options.ranking = m_options.rank == "bytes" ? partition::Ranking::bytes
                                                    : partition::Ranking::elements;
        options.equivalent =
            m_options.collapse ? partition::Equivalent::collapse : partition::Equivalent::keep;
        options.max_tensors = m_options.max_tensors;
        options.minimum_share = m_options.min_share;
        options.share_of = m_options.share_of == "flops" ? partition::ShareOf::flops
                                                         : partition::ShareOf::nodes;
        return options;
    }

    /// Where parts go: --out, else a scratch folder when they are only to be verified.
    Result<fs::path> part_file(std::size_t segment) {
        if (m_options.out.empty() && m_options.verify && !m_scratch) {
            m_scratch = std::make_unique<ScratchDirectory>();
        }
        const fs::path folder = !m_options.out.empty() ? fs::path(m_options.out)
                                : m_scratch            ? m_scratch->path()
                                                       : fs::path(".");
        AISPRINT_TRY(make_directories(folder));
        return folder / fmt::format("partition1_{}.onnx", segment);
    }

    Result<void> write_cut(const partition::Model& model, const partition::Cut& cut) {
        AISPRINT_TRY_ASSIGN(const fs::path first, part_file(1));
        AISPRINT_TRY_ASSIGN(const fs::path second, part_file(2));
        AISPRINT_TRY_ASSIGN(const partition::WrittenHalves halves,
                            partition::write_halves(model, cut, first, second));
        return finish_parts(model, {halves.first, halves.second});
    }

    Result<void> write_exits(const partition::Model& model) {
        AISPRINT_TRY_ASSIGN(const auto exits,
                            partition::load_early_exits(m_options.exits, m_options.exits));
        std::vector<Diagnostic> wrong = partition::check_exits(model, exits);
        if (!wrong.empty()) {
            return fail(ErrorKind::input, std::move(wrong));
        }
        std::vector<fs::path> files;
        for (std::size_t segment = 1; segment <= exits.size() + 1; ++segment) {
            AISPRINT_TRY_ASSIGN(const fs::path file, part_file(segment));
            files.push_back(file);
        }
        AISPRINT_TRY_ASSIGN(const auto parts,
                            partition::write_exit_segments(model, exits, files));
        return finish_parts(model, parts);
    }

    Result<void> finish_parts(const partition::Model& model,
                              const std::vector<partition::WrittenModel>& parts) {
        m_result["parts"] = nlohmann::ordered_json::array();
        std::vector<fs::path> files;
        for (const partition::WrittenModel& part : parts) {
            m_result["parts"].push_back(to_json(part));
            files.push_back(part.file);
        }
        m_session.print("\n" + written_lines(parts));
        return m_options.verify ? verify(model, files) : Result<void>{};
    }

    Result<void> verify(const partition::Model& model, const std::vector<fs::path>& files) {
        partition::VerifyOptions options;
        if (const char* python = std::getenv("AISPRINT_PYTHON")) {
            options.python = python;
        }
        AISPRINT_TRY_ASSIGN(const partition::Verification verification,
                            partition::verify_segments(model, m_options.model, files, options));
        m_result["verification"] = to_json(verification);
        m_session.print("\n" + verification_lines(verification));
        if (!verification.runtime.empty() && !verification.equal_enough()) {
            return fail(ErrorKind::internal,
                        make_error("CLI009",
                                   fmt::format("the parts differ from the whole model by {:.3g}",
                                               verification.largest_difference),
                                   "please report this with the model"));
        }
        return {};
    }

    const Options& m_options;
    Session& m_session;
    std::unique_ptr<ScratchDirectory> m_scratch;
    nlohmann::ordered_json m_result = nlohmann::ordered_json::object();
};

int run(const Options& options, Session& session) {
    if (options.verify && options.cut.empty() && !options.best && options.exits.empty()) {
        return session.finish(
            Failure{ErrorKind::usage,
                    {make_error("CLI004", "--verify needs parts to compare",
                                "add --best, --cut TENSORS or --exits FILE")}});
    }
    PartitionRun partition_run(options, session);
    const auto done = partition_run.run();
    return done ? session.finish(partition_run.result()) : session.finish(done.error());
}

CommandAction setup(CLI::App& app) {
    auto options = std::make_shared<Options>();
    app.add_option("MODEL", options->model, "ONNX model to be cut.")->required();
    app.add_flag("--best", options->best, "Write the two sides of the best cut.");
    app.add_option("--cut", options->cut, "Write the two sides of the cut at these tensors.")
        ->type_name("T1,T2")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->excludes("--best");
    app.add_option("--exits", options->exits,
                   "Write the segments between the early exits of this file (early_exits.csv).")
        ->type_name("FILE");
    app.add_option("--out", options->out, "Folder to write to (default: the current one).")
        ->type_name("DIR");
    app.add_flag("--verify", options->verify,
                 "Run the model and its parts on random inputs and compare.");
    app.add_option("--limit", options->limit, "List so many cuts (default 20).")->type_name("N");
    app.add_option(spellings("--max_tensors"), options->max_tensors,
                   "Most tensors that may cross a cut (default 1).")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, std::size_t{1000}))
        ->group("Cuts of models");
    app.add_option(spellings("--share_of"), options->share_of,
                   "What --min_share counts: 'nodes' (default) or 'flops'.")
        ->type_name("WHAT")
        ->check(CLI::IsMember({"nodes", "flops"}))
        ->group("Cuts of models");
    add_cut_options(app, options->rank, options->collapse, options->min_share,
                    options->input_shapes);
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
