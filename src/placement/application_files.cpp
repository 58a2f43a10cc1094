// SPDX-License-Identifier: Apache-2.0
#include "application_files.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aisprint::placement {

namespace {

const char* const k_design = "aisprint design";
const char* const k_profile = "aisprint profile";

/// A file of the application and the command that writes it; empty for files of the user.
struct FileName {
    std::string path;
    std::string written_by;
};

/// Reads files one after the other and collects what is wrong.
class FileLoader {
public:
    FileLoader(ApplicationFiles& files, Reporter& reporter)
        : m_files(files), m_reporter(reporter) {}

    /// The text of a file, or nothing after an error.
    std::optional<SourceFile> source(const FileName& file) {
        const std::filesystem::path path = m_files.folder.path / file.path;
        std::error_code ignored;
        if (!std::filesystem::exists(path, ignored)) {
            m_files.errors.push_back(
                make_error_in(m_files.folder.shown(file.path), "OPT200", "the file does not exist",
                              file.written_by.empty()
                                  ? "create it; 'aisprint schema space4ai-d' describes its fields"
                                  : fmt::format("run '{} --application_dir {}', which writes it",
                                                file.written_by, m_files.folder.shown_as)));
            return std::nullopt;
        }
        auto loaded = load_source(path, m_files.folder.shown(file.path));
        if (!loaded) {
            append(m_files.errors, std::move(loaded.error().diagnostics));
            return std::nullopt;
        }
        return std::move(*loaded);
    }

    /// A file of a format that is described in config.
    std::optional<Document> formatted(const FileName& file, const std::string& format) {
        std::optional<SourceFile> text = source(file);
        if (!text) {
            return std::nullopt;
        }
        return take(std::move(*text), [&](const SourceFile& read) {
            return config::parse_document(read, format, m_reporter);
        });
    }

    /// A file without a described format.
    std::optional<Document> plain(const FileName& file) {
        std::optional<SourceFile> text = source(file);
        if (!text) {
            return std::nullopt;
        }
        return take(std::move(*text), yaml::parse);
    }

    /// qos_constraints.yaml, also as older tools wrote it.
    std::optional<Document> constraints(const FileName& file) {
        std::optional<SourceFile> text = source(file);
        if (!text) {
            return std::nullopt;
        }
        return take(std::move(*text),
                    [&](const SourceFile& read) { return parse_constraints(read); });
    }

    std::optional<MethodConfig> methods(const FileName& file) {
        std::optional<SourceFile> text = source(file);
        if (!text) {
            return std::nullopt;
        }
        m_files.methods_source = std::move(*text);
        auto parsed =
            parse_method_config(m_files.methods_source, MethodConfigForm::application, m_reporter);
        if (!parsed) {
            append(m_files.errors, std::move(parsed.error().diagnostics));
            return std::nullopt;
        }
        return std::move(*parsed);
    }

private:
    template <class Parse>
    std::optional<Document> take(SourceFile text, Parse parse) {
        Result<yaml::Node> root = parse(text);
        if (!root) {
            append(m_files.errors, std::move(root.error().diagnostics));
            return std::nullopt;
        }
        return Document{std::move(text), std::move(*root)};
    }

    Result<yaml::Node> parse_constraints(const SourceFile& source) {
        AISPRINT_TRY_ASSIGN(yaml::Node root, yaml::parse(source));
        for (yaml::Entry& entry : root.entries) {
            if (entry.key == "System") {
                entry.key = "system";
            }
        }
        if (yaml::Node* system = root.find("system"); system != nullptr && system->is_mapping()) {
            modernise(*system);
        }
        AISPRINT_TRY(config::check_document(source, root, "qos_constraints", m_reporter));
        return root;
    }

    /// Absent maps are empty ones, and paths were called components_path once.
    static void modernise(yaml::Node& system) {
        for (const char* key : {"local_constraints", "global_constraints"}) {
            yaml::Node* map = system.find(key);
            if (map == nullptr) {
                system.add(key, yaml::mapping());
            } else if (map->is_null()) {
                *map = yaml::mapping();
            }
        }
        for (yaml::Entry& path : system.find("global_constraints")->entries) {
            for (yaml::Entry& field : path.value.entries) {
                if (field.key == "components_path") {
                    field.key = "path_components";
                }
            }
        }
    }

    ApplicationFiles& m_files;
    Reporter& m_reporter;
};

/// The name of the application's constraints: where `design` puts them, or else those of its base
/// deployment.
std::string constraints_path(const std::filesystem::path& folder) {
    const std::string usual = "space4ai-d/qos_constraints.yaml";
    const std::string base = "aisprint/deployments/base/space4ai-d/qos_constraints.yaml";
    std::error_code ignored;
    return !std::filesystem::exists(folder / usual, ignored) &&
                   std::filesystem::exists(folder / base, ignored)
               ? base
               : usual;
}

} // namespace

bool ApplicationFiles::is_degraded() const {
    return annotations && std::ranges::any_of(annotations->root.entries, [](const auto& script) {
               return script.value.find("model_performance") != nullptr;
           });
}

ApplicationFiles load_application_files(const config::ApplicationFolder& folder,
                                        Reporter& reporter) {
    ApplicationFiles files;
    files.folder = folder;
    files.common = config::load_application_config(folder, reporter);
    append(files.errors, std::move(files.common.errors));
    FileLoader loader(files, reporter);
    files.methods = loader.methods({"space4ai-d/SPACE4AI-D.yaml", ""});
    files.annotations =
        loader.formatted({"common_config/annotations.yaml", k_design}, "annotations");
    files.partitions = loader.formatted({"aisprint/designs/component_partitions.yaml", k_design},
                                        "component_partitions");
    files.deployments =
        loader.formatted({"aisprint/deployments/multi_cluster_qos_constraints.yaml", k_design},
                         "multi_cluster_qos_constraints");
    files.constraints = loader.constraints({constraints_path(folder.path), k_design});
    files.data_sizes = loader.plain({"oscarp/components_data_size.yaml", k_profile});
    files.performance = loader.plain({"oscarp/performance_models.json", k_profile});
    if (files.is_degraded()) {
        files.versions = loader.formatted({"space4ai-r/deployments_performance.yaml", k_design},
                                          "deployments_performance");
    }
    return files;
}

const Document*
load_graph(ApplicationFiles& files, const std::string& deployment, Reporter& reporter) {
    auto known = files.graphs.find(deployment);
    if (known == files.graphs.end()) {
        std::optional<Document> graph = FileLoader(files, reporter)
                                            .formatted({fmt::format("aisprint/deployments/{}/"
                                                                    "application_dag.yaml",
                                                                    deployment),
                                                        k_design},
                                                       "application_dag");
        known = files.graphs.emplace(deployment, std::move(graph)).first;
    }
    return known->second ? &*known->second : nullptr;
}

} // namespace aisprint::placement
