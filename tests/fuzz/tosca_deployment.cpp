// SPDX-License-Identifier: Apache-2.0
// Deployments: the input holds the files of an application, parted by lines "===", in the order of
// k_files. What is read must be whole, and good for documents; what is not must be explained.
#include "aisprint/base/files.hpp"
#include "aisprint/tosca/deployment.hpp"
#include "aisprint/tosca/document.hpp"
#include "aisprint/tosca/names.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 8> k_files{
    "aisprint/deployments/base/application_dag.yaml",
    "common_config/candidate_deployments.yaml",
    "common_config/candidate_resources.yaml",
    "common_config/physical_nodes.yaml",
    "aisprint/deployments/base/ams/qos_constraints.yaml",
    "aisprint/designs/containers.yaml",
    "common_config/annotations.yaml",
    "aisprint/deployments/base/im/.secrets.yaml",
};

void write_parts(const fs::path& folder, const std::string& input) {
    const std::string separator = "\n===\n";
    std::size_t begin = 0;
    for (const char* file : k_files) {
        if (begin > input.size()) {
            fs::remove(folder / file);
            continue;
        }
        const std::size_t end = std::min(input.find(separator, begin), input.size());
        std::ofstream(folder / file, std::ios::binary) << input.substr(begin, end - begin);
        begin = end + separator.size();
    }
}

void check_failure(const aisprint::Failure& failure) {
    AISPRINT_ASSERT(!failure.diagnostics.empty());
    for (const aisprint::Diagnostic& diagnostic : failure.diagnostics) {
        AISPRINT_ASSERT(!format_diagnostic(diagnostic).empty());
    }
}

/// Draws "r1", "r2", ...
class NumberedValues final : public aisprint::RandomSource {
public:
    std::string draw(std::size_t) override { return "r" + std::to_string(++m_last); }

private:
    std::size_t m_last = 0;
};

/// What can be read can be written, in all forms, and comes back as it was.
void check_documents(const aisprint::tosca::Deployment& deployment) {
    using namespace aisprint;
    NumberedValues random;
    const auto names = tosca::draw_names(deployment, {}, tosca::KeepNames::no, random);
    for (const auto compatibility : {tosca::Compatibility::ours, tosca::Compatibility::reference}) {
        tosca::BuildOptions options;
        options.compatibility = compatibility;
        options.elastic = compatibility == tosca::Compatibility::ours ? 2 : 0;
        options.im_auth = Secret("type = InfrastructureManager; token = t");
        CollectingReporter reporter;
        const auto documents = tosca::build_documents(deployment, names, options, reporter);
        if (!documents) {
            check_failure(documents.error());
            continue;
        }
        AISPRINT_ASSERT(documents->size() == deployment.components.size());
        for (const tosca::Document& document : *documents) {
            const std::string text = yaml::write(document.content);
            const auto again = yaml::parse(SourceFile(document.component, text));
            AISPRINT_ASSERT(again.has_value() && yaml::write(*again) == text);
        }
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace aisprint;
    static const ScratchDirectory scratch;
    static bool made = false;
    if (!made) {
        for (const char* file : k_files) {
            fs::create_directories((scratch.path() / file).parent_path());
        }
        made = true;
    }
    write_parts(scratch.path(), std::string(data, data + size));

    const config::ApplicationFolder folder{scratch.path(), "."};
    CollectingReporter reporter;
    const auto deployment = tosca::load_deployment(folder, tosca::DeploymentKind::base, reporter);
    if (deployment) {
        AISPRINT_ASSERT(!deployment->app_name.empty() && !deployment->components.empty());
        for (const tosca::Component& component : deployment->components) {
            AISPRINT_ASSERT(!component.name.empty() && !component.image.empty());
            AISPRINT_ASSERT(component.physical.has_value() ==
                            (component.layer.kind != tosca::LayerKind::virtual_machines));
            for (const tosca::Link& link : component.successors) {
                AISPRINT_ASSERT(link.component < deployment->components.size());
            }
        }
        check_documents(*deployment);
    } else {
        check_failure(deployment.error());
    }

    const auto names = tosca::load_names(folder, "aisprint/deployments/base/im");
    if (!names) {
        check_failure(names.error());
        return 0;
    }
    const std::string text = tosca::to_yaml_text(*names);
    std::ofstream(scratch.path() / k_files.back(), std::ios::binary) << text;
    const auto again = tosca::load_names(folder, "aisprint/deployments/base/im");
    AISPRINT_ASSERT(again.has_value() && tosca::to_yaml_text(*again) == text);
    return 0;
}
