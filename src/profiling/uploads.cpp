// SPDX-License-Identifier: Apache-2.0
#include "uploads.hpp"

#include "random.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::profiling {

std::string numbered(const std::filesystem::path& file, std::size_t number) {
    return fmt::format("{}_{}{}", file.stem().string(), number, file.extension().string());
}

namespace {

double wait_after_batch(const RunRequest& request, Random& random) {
    const double mean = request.inter_upload_seconds;
    if (request.arrival == Arrival::deterministic) {
        return mean;
    }
    const double drawn = -mean * std::log(random.unit());
    if (request.arrival == Arrival::poisson) {
        return drawn;
    }
    constexpr double k_hundredths = 100;
    return std::round(std::max(mean, drawn) * k_hundredths) / k_hundredths;
}

std::vector<UploadStep> in_batches(const RunRequest& request,
                                   const std::vector<std::filesystem::path>& files,
                                   std::size_t batch) {
    Random random(request.seed);
    std::vector<UploadStep> steps;
    double seconds = 0;
    for (std::size_t i = 0; i < files.size(); ++i) {
        if (i > 0 && i % batch == 0) {
            seconds += wait_after_batch(request, random);
        }
        steps.push_back({seconds, files[i], files[i].filename().string()});
    }
    return steps;
}

/// One input after another, by turns of the files, each under a name of its own.
std::vector<UploadStep> one_by_one(const RunRequest& request) {
    std::vector<std::filesystem::path> files;
    for (std::size_t i = 0; i < request.single_inputs; ++i) {
        files.push_back(request.input_files[i % request.input_files.size()]);
    }
    std::vector<UploadStep> steps = in_batches(request, files, 1);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        steps[i].key = numbered(files[i], i);
    }
    return steps;
}

} // namespace

std::vector<UploadStep> plan_uploads(const RunRequest& request) {
    if (request.single_inputs > 0) {
        return one_by_one(request);
    }
    const std::size_t batch = static_cast<std::size_t>(std::max(1, request.batch_size));
    if (request.input_files.size() != 1) {
        return in_batches(request, request.input_files, batch);
    }
    const std::size_t count = batch * static_cast<std::size_t>(request.number_of_batches);
    const std::filesystem::path& file = request.input_files.front();
    std::vector<UploadStep> steps =
        in_batches(request, std::vector<std::filesystem::path>(count, file), batch);
    for (std::size_t i = 0; count > 1 && i < count; ++i) {
        steps[i].key = numbered(file, i);
    }
    return steps;
}

namespace {

/// Batches of equal size, as many in each interval as requests were accepted there.
std::vector<UploadStep> replay_intervals(const RunRequest& request,
                                         const std::vector<std::filesystem::path>& objects) {
    std::size_t uploads = 0;
    for (const ReplayInterval& interval : request.replay) {
        uploads += interval.uploads;
    }
    const std::size_t batch =
        std::max<std::size_t>(1, objects.size() / std::max<std::size_t>(1, uploads));
    std::vector<UploadStep> steps;
    double seconds = 0;
    for (const ReplayInterval& interval : request.replay) {
        for (std::size_t u = 0; u < interval.uploads; ++u) {
            for (std::size_t k = 0; k < batch && steps.size() < objects.size(); ++k) {
                const std::filesystem::path& object = objects[steps.size()];
                steps.push_back({seconds, object, object.filename().string()});
            }
            seconds += interval.period_seconds;
        }
    }
    return steps;
}

} // namespace

std::vector<UploadStep> plan_replay(const RunRequest& request,
                                    const std::vector<std::filesystem::path>& objects) {
    if (!request.replay.empty()) {
        return replay_intervals(request, objects);
    }
    const auto batches = static_cast<std::size_t>(std::max(1, request.number_of_batches));
    return in_batches(request, objects, std::max<std::size_t>(1, objects.size() / batches));
}

} // namespace aisprint::profiling
