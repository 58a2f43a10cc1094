// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/yaml.hpp"

namespace aisprint::placement {

/// Turns a system description of an older form into the current one; one in the current form
/// stays as it is. Values that do not have the shape of their form are left for the reader to
/// complain about. Places in the source are kept.
void modernise_system(yaml::Node& document);

} // namespace aisprint::placement
