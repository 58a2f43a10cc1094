// SPDX-License-Identifier: Apache-2.0
#include "model_loading.hpp"

#include "aisprint/config/partition_name.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::design {

namespace fs = std::filesystem;

namespace {

/// Loads the model of one component and derives its designs.
class ModelLoader {
public:
    ModelLoader(const ApplicationModel& application,
                const DesignOptions& options,
                Reporter& reporter)
        : m_application(application), m_options(options), m_reporter(reporter) {}

    Result<void> load_partitionable(Component& component,
                                    const annotations::PartitionableModel& annotation) {
        AISPRINT_TRY(check_partitionable(m_application.script_of(component).source,
                                         code_options(annotation.onnx_file)));
        AISPRINT_TRY_ASSIGN(partition::Model model,
                            load_model_file(component, annotation.onnx_file));
        AISPRINT_TRY_ASSIGN(partition::CutSearch search,
                            partition::find_cuts(model, m_options.cuts, m_reporter));
        const auto wanted =
            m_options.num_partitions.value_or(static_cast<std::size_t>(annotation.num_partitions));
        for (std::size_t cut = 1; cut <= std::min(wanted, search.cuts.size()); ++cut) {
            const std::string name = fmt::format("partition{}", cut);
            component.designs.push_back(
                {name, {config::to_string({cut, 1}), config::to_string({cut, 2})}});
        }
        warn_about_missing_cuts(component, annotation, search, wanted);
        component.model.emplace(ComponentModel{model_path(component, annotation.onnx_file),
                                               shown_model(component, annotation.onnx_file),
                                               std::move(model),
                                               wanted,
                                               std::move(search),
                                               {}});
        return {};
    }

    Result<void> load_early_exits(Component& component, const annotations::EarlyExits& annotation) {
        AISPRINT_TRY(check_exits(m_application.script_of(component).source,
                                 code_options(annotation.onnx_file),
                                 annotation.condition_function));
        AISPRINT_TRY_ASSIGN(partition::Model model,
                            load_model_file(component, annotation.onnx_file));
        AISPRINT_TRY_ASSIGN(std::vector<partition::Exit> exits,
                            load_exits_file(component, annotation));
        std::vector<Diagnostic> wrong = partition::check_exits(model, exits);
        if (!wrong.empty()) {
            return fail(ErrorKind::input, std::move(wrong));
        }
        ComponentDesign design{"partition1", {}};
        for (std::size_t segment = 1; segment <= exits.size() + 1; ++segment) {
            design.segments.push_back(config::to_string({1, segment}));
        }
        component.designs.push_back(std::move(design));
        component.transition_probabilities = annotation.transition_probabilities;
        component.model.emplace(ComponentModel{model_path(component, annotation.onnx_file),
                                               shown_model(component, annotation.onnx_file),
                                               std::move(model),
                                               1,
                                               {},
                                               std::move(exits)});
        return {};
    }

private:
    void warn_about_missing_cuts(const Component& component,
                                 const annotations::PartitionableModel& annotation,
                                 const partition::CutSearch& search,
                                 std::size_t wanted) {
        if (search.cuts.size() >= wanted) {
            return;
        }
        const std::string found =
            search.cuts.empty()
                ? fmt::format("the model of '{}' cannot be cut: {}", component.name,
                              search.no_cut_reason)
                : fmt::format("the model of '{}' has {} possible cuts, {} are wanted",
                              component.name, search.cuts.size(), wanted);
        m_reporter.report(as_warning(make_error_at(
            m_application.script_of(component).source, annotation.onnx_file_span, "DSN021", found,
            search.cuts.empty() ? "only the base design is made; "
                                  "--max_cut_tensors allows cuts of several tensors"
                                : "lower num_partitions; all of these cuts are made")));
    }

    [[nodiscard]] SegmentCodeOptions code_options(const std::string& onnx_file) const {
        return {onnx_file, "partition1", m_options.container};
    }

    [[nodiscard]] fs::path model_path(const Component& component, const std::string& file) const {
        return m_application.folder.path / "src" / component.folder / "onnx" / file;
    }

    [[nodiscard]] std::string shown_model(const Component& component,
                                          const std::string& file) const {
        return m_application.folder.shown(fmt::format("src/{}/onnx/{}", component.folder, file));
    }

    Result<partition::Model> load_model_file(const Component& component, const std::string& file) {
        return partition::load_model(model_path(component, file), shown_model(component, file),
                                     {m_options.input_shapes}, m_reporter);
    }

    Result<std::vector<partition::Exit>>
    load_exits_file(const Component& component, const annotations::EarlyExits& annotation) {
        const fs::path folder = m_application.folder.path / "src" / component.folder;
        const auto file = find_exits_file(folder);
        if (!file) {
            return fail(ErrorKind::input,
                        make_error_at(m_application.script_of(component).source, annotation.span,
                                      "DSN012",
                                      fmt::format("'{}' has early_exits_model but no file "
                                                  "onnx/early_exits.csv",
                                                  component.name),
                                      "list the exits there, header exits,input_nodes,"
                                      "output_nodes"));
        }
        return partition::load_early_exits(
            *file, m_application.folder.shown(
                       fmt::format("src/{}/onnx/{}", component.folder, file->filename().string())));
    }

    const ApplicationModel& m_application;
    const DesignOptions& m_options;
    Reporter& m_reporter;
};

/// Every segment of a component needs a candidate entry.
std::vector<Diagnostic> check_segment_entries(const ApplicationModel& application,
                                              const Component& component) {
    std::vector<Diagnostic> errors;
    std::size_t segments = 0;
    for (const ComponentDesign& design : component.designs) {
        segments = std::max(segments, design.segments.size());
    }
    for (std::size_t segment = 1; segment <= segments; ++segment) {
        const std::string name = config::candidate_name(component.name, segment);
        if (application.deployments.find(name) == nullptr) {
            Diagnostic error = make_error_at(
                application.deployments.source, application.entry_of(component).span, "DSN013",
                fmt::format("candidate deployment entry for '{}' missing", name),
                fmt::format("add an entry with key {}_partitionX_{}, name {}, its layers and "
                            "containers",
                            application.entry_of(component).key, segment, name));
            errors.push_back(std::move(error));
        }
    }
    return errors;
}

} // namespace

std::optional<fs::path> find_exits_file(const fs::path& component_folder) {
    for (const char* name :
         {"early_exits.csv", "early_exits.yaml", "early_exits.yml", "early_exits.json"}) {
        if (fs::is_regular_file(component_folder / "onnx" / name)) {
            return component_folder / "onnx" / name;
        }
    }
    return std::nullopt;
}

std::vector<Diagnostic>
load_models(ApplicationModel& model, const DesignOptions& options, Reporter& reporter) {
    std::vector<Diagnostic> errors;
    ModelLoader loader(model, options, reporter);
    for (Component& component : model.components) {
        const annotations::ComponentScript& script = model.script_of(component);
        Result<void> loaded;
        if (const auto partitionable = annotations::partitionable_model_of(script)) {
            loaded = loader.load_partitionable(component, *partitionable);
        } else if (const auto exits = annotations::early_exits_of(script)) {
            loaded = loader.load_early_exits(component, *exits);
        }
        if (!loaded) {
            append(errors, std::move(loaded.error().diagnostics));
            continue;
        }
        append(errors, check_segment_entries(model, component));
    }
    return errors;
}

} // namespace aisprint::design
