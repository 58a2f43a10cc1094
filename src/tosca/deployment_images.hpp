// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/tosca/deployment.hpp"

#include "input_file.hpp"

#include <map>
#include <string>
#include <vector>

namespace aisprint::tosca {

/// Images that `toscarizer docker` built, by component without partition.
class BuiltImages {
public:
    BuiltImages() = default;

    /// Reads containers.yaml; no file gives no images. Another form is an error (TSC035).
    BuiltImages(const config::ApplicationFolder& folder,
                const DeploymentFiles& files,
                Findings& findings);

    /// Images of a component, or none.
    [[nodiscard]] const std::vector<std::string>& of(const std::string& component) const;

    /// Whether the file is there.
    [[nodiscard]] bool exist() const { return m_exist; }

private:
    std::map<std::string, std::vector<std::string>> m_images;
    bool m_exist = false;
};

/// Whether an image is a protected one (NAME-sgx, or NAME-confidential of the guide).
[[nodiscard]] bool is_protected_image(const std::string& image);

/// Those of `images` that are for the component (or partition) on that architecture: in an ECR
/// repository for Lambda, elsewhere for the other kinds; with and without protection.
[[nodiscard]] std::vector<std::string> matching_images(const std::vector<std::string>& images,
                                                       const std::string& component,
                                                       const std::string& architecture,
                                                       LayerKind kind);

} // namespace aisprint::tosca
