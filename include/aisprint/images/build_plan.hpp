// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/base/secret.hpp"
#include "aisprint/config/application.hpp"

#include <map>
#include <string>
#include <vector>

namespace aisprint::images {

/// FROM of every image, unless told otherwise.
inline constexpr const char* k_default_base_image =
    "registry.gitlab.polimi.it/ai-sprint/toscarizer/ai-sprint-base";

/// Which resources of a layer an image is built for.
enum class ResourceChoice { candidates, all };

/// Options of `toscarizer docker` that say what is built.
struct PlanOptions {
    std::string registry;                             ///< docker.io; may hold a folder, too
    std::string registry_folder;                      ///< team
    std::string base_image = k_default_base_image;    ///< FROM of every image
    std::map<std::string, std::string> base_image_of; ///< by component
    std::string ecr;                                  ///< repository for Lambda, or empty
    std::string sconify;                              ///< command of the SCONE tool, or empty
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
    std::string name;                ///< COMPONENT_PARTITION_ARCHITECTURE
    std::string reference;           ///< with registry and tag
    std::string context;             ///< folder, relative to the application
    std::string dockerfile;          ///< file name in the context
    bool trusted_execution = false;  ///< asked for by a container or an annotation
    std::string protected_reference; ///< of the -sgx image that SCONE makes, or empty
};

/// What becomes of a file of a build context.
enum class FileUse {
    recipe,    ///< replaced by each run, deleted when all images of the folder are there
    generated, ///< replaced by each run
    initial,   ///< written if there is none
};

/// A file of a build context, relative to the application.
struct ContextFile {
    std::string path;
    std::string content;
    FileUse use = FileUse::generated;
    bool executable = false;
};

/// What `docker` does: files to be written, then images in build order.
struct BuildPlan {
    std::vector<ContextFile> files;
    std::vector<Image> images;
    std::string sconify;         ///< command of the SCONE tool, or empty
    std::vector<Secret> secrets; ///< values of variables that look like secrets, for redaction
};

/// Works out images and contexts from component_partitions.yaml, the candidates and the sources'
/// env.yaml and build.yaml. Fails (input, CFG0xx, IMG001..IMG019) with everything that is wrong:
/// partitions without an entry, architectures that are not told, names that registries refuse,
/// environment variables with line breaks, functions without an ECR repository. Warns of base
/// images that may lack COMPSs (IMG009), of secrets that end up in images (IMG010), and of
/// protection that is asked for and not given (IMG011..IMG013).
[[nodiscard]] Result<BuildPlan> make_build_plan(const config::ApplicationFolder& folder,
                                                const PlanOptions& options,
                                                Reporter& reporter);

/// The text of containers.yaml for images that were built: component -> docker_images, an -sgx
/// image after the one that it was made from.
[[nodiscard]] std::string to_containers_yaml(const std::vector<Image>& images);

} // namespace aisprint::images
