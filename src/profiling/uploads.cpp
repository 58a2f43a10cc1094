// SPDX-License-Identifier: Apache-2.0
#include "uploads.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace aisprint::profiling {

namespace {

/// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014); the
/// standard's distributions differ between libraries.
class Random {
public:
    explicit Random(std::uint64_t seed) : m_state(seed) {}

    /// In (0, 1].
    double unit() {
        m_state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
        z ^= z >> 31U;
        return (static_cast<double>(z >> 11U) + 1) * 0x1.0p-53;
    }

private:
    std::uint64_t m_state;
};

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

std::string numbered(const std::filesystem::path& file, std::size_t number) {
    return fmt::format("{}_{}{}", file.stem().string(), number, file.extension().string());
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

std::vector<UploadStep> plan_replay(const RunRequest& request,
                                    const std::vector<std::filesystem::path>& objects) {
    const auto batches = static_cast<std::size_t>(std::max(1, request.number_of_batches));
    return in_batches(request, objects, std::max<std::size_t>(1, objects.size() / batches));
}

} // namespace aisprint::profiling
