// SPDX-License-Identifier: Apache-2.0
// The model file: features from inputs, the range that was profiled, intervals. The format is
// described in docs/formats/performance_model.md.
#include "aisprint/perf/model.hpp"

#include "estimator.hpp"
#include "program.hpp"

#include "aisprint/perf/input_range.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace aisprint::perf {

namespace {

constexpr const char* k_format = "ai-sprint-performance-model";
constexpr int k_version = 1;
constexpr double k_range_tolerance = 1e-9;

/// The profiled range of an input.
struct Range {
    double low = -std::numeric_limits<double>::infinity();
    double high = std::numeric_limits<double>::infinity();
    InputRange usable{low, high};
    bool is_load = false;
};

/// The scores of predictions from a value on.
struct Bin {
    double from = 0;
    std::vector<double> scores; ///< ascending
};

/// A model as read; see Model.
class FileModel final : public Model {
public:
    [[nodiscard]] const std::vector<std::string>& inputs() const override {
        return program.inputs();
    }
    [[nodiscard]] double mean_target() const override { return mean; }

    [[nodiscard]] Prediction predict(std::span<const double> values, double level) const override {
        AISPRINT_ASSERT(values.size() == inputs().size());
        constexpr std::size_t k_small = 64;
        std::array<double, k_small> small{};
        std::vector<double> large;
        std::span<double> slots(small.data(), std::min(program.slots(), k_small));
        if (program.slots() > k_small) {
            large.resize(program.slots());
            slots = large;
        }
        Prediction prediction;
        for (std::size_t i = 0; i < values.size(); ++i) {
            slots[i] = clamp(i, values[i], prediction);
        }
        std::array<double, k_small> few{};
        std::vector<double> many;
        std::span<double> features(few.data(), std::min(program.features(), k_small));
        if (program.features() > k_small) {
            many.resize(program.features());
            features = many;
        }
        program.run(slots, features);
        prediction.value = finish(estimator->predict(features), prediction);
        add_interval(level, prediction);
        return prediction;
    }

    Program program;
    std::unique_ptr<const Estimator> estimator;
    std::vector<Range> ranges; ///< of the inputs
    std::vector<Bin> bins;     ///< ascending; none: no intervals
    double mean = 1;
    double least = 1; ///< smallest training target
    double target_mean = 0;
    double target_scale = 1;
    bool log_target = false;
    bool extrapolates = false; ///< takes inputs outside of the range as they are

private:
    double clamp(std::size_t input, double value, Prediction& prediction) const {
        const Range& range = ranges[input];
        const double low = range.low - k_range_tolerance * std::abs(range.low);
        const double high = range.high + k_range_tolerance * std::abs(range.high);
        if (value >= low && value <= high) {
            return value;
        }
        prediction.inside_domain = false;
        const bool is_usable = value >= range.usable.low && value <= range.usable.high;
        if (extrapolates || is_usable) {
            prediction.extrapolated.push_back(inputs()[input]);
            return value;
        }
        prediction.clamped.push_back(inputs()[input]);
        prediction.saturated = prediction.saturated || (range.is_load && value > high);
        if (value > high) {
            return range.usable.high;
        }
        return std::isfinite(range.usable.low) ? range.usable.low : 0.0;
    }

    double finish(double raw, Prediction& prediction) const {
        double value = target_mean + target_scale * raw;
        value = log_target ? std::exp(value) : value;
        if (std::isfinite(value) && value > 0) {
            return value;
        }
        prediction.inside_domain = false;
        return least;
    }

    /// Relative residuals of cross-validation, ascending: the k-th of n covers k / (n + 1).
    void add_interval(double level, Prediction& prediction) const {
        if (level <= 0 || bins.empty() || !prediction.inside_domain) {
            return;
        }
        const auto above = std::ranges::upper_bound(bins, prediction.value, {}, &Bin::from);
        const std::vector<double>& scores =
            (above == bins.begin() ? above : std::prev(above))->scores;
        const double count = static_cast<double>(scores.size());
        const double rank = std::ceil((count + 1) * level - 1e-9);
        if (rank > count) {
            return;
        }
        const double width = scores[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
        prediction.lower = std::max(0.0, prediction.value * (1 - width));
        prediction.upper = prediction.value * (1 + width);
    }
};

void read_scaling(const Json& root, FileModel& model, Fields& in) {
    const auto found = root.find("scaling");
    if (found == root.end() || found->is_null()) {
        return;
    }
    std::vector<double> means = in.numbers(&*found, "mean", "scaling");
    std::vector<double> scales = in.numbers(&*found, "scale", "scaling");
    if (in.failed() || !in.size_is(means.size(), model.program.features(), "scaling.mean") ||
        !in.size_is(scales.size(), model.program.features(), "scaling.scale")) {
        return;
    }
    if (found->contains("target_scale")) {
        model.target_mean = in.number(&*found, "target_mean", "scaling");
        model.target_scale = in.number(&*found, "target_scale", "scaling");
        scales.push_back(model.target_scale);
    }
    if (std::ranges::any_of(scales, [](double scale) { return scale <= 0; })) {
        in.error("PRM002", "a scale in 'scaling' of the performance model is not above 0");
        return;
    }
    scales.resize(means.size());
    model.program.set_scaling(std::move(means), std::move(scales));
}

void read_domain(const Json& root, FileModel& model, Fields& in) {
    const Json* domain = in.member(&root, "domain", "");
    for (const std::string& input : model.program.inputs()) {
        Range range;
        range.is_load = is_load(input);
        if (domain != nullptr && domain->is_object() && domain->contains(input)) {
            const std::string path = "domain." + input;
            range.low = in.number(&(*domain)[input], "min", path);
            range.high = in.number(&(*domain)[input], "max", path);
            if (range.low > range.high) {
                in.error("PRM002", fmt::format("'{}' of the performance model is from {} to {}",
                                               path, range.low, range.high));
            }
            range.usable = usable_range(input, range.low, range.high);
        }
        model.ranges.push_back(range);
    }
}

void read_target(const Json& root, FileModel& model, Fields& in) {
    model.mean = in.number(&root, "mean_target", "");
    model.least = root.contains("min_target") ? in.number(&root, "min_target", "") : model.mean;
    if (!in.failed() && (model.mean <= 0 || model.least <= 0)) {
        in.error("PRM002", "'mean_target' and 'min_target' of the performance model must be above "
                           "0 s");
    }
    if (root.contains("target_transform") && !root["target_transform"].is_null()) {
        const std::string transform = in.text(&root, "target_transform", "");
        model.log_target = transform == "log";
        if (transform != "log" && transform != "none") {
            in.error("PRM004", fmt::format("'target_transform' of the performance model is '{}'; "
                                           "it must be none or log",
                                           transform));
        }
    }
}

/// What to do outside of the range. Whoever asks for a prediction rejects; here that is clamped.
void read_policy(const Json& root, FileModel& model, Fields& in) {
    if (!root.contains("extrapolation")) {
        return;
    }
    const std::string policy = in.text(&root, "extrapolation", "");
    model.extrapolates = policy == "allow";
    if (!in.failed() && policy != "allow" && policy != "clamp" && policy != "reject") {
        in.error("PRM004", fmt::format("'extrapolation' of the performance model is '{}'; it must "
                                       "be clamp, reject or allow",
                                       policy));
    }
}

std::vector<double> read_scores(const Json& json, const std::string& path, Fields& in) {
    std::vector<double> scores = in.numbers(&json, "scores", path);
    if (std::ranges::any_of(scores, [](double score) { return score < 0; })) {
        in.error("PRM002",
                 fmt::format("a score in '{}' of the performance model is below 0", path));
    }
    std::ranges::sort(scores);
    return scores;
}

void read_interval(const Json& root, FileModel& model, Fields& in) {
    const auto found = root.find("interval");
    if (found == root.end() || found->is_null()) {
        return;
    }
    const std::string kind = in.text(&*found, "kind", "interval");
    if (!in.failed() && kind != "relative-residual") {
        in.error("PRM004", fmt::format("'interval.kind' of the performance model is '{}'; it must "
                                       "be relative-residual",
                                       kind));
    }
    if (!found->contains("bins")) {
        model.bins.push_back({0, read_scores(*found, "interval", in)});
        return;
    }
    const Json* bins = in.array(&*found, "bins", "interval");
    for (std::size_t i = 0; bins != nullptr && i < bins->size(); ++i) {
        const std::string path = fmt::format("interval.bins[{}]", i);
        const double from = in.number(&(*bins)[i], "from", path);
        model.bins.push_back({from, read_scores((*bins)[i], path, in)});
    }
    if (!std::ranges::is_sorted(model.bins, {}, &Bin::from)) {
        in.error("PRM002", "'interval.bins' of the performance model are not in ascending order");
    }
}

bool is_known_format(const Json& root) {
    return root.is_object() && root.contains("format") && root["format"] == k_format &&
           root.contains("version") && root["version"] == k_version;
}

} // namespace

Result<std::shared_ptr<const Model>> parse_model(const SourceFile& source) {
    const Json root = Json::parse(source.text(), nullptr, false);
    if (root.is_discarded() || !is_known_format(root)) {
        return fail(ErrorKind::input,
                    make_error_in(source.name(), "PRM001",
                                  root.is_discarded()
                                      ? std::string("the performance model is not valid JSON")
                                      : fmt::format("the file is no performance model of the "
                                                    "format '{}', version {}",
                                                    k_format, k_version),
                                  "train the model again"));
    }
    Fields in(source.name());
    auto model = std::make_shared<FileModel>();
    model->program = read_program(root, in);
    read_scaling(root, *model, in);
    read_domain(root, *model, in);
    read_target(root, *model, in);
    read_policy(root, *model, in);
    read_interval(root, *model, in);
    const std::string technique = in.text(&root, "technique", "");
    const Json* described = in.member(&root, "model", "");
    if (!in.failed()) {
        model->estimator = read_estimator(technique, described, model->program.features(), in);
    }
    if (in.failed()) {
        return fail(ErrorKind::input, std::move(in.errors()));
    }
    return std::shared_ptr<const Model>(std::move(model));
}

} // namespace aisprint::perf
