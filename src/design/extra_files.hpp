// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/design/application_model.hpp"
#include "aisprint/design/output_tree.hpp"

namespace aisprint::design {

/// Adds common_config/drift_detector/ when a component carries detect_metric_drift: the detector
/// from the templates, and its configuration with the metrics of all such components. Fails
/// (input, DSN041) when they disagree, (io, BAS001) without the templates.
[[nodiscard]] Result<void>
add_drift_detector(const ApplicationModel& model, const DesignOptions& options, OutputTree& tree);

/// Warns about a folder drift_detector that no annotation asks for any more (DSN042).
void warn_about_left_over_detector(const ApplicationModel& model, Reporter& reporter);

/// Adds scone/policy.yaml from the security annotations, unless the user has written one.
[[nodiscard]] Result<void> add_security_policy(const ApplicationModel& model, OutputTree& tree);

/// Drops images of designs that are gone from aisprint/designs/containers.yaml, if there is one.
[[nodiscard]] Result<void> add_container_list(const ApplicationModel& model, OutputTree& tree);

} // namespace aisprint::design
