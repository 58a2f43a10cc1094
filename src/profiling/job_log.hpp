// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/time_table.hpp"

#include <string>
#include <vector>

namespace aisprint::profiling {

/// What a job's log tells beside the component's own output.
struct JobLog {
    Moment event;    ///< the object was seen
    Moment download; ///< copying the input began
    Moment downloaded;
    Moment script_start;
    Moment script_end;
    Moment uploaded;
    std::string input_bucket;
    std::string input_key;
    std::string input_path;
    std::string output_folder;
    std::string output_bucket;
    std::vector<std::string> output_keys;
    std::string output; ///< of the component
};

/// The log of a job in the words of the FaaS supervisor, so that one reader takes both.
[[nodiscard]] std::string to_text(const JobLog& log);

} // namespace aisprint::profiling
