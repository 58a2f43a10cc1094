// SPDX-License-Identifier: Apache-2.0
#include "aisprint/partition/command.hpp"

#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <system_error>

namespace aisprint::partition {

namespace {

/// A folder next to the final place of files, deleted with the object.
class StagingFolder {
public:
    StagingFolder() = default;
    StagingFolder(const StagingFolder&) = delete;
    StagingFolder& operator=(const StagingFolder&) = delete;
    ~StagingFolder() {
        std::error_code ignored; // what is left is hidden and harmless
        std::filesystem::remove_all(m_path, ignored);
    }

    Result<void> make_in(const std::filesystem::path& folder) {
        m_path = folder / fmt::format(".aisprint-partition-{}", ::getpid());
        return make_directories(m_path);
    }

    [[nodiscard]] const std::filesystem::path& path() const { return m_path; }

private:
    std::filesystem::path m_path;
};

Result<void> move_into(const std::filesystem::path& folder, std::filesystem::path& file) {
    const std::filesystem::path target = folder / file.filename();
    std::error_code error;
    std::filesystem::rename(file, target, error);
    if (error) {
        return io_failure("PRT016", "write", target, error);
    }
    file = target;
    return {};
}

class Run {
public:
    Run(const PartitionRequest& request, Reporter& reporter)
        : m_request(request), m_reporter(reporter) {}

    Result<PartitionReport> run() {
        AISPRINT_TRY_ASSIGN(const Model model, load_model(m_request.model, m_request.shown_as,
                                                          m_request.load, m_reporter));
        describe(model);
        const bool writes = m_request.out || m_request.verify;
        if (m_request.exits) {
            AISPRINT_TRY(read_exits(model));
        } else if (!m_request.cut_at.empty()) {
            AISPRINT_TRY_ASSIGN(m_report.chosen, make_cut(model, m_request.cut_at));
        } else {
            AISPRINT_TRY_ASSIGN(m_report.search, find_cuts(model, m_request.cuts, m_reporter));
            if (writes) {
                AISPRINT_TRY(choose_best());
            }
        }
        if (writes) {
            AISPRINT_TRY(write_and_compare(model));
        }
        return std::move(m_report);
    }

private:
    void describe(const Model& model) {
        m_report.model = model.shown_as();
        m_report.nodes = model.node_count();
        m_report.ir_version = model.ir_version();
        m_report.opset_version = model.opset_version();
        m_report.parameters = model.parameter_count();
        m_report.parameter_bytes = model.parameter_bytes();
        m_report.inputs = model.inputs();
        m_report.outputs = model.outputs();
    }

    Result<void> read_exits(const Model& model) {
        AISPRINT_TRY_ASSIGN(m_report.exits,
                            load_early_exits(*m_request.exits, m_request.exits->string()));
        std::vector<Diagnostic> errors = check_exits(model, m_report.exits);
        if (!errors.empty()) {
            return fail(ErrorKind::input, std::move(errors));
        }
        return {};
    }

    Result<void> choose_best() {
        if (m_report.search->cuts.empty()) {
            return fail(ErrorKind::infeasible,
                        make_error("PRT022",
                                   fmt::format("{} has no such cut: {}", m_report.model,
                                               m_report.search->no_cut_reason),
                                   "allow more tensors with --max_tensors, or a smaller "
                                   "--min_share"));
        }
        m_report.chosen = m_report.search->cuts.front();
        return {};
    }

    Result<void> write_and_compare(const Model& model) {
        const std::filesystem::path temporary = std::filesystem::temp_directory_path();
        const std::filesystem::path folder = m_request.out.value_or(temporary);
        AISPRINT_TRY(make_directories(folder));
        StagingFolder staging;
        AISPRINT_TRY(staging.make_in(folder));
        const std::string stem = m_request.model.stem().string();
        const auto part = [&](std::size_t number) {
            return staging.path() / fmt::format("{}_{}.onnx", stem, number);
        };
        std::vector<WrittenModel> written;
        if (m_request.exits) {
            std::vector<std::filesystem::path> files;
            for (std::size_t i = 1; i <= m_report.exits.size() + 1; ++i) {
                files.push_back(part(i));
            }
            AISPRINT_TRY_ASSIGN(written,
                                write_exit_segments(model, m_report.exits, files, m_request.write));
        } else {
            AISPRINT_TRY_ASSIGN(WrittenHalves halves, write_halves(model, *m_report.chosen, part(1),
                                                                   part(2), m_request.write));
            written = {std::move(halves.first), std::move(halves.second)};
        }
        if (m_request.verify) {
            AISPRINT_TRY(compare(model, written));
        }
        if (m_request.out) {
            for (WrittenModel& file : written) {
                AISPRINT_TRY(move_into(folder, file.file));
                if (file.data_file) {
                    AISPRINT_TRY(move_into(folder, *file.data_file));
                }
            }
            m_report.written = std::move(written);
        }
        return {};
    }

    Result<void> compare(const Model& model, const std::vector<WrittenModel>& written) {
        std::vector<std::filesystem::path> files;
        for (const WrittenModel& file : written) {
            files.push_back(file.file);
        }
        AISPRINT_TRY_ASSIGN(m_report.verification,
                            verify_segments(model, m_request.model, files, *m_request.verify));
        const Verification& result = *m_report.verification;
        if (result.runtime.empty()) {
            m_reporter.report(as_warning(
                make_error("PRT023",
                           fmt::format("{} was not compared with its parts: {}", m_report.model,
                                       result.not_done_reason),
                           "install the Python package onnxruntime, or name an interpreter that "
                           "has it")));
        } else if (!result.equal_enough()) {
            return fail(ErrorKind::input,
                        make_error("PRT024",
                                   fmt::format("the parts of {} do not compute what the whole "
                                               "does: the largest difference is {:.3g}",
                                               m_report.model, result.largest_difference),
                                   "check that the model gives the same results in each run; "
                                   "otherwise report this with the model"));
        }
        return {};
    }

    const PartitionRequest& m_request;
    Reporter& m_reporter;
    PartitionReport m_report;
};

} // namespace

Result<PartitionReport> run_partition(const PartitionRequest& request, Reporter& reporter) {
    return Run(request, reporter).run();
}

Result<std::pair<std::string, std::vector<std::int64_t>>>
parse_input_shape(const std::string& text) {
    const auto wrong = [&text] {
        return fail(ErrorKind::usage,
                    make_error("PRT006", fmt::format("\"{}\" is not an input shape", text),
                               "write for example --input_shape input=1,3,224,224"));
    };
    // Names of tensors may contain "=".
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0) {
        return wrong();
    }
    std::vector<std::int64_t> shape;
    const char* at = text.data() + equals + 1;
    const char* end = text.data() + text.size();
    while (at != end) {
        std::int64_t size = 0;
        const std::from_chars_result result = std::from_chars(at, end, size);
        const bool last = result.ptr == end;
        if (result.ec != std::errc() || size <= 0 || (!last && *result.ptr != ',') ||
            (!last && result.ptr + 1 == end)) {
            return wrong();
        }
        shape.push_back(size);
        at = last ? end : result.ptr + 1;
    }
    return std::pair(text.substr(0, equals), shape);
}

} // namespace aisprint::partition
