// SPDX-License-Identifier: Apache-2.0
#include "aisprint/partition/command.hpp"
#include "aisprint/partition/partition_json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace aisprint::partition {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t k_table_rows = 20;

/// A number with a unit that leaves at most four digits: "614 kB".
std::string with_unit(std::uint64_t value, const std::array<const char*, 5>& units) {
    double number = static_cast<double>(value);
    std::size_t unit = 0;
    while (number >= 999.5 && unit + 1 < units.size()) {
        number /= 1000;
        ++unit;
    }
    return unit == 0 ? fmt::format("{} {}", value, units[0])
                     : fmt::format("{:.3g} {}", number, units[unit]);
}

std::string format_bytes(std::uint64_t value) {
    return with_unit(value, {"B", "kB", "MB", "GB", "TB"});
}

std::string format_count(std::uint64_t value) {
    std::string text = with_unit(value, {"", "k", "M", "G", "T"});
    std::erase(text, ' ');
    return text;
}

std::string names(const Cut& cut) {
    std::vector<std::string> list;
    for (const TensorInfo& tensor : cut.tensors) {
        list.push_back(tensor.name);
    }
    return fmt::format("{}", fmt::join(list, ", "));
}

std::string shapes(const Cut& cut) {
    std::vector<std::string> list;
    for (const TensorInfo& tensor : cut.tensors) {
        list.push_back(to_string(tensor));
    }
    return fmt::format("{}", fmt::join(list, ", "));
}

using Row = std::vector<std::string>;

Row make_row(std::size_t number, const Cut& cut) {
    return {std::to_string(number),
            names(cut),
            shapes(cut),
            format_bytes(cut.bytes),
            fmt::format("{} / {}", cut.first.nodes, cut.second.nodes),
            fmt::format("{} / {}", format_count(cut.first.parameters),
                        format_count(cut.second.parameters)),
            fmt::format("{} / {}", format_count(cut.first.flops), format_count(cut.second.flops))};
}

/// Columns as wide as their widest cell, two blanks between them.
std::string format_table(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string text;
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += fmt::format("{:<{}}  ", row[i], widths[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

const Row& header() {
    static const Row row = {"cut", "tensors", "shape", "size", "nodes", "parameters", "FLOPs"};
    return row;
}

std::string format_search(const CutSearch& search, TableRows wanted) {
    if (search.cuts.empty()) {
        return fmt::format("no cut: {}\n", search.no_cut_reason);
    }
    std::vector<Row> rows = {header()};
    const std::size_t count =
        wanted == TableRows::all ? search.cuts.size() : std::min(search.cuts.size(), k_table_rows);
    for (std::size_t i = 0; i < count; ++i) {
        rows.push_back(make_row(i + 1, search.cuts[i]));
    }
    std::string text = format_table(rows);
    if (count < search.cuts.size()) {
        text += fmt::format("{} more\n", search.cuts.size() - count);
    }
    text += fmt::format("{} candidates, {} rejected before the first valid one\n",
                        search.candidates, search.rejected_before_first);
    return text;
}

std::string format_written(const WrittenModel& model) {
    std::string text =
        fmt::format("{}: {}, {} nodes, {} initializers; {} -> {}\n", model.file.string(),
                    format_bytes(model.bytes), model.nodes, model.initializers,
                    fmt::join(model.inputs, ", "), fmt::join(model.outputs, ", "));
    if (model.data_file) {
        text += fmt::format("  with its tensors in {}\n", model.data_file->string());
    }
    return text;
}

std::string format_verification(const Verification& verification) {
    if (verification.runtime.empty()) {
        return fmt::format("not compared: {}\n", verification.not_done_reason);
    }
    std::string text = fmt::format("compared by {}: largest difference {:.3g}\n",
                                   verification.runtime, verification.largest_difference);
    for (const OutputDifference& output : verification.outputs) {
        text += fmt::format("  {}: {:.3g} of {:.3g}\n", output.name, output.largest_difference,
                            output.largest_value);
    }
    return text;
}

Json to_json(const TensorInfo& tensor) {
    static constexpr std::array<const char*, 4> k_knowledge = {"none", "partial", "batch",
                                                               "complete"};
    Json shape = Json::array();
    for (const std::optional<std::int64_t>& size : tensor.shape) {
        shape.push_back(size ? Json(*size) : Json());
    }
    Json json = Json::object();
    json["name"] = tensor.name;
    json["type"] = tensor.element_type;
    json["shape"] = std::move(shape);
    json["shape_knowledge"] = k_knowledge.at(static_cast<std::size_t>(tensor.knowledge));
    json["elements"] = tensor.known_elements;
    json["bytes"] = tensor.bytes;
    if (!tensor.producer.empty()) {
        json["producer"] = tensor.producer;
    }
    return json;
}

Json to_json(const std::vector<TensorInfo>& tensors) {
    Json list = Json::array();
    for (const TensorInfo& tensor : tensors) {
        list.push_back(to_json(tensor));
    }
    return list;
}

Json to_json(const SideCost& side) {
    Json json = Json::object();
    json["nodes"] = side.nodes;
    json["parameters"] = side.parameters;
    json["parameter_bytes"] = side.parameter_bytes;
    json["flops"] = side.flops;
    return json;
}

Json to_json(const Cut& cut) {
    Json json = Json::object();
    json["tensors"] = to_json(cut.tensors);
    json["forwarded_inputs"] = cut.forwarded_inputs;
    json["finished_outputs"] = cut.finished_outputs;
    json["elements"] = cut.elements;
    json["bytes"] = cut.bytes;
    json["first"] = to_json(cut.first);
    json["second"] = to_json(cut.second);
    return json;
}

Json to_json(const CutSearch& search) {
    Json json = Json::object();
    json["candidates"] = search.candidates;
    json["rejected_before_first"] = search.rejected_before_first;
    json["cuts"] = Json::array();
    for (const Cut& cut : search.cuts) {
        json["cuts"].push_back(to_json(cut));
    }
    json["remarks"] = search.remarks;
    if (!search.no_cut_reason.empty()) {
        json["no_cut_reason"] = search.no_cut_reason;
    }
    return json;
}

Json to_json(const Exit& exit) {
    Json json = Json::object();
    json["label"] = exit.label;
    json["input_tensors"] = exit.input_tensors;
    json["output_tensors"] = exit.output_tensors;
    return json;
}

Json to_json(const WrittenModel& model) {
    Json json = Json::object();
    json["file"] = model.file.string();
    if (model.data_file) {
        json["data_file"] = model.data_file->string();
    }
    json["inputs"] = model.inputs;
    json["outputs"] = model.outputs;
    json["nodes"] = model.nodes;
    json["initializers"] = model.initializers;
    json["value_infos"] = model.value_infos;
    json["bytes"] = model.bytes;
    return json;
}

Json to_json(const Verification& verification) {
    Json json = Json::object();
    json["compared"] = !verification.runtime.empty();
    if (verification.runtime.empty()) {
        json["reason"] = verification.not_done_reason;
        return json;
    }
    json["runtime"] = verification.runtime;
    json["largest_difference"] = verification.largest_difference;
    json["outputs"] = Json::array();
    for (const OutputDifference& output : verification.outputs) {
        json["outputs"].push_back({{"name", output.name},
                                   {"largest_difference", output.largest_difference},
                                   {"largest_value", output.largest_value}});
    }
    return json;
}

} // namespace

std::string format_report(const PartitionReport& report, TableRows rows) {
    std::string text = fmt::format("{}: {} nodes, {} parameters ({}), opset {}\n", report.model,
                                   report.nodes, format_count(report.parameters),
                                   format_bytes(report.parameter_bytes), report.opset_version);
    if (report.search) {
        text += format_search(*report.search, rows);
    } else if (report.chosen) {
        text += format_table({header(), make_row(1, *report.chosen)});
    }
    for (const WrittenModel& model : report.written) {
        text += format_written(model);
    }
    if (report.verification) {
        text += format_verification(*report.verification);
    }
    return text;
}

Json to_json(const PartitionReport& report) {
    Json json = Json::object();
    json["model"] = {{"file", report.model},
                     {"nodes", report.nodes},
                     {"ir_version", report.ir_version},
                     {"opset_version", report.opset_version},
                     {"parameters", report.parameters},
                     {"parameter_bytes", report.parameter_bytes},
                     {"inputs", to_json(report.inputs)},
                     {"outputs", to_json(report.outputs)}};
    if (report.search) {
        json["search"] = to_json(*report.search);
    }
    if (report.chosen) {
        json["chosen"] = to_json(*report.chosen);
    }
    if (!report.exits.empty()) {
        json["exits"] = Json::array();
        for (const Exit& exit : report.exits) {
            json["exits"].push_back(to_json(exit));
        }
    }
    if (!report.written.empty()) {
        json["written"] = Json::array();
        for (const WrittenModel& model : report.written) {
            json["written"].push_back(to_json(model));
        }
    }
    if (report.verification) {
        json["verification"] = to_json(*report.verification);
    }
    return json;
}

} // namespace aisprint::partition
