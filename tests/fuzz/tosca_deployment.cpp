// SPDX-License-Identifier: Apache-2.0
// Deployments: the input holds the files of an application, parted by lines "===", in the order of
// k_files. What is read must be whole; what is not must be explained.
#include "aisprint/base/files.hpp"
#include "aisprint/tosca/deployment.hpp"
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
