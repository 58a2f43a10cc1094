// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"

#include <map>
#include <string>

namespace aisprint::design {

/// For each component that uses COMPSs, COMPONENT.yaml: what its agent runs. An operation that is
/// started without waiting for its end is a warning (DSN040), since its time is not measured.
[[nodiscard]] Result<std::map<std::string, std::string>>
compss_files(const ApplicationModel& model, Reporter& reporter);

} // namespace aisprint::design
