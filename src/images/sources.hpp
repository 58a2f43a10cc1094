// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/secret.hpp"
#include "aisprint/config/application.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::images {

/// What annotations.yaml says of a component.
struct AnnotatedComponent {
    std::string source_folder; ///< folder below src/
    bool trusted_execution = false;
    bool has_security = false; ///< carries @security
};

/// Components of annotations.yaml by name. No file gives none. What is wrong goes to `errors`
/// (BAS0xx).
[[nodiscard]] std::map<std::string, AnnotatedComponent>
load_annotated_components(const config::ApplicationFolder& folder, std::vector<Diagnostic>& errors);

/// What the folder of a component's sources says about its image.
struct ComponentSource {
    /// env.yaml, in the order of the file.
    std::vector<std::pair<std::string, std::string>> environment;
    std::optional<std::string> base_image; ///< of build.yaml
    bool uses_compss = false;              ///< COMPSs or dislib
    std::vector<Secret> secrets;           ///< values of variables that look like secrets
};

/// Reads src/FOLDER/env.yaml, build.yaml and requirements.txt, all of them optional. What is wrong
/// goes to `errors` (BAS0xx, CFG0xx, IMG006); variables that look like secrets are warned
/// of (IMG010).
[[nodiscard]] ComponentSource load_component_source(const config::ApplicationFolder& folder,
                                                    const std::string& component,
                                                    const std::string& source_folder,
                                                    Reporter& reporter,
                                                    std::vector<Diagnostic>& errors);

} // namespace aisprint::images
