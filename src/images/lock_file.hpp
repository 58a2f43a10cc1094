// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/images/build.hpp"

#include <map>
#include <string>
#include <vector>

namespace aisprint::images {

/// What containers.lock.yaml tells of an image.
struct LockedImage {
    std::string inputs; ///< digest of what it was built from
    std::string digest; ///< of the pushed manifest, or empty
    std::string protected_digest;

    bool operator==(const LockedImage&) const = default;
};

/// Images by reference.
using LockedImages = std::map<std::string, LockedImage>;

/// Reads aisprint/designs/containers.lock.yaml. A file that is not there, or that cannot be
/// understood, gives none: then all is built again. Fails (io).
[[nodiscard]] Result<LockedImages> load_locked_images(const config::ApplicationFolder& folder);

/// Writes containers.yaml and containers.lock.yaml. Fails (io).
[[nodiscard]] Result<void> write_image_lists(const config::ApplicationFolder& folder,
                                             const std::vector<BuiltImage>& images);

/// Writes containers.yaml alone. Fails (io).
[[nodiscard]] Result<void> write_containers(const config::ApplicationFolder& folder,
                                            const std::vector<Image>& images);

} // namespace aisprint::images
