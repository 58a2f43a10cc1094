// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/config/application.hpp"

#include <map>
#include <string>
#include <vector>

namespace aisprint::images {

/// Which resources of a layer an image is built for.
enum class ResourceChoice { candidates, all };

/// Options of `toscarizer docker` that say what is built.
struct PlanOptions {
    std::string registry;                              ///< docker.io
    std::string registry_folder;                       ///< team
    std::string base_image;                            ///< FROM of every image
    std::map<std::string, std::string> base_image_of;  ///< by component
    std::string ecr;                                   ///< repository for Lambda, or empty
    ResourceChoice resources = ResourceChoice::candidates;
    std::string telegraf_version = "1.18.3";
    std::string supervisor_version = "1.5.5";
};

/// For whom an image is.
enum class ImageKind { oscar, lambda, drift_detector };

/// One image: what it is called, and what it is built from.
struct Image {
    std::string component;
    std::string partition;    ///< base, partition1_1, ...; main for the drift detector
    std::string architecture; ///< amd64 or arm64
    ImageKind kind = ImageKind::oscar;
    std::string name;       ///< COMPONENT_PARTITION_ARCHITECTURE
    std::string reference;  ///< with registry and tag
    std::string context;    ///< folder, relative to the application
    std::string dockerfile; ///< file name in the context
    bool trusted_execution = false;
};

/// A file of a build context, relative to the application.
struct ContextFile {
    std::string path;
    std::string content;
    bool executable = false;
    bool keep = false; ///< is not deleted after the build; only written if absent
};

/// What `docker` does: files to be written, then images in build order.
struct BuildPlan {
    std::vector<ContextFile> files;
    std::vector<Image> images;
};

/// Works out images and contexts from component_partitions.yaml and the candidates. Fails (input,
/// IMG0xx) with everything that is wrong: architectures, layers, names that registries refuse,
/// environment variables with line breaks, functions without an ECR repository.
[[nodiscard]] Result<BuildPlan> make_build_plan(const config::ApplicationFolder& folder,
                                                const PlanOptions& options,
                                                Reporter& reporter);

/// The text of containers.yaml for images that were built: component -> docker_images.
[[nodiscard]] std::string to_containers_yaml(const std::vector<Image>& images);

} // namespace aisprint::images
