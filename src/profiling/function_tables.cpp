// SPDX-License-Identifier: Apache-2.0
#include "function_tables.hpp"

#include "aisprint/base/files.hpp"

namespace aisprint::profiling {

namespace {

std::filesystem::path file_in(const std::filesystem::path& folder, const std::string& service) {
    return folder / (".calls_" + service + ".json");
}

} // namespace

Result<void> keep_table(const std::filesystem::path& folder,
                        const std::string& service,
                        const std::vector<JobRecord>& jobs) {
    return write_file_atomic(file_in(folder, service), to_time_table(jobs));
}

Result<std::vector<JobRecord>> kept_table(const std::filesystem::path& folder,
                                          const std::string& service) {
    const std::filesystem::path file = file_in(folder, service);
    AISPRINT_TRY_ASSIGN(const SourceFile source, load_source(file, file.string()));
    return parse_time_table(source);
}

} // namespace aisprint::profiling
