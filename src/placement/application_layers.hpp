// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "application_files.hpp"

#include "aisprint/optimizer/problem.hpp"

namespace aisprint::placement {

/// Fills layers, resources and domains of `problem`: the layers that SPACE4AI-D.yaml lists, and
/// all function layers that it does not. Layers of machines that are not listed are left out with
/// a warning (OPT213); if SPACE4AI-D.yaml has errors, all layers are taken. Errors (OPT210 to
/// OPT215) go to `files`; candidate_resources.yaml must have been read.
void add_layers(ApplicationFiles& files, optimizer::Problem& problem, Reporter& reporter);

} // namespace aisprint::placement
