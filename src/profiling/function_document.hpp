// SPDX-License-Identifier: Apache-2.0
// The TOSCA document of a function that is profiled.
#pragma once

#include "aisprint/profiling/functions.hpp"

#include "aisprint/tosca/document.hpp"

namespace aisprint::profiling {

/// The component that a function is to the tosca library, named as its unit's partition is.
[[nodiscard]] tosca::Component function_component(const FunctionNeed& need,
                                                  const tosca::Component& resource);

/// The document of one of `functions`, which reads and writes what is needed: documents of
/// deployments are wired for components that read from the outputs of others, and write into
/// buckets of their name. Fails (input) as tosca::build_documents() does.
[[nodiscard]] Result<tosca::Document> build_function_document(const FunctionNeed& need,
                                                              const tosca::Deployment& functions,
                                                              const tosca::Component& function,
                                                              const tosca::DeploymentNames& names,
                                                              const tosca::BuildOptions& options,
                                                              Reporter& reporter);

} // namespace aisprint::profiling
