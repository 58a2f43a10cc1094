// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace aisprint::images {

/// What a Dockerfile says.
struct Recipe {
    std::string component;
    std::string partition; ///< base, partition1_1, ...
    std::string base_image;
    std::vector<std::pair<std::string, std::string>> environment;
    bool needs_compss = false;
    std::string telegraf_version;
    std::string supervisor_version;
};

/// A value of ENV, in quotes if it needs them.
[[nodiscard]] std::string quote_environment(const std::string& value);

/// The Dockerfile for OSCAR: requirements before code, so that layers can be used again.
[[nodiscard]] std::string dockerfile(const Recipe& recipe);

/// The Dockerfile for AWS Lambda: the same with Telegraf and the supervisor.
[[nodiscard]] std::string lambda_dockerfile(const Recipe& recipe);

/// What the supervisor runs for each input file.
[[nodiscard]] std::string entry_script(const std::string& component);

/// What Lambda runs.
[[nodiscard]] std::string start_script();

/// Configuration of Telegraf in a Lambda image.
[[nodiscard]] std::string telegraf_configuration();

/// What is left out of images.
[[nodiscard]] std::string ignore_file();

} // namespace aisprint::images
