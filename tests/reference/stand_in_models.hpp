// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace aisprint::test {

/// A chain of three operators: input, output, and places to cut in between.
void write_chain_model(const std::filesystem::path& file);

/// A model with one early exit, with the tensor names of the published example: tensor
/// model/block3_pool/MaxPool:0 goes on, Early_Exit_Output leaves.
void write_early_exit_model(const std::filesystem::path& file);

} // namespace aisprint::test
