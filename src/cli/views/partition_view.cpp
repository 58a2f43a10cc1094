// SPDX-License-Identifier: Apache-2.0
#include "partition_view.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::cli {

namespace {

/// A count with a unit that keeps it short: 1.5M.
std::string short_count(std::uint64_t count) {
    constexpr const char* k_units[] = {"", "K", "M", "G", "T", "P"};
    auto value = static_cast<double>(count);
    std::size_t unit = 0;
    while (value >= 1000 && unit + 1 < std::size(k_units)) {
        value /= 1000;
        ++unit;
    }
    return unit == 0 ? std::to_string(count) : fmt::format("{:.1f}{}", value, k_units[unit]);
}

std::string names_of(const partition::Cut& cut) {
    std::vector<std::string> names;
    for (const partition::TensorInfo& tensor : cut.tensors) {
        names.push_back(tensor.name);
    }
    return fmt::format("{}", fmt::join(names, ","));
}

std::string shapes_of(const partition::Cut& cut) {
    std::vector<std::string> shapes;
    for (const partition::TensorInfo& tensor : cut.tensors) {
        shapes.push_back(partition::to_string(tensor));
    }
    return fmt::format("{}", fmt::join(shapes, ","));
}

nlohmann::ordered_json to_json(const partition::SideCost& side) {
    return {{"nodes", side.nodes},
            {"parameters", side.parameters},
            {"parameter_bytes", side.parameter_bytes},
            {"flops", side.flops}};
}

nlohmann::ordered_json to_json(const partition::TensorInfo& tensor) {
    nlohmann::ordered_json shape = nlohmann::ordered_json::array();
    for (const auto& dimension : tensor.shape) {
        shape.push_back(dimension ? nlohmann::ordered_json(*dimension)
                                  : nlohmann::ordered_json(nullptr));
    }
    return {{"name", tensor.name},
            {"element_type", tensor.element_type},
            {"shape", shape},
            {"bytes", tensor.bytes},
            {"producer", tensor.producer}};
}

} // namespace

std::string cut_table(const partition::Model& model,
                      const partition::CutSearch& search,
                      std::size_t limit) {
    std::string text = fmt::format("{}: {} nodes, {} parameters; {} possible cuts of {} "
                                   "candidates, {} rejected before the first\n",
                                   model.shown_as(), model.node_count(),
                                   short_count(model.parameter_count()), search.cuts.size(),
                                   search.candidates, search.rejected_before_first);
    if (search.cuts.empty()) {
        return text + "no cut: " + search.no_cut_reason + "\n";
    }
    text += fmt::format("\n{:>4}  {:<24} {:<18} {:>9}  {:>14}  {:>17}  {:>17}\n", "rank", "tensors",
                        "shape", "bytes", "nodes", "parameters", "FLOPs");
    const std::size_t shown = std::min(limit, search.cuts.size());
    for (std::size_t i = 0; i < shown; ++i) {
        const partition::Cut& cut = search.cuts[i];
        text += fmt::format("{:>4}  {:<24} {:<18} {:>9}  {:>6} | {:<5}  {:>7} | {:<7}  "
                            "{:>7} | {:<7}\n",
                            i + 1, names_of(cut), shapes_of(cut), cut.bytes, cut.first.nodes,
                            cut.second.nodes, short_count(cut.first.parameters),
                            short_count(cut.second.parameters), short_count(cut.first.flops),
                            short_count(cut.second.flops));
    }
    if (shown < search.cuts.size()) {
        text += fmt::format("      ... and {} more; --limit shows them\n",
                            search.cuts.size() - shown);
    }
    return text;
}

nlohmann::ordered_json to_json(const partition::Model& model,
                               const partition::CutSearch& search) {
    nlohmann::ordered_json json{{"model", model.shown_as()},
                                {"nodes", model.node_count()},
                                {"parameters", model.parameter_count()},
                                {"candidates", search.candidates},
                                {"rejected_before_first", search.rejected_before_first},
                                {"remarks", search.remarks},
                                {"no_cut_reason", search.no_cut_reason},
                                {"cuts", nlohmann::ordered_json::array()}};
    for (const partition::Cut& cut : search.cuts) {
        nlohmann::ordered_json tensors = nlohmann::ordered_json::array();
        for (const partition::TensorInfo& tensor : cut.tensors) {
            tensors.push_back(to_json(tensor));
        }
        json["cuts"].push_back({{"tensors", tensors},
                                {"elements", cut.elements},
                                {"bytes", cut.bytes},
                                {"first", to_json(cut.first)},
                                {"second", to_json(cut.second)}});
    }
    return json;
}

std::string written_lines(const std::vector<partition::WrittenModel>& parts) {
    std::string text;
    for (const partition::WrittenModel& part : parts) {
        text += fmt::format("{}: {} nodes, {} bytes, {} -> {}\n", part.file.string(), part.nodes,
                            part.bytes, fmt::join(part.inputs, ", "),
                            fmt::join(part.outputs, ", "));
    }
    return text;
}

nlohmann::ordered_json to_json(const partition::WrittenModel& part) {
    nlohmann::ordered_json json{{"file", part.file.string()},
                                {"inputs", part.inputs},
                                {"outputs", part.outputs},
                                {"nodes", part.nodes},
                                {"initializers", part.initializers},
                                {"value_infos", part.value_infos},
                                {"bytes", part.bytes}};
    if (part.data_file) {
        json["data_file"] = part.data_file->string();
    }
    return json;
}

std::string verification_lines(const partition::Verification& verification) {
    if (verification.runtime.empty()) {
        return fmt::format("not verified: {}\n", verification.not_done_reason);
    }
    std::string text;
    for (const partition::OutputDifference& output : verification.outputs) {
        text += fmt::format("output '{}': largest difference {:.3g} (largest value {:.3g})\n",
                            output.name, output.largest_difference, output.largest_value);
    }
    return text + fmt::format("{} with {}\n",
                              verification.equal_enough() ? "the parts give the model's outputs"
                                                          : "the parts differ from the model",
                              verification.runtime);
}

nlohmann::ordered_json to_json(const partition::Verification& verification) {
    nlohmann::ordered_json json{{"runtime", verification.runtime},
                                {"not_done_reason", verification.not_done_reason},
                                {"largest_difference", verification.largest_difference},
                                {"equal_enough", verification.equal_enough()},
                                {"outputs", nlohmann::ordered_json::array()}};
    for (const partition::OutputDifference& output : verification.outputs) {
        json["outputs"].push_back({{"name", output.name},
                                   {"largest_difference", output.largest_difference},
                                   {"largest_value", output.largest_value}});
    }
    return json;
}

} // namespace aisprint::cli
