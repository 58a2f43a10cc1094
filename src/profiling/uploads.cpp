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

std::string numbered(const std::filesystem::path& file, int number) {
    return fmt::format("{}_{}{}", file.stem().string(), number, file.extension().string());
}

} // namespace

std::vector<UploadStep> plan_uploads(const RunRequest& request) {
    Random random(request.seed);
    std::vector<UploadStep> steps;
    const bool repeated = request.input_files.size() == 1;
    const std::size_t batch = static_cast<std::size_t>(std::max(1, request.batch_size));
    const std::size_t count = repeated ? batch * static_cast<std::size_t>(request.number_of_batches)
                                       : request.input_files.size();
    double seconds = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (i > 0 && i % batch == 0) {
            seconds += wait_after_batch(request, random);
        }
        const std::filesystem::path& file = request.input_files[repeated ? 0 : i];
        steps.push_back({seconds, file,
                         repeated && count > 1 ? numbered(file, static_cast<int>(i))
                                               : file.filename().string()});
    }
    return steps;
}

} // namespace aisprint::profiling
