// SPDX-License-Identifier: Apache-2.0
#include "function_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace aisprint::profiling {

namespace {

/// In ECR one repository holds all images of an application, and the tag tells them apart.
std::string tag_of(const Unit& unit, const std::string& architecture) {
    return (unit.partition == unit.component ? unit.component + "_base" : unit.partition) + "_" +
           (architecture.empty() ? "amd64" : architecture);
}

std::optional<std::string> choose_ecr_image(const Unit& unit, const std::string& architecture) {
    std::vector<std::string> images = unit.images;
    std::erase_if(images,
                  [](const std::string& name) { return name.find(".ecr.") == std::string::npos; });
    if (unit.images.size() == 1 && images.size() == 1) {
        return images.front(); // there is no choice
    }
    const std::string tag = ":" + tag_of(unit, architecture);
    const auto found =
        std::ranges::find_if(images, [&](const std::string& name) { return name.ends_with(tag); });
    return found == images.end() ? std::nullopt : std::optional<std::string>(*found);
}

} // namespace

Result<std::string> check_function(const Unit& unit, const std::string& architecture) {
    constexpr double k_most_memory_mb = 3008;
    std::vector<Diagnostic> errors;
    if (unit.memory_mb > k_most_memory_mb) {
        errors.push_back(make_error(
            "PRF103", fmt::format("{}: Memory for Lambda functions can't exceed 3008 MB", unit.id),
            fmt::format("it has {}: lower memorySize in candidate_deployments.yaml",
                        unit.memory_mb)));
    }
    const std::optional<std::string> image = choose_ecr_image(unit, architecture);
    if (!image) {
        errors.push_back(make_error(
            "PRF100",
            fmt::format("No docker image found for component {}: AWS Lambda takes images of ECR "
                        "only, and none has the tag '{}'",
                        unit.id, tag_of(unit, architecture)),
            "build images with 'aisprint toscarizer docker --ecr', or name them in "
            "candidate_deployments.yaml"));
    }
    if (!errors.empty()) {
        return fail(ErrorKind::input, std::move(errors));
    }
    return *image;
}

std::vector<Diagnostic> check_alternatives(const Testbed& testbed) {
    std::vector<Diagnostic> errors;
    for (const auto& [unit, alternatives] : testbed.alternatives) {
        for (const std::size_t alternative : alternatives) {
            const Unit& other = testbed.units[alternative];
            if (testbed.find_resource(other.resource)->is_function) {
                errors.push_back(make_error(
                    "PRF103",
                    fmt::format("{} would have to be measured alone, which functions are not",
                                other.id),
                    "offer alternatives on resources that are no functions"));
            }
        }
    }
    return errors;
}

} // namespace aisprint::profiling
