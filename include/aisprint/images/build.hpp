// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/images/build_plan.hpp"

#include "aisprint/base/secret.hpp"

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace aisprint::images {

/// A program that builds images. `arguments` go before every subcommand (--storage-driver vfs).
enum class EngineKind { docker, podman, buildah };
struct Engine {
    EngineKind kind = EngineKind::docker;
    std::string program; ///< path or name
    std::vector<std::string> global_arguments;
    std::vector<std::string> build_arguments;
    std::vector<std::string> push_arguments;
};

/// Finds the engine of that name, or the first of docker, podman and buildah in `search_path`
/// (folders, as in PATH) that answers. Fails (input, IMG0xx) with what was tried.
[[nodiscard]] Result<Engine> find_engine(const std::string& name, const std::string& search_path);

/// What happens to images that are there already with the same inputs.
enum class SkipUnchanged { no, yes };
/// Whether images go to their registry.
enum class Push { no, yes };
/// Whether generated Dockerfiles stay after a successful build.
enum class KeepContexts { no, yes };
/// Whether anything but files is made.
enum class DryRun { no, yes };

/// Options of a build.
struct BuildOptions {
    Engine engine;
    int parallel = 2;
    SkipUnchanged skip = SkipUnchanged::yes;
    Push push = Push::yes;
    KeepContexts keep = KeepContexts::no;
    DryRun dry_run = DryRun::no;
    std::string sconify;          ///< command of the SCONE tool, or empty
    std::filesystem::path log_folder;
};

/// What happened to an image.
enum class ImageEventKind { building, pushing, unchanged, sconifying, done, failed };
struct ImageEvent {
    ImageEventKind kind = ImageEventKind::building;
    Image image;
    std::string message; ///< redacted tail of the log for `failed`
};

/// Takes events, from one thread at a time.
using ImageEventSink = std::function<void(const ImageEvent&)>;

/// An image that is there now.
struct BuiltImage {
    Image image;
    std::string digest; ///< of the pushed manifest; empty if not pushed
    std::string inputs; ///< digest of the context, as in the image's label
};

/// How a build ended.
struct BuildSummary {
    std::vector<BuiltImage> images; ///< in build order, with -sgx variants after theirs
    std::vector<Diagnostic> errors; ///< one per image that failed (IMG0xx)
    bool interrupted = false;
};

/// Writes contexts, builds and pushes, several at a time; containers.yaml is written after each
/// success, with the images of an earlier run whose inputs are the same. Fails (io) only if files
/// cannot be written.
[[nodiscard]] Result<BuildSummary> build_images(const config::ApplicationFolder& folder,
                                                const BuildPlan& plan,
                                                const BuildOptions& options,
                                                const ImageEventSink& events,
                                                std::stop_token stop);

/// Fills `image` into candidate_deployments.yaml and, if there is one, the production deployment,
/// leaving comments and layout as they are; returns the files that changed, as shown. Fails (input,
/// io).
[[nodiscard]] Result<std::vector<std::string>>
complete_deployments(const config::ApplicationFolder& folder,
                     const std::vector<Image>& images,
                     Reporter& reporter);

} // namespace aisprint::images
