// SPDX-License-Identifier: Apache-2.0
#include "oscar_log.hpp"

#include <algorithm>

namespace aisprint::profiling {

namespace {

constexpr std::string_view k_speaker = " - supervisor - ";
constexpr std::string_view k_script_start = "Script file found in '/oscar/config/script.sh'";
constexpr std::string_view k_script_end = "Searching for files to upload in folder";
constexpr std::string_view k_download = "Downloading item from bucket '";
constexpr std::string_view k_key = "' with key '";
constexpr std::string_view k_upload = "Uploading file '";
constexpr std::string_view k_bucket = "' to bucket '";
constexpr std::string_view k_traceback = "Traceback (most recent call last)";

/// The time that a line begins with: "2023-06-01 10:01:16,883 - ...".
std::optional<Moment> time_of(std::string_view line) {
    const std::size_t end = line.find(" - ");
    if (end == std::string_view::npos) {
        return std::nullopt;
    }
    std::string text(line.substr(0, end));
    const std::size_t comma = text.find(',');
    if (comma == std::string::npos) {
        return parse_moment(text);
    }
    text[comma] = '.';
    constexpr std::size_t k_microseconds = 6;
    text.resize(std::max(text.size(), comma + 1 + k_microseconds), '0');
    return parse_moment(text);
}

/// What stands behind `before`, up to the last `after` of the line, or nothing.
std::optional<std::string>
text_between(std::string_view line, std::string_view before, std::string_view after) {
    const std::size_t begin = line.find(before);
    if (begin == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view rest = line.substr(begin + before.size());
    const std::size_t end = rest.rfind(after);
    return end == std::string_view::npos ? std::nullopt
                                         : std::optional<std::string>(rest.substr(0, end));
}

void read_line(std::string_view line, SupervisorLog& log) {
    if (line.find(k_traceback) != std::string_view::npos) {
        log.has_traceback = true;
    }
    const auto time = time_of(line);
    if (!time) {
        return; // of the component
    }
    if (line.find(k_speaker) != std::string_view::npos) {
        log.first_line = log.first_line ? std::min(*log.first_line, *time) : *time;
        log.last_line = log.last_line ? std::max(*log.last_line, *time) : *time;
    }
    if (line.find(k_script_start) != std::string_view::npos) {
        log.script_start = time;
    } else if (line.find(k_script_end) != std::string_view::npos) {
        log.script_end = time;
    } else if (line.find(k_download) != std::string_view::npos) {
        if (auto key = text_between(line, k_key, "'")) {
            log.input_key = std::move(*key);
        }
    } else if (auto key = text_between(line, k_upload, k_bucket)) {
        log.output_keys.push_back(std::move(*key));
    }
}

} // namespace

SupervisorLog parse_supervisor_log(std::string_view text) {
    SupervisorLog log;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        read_line(text.substr(0, end), log);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return log;
}

} // namespace aisprint::profiling
