// SPDX-License-Identifier: Apache-2.0
#include "aisprint/design/application_model.hpp"

#include "candidate_checks.hpp"
#include "class_names.hpp"
#include "model_loading.hpp"

#include "aisprint/annotations/checks.hpp"
#include "aisprint/base/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace aisprint::design {

namespace fs = std::filesystem;

namespace {

/// The component folders below src/, sorted; hidden ones and __pycache__ are none.
std::vector<std::string> component_folders(const fs::path& src) {
    std::vector<std::string> folders;
    std::error_code reason;
    for (fs::directory_iterator entries(src, reason); !reason && entries != fs::end(entries);
         entries.increment(reason)) {
        const std::string name = entries->path().filename().string();
        if (entries->is_directory() && !name.starts_with('.') && !name.starts_with("__")) {
            folders.push_back(name);
        }
    }
    std::ranges::sort(folders);
    return folders;
}

/// Reads all main.py files.
class ScriptsReader {
public:
    ScriptsReader(const config::ApplicationFolder& folder,
                  Reporter& reporter,
                  std::vector<Diagnostic>& errors)
        : m_folder(folder), m_reporter(reporter), m_errors(errors) {}

    /// True if there was something to read, and all of it could be read.
    [[nodiscard]] bool all_read() const { return m_all_read; }

    std::vector<annotations::ComponentScript> read() {
        std::vector<annotations::ComponentScript> scripts;
        const std::vector<std::string> folders = component_folders(m_folder.path / "src");
        if (folders.empty()) {
            add("src", "DSN010", "no component folder in 'src'",
                "make a folder for each component with a main.py in it");
        }
        for (const std::string& name : folders) {
            const std::string relative = "src/" + name + "/main.py";
            if (!fs::is_regular_file(m_folder.path / relative)) {
                add(relative, "DSN011",
                    fmt::format("'main.py' script missing for component folder '{}'", name),
                    "write it, or move the folder out of src");
                continue;
            }
            auto source = load_source(m_folder.path / relative, m_folder.shown(relative));
            if (!source) {
                append(m_errors, std::move(source.error().diagnostics));
                continue;
            }
            auto script = annotations::read_component_script(std::move(*source), name, m_reporter);
            if (!script) {
                append(m_errors, std::move(script.error().diagnostics));
                continue;
            }
            scripts.push_back(std::move(*script));
        }
        m_all_read = !folders.empty() && scripts.size() == folders.size();
        return scripts;
    }

private:
    void add(const std::string& relative, std::string code, std::string text, std::string hint) {
        m_errors.push_back(make_error_in(m_folder.shown(relative), std::move(code), std::move(text),
                                         std::move(hint)));
    }

    const config::ApplicationFolder& m_folder;
    Reporter& m_reporter;
    std::vector<Diagnostic>& m_errors;
    bool m_all_read = false;
};

annotations::GraphView to_graph_view(const config::ApplicationDag& dag) {
    annotations::GraphView view;
    view.components = dag.component_names();
    for (auto& [source, targets] : dag.successors()) {
        view.successors[source] = targets;
    }
    for (const config::Alternatives& item : dag.alternatives) {
        auto& versions = view.alternatives[item.component.name];
        std::ranges::transform(item.versions, std::back_inserter(versions),
                               &config::Declared::name);
    }
    return view;
}

annotations::FolderFacts folder_facts(const config::ApplicationFolder& folder) {
    annotations::FolderFacts facts;
    const fs::path src = folder.path / "src";
    facts.has_model = [src](const std::string& component, const std::string& file) {
        return fs::is_regular_file(src / component / "onnx" / file);
    };
    facts.exit_count = [src](const std::string& component) -> std::optional<std::size_t> {
        const auto file = find_exits_file(src / component);
        const auto exits =
            file ? partition::load_early_exits(*file, "") : Result<std::vector<partition::Exit>>{};
        return file && exits ? std::optional(exits->size()) : std::nullopt;
    };
    facts.class_names = [src](const std::string& component) {
        return load_class_names(src / component);
    };
    return facts;
}

/// The components of the graph with their scripts; one without a script is an error of
/// check_annotations() already.
std::vector<Component> make_components(const config::ApplicationDag& dag,
                                       const std::vector<annotations::ComponentScript>& scripts) {
    std::map<std::string, std::size_t> by_name;
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        if (const auto name = scripts[i].component_name()) {
            by_name.emplace(*name, i);
        }
    }
    std::map<std::string, std::string> parents;
    for (const config::Alternatives& item : dag.alternatives) {
        for (const config::Declared& version : item.versions) {
            parents.emplace(version.name, item.component.name);
        }
    }
    std::vector<Component> components;
    for (const std::string& name : dag.all_names()) {
        const auto script = by_name.find(name);
        if (script == by_name.end()) {
            continue;
        }
        Component component;
        component.name = name;
        component.script = script->second;
        component.folder = scripts[script->second].folder;
        const auto parent = parents.find(name);
        component.parent = parent == parents.end() ? "" : parent->second;
        component.designs.push_back({"base", {}});
        components.push_back(std::move(component));
    }
    return components;
}

} // namespace

std::vector<std::string> ComponentDesign::part_names(const std::string& component) const {
    if (segments.empty()) {
        return {component};
    }
    std::vector<std::string> names;
    for (const std::string& segment : segments) {
        names.push_back(component + "_" + segment);
    }
    return names;
}

const Component* ApplicationModel::find(const std::string& name) const {
    const auto found = std::ranges::find(components, name, &Component::name);
    return found == components.end() ? nullptr : &*found;
}

const annotations::ComponentScript& ApplicationModel::script_of(const Component& component) const {
    return scripts[component.script];
}

const config::CandidateEntry& ApplicationModel::entry_of(const Component& component) const {
    const config::CandidateEntry* entry = deployments.find(component.name);
    if (entry == nullptr) {
        entry = deployments.find(component.parent);
    }
    AISPRINT_ASSERT(entry != nullptr);
    return *entry;
}

bool ApplicationModel::has_annotation(std::string_view name) const {
    return std::ranges::any_of(scripts, [name](const annotations::ComponentScript& script) {
        return script.find(name) != nullptr;
    });
}

Result<void> check_is_folder(const config::ApplicationFolder& folder) {
    if (!fs::is_directory(folder.path)) {
        return fail(ErrorKind::input,
                    make_error("DSN002", fmt::format("'{}' is not a folder", folder.shown_as),
                               "give the path of an application; 'aisprint new-application' "
                               "makes one"));
    }
    return {};
}

Result<ApplicationModel> load_application(const config::ApplicationFolder& folder,
                                          const DesignOptions& options,
                                          Reporter& reporter) {
    AISPRINT_TRY(check_is_folder(folder));
    config::ApplicationConfig config = config::load_application_config(folder, reporter);
    std::vector<Diagnostic> errors = std::move(config.errors);
    ScriptsReader reader(folder, reporter, errors);
    std::vector<annotations::ComponentScript> scripts = reader.read();
    if (config.dag) {
        annotations::GraphView graph = to_graph_view(*config.dag);
        graph.all_scripts_read = reader.all_read();
        append(errors,
               annotations::check_annotations(scripts, graph, folder_facts(folder), reporter));
    } else {
        for (const annotations::ComponentScript& script : scripts) {
            append(errors, annotations::check_component(script, folder_facts(folder), reporter));
        }
    }
    const bool complete = config.dag && config.resources && config.deployments;
    if (!complete || !errors.empty()) {
        sort_and_merge(errors);
        return fail(ErrorKind::input, std::move(errors));
    }
    ApplicationModel model{folder,
                           std::move(*config.dag),
                           std::move(*config.resources),
                           std::move(*config.deployments),
                           std::move(scripts),
                           {}};
    model.components = make_components(model.dag, model.scripts);
    append(errors, check_candidates(model, options, reporter));
    append(errors, load_models(model, options, reporter));
    if (!errors.empty()) {
        sort_and_merge(errors);
        return fail(ErrorKind::input, std::move(errors));
    }
    return model;
}

} // namespace aisprint::design
