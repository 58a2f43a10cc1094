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

/// A program that builds images. `global_arguments` go before every subcommand
/// (--storage-driver vfs), the others after build and push.
enum class EngineKind { docker, podman, buildah };
struct Engine {
    EngineKind kind = EngineKind::docker;
    std::string program; ///< path or name
    std::vector<std::string> global_arguments;
    std::vector<std::string> build_arguments;
    std::vector<std::string> push_arguments;
};

/// Finds the engine of that name or path, or, without one, the first of docker, podman and buildah
/// in `search_path` (folders, as in PATH) that answers. Fails with what was tried: (usage, IMG020)
/// if the name is of another program, (input, IMG021) if none answers.
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
    DryRun dry_run = DryRun::no;      ///< writes contexts and containers.yaml only, needs no engine
    std::filesystem::path log_folder; ///< gets NAME.log of each image (NAME-aws.log for Lambda)
    Redactor redactor;                ///< secrets that no log and no message may show
};

/// What happened to an image.
enum class ImageEventKind { building, pushing, unchanged, sconifying, done, failed };
struct ImageEvent {
    ImageEventKind kind = ImageEventKind::building;
    Image image;
    std::string message; ///< for `failed`: why; for `done`: digest, if it was pushed
};

/// Takes events, from one thread at a time.
using ImageEventSink = std::function<void(const ImageEvent&)>;

/// An image that is there now.
struct BuiltImage {
    Image image;
    std::string digest;           ///< of the pushed manifest; empty if not pushed
    std::string protected_digest; ///< the same of the -sgx image
    std::string inputs;           ///< digest of the context, as in the image's label
};

/// How a build ended.
struct BuildSummary {
    std::vector<BuiltImage> images; ///< that are there now, in build order
    std::vector<Diagnostic> errors; ///< one per image that failed (IMG022..IMG027)
    bool interrupted = false;       ///< images are missing because a stop was requested
};

/// Writes contexts, builds and pushes, several at a time. After each success containers.yaml and,
/// beside it, containers.lock.yaml (digests) are written, with the images of earlier runs whose
/// inputs are the same: a run that was killed is gone on with by the next one. An image that fails
/// does not stop the others. Fails (io) only if files cannot be read or written.
[[nodiscard]] Result<BuildSummary> build_images(const config::ApplicationFolder& folder,
                                                const BuildPlan& plan,
                                                const BuildOptions& options,
                                                const ImageEventSink& events,
                                                std::stop_token stop);

/// Fills `image` into candidate_deployments.yaml and, if there is one, the production deployment,
/// leaving comments and layout as they are: one image where architecture, kind and protection of
/// the candidate resources leave one, else a list. Returns the files that changed, as shown. Fails
/// (input, io), or warns of places that have to be filled in by hand (IMG030).
[[nodiscard]] Result<std::vector<std::string>>
complete_deployments(const config::ApplicationFolder& folder,
                     const std::vector<Image>& images,
                     Reporter& reporter);

} // namespace aisprint::images
