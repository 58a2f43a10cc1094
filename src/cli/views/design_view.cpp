// SPDX-License-Identifier: Apache-2.0
#include "design_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace aisprint::cli {

namespace {

/// So many deployments are listed by name; more are counted.
constexpr std::size_t k_most_listed = 20;

const char* const k_title = R"(
   _   ___      ___ ___ ___ ___ _  _ _____   ___          _
  /_\ |_ _|___ / __| _ \ _ \_ _| \| |_   _| |   \ ___ ___(_)__ _ _ _
 / _ \ | |____|\__ \  _/   /| || .` | | |   | |) / -_|_-<| / _` | ' \
/_/ \_\___|    |___/_| |_|_\___|_|\_| |_|   |___/\___/__/|_\__, |_||_|
                                                           |___/
                          AI-SPRINT Design
)";

const std::string k_indent(13, ' ');
const std::string k_deep_indent(15, ' ');

std::string line(const std::string& text) {
    return fmt::format("\n\n[AI-SPRINT]: {}\n", text);
}

/// A list as Python prints it.
std::string python_list(const std::vector<std::string>& items) {
    std::string text = "[";
    for (const std::string& item : items) {
        text += fmt::format("{}'{}'", text.size() > 1 ? ", " : "", item);
    }
    return text + "]";
}

std::string graph_lines(const design::DesignReport& report) {
    std::string text =
        line(fmt::format("Found {} components in the DAG with the following dependencies:",
                         report.components.size()));
    for (const auto& [source, targets] : report.successors) {
        text += fmt::format("{}- {} -> {}\n", k_indent, source, python_list(targets));
    }
    return text;
}

std::vector<std::string> all_cut_tensors(const design::ModelReport& model) {
    std::vector<std::string> names;
    for (const design::CutReport& cut : model.cuts) {
        std::ranges::copy(cut.tensors, std::back_inserter(names));
    }
    return names;
}

std::string code_lines(const std::vector<design::ModelReport>& models) {
    std::string text = line("Automatic generating the code of the found partitions..");
    for (const design::ModelReport& model : models) {
        if (!model.segments.empty()) {
            text +=
                fmt::format("\n\n{}- Generating code for the component: {}\n{}Done! Code "
                            "generated for segments: {}\n",
                            k_indent, model.component, k_deep_indent, python_list(model.segments));
        }
    }
    return text;
}

std::string partition_lines(const design::DesignReport& report) {
    std::string text = line("Running SPACE4AI-D-partitioner..");
    if (report.partitioned.empty()) {
        return text + line("Done. No partitionable_model defined.");
    }
    for (const design::ModelReport& model : report.partitioned) {
        text += line("Running SPACE4AI-D-partitioner..");
        text += fmt::format("{}Maximum number of required partitions: {}\n{}- Finding partitions "
                            "of model: {}\n",
                            k_indent, model.wanted, k_indent, model.component);
        text += fmt::format("\n\n{}Done! Model partitioned at layers: {}\n\n", k_deep_indent,
                            python_list(all_cut_tensors(model)));
    }
    return text + code_lines(report.partitioned);
}

std::string exit_lines(const design::DesignReport& report) {
    std::string text = line("Running SPACE4AI-D-partitioner (early exits)..");
    if (report.early_exits.empty()) {
        return text + line("Done. No early_exits_model defined.");
    }
    for (const design::ModelReport& model : report.early_exits) {
        text += fmt::format("\n\n{}- Getting early-exit partitions of model: {}\n{}- The following "
                            "early exits path have been found: \n",
                            k_indent, model.component, k_indent);
        std::vector<std::string> layers;
        for (std::size_t i = 0; i < model.exits.size(); ++i) {
            const partition::Exit& exit = model.exits[i];
            text += fmt::format("{}-  {}: exit: {}, input nodes: {}, output nodes: {}\n", k_indent,
                                i, exit.label, python_list(exit.input_tensors),
                                python_list(exit.output_tensors));
            std::ranges::copy(exit.input_tensors, std::back_inserter(layers));
        }
        text += fmt::format("{}Model partitioned at layers: {}\n\n", k_deep_indent,
                            python_list(layers));
    }
    return text + code_lines(report.early_exits);
}

std::string deployment_lines(const design::DesignReport& report) {
    std::string text = line("Starting creating base application deployment..") + k_indent +
                       "Done! Current optimal deployment is 'base'\n";
    for (std::size_t i = 1; i < std::min(report.deployments.size(), k_most_listed + 1); ++i) {
        text += line(fmt::format("Starting creating {} application deployment..",
                                 report.deployments[i])) +
                k_indent + "Done!\n";
    }
    if (report.deployments.size() > k_most_listed + 1) {
        text += fmt::format("\n{}... and {} more deployments. Done!\n", k_indent,
                            report.deployments.size() - k_most_listed - 1);
    }
    text += line("Generating QoS constraints for the base deployment..");
    if (report.deployments.size() > 1) {
        text += fmt::format("{}(and {} more)\n", k_indent, report.deployments.size() - 1);
    }
    return text + k_indent + "Done! QoS constraints generated.\n\n";
}

std::string model_table(const design::DesignReport& report) {
    std::string text;
    for (const design::ModelReport& model : report.partitioned) {
        for (std::size_t i = 0; i < model.cuts.size(); ++i) {
            const design::CutReport& cut = model.cuts[i];
            text += fmt::format("  {} partition{}: cut at {} ({}, {:.1f} KB)\n", model.component,
                                i + 1, fmt::join(cut.tensors, ", "), fmt::join(cut.shapes, ", "),
                                static_cast<double>(cut.bytes) / 1024);
        }
        if (model.cuts.empty() && !model.no_cut_reason.empty()) {
            text += fmt::format("  {}: no cut, {}\n", model.component, model.no_cut_reason);
        }
    }
    for (const design::ModelReport& model : report.early_exits) {
        text += fmt::format("  {}: {} early exits, {} segments\n", model.component,
                            model.exits.size(), model.segments.size());
    }
    return text;
}

nlohmann::ordered_json to_json(const design::ModelReport& model) {
    nlohmann::ordered_json json{{"component", model.component},
                                {"segments", model.segments},
                                {"candidates", model.candidates},
                                {"rejected", model.rejected}};
    json["cuts"] = nlohmann::ordered_json::array();
    for (const design::CutReport& cut : model.cuts) {
        json["cuts"].push_back(
            {{"tensors", cut.tensors}, {"shapes", cut.shapes}, {"bytes", cut.bytes}});
    }
    if (!model.no_cut_reason.empty()) {
        json["no_cut_reason"] = model.no_cut_reason;
    }
    if (!model.exits.empty()) {
        json["exits"] = nlohmann::ordered_json::array();
        for (const partition::Exit& exit : model.exits) {
            json["exits"].push_back({{"exit", exit.label},
                                     {"input_nodes", exit.input_tensors},
                                     {"output_nodes", exit.output_tensors}});
        }
    }
    return json;
}

} // namespace

std::string design_heading(const std::string& folder) {
    namespace fs = std::filesystem;
    const fs::path path = (fs::current_path() / folder).lexically_normal();
    const std::string name =
        path.has_filename() ? path.filename().string() : path.parent_path().filename().string();
    return k_title + line("Starting the design of the AI-SPRINT application: " + name);
}

std::string design_story(const design::DesignReport& report) {
    std::string text = graph_lines(report);
    text += line("Parsing AI-SPRINT annotations..");
    text += fmt::format("[AI-SPRINT]: Done! Annotations parsed and stored in: "
                        "{}/common_config/annotations.yaml\n",
                        report.folder);
    text += line("Validating AI-SPRINT annotations..") + "[AI-SPRINT]: Done!\n";
    text += line("Starting creating base components' designs..") +
            "[AI-SPRINT]: Done! Base designs created.\n";
    text += line("Preparing for SPACE4AI-D-partitioner..") +
            "[AI-SPRINT]: Done! 'component_partitions.yaml' file initialized with base "
            "designs.\n";
    if (report.has_drift_detector) {
        text += line("Creating drift detector component..") + "\n\n" + k_indent +
                "The Drift Detector component has been created and added to the components.\n\n";
    }
    text += partition_lines(report) + exit_lines(report);
    if (report.has_alternatives) {
        text += line("Computing metrics for alternative deployments..") + "\n\n" + k_indent +
                "Done! Alternative deployments performance generated.\n\n";
    }
    text += deployment_lines(report);
    return text + line("Done! Application designs and base deployment ready.") + "\n" +
           design_outlook(report);
}

std::string design_outlook(const design::DesignReport& report) {
    return fmt::format("{}: {} components, {} deployments\n{}", report.application,
                       report.components.size(), report.deployments.size(), model_table(report));
}

nlohmann::ordered_json to_json(const design::DesignReport& report) {
    nlohmann::ordered_json json{{"application", report.application},
                                {"components", report.components},
                                {"deployments", report.deployments},
                                {"partitioned", nlohmann::ordered_json::array()},
                                {"early_exits", nlohmann::ordered_json::array()},
                                {"drift_detector", report.has_drift_detector},
                                {"files", report.files}};
    for (const design::ModelReport& model : report.partitioned) {
        json["partitioned"].push_back(to_json(model));
    }
    for (const design::ModelReport& model : report.early_exits) {
        json["early_exits"].push_back(to_json(model));
    }
    return json;
}

} // namespace aisprint::cli
