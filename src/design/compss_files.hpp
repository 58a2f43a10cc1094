// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"

#include <map>
#include <string>

namespace aisprint::design {

/// For each component that uses COMPSs, COMPONENT.yaml: what its agent runs.
[[nodiscard]] Result<std::map<std::string, std::string>>
compss_files(const ApplicationModel& model);

} // namespace aisprint::design
