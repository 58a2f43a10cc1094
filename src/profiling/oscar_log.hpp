// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/time_table.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::profiling {

/// What the log of a job on a cluster tells, in the words of the FaaS supervisor.
struct SupervisorLog {
    std::optional<Moment> script_start; ///< the script was found, and is started
    std::optional<Moment> script_end;   ///< the supervisor looks for what it wrote
    std::optional<Moment> first_line;   ///< of the supervisor itself
    std::optional<Moment> last_line;
    std::string input_key; ///< as in the bucket, with its folder
    std::vector<std::string> output_keys;
    bool has_traceback = false; ///< of Python: the component broke down, whatever the status says
};

/// Reads a log; what it does not tell is absent. Of several marks of a kind the last one counts.
[[nodiscard]] SupervisorLog parse_supervisor_log(std::string_view text);

} // namespace aisprint::profiling
