// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/result.hpp"
#include "aisprint/base/source_file.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aisprint::annotations {

/// How a component uses COMPSs, as far as its source tells without being run.
struct CompssUse {
    /// Modules imported whose first part is pycompss, pycomps or dislib, sorted.
    std::vector<std::string> imports;
    /// The task module that the agent is told to run.
    std::optional<std::string> module;
    /// The method of --method_name.
    std::optional<std::string> method;
    /// The agent's address of --master_node.
    std::optional<std::string> host;
    /// The agent's port of --master_port.
    std::optional<std::int64_t> port;
    /// Functions of main.py decorated as tasks, in the order of the source.
    std::vector<std::string> task_functions;
    /// Where an operation is started without waiting for its end.
    std::optional<Span> started_without_waiting;
};

/// The names of the functions that a module marks with PyCOMPSs' @task, in the order of the
/// source. Fails (input, ANN001..ANN004) if the text is not Python.
[[nodiscard]] Result<std::vector<std::string>> read_task_functions(const SourceFile& source);

} // namespace aisprint::annotations
