// SPDX-License-Identifier: Apache-2.0
// TOSCA documents for the test with a real Infrastructure Manager.
// Usage: document_tool make APPLICATION base|optimal OUT [OPTION=VALUE]...
//        document_tool check TYPES_FOLDER FILE...
// `make` writes OUT/COMPONENT.yaml; options are types_url, elastic, im_auth, space4ai_r and
// registry. `check` prints one line for each file: its name and the codes of the errors found.
#include "aisprint/base/files.hpp"
#include "aisprint/tosca/check.hpp"
#include "aisprint/tosca/document.hpp"

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

namespace {

using namespace aisprint;

int report(const Failure& failure) {
    for (const Diagnostic& diagnostic : failure.diagnostics) {
        std::cerr << format_diagnostic(diagnostic);
    }
    return 1;
}

Result<tosca::BuildOptions> read_options(const std::vector<std::string>& arguments) {
    tosca::BuildOptions options;
    for (const std::string& argument : arguments) {
        const std::size_t equals = argument.find('=');
        const std::string name = argument.substr(0, equals);
        const std::string value = argument.substr(equals + 1);
        if (name == "types_url") {
            options.types_url = value;
        } else if (name == "elastic") {
            options.elastic = std::stol(value);
        } else if (name == "im_auth") {
            AISPRINT_TRY_ASSIGN(std::string text, read_file(value));
            options.im_auth = Secret(std::move(text));
        } else if (name == "space4ai_r") {
            options.space4ai_r = true;
            options.application_url = value;
        } else if (name == "registry") {
            options.registry = tosca::RegistryAccess{value, "ann", Secret("pw1")};
        } else {
            return fail(ErrorKind::usage, make_error("TEST", "unknown option " + argument));
        }
    }
    return options;
}

Result<void> make(const std::vector<std::string>& arguments) {
    const config::ApplicationFolder folder{arguments[0], arguments[0]};
    const auto kind =
        arguments[1] == "base" ? tosca::DeploymentKind::base : tosca::DeploymentKind::optimal;
    AISPRINT_TRY_ASSIGN(const tosca::BuildOptions options,
                        read_options({arguments.begin() + 3, arguments.end()}));
    CollectingReporter reporter;
    AISPRINT_TRY_ASSIGN(const tosca::Deployment deployment,
                        tosca::load_deployment(folder, kind, reporter));
    SystemRandomSource random;
    const auto names = tosca::draw_names(deployment, {}, tosca::KeepNames::no, random);
    AISPRINT_TRY_ASSIGN(const auto documents,
                        tosca::build_documents(deployment, names, options, reporter));
    for (const tosca::Document& document : documents) {
        AISPRINT_TRY(
            write_file_atomic(std::filesystem::path(arguments[2]) / (document.component + ".yaml"),
                              yaml::write(document.content)));
    }
    return {};
}

Result<void> check(const std::vector<std::string>& arguments) {
    AISPRINT_TRY_ASSIGN(const auto types, tosca::TypeCatalogue::load(arguments[0]));
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string name = std::filesystem::path(arguments[i]).filename();
        AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(arguments[i], name));
        AISPRINT_TRY_ASSIGN(const yaml::Node document, yaml::parse(source));
        std::cout << name;
        for (const Diagnostic& found : tosca::check_document(source, document, types)) {
            if (found.severity == Severity::error) {
                std::cout << ' ' << found.code;
                std::cerr << format_diagnostic(found);
            }
        }
        std::cout << '\n';
    }
    return {};
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string mode = arguments.empty() ? std::string() : arguments[0];
    const std::vector<std::string> rest(arguments.begin() + (arguments.empty() ? 0 : 1),
                                        arguments.end());
    if (mode == "make" && rest.size() >= 3) {
        const auto made = make(rest);
        return made ? 0 : report(made.error());
    }
    if (mode == "check" && rest.size() >= 2) {
        const auto checked = check(rest);
        return checked ? 0 : report(checked.error());
    }
    std::cerr << "usage: document_tool make|check ...\n";
    return 2;
}
