// SPDX-License-Identifier: Apache-2.0
#include "aisprint/images/build.hpp"

#include "context.hpp"
#include "engine.hpp"
#include "lock_file.hpp"
#include "sconify.hpp"

#include "aisprint/base/files.hpp"
#include "aisprint/base/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

namespace aisprint::images {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t k_tail_lines = 12;

/// The last lines of a log.
std::string tail_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        if (line.find_first_not_of(" \t\r") != std::string::npos) {
            lines.push_back(line);
        }
    }
    const std::size_t first = lines.size() > k_tail_lines ? lines.size() - k_tail_lines : 0;
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(first));
    return fmt::format("{}", fmt::join(lines, "\n"));
}

std::string last_line(const std::string& tail) {
    return tail.substr(tail.rfind('\n') + 1);
}

std::string hint_of_build(const std::string& tail, const fs::path& log) {
    if (tail.find("exec format error") != std::string::npos ||
        tail.find("Exec format error") != std::string::npos) {
        return "install QEMU with binfmt support on this machine: the image is for another "
               "architecture";
    }
    return fmt::format("look into {}; images that are ready are not built again", log.string());
}

std::string hint_of_push(const std::string& tail) {
    if (tail.ends_with("EOF")) {
        return "check if the ECR repository exists";
    }
    for (const std::string word : {"denied", "unauthorized", "authentication", "no basic auth"}) {
        if (tail.find(word) != std::string::npos) {
            return "log in to the registry with the engine's own login command";
        }
    }
    return "check the registry's address; the image is not built again by the next run";
}

/// Brings the images of a plan about, several at a time.
class Builder {
public:
    Builder(const config::ApplicationFolder& folder,
            const BuildPlan& plan,
            const BuildOptions& options,
            const ImageEventSink& events,
            std::stop_token stop)
        : m_folder(folder), m_plan(plan), m_options(options), m_events(events),
          m_stop(std::move(stop)), m_redactor(options.redactor), m_ready(plan.images.size()),
          m_errors(plan.images.size()) {
        for (const Secret& secret : plan.secrets) {
            m_redactor.add(secret);
        }
    }

    Result<BuildSummary> run() {
        AISPRINT_TRY(prepare());
        std::vector<std::jthread> workers;
        const std::size_t count = std::clamp<std::size_t>(
            static_cast<std::size_t>(std::max(m_options.parallel, 1)), 1, m_ready.size() + 1);
        for (std::size_t i = 0; i < count; ++i) {
            workers.emplace_back([this] { work(); });
        }
        workers.clear();
        if (m_failure) {
            return tl::unexpected<Failure>(*m_failure);
        }
        AISPRINT_TRY(clean_up());
        return summary();
    }

private:
    /// Digests of all images, and which of them are there from an earlier run.
    Result<void> prepare() {
        AISPRINT_TRY(make_directories(m_options.log_folder));
        AISPRINT_TRY_ASSIGN(const LockedImages locked, load_locked_images(m_folder));
        for (std::size_t i = 0; i < m_plan.images.size(); ++i) {
            const Image& image = m_plan.images[i];
            AISPRINT_TRY_ASSIGN(std::string inputs, digest_of_inputs(m_folder, image));
            const auto found = locked.find(image.reference);
            if (found != locked.end() && found->second.inputs == inputs &&
                is_complete(image, found->second)) {
                m_ready[i] =
                    BuiltImage{image, found->second.digest, found->second.protected_digest, inputs};
            }
            m_inputs.push_back(std::move(inputs));
        }
        return write_image_lists(m_folder, ready_images());
    }

    /// Whether nothing is left to be done for an image that an earlier run noted.
    [[nodiscard]] bool is_complete(const Image& image, const LockedImage& locked) const {
        return m_options.push == Push::no ||
               (!locked.digest.empty() &&
                (image.protected_reference.empty() || !locked.protected_digest.empty()));
    }

    void work() {
        for (std::size_t i = m_next++; i < m_plan.images.size(); i = m_next++) {
            if (m_stop.stop_requested() || has_failed()) {
                return;
            }
            auto built = make(i);
            const std::scoped_lock lock(m_mutex);
            if (built) {
                m_ready[i] = std::move(*built);
                note_progress();
            } else if (built.error().kind == ErrorKind::io) {
                m_failure = std::move(built.error());
            } else if (built.error().kind != ErrorKind::cancelled) {
                m_errors[i] = built.error().diagnostics.front();
            }
        }
    }

    [[nodiscard]] bool has_failed() {
        const std::scoped_lock lock(m_mutex);
        return m_failure.has_value();
    }

    void note_progress() {
        auto written = write_image_lists(m_folder, ready_images());
        if (!written && !m_failure) {
            m_failure = std::move(written.error());
        }
    }

    [[nodiscard]] std::vector<BuiltImage> ready_images() const {
        std::vector<BuiltImage> images;
        for (const std::optional<BuiltImage>& image : m_ready) {
            if (image) {
                images.push_back(*image);
            }
        }
        return images;
    }

    void tell(ImageEventKind kind, const Image& image, const std::string& message = {}) {
        const std::scoped_lock lock(m_mutex);
        m_events({kind, image, message});
    }

    /// Tells of a failure; an interrupt is none.
    tl::unexpected<Failure>
    failed(const Image& image, const std::string& tail, Diagnostic diagnostic) {
        if (m_stop.stop_requested()) {
            return fail(ErrorKind::cancelled, std::move(diagnostic));
        }
        tell(ImageEventKind::failed, image, tail.empty() ? diagnostic.message : tail);
        return fail(ErrorKind::input, std::move(diagnostic));
    }

    [[nodiscard]] fs::path log_of(const Image& image) const {
        const char* const suffix = image.kind == ImageKind::lambda ? "-aws.log" : ".log";
        return m_options.log_folder / (image.name + suffix);
    }

    Result<BuiltImage> make(std::size_t index) {
        const Image& image = m_plan.images[index];
        const std::string& inputs = m_inputs[index];
        const std::optional<BuiltImage> earlier =
            m_options.skip == SkipUnchanged::yes ? ready(index) : std::nullopt;
        // What was pushed is taken to stay in the registry; what was not is looked for.
        bool is_local = false;
        if (!earlier || m_options.push == Push::no) {
            AISPRINT_TRY_ASSIGN(is_local, is_here(image, inputs));
        }
        if (earlier && (m_options.push == Push::yes || is_local)) {
            tell(ImageEventKind::unchanged, image);
            return *earlier;
        }
        BuiltImage built{image, {}, {}, inputs};
        AISPRINT_TRY(remove_tree(log_of(image)));
        if (!is_local) {
            AISPRINT_TRY(build(image, inputs));
        }
        if (!image.protected_reference.empty()) {
            AISPRINT_TRY(protect(image));
        }
        if (m_options.push == Push::yes) {
            AISPRINT_TRY_ASSIGN(built.digest, push(image, image.reference));
            if (!image.protected_reference.empty()) {
                AISPRINT_TRY_ASSIGN(built.protected_digest, push(image, image.protected_reference));
            }
        }
        tell(ImageEventKind::done, image, built.digest);
        return built;
    }

    [[nodiscard]] std::optional<BuiltImage> ready(std::size_t index) {
        const std::scoped_lock lock(m_mutex);
        return m_ready[index];
    }

    /// Whether the engine has an image that was built from the same.
    Result<bool> is_here(const Image& image, const std::string& inputs) {
        if (m_options.skip == SkipUnchanged::no) {
            return false;
        }
        ProcessRequest request;
        request.command = label_command(m_options.engine, image.reference);
        AISPRINT_TRY_ASSIGN(const ProcessResult result, run_process(request, m_stop));
        return result.exit_code == 0 && result.standard_output == inputs + "\n";
    }

    Result<ProcessResult> run_logged(const Image& image, std::vector<std::string> command) {
        ProcessRequest request;
        request.command = std::move(command);
        request.log = log_of(image);
        request.redactor = m_redactor;
        // Lambda refuses the attestations that docker adds by default.
        request.environment = {{"BUILDX_NO_DEFAULT_ATTESTATIONS", "1"}};
        return run_process(request, m_stop);
    }

    Result<void> build(const Image& image, const std::string& inputs) {
        const fs::path context = m_folder.path / image.context;
        const char* const needed =
            image.kind == ImageKind::drift_detector ? "Dockerfile" : "main.py";
        if (!fs::is_regular_file(context / needed)) {
            return failed(image, {},
                          make_error_in(m_folder.shown(image.context), "IMG008",
                                        fmt::format("{} has no {}", image.context, needed),
                                        "run 'aisprint design' again"));
        }
        tell(ImageEventKind::building, image);
        AISPRINT_TRY_ASSIGN(
            const ProcessResult result,
            run_logged(image, build_command(m_options.engine, image, context, inputs)));
        if (result.exit_code != 0) {
            const std::string tail = tail_of(result.standard_error);
            return failed(
                image, tail,
                make_error("IMG022",
                           fmt::format("cannot build image {}: {}", image.name, last_line(tail)),
                           hint_of_build(tail, log_of(image))));
        }
        return {};
    }

    Result<void> protect(const Image& image) {
        tell(ImageEventKind::sconifying, image);
        auto done = sconify(m_folder, m_plan.sconify, image, log_of(image), m_redactor, m_stop);
        if (!done && done.error().kind == ErrorKind::input) {
            return failed(image, {}, done.error().diagnostics.front());
        }
        return done;
    }

    /// Gives the digest of the manifest.
    Result<std::string> push(const Image& image, const std::string& reference) {
        tell(ImageEventKind::pushing, image);
        const ScratchDirectory scratch;
        const fs::path digest_file = scratch.path() / "digest";
        AISPRINT_TRY_ASSIGN(
            const ProcessResult result,
            run_logged(image, push_command(m_options.engine, reference, digest_file)));
        const std::string tail = tail_of(result.standard_error);
        if (result.exit_code != 0) {
            return failed(
                image, tail,
                make_error("IMG023",
                           fmt::format("cannot push image {}: {}", reference, last_line(tail)),
                           hint_of_push(tail)));
        }
        const auto from_file = read_file(digest_file);
        const auto digest =
            find_digest(from_file ? "digest: " + *from_file : result.standard_error);
        if (!digest) {
            return failed(
                image, tail,
                make_error(
                    "IMG026",
                    fmt::format("the engine pushed {}, but did not tell its digest", reference),
                    fmt::format("look into {}", log_of(image).string())));
        }
        return *digest;
    }

    /// Deletes the Dockerfiles of contexts with all of their images.
    Result<void> clean_up() {
        std::set<std::string> contexts;
        std::set<std::string> incomplete;
        for (std::size_t i = 0; i < m_ready.size(); ++i) {
            contexts.insert(m_plan.images[i].context);
            if (!is_done(i)) {
                incomplete.insert(m_plan.images[i].context);
            }
        }
        for (const std::string& context : contexts) {
            if (m_options.keep == KeepContexts::no && !incomplete.contains(context)) {
                AISPRINT_TRY(remove_recipes(m_folder, m_plan, context));
            }
        }
        return {};
    }

    /// Whether an image is there, and this run had nothing to complain of.
    [[nodiscard]] bool is_done(std::size_t index) const {
        return m_ready[index].has_value() && !m_errors[index].has_value();
    }

    [[nodiscard]] BuildSummary summary() const {
        BuildSummary result;
        result.images = ready_images();
        for (std::size_t i = 0; i < m_ready.size(); ++i) {
            if (m_errors[i]) {
                result.errors.push_back(*m_errors[i]);
            } else if (!m_ready[i]) {
                result.interrupted = true;
            }
        }
        return result;
    }

    const config::ApplicationFolder& m_folder;
    const BuildPlan& m_plan;
    const BuildOptions& m_options;
    const ImageEventSink& m_events;
    std::stop_token m_stop;
    Redactor m_redactor;
    std::vector<std::string> m_inputs; ///< by image
    std::atomic<std::size_t> m_next = 0;
    std::mutex m_mutex; ///< guards what follows, and the sink
    std::vector<std::optional<BuiltImage>> m_ready;
    std::vector<std::optional<Diagnostic>> m_errors;
    std::optional<Failure> m_failure;
};

Result<BuildSummary> dry_run(const config::ApplicationFolder& folder, const BuildPlan& plan) {
    BuildSummary summary;
    for (const Image& image : plan.images) {
        AISPRINT_TRY_ASSIGN(std::string inputs, digest_of_inputs(folder, image));
        summary.images.push_back({image, {}, {}, std::move(inputs)});
    }
    AISPRINT_TRY(write_containers(folder, plan.images));
    return summary;
}

} // namespace

Result<BuildSummary> build_images(const config::ApplicationFolder& folder,
                                  const BuildPlan& plan,
                                  const BuildOptions& options,
                                  const ImageEventSink& events,
                                  std::stop_token stop) {
    AISPRINT_TRY(write_contexts(folder, plan));
    if (options.dry_run == DryRun::yes) {
        return dry_run(folder, plan);
    }
    return Builder(folder, plan, options, events, std::move(stop)).run();
}

} // namespace aisprint::images
