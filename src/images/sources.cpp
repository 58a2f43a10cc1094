// SPDX-License-Identifier: Apache-2.0
#include "sources.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/yaml.hpp"
#include "aisprint/config/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <iterator>
#include <regex>
#include <sstream>

namespace aisprint::images {

namespace fs = std::filesystem;

namespace {

/// A YAML file that may be absent; what is wrong in it goes to `errors`.
struct OptionalDocument {
    SourceFile source;
    std::optional<yaml::Node> root;
};

OptionalDocument load_optional(const config::ApplicationFolder& folder,
                               const std::string& relative,
                               std::vector<Diagnostic>& errors) {
    OptionalDocument document;
    if (!fs::exists(folder.path / relative)) {
        return document;
    }
    auto source = load_source(folder.path / relative, folder.shown(relative));
    if (!source) {
        append(errors, std::move(source.error().diagnostics));
        return document;
    }
    document.source = std::move(*source);
    auto root = yaml::parse(document.source);
    if (!root) {
        append(errors, std::move(root.error().diagnostics));
        return document;
    }
    document.root = std::move(*root);
    return document;
}

/// The name of the folder that holds a main.py: .../src/FOLDER/main.py.
std::string folder_of_script(const std::string& path) {
    return fs::path(path).parent_path().filename().string();
}

/// Whether everyone who can pull the image would rather not see this variable. Unlike
/// names_a_secret() it asks for whole words: TOKENIZERS_PARALLELISM deserves no warning.
bool looks_secret(const std::string& name) {
    std::string upper;
    std::ranges::transform(name, std::back_inserter(upper),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    static const std::regex pattern(
        "(^|.*_)(PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIALS?|API_?KEY|ACCESS_KEY|SECRET_KEY"
        "|PRIVATE_KEY)(_.*|$)");
    return std::regex_match(upper, pattern);
}

bool conforms(const OptionalDocument& document,
              const std::string& format,
              Reporter& reporter,
              std::vector<Diagnostic>& errors) {
    auto checked = config::check_document(document.source, *document.root, format, reporter);
    if (!checked) {
        append(errors, std::move(checked.error().diagnostics));
    }
    return checked.has_value();
}

class EnvironmentReader {
public:
    EnvironmentReader(const SourceFile& source, Reporter& reporter, std::vector<Diagnostic>& errors)
        : m_source(source), m_reporter(reporter), m_errors(errors) {}

    void read(const yaml::Node& root, ComponentSource& result) {
        for (const yaml::Entry& entry : root.entries) {
            if (!check(entry)) {
                continue;
            }
            result.environment.emplace_back(entry.key, entry.value.scalar);
            if (looks_secret(entry.key)) {
                warn_of_secret(entry);
                result.secrets.emplace_back(entry.value.scalar);
            }
        }
    }

private:
    bool check(const yaml::Entry& entry) {
        static const std::regex name("[A-Za-z_][A-Za-z0-9_]*");
        if (!std::regex_match(entry.key, name)) {
            add(entry.key_span,
                fmt::format("'{}' is no name of an environment variable", entry.key),
                "take letters, digits and underscores, and no digit first");
            return false;
        }
        if (!entry.value.is_scalar() && !entry.value.is_null()) {
            add(entry.value.span,
                fmt::format("variable '{}' is {}, not text", entry.key,
                            yaml::describe(entry.value)),
                "write it as text in quotes");
            return false;
        }
        if (entry.value.scalar.find_first_of("\n\r") != std::string::npos) {
            add(entry.value.span,
                fmt::format("variable '{}' has a line break, which no Dockerfile can hold",
                            entry.key),
                "put the text into a file of the component");
            return false;
        }
        return true;
    }

    void warn_of_secret(const yaml::Entry& entry) {
        m_reporter.report(as_warning(make_error_at(
            m_source, entry.key_span, "IMG010",
            fmt::format("variable '{}' looks like a secret; everyone who can pull the image can "
                        "read it",
                        entry.key),
            "set it in the deployment, or rename the variable if it is none")));
    }

    void add(const Span& span, std::string message, std::string hint) {
        m_errors.push_back(
            make_error_at(m_source, span, "IMG006", std::move(message), std::move(hint)));
    }

    const SourceFile& m_source;
    Reporter& m_reporter;
    std::vector<Diagnostic>& m_errors;
};

std::optional<std::string> read_base_image(const OptionalDocument& document,
                                           Reporter& reporter,
                                           std::vector<Diagnostic>& errors) {
    if (!document.root || !conforms(document, "build", reporter, errors)) {
        return std::nullopt;
    }
    const yaml::Node* image = document.root->find("base_image");
    return image == nullptr ? std::nullopt : std::optional(image->scalar);
}

/// Whether a requirements file asks for COMPSs' Python side.
bool asks_for_compss(const fs::path& requirements) {
    const auto text = read_file(requirements);
    if (!text) {
        return false;
    }
    static const std::regex package("\\s*(pycompss|dislib)\\b.*", std::regex::icase);
    std::istringstream stream(*text);
    for (std::string line; std::getline(stream, line);) {
        if (std::regex_match(line, package)) {
            return true;
        }
    }
    return false;
}

} // namespace

std::map<std::string, AnnotatedComponent>
load_annotated_components(const config::ApplicationFolder& folder,
                          std::vector<Diagnostic>& errors) {
    std::map<std::string, AnnotatedComponent> result;
    const OptionalDocument document =
        load_optional(folder, "common_config/annotations.yaml", errors);
    if (!document.root) {
        return result;
    }
    for (const yaml::Entry& script : document.root->entries) {
        const yaml::Node* annotation = script.value.find("component_name");
        const yaml::Node* name = annotation == nullptr ? nullptr : annotation->find("name");
        if (name == nullptr || !name->is_scalar()) {
            continue;
        }
        AnnotatedComponent& component = result[name->scalar];
        component.source_folder = folder_of_script(script.key);
        if (const yaml::Node* security = script.value.find("security")) {
            const yaml::Node* trusted = security->find("trustedExecution");
            component.has_security = true;
            component.trusted_execution =
                trusted != nullptr && yaml::as_bool(*trusted).value_or(false);
        }
    }
    return result;
}

ComponentSource load_component_source(const config::ApplicationFolder& folder,
                                      const std::string& component,
                                      const std::string& source_folder,
                                      Reporter& reporter,
                                      std::vector<Diagnostic>& errors) {
    const std::string sources = "src/" + source_folder + "/";
    ComponentSource result;
    const OptionalDocument environment = load_optional(folder, sources + "env.yaml", errors);
    if (environment.root && conforms(environment, "env", reporter, errors)) {
        EnvironmentReader(environment.source, reporter, errors).read(*environment.root, result);
    }
    result.base_image =
        read_base_image(load_optional(folder, sources + "build.yaml", errors), reporter, errors);
    // `design` writes a file for each component whose sources use COMPSs.
    result.uses_compss =
        fs::exists(folder.path / "aisprint/deployments/base/pycompss" / (component + ".yaml")) ||
        asks_for_compss(folder.path / sources / "requirements.txt");
    return result;
}

} // namespace aisprint::images
