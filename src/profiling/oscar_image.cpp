// SPDX-License-Identifier: Apache-2.0
#include "oscar_image.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace aisprint::profiling {

namespace {

constexpr std::array<std::string_view, 2> k_architectures{"amd64", "arm64"};
constexpr const char* k_hint = "build images with 'aisprint toscarizer docker', or name them in "
                               "candidate_deployments.yaml";

/// The last part of an image's path, without tag and digest.
std::string last_part(const std::string& image) {
    const std::size_t slash = image.rfind('/');
    const std::string name = slash == std::string::npos ? image : image.substr(slash + 1);
    return name.substr(0, name.find_first_of(":@"));
}

bool is_for_another(const std::string& image, const std::string& architecture) {
    const std::string name = last_part(image);
    return !architecture.empty() &&
           std::any_of(k_architectures.begin(), k_architectures.end(), [&](std::string_view other) {
               return other != architecture && name.ends_with("_" + std::string(other));
           });
}

/// Whether an image may hold the design of a unit, by its name. The name of a component stands in
/// the images of its partitions, too.
bool has_name_of(const std::string& image, const Unit& unit) {
    const std::string name = last_part(image);
    return name.find(unit.partition) != std::string::npos &&
           (unit.partition != unit.component ||
            name.find(unit.component + "_partition") == std::string::npos);
}

} // namespace

Result<std::string> choose_image(const Unit& unit, const std::string& architecture) {
    if (unit.images.empty()) {
        return fail(ErrorKind::input,
                    make_error("PRF100",
                               fmt::format("No docker image found for component {}", unit.id),
                               k_hint));
    }
    if (unit.images.size() == 1) {
        const std::string& image = unit.images.front();
        if (last_part(image).find(unit.component) == std::string::npos) {
            return fail(ErrorKind::input,
                        make_error("PRF100",
                                   fmt::format("Mismatch in image naming for component {}: '{}' "
                                               "does not have '{}' in its name",
                                               unit.id, image, unit.component),
                                   k_hint));
        }
        return image;
    }
    const std::string wanted =
        (unit.partition == unit.component ? unit.component + "_base" : unit.partition) + "_" +
        architecture;
    const auto exact =
        std::find_if(unit.images.begin(), unit.images.end(),
                     [&](const std::string& image) { return last_part(image) == wanted; });
    if (exact != unit.images.end()) {
        return *exact;
    }
    const auto similar =
        std::find_if(unit.images.begin(), unit.images.end(), [&](const std::string& image) {
            return has_name_of(image, unit) && !is_for_another(image, architecture);
        });
    if (similar != unit.images.end()) {
        return *similar;
    }
    return fail(ErrorKind::input,
                make_error("PRF100",
                           fmt::format("No docker image found for component {}: none of {} is '{}'",
                                       unit.id, fmt::join(unit.images, ", "), wanted),
                           k_hint));
}

} // namespace aisprint::profiling
