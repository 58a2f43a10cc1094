// SPDX-License-Identifier: Apache-2.0
// How work on infrastructures ended, as a result.
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/deploy/run.hpp"

namespace aisprint::profiling {

/// What a preparation ends with after a request to stop (PRF099).
[[nodiscard]] Failure interrupted_preparation();

/// Fails (remote, PRF094) with what could not be made, (cancelled, PRF099).
[[nodiscard]] Result<void> check_made(const deploy::RunSummary& summary);

/// Fails (remote, PRF096) with what could not be deleted, (cancelled, PRF099).
[[nodiscard]] Result<void> check_deleted(const deploy::RunSummary& summary);

} // namespace aisprint::profiling
