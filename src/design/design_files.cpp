// SPDX-License-Identifier: Apache-2.0
#include "design_files.hpp"

#include "values.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/partition/write.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace aisprint::design {

namespace fs = std::filesystem;

namespace {

/// Writes the segments of one component.
class SegmentWriter {
public:
    SegmentWriter(const ApplicationModel& application,
                  const Component& component,
                  const DesignOptions& options,
                  const fs::path& workspace,
                  OutputTree& tree)
        : m_application(application), m_component(component), m_options(options),
          m_workspace(workspace / component.name), m_tree(tree) {}

    Result<void> write() {
        const bool exits = !m_component.model->exits.empty();
        for (std::size_t i = 1; i < m_component.designs.size(); ++i) {
            const ComponentDesign& design = m_component.designs[i];
            for (const std::string& segment : design.segments) {
                AISPRINT_TRY(make_directories(model_file(segment).parent_path()));
            }
            AISPRINT_TRY(exits ? write_exits(design) : write_cut(design, i - 1));
        }
        return {};
    }

private:
    [[nodiscard]] fs::path model_file(const std::string& segment) const {
        return m_workspace / segment / (segment + ".onnx");
    }

    [[nodiscard]] const SourceFile& source() const {
        return m_application.script_of(m_component).source;
    }

    [[nodiscard]] SegmentCodeOptions code_options(const ComponentDesign& design) const {
        return {m_component.model->file.filename().string(), design.name, m_options.container};
    }

    Result<void> write_cut(const ComponentDesign& design, std::size_t cut) {
        AISPRINT_TRY_ASSIGN(const partition::WrittenHalves halves,
                            partition::write_halves(
                                m_component.model->model, m_component.model->search.cuts[cut],
                                model_file(design.segments[0]), model_file(design.segments[1])));
        AISPRINT_TRY_ASSIGN(const std::string first,
                            make_first_segment(source(), code_options(design)));
        AISPRINT_TRY_ASSIGN(const std::string last,
                            make_last_segment(source(), code_options(design)));
        AISPRINT_TRY(add_segment(design.segments[0], first, halves.first));
        return add_segment(design.segments[1], last, halves.second);
    }

    Result<void> write_exits(const ComponentDesign& design) {
        std::vector<fs::path> files;
        for (const std::string& segment : design.segments) {
            files.push_back(model_file(segment));
        }
        const std::vector<partition::Exit>& exits = m_component.model->exits;
        AISPRINT_TRY_ASSIGN(const std::vector<partition::WrittenModel> models,
                            partition::write_exit_segments(m_component.model->model, exits, files));
        const auto annotation = annotations::early_exits_of(m_application.script_of(m_component));
        AISPRINT_TRY_ASSIGN(const std::vector<std::string> sources,
                            make_exit_segments(source(), code_options(design),
                                               annotation->condition_function, exits.size()));
        for (std::size_t i = 0; i < design.segments.size(); ++i) {
            AISPRINT_TRY(add_segment(design.segments[i], sources[i], models[i]));
            if (i < exits.size()) {
                const nlohmann::ordered_json names = exits[i].output_tensors;
                m_tree.add_file(folder_of(design.segments[i]) + "/onnx/exit_nodes.json",
                                names.dump() + "\n");
            }
        }
        return {};
    }

    [[nodiscard]] RelativePath folder_of(const std::string& segment) const {
        return fmt::format("aisprint/designs/{}/{}", m_component.name, segment);
    }

    Result<void> add_segment(const std::string& segment,
                             const std::string& code,
                             const partition::WrittenModel& model) {
        const RelativePath folder = folder_of(segment);
        const fs::path origin = m_application.folder.path / "src" / m_component.folder;
        AISPRINT_TRY(m_tree.add_tree(folder, origin, {"main.py", "onnx"}));
        m_tree.add_file(folder + "/main.py", code);
        m_tree.add_moved(fmt::format("{}/onnx/{}.onnx", folder, segment), model.file);
        if (model.data_file) {
            m_tree.add_moved(
                fmt::format("{}/onnx/{}", folder, model.data_file->filename().string()),
                *model.data_file);
        }
        return {};
    }

    const ApplicationModel& m_application;
    const Component& m_component;
    const DesignOptions& m_options;
    fs::path m_workspace;
    OutputTree& m_tree;
};

/// Names of a component's designs: ordinary cuts list their second segment first, as the image
/// builder expects; early exits ascend.
std::vector<std::string> partition_names(const Component& component) {
    std::vector<std::string> names{"base"};
    const bool exits = component.model && !component.model->exits.empty();
    for (const ComponentDesign& design : component.designs) {
        std::vector<std::string> segments = design.segments;
        if (!exits) {
            std::ranges::reverse(segments);
        }
        std::ranges::move(segments, std::back_inserter(names));
    }
    return names;
}

} // namespace

void add_annotations(const ApplicationModel& model, OutputTree& tree) {
    yaml::Node document = yaml::mapping();
    for (const annotations::ComponentScript& script : model.scripts) {
        yaml::Node& marks = document.add(script.path, yaml::mapping());
        for (const annotations::Annotation& annotation : script.annotations) {
            yaml::Node& arguments = marks.add(annotation.name, yaml::mapping());
            for (const annotations::Argument& argument : annotation.arguments) {
                if (argument.value.kind != annotations::ValueKind::none) {
                    arguments.add(argument.name, to_node(argument.value));
                }
            }
        }
    }
    yaml::sort_keys(document);
    tree.add_file("common_config/annotations.yaml", yaml::write(document));
}

Result<void> add_designs(const ApplicationModel& model,
                         const DesignOptions& options,
                         const fs::path& workspace,
                         OutputTree& tree) {
    yaml::Node document = yaml::mapping();
    yaml::Node& components = document.add("components", yaml::mapping());
    for (const Component& component : model.components) {
        AISPRINT_TRY(tree.add_tree(fmt::format("aisprint/designs/{}/base", component.name),
                                   model.folder.path / "src" / component.folder));
        if (component.model) {
            AISPRINT_TRY(SegmentWriter(model, component, options, workspace, tree).write());
        }
        yaml::Node& fields = components.add(component.name, yaml::mapping());
        fields.add("partitions", yaml::texts(partition_names(component)));
    }
    yaml::sort_keys(document);
    tree.add_file("aisprint/designs/component_partitions.yaml", yaml::write(document));
    return {};
}

} // namespace aisprint::design
