// SPDX-License-Identifier: Apache-2.0
// The folder `im/` of a deployment: documents, names, and the index of what was written.
#include "aisprint/tosca/write.hpp"

#include "aisprint/base/files.hpp"

#include "document_yaml.hpp"
#include "private_folder.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <utility>

namespace aisprint::tosca {

namespace {

namespace fs = std::filesystem;

const char* const k_index = ".documents.yaml";
const char* const k_secrets = ".secrets.yaml";
constexpr std::int64_t k_version = 1;

/// The name of a component's document. Names that are no file names never get here: they cannot
/// name a service either.
std::string file_name(const std::string& component) {
    return component + ".yaml";
}

/// Whether a name from an index is that of a file in the folder, and none of ours for other ends.
bool is_document_name(const std::string& name) {
    return name.ends_with(".yaml") && name.front() != '.' &&
           name.find_first_of("/\\") == std::string::npos && name != "infras.yaml";
}

std::string index_text(const std::vector<Document>& documents) {
    yaml::Node list = yaml::sequence();
    for (const Document& document : documents) {
        list.push(map_of({{"component", yaml::text(document.component)},
                          {"file", yaml::text(file_name(document.component))}}));
    }
    return yaml::write(
        map_of({{"documents", std::move(list)}, {"format_version", yaml::integer(k_version)}}));
}

/// A line of an index.
struct IndexEntry {
    std::string component;
    std::string file;
};

Diagnostic bad_index(const SourceFile& source, const Span& span, std::string message) {
    return make_error_at(source, span, "TSC065", std::move(message),
                         "delete it and run 'aisprint toscarizer tosca' again");
}

/// Reads an index; an absent one gives nothing.
Result<std::optional<std::vector<IndexEntry>>> read_index(const fs::path& path,
                                                          const std::string& shown) {
    std::error_code ignored; // what cannot be asked for cannot be read either, which is reported
    if (!fs::exists(path, ignored) && !ignored) {
        return std::optional<std::vector<IndexEntry>>();
    }
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(path, shown));
    AISPRINT_TRY_ASSIGN(const yaml::Node document, yaml::parse(source));
    const yaml::Node* version = document.find("format_version");
    const yaml::Node* list = document.find("documents");
    if (version == nullptr || yaml::as_integer(*version) != k_version || list == nullptr ||
        !list->is_sequence()) {
        return fail(ErrorKind::input,
                    bad_index(source, document.span,
                              fmt::format("this is no index of documents with format_version {}",
                                          k_version)));
    }
    std::vector<IndexEntry> entries;
    std::vector<Diagnostic> errors;
    for (const yaml::Node& item : list->items) {
        const yaml::Node* component = item.find("component");
        const yaml::Node* file = item.find("file");
        if (component == nullptr || !component->is_scalar() || file == nullptr ||
            !file->is_scalar() || !is_document_name(file->scalar)) {
            errors.push_back(bad_index(
                source, item.span,
                "an entry of the index must have a component, and the file of its document in "
                "this folder"));
            continue;
        }
        entries.push_back({component->scalar, file->scalar});
    }
    if (!errors.empty()) {
        return fail(ErrorKind::input, std::move(errors));
    }
    return std::optional(std::move(entries));
}

/// Writes the documents of one deployment.
class FolderWriter {
public:
    FolderWriter(const config::ApplicationFolder& folder, const DeploymentFiles& files)
        : m_path(folder.path / files.im), m_shown(folder.shown(files.im)) {}

    Result<std::vector<WrittenFile>> write(const std::vector<Document>& documents,
                                           const DeploymentNames& names) {
        AISPRINT_TRY_ASSIGN(const auto before, read_index(m_path / k_index, shown(k_index)));
        AISPRINT_TRY(make_private_folder(m_path));
        // Names go first: no document may hold one that the next run would not know of.
        stage(k_secrets, to_yaml_text(names));
        for (const Document& document : documents) {
            const std::string name = file_name(document.component);
            m_current.insert(name);
            add(document.component, name, yaml::write(document.content));
        }
        // The index comes last: until then the old one tells which files may be deleted.
        AISPRINT_TRY(write_files_together(m_staged));
        m_staged.clear();
        if (before) {
            AISPRINT_TRY(remove_stale(*before));
        }
        stage(k_index, index_text(documents));
        AISPRINT_TRY(write_files_together(m_staged));
        return std::move(m_result);
    }

private:
    [[nodiscard]] std::string shown(const std::string& name) const { return m_shown + "/" + name; }

    void add(const std::string& component, const std::string& name, std::string text) {
        const bool changed = stage(name, std::move(text));
        m_result.push_back(
            {component, shown(name), changed ? WriteState::written : WriteState::unchanged});
    }

    /// Plans to write a file unless it is there as it should be; tells whether it does.
    bool stage(const std::string& name, std::string text) {
        const fs::path path = m_path / name;
        if (is_private_file(path)) {
            const auto old = read_file(path);
            if (old && *old == text) {
                return false;
            }
        }
        m_staged.push_back({path, std::move(text), Access::owner_only});
        return true;
    }

    Result<void> remove_stale(const std::vector<IndexEntry>& before) {
        for (const IndexEntry& entry : before) {
            const fs::path path = m_path / entry.file;
            std::error_code ignored; // a file that cannot be asked for is left to remove_tree
            if (m_current.contains(entry.file) || (!fs::exists(path, ignored) && !ignored)) {
                continue;
            }
            AISPRINT_TRY(remove_tree(path));
            m_result.push_back({entry.component, shown(entry.file), WriteState::removed});
        }
        return {};
    }

    fs::path m_path;
    std::string m_shown;
    std::set<std::string> m_current;
    std::vector<FileContent> m_staged;
    std::vector<WrittenFile> m_result;
};

/// Messages about a document without the line: it may hold a password.
Failure without_lines(Failure failure) {
    for (Diagnostic& diagnostic : failure.diagnostics) {
        diagnostic.snippet.clear();
    }
    return failure;
}

} // namespace

Result<std::vector<WrittenFile>> write_documents(const config::ApplicationFolder& folder,
                                                 const DeploymentFiles& files,
                                                 const std::vector<Document>& documents,
                                                 const DeploymentNames& names) {
    return FolderWriter(folder, files).write(documents, names);
}

Result<std::vector<StoredDocument>> load_documents(const config::ApplicationFolder& folder,
                                                   const DeploymentFiles& files) {
    const fs::path im = folder.path / files.im;
    const std::string shown = folder.shown(files.im);
    AISPRINT_TRY_ASSIGN(const auto index, read_index(im / k_index, shown + "/" + k_index));
    if (!index || index->empty()) {
        return fail(ErrorKind::input,
                    make_error_in(shown, "TSC063",
                                  "No TOSCA files. Please perform the tosca operation first.",
                                  "run 'aisprint toscarizer tosca'"));
    }
    std::vector<StoredDocument> documents;
    std::vector<Diagnostic> errors;
    for (const IndexEntry& entry : *index) {
        const std::string path = shown + "/" + entry.file;
        std::error_code ignored; // what cannot be asked for cannot be read either
        if (!fs::exists(im / entry.file, ignored) && !ignored) {
            errors.push_back(make_error_in(
                path, "TSC064",
                fmt::format("the document of component '{}' is missing", entry.component),
                "write it again with 'aisprint toscarizer tosca'"));
            continue;
        }
        auto source = load_source(im / entry.file, path);
        auto content = source ? yaml::parse(*source) : Result<yaml::Node>(yaml::null());
        if (!source || !content) {
            append(errors, source ? without_lines(std::move(content).error()).diagnostics
                                  : std::move(source).error().diagnostics);
            continue;
        }
        documents.push_back({entry.component, path, source->text(), std::move(*content)});
    }
    if (!errors.empty()) {
        return fail(ErrorKind::input, std::move(errors));
    }
    return documents;
}

} // namespace aisprint::tosca
