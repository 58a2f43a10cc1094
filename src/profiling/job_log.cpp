// SPDX-License-Identifier: Apache-2.0
#include "job_log.hpp"

#include <fmt/format.h>

namespace aisprint::profiling {

namespace {

/// `YYYY-MM-DD HH:MM:SS,mmm - supervisor - INFO - MESSAGE`
std::string line(Moment moment, const std::string& message) {
    const auto milliseconds =
        std::chrono::floor<std::chrono::milliseconds>(moment).time_since_epoch().count() % 1000;
    const std::string seconds = to_text(std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::floor<std::chrono::seconds>(moment)));
    return fmt::format("{},{:03} - supervisor - INFO - {}\n", seconds, milliseconds, message);
}

} // namespace

std::string to_text(const JobLog& log) {
    std::string text =
        line(log.event, "Storage event found.") + line(log.event, "MINIO event created") +
        line(log.download, "Reading storage configuration") +
        line(log.download, "SUPERVISOR: Initializing Binary supervisor") +
        line(log.download, "Found 'MINIO' input provider") +
        line(log.download, fmt::format("Downloading item from bucket '{}' with key "
                                       "'{}'",
                                       log.input_bucket, log.input_key)) +
        line(log.downloaded,
             fmt::format("Successful download of file '{}' from bucket '{}' in path "
                         "'{}'",
                         log.input_key, log.input_bucket, log.input_path)) +
        line(log.downloaded, fmt::format("INPUT_FILE_PATH variable set to '{}'", log.input_path)) +
        line(log.script_start, "Script file found in '/oscar/config/script.sh'") +
        line(log.script_end, fmt::format("Searching for files to upload in folder "
                                         "'{}'",
                                         log.output_folder)) +
        line(log.script_end, fmt::format("Checking files for uploading to "
                                         "'minio.default' on path: '{}'",
                                         log.output_bucket));
    for (const std::string& key : log.output_keys) {
        text += line(log.uploaded,
                     fmt::format("Uploading file '{}' to bucket '{}'", key, log.output_bucket));
    }
    return text + line(log.uploaded, "Creating response") + log.output;
}

} // namespace aisprint::profiling
