// SPDX-License-Identifier: Apache-2.0
#include "aisprint/perf/model.hpp"

#include "aisprint/perf/input_range.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

namespace aisprint::perf {
namespace {

/// A model file with these parts; `extra` starts with a comma if it is not empty.
std::string model_text(const std::string& technique,
                       const std::string& derived,
                       const std::string& features,
                       const std::string& model,
                       const std::string& extra = {}) {
    return fmt::format(
        R"({{"format":"ai-sprint-performance-model","version":1,"technique":"{}",
             "inputs":["cores","observed_throughput"],"derived":{},"features":{},"scaling":null,
             "model":{},"mean_target":6.1,"min_target":0.5,
             "domain":{{"cores":{{"min":1,"max":8}},"observed_throughput":{{"min":0.1,"max":2}}}}{}}})",
        technique, derived, features, model, extra);
}

std::shared_ptr<const Model> parsed(const std::string& text) {
    auto model = parse_model(SourceFile("m.json", text));
    EXPECT_TRUE(model.has_value()) << (model ? "" : model.error().diagnostics.front().message);
    return model ? *model : nullptr;
}

std::string code_of(const std::string& text) {
    const auto model = parse_model(SourceFile("m.json", text));
    return model ? "none" : model.error().diagnostics.front().code;
}

Prediction predicted(const std::string& text, std::vector<double> values, double level = 0) {
    const auto model = parsed(text);
    return model == nullptr ? Prediction{} : model->predict(values, level);
}

TEST(Model, LinearWithDerivedColumns) {
    const std::string text = model_text("LRRidge",
                                        R"([{"name":"inverse_cores","op":"inverse","of":["cores"]},
            {"name":"log_cores","op":"log","of":["cores"]},
            {"name":"cores__inverse_cores","op":"product","of":["cores","cores","inverse_cores"]}])",
                                        R"(["inverse_cores","cores__inverse_cores"])",
                                        R"({"intercept":1.25,"weights":[3.5,0.5]})");
    const auto model = parsed(text);
    ASSERT_NE(model, nullptr);
    EXPECT_THAT(model->inputs(), testing::ElementsAre("cores"));
    EXPECT_DOUBLE_EQ(model->predict(std::array{4.0}, 0).value, 1.25 + 3.5 / 4 + 0.5 * 4);
    EXPECT_DOUBLE_EQ(model->mean_target(), 6.1);
}

TEST(Model, ScalingAndLogTarget) {
    std::string text =
        model_text("NNLS", "[]", R"(["cores"])", R"({"intercept":0.5,"weights":[2]})",
                   R"(,"target_transform":"log")");
    text.replace(text.find("\"scaling\":null"), 14,
                 R"("scaling":{"mean":[3],"scale":[2],"target_mean":1,"target_scale":0.25})");
    EXPECT_DOUBLE_EQ(predicted(text, {5}).value, std::exp(1 + 0.25 * (0.5 + 2 * 1.0)));
}

TEST(Model, TreesAreAveragedAndEqualGoesLeft) {
    const std::string tree =
        R"({"feature":[0,-1,-1],"threshold":[2,0,0],"left":[1,-1,-1],"right":[2,-1,-1],"value":[0,4,1]})";
    const std::string leaf =
        R"({"feature":[-1],"threshold":[0],"left":[-1],"right":[-1],"value":[2]})";
    const std::string text = model_text("RandomForest", "[]", R"(["cores"])",
                                        fmt::format(R"({{"trees":[{},{}]}})", tree, leaf));
    EXPECT_DOUBLE_EQ(predicted(text, {2}).value, 3);
    EXPECT_DOUBLE_EQ(predicted(text, {2.5}).value, 1.5);
}

TEST(Model, XgboostAddsInSinglePrecision) {
    const std::string trees =
        R"([{"left_children":[1,-1,-1],"right_children":[2,-1,-1],"split_indices":[0,0,0],
             "split_conditions":[2.5,0.1,0.7],"default_left":[0,0,0]},
            {"left_children":[-1],"right_children":[-1],"split_indices":[0],
             "split_conditions":[0.3],"default_left":[0]}])";
    const std::string text =
        model_text("XGBoost", "[]", R"(["cores"])",
                   fmt::format(
                       R"({{"learner":{{"learner_model_param":{{"base_score":"5E-1"}},
                 "objective":{{"name":"reg:squarederror"}},
                 "gradient_booster":{{"name":"gbtree","model":{{"trees":{}}}}}}}}})",
                       trees));
    EXPECT_EQ(predicted(text, {2}).value, static_cast<double>(0.5F + 0.1F + 0.3F));
    EXPECT_EQ(predicted(text, {2.5}).value, static_cast<double>(0.5F + 0.7F + 0.3F));
}

TEST(Model, SupportVectorKernels) {
    const auto svr = [](const std::string& kernel) {
        return model_text("SVR", "[]", R"(["cores","observed_throughput"])",
                          fmt::format(R"({{"kernel":"{}","gamma":0.1,"degree":2,"coef0":1,"bias":3,
                             "coefficients":[0.5,-0.25],"vectors":[[1,1],[2,0.5]]}})",
                                      kernel));
    };
    const double a = 4 * 1 + 1 * 1;
    const double b = 4 * 2 + 1 * 0.5;
    EXPECT_DOUBLE_EQ(predicted(svr("linear"), {4, 1}).value, 3 + 0.5 * a - 0.25 * b);
    EXPECT_DOUBLE_EQ(predicted(svr("poly"), {4, 1}).value,
                     3 + 0.5 * std::pow(0.1 * a + 1, 2) - 0.25 * std::pow(0.1 * b + 1, 2));
    EXPECT_DOUBLE_EQ(predicted(svr("sigmoid"), {4, 1}).value,
                     3 + 0.5 * std::tanh(0.1 * a + 1) - 0.25 * std::tanh(0.1 * b + 1));
    EXPECT_DOUBLE_EQ(predicted(svr("rbf"), {4, 1}).value,
                     3 + 0.5 * std::exp(-0.9) - 0.25 * std::exp(-0.1 * 4.25));
}

TEST(Model, OutsideTheProfiledRange) {
    const std::string text = model_text("LRRidge", "[]", R"(["cores","observed_throughput"])",
                                        R"({"intercept":10,"weights":[-1,1]})");
    const Prediction high = predicted(text, {20, 1});
    EXPECT_DOUBLE_EQ(high.value, 3);
    EXPECT_FALSE(high.inside_domain);
    EXPECT_FALSE(high.saturated);
    EXPECT_THAT(high.clamped, testing::ElementsAre("cores"));
    EXPECT_TRUE(predicted(text, {4, 2.5}).saturated);
    EXPECT_FALSE(predicted(text, {4, 0.01}).saturated);
    EXPECT_TRUE(predicted(text, {8.000000001, 1}).inside_domain);
}

TEST(Model, SizesMayLieHalfOfTheRangeOutsideOfIt) {
    std::string text =
        model_text("LRRidge", "[]", R"(["cores","files"])", R"({"intercept":10,"weights":[-1,1]})",
                   R"(,"extrapolation":"clamp")");
    for (std::size_t at = text.find("observed_throughput"); at != std::string::npos;
         at = text.find("observed_throughput")) {
        text.replace(at, 19, "files");
    }
    const std::string range = R"("min":0.1,"max":2)";
    text.replace(text.find(range), range.size(), R"("min":5,"max":15)");
    const Prediction near = predicted(text, {4, 18}, 0.9);
    EXPECT_DOUBLE_EQ(near.value, 24);
    EXPECT_FALSE(near.inside_domain);
    EXPECT_FALSE(near.upper) << "no interval outside of the profiled range";
    EXPECT_THAT(near.extrapolated, testing::ElementsAre("files"));
    EXPECT_THAT(near.clamped, testing::IsEmpty());
    const Prediction far = predicted(text, {100, 1000});
    EXPECT_DOUBLE_EQ(far.value, 10 - 8 + 20);
    EXPECT_THAT(far.clamped, testing::ElementsAre("cores", "files"));
    EXPECT_THAT(far.extrapolated, testing::IsEmpty());
    EXPECT_FALSE(far.saturated);
    EXPECT_DOUBLE_EQ(predicted(text, {4, 3}).value, 9);
    EXPECT_DOUBLE_EQ(predicted(text, {4, -1}).value, 8.5) << "sizes stay above 0";
}

TEST(InputRange, WidensWhatDoesNotSaturate) {
    const auto ends = [](const std::string& input, double low, double high) {
        const InputRange range = usable_range(input, low, high);
        return std::pair(range.low, range.high);
    };
    EXPECT_EQ(ends("cores", 1, 8), std::pair(1.0, 8.0));
    EXPECT_EQ(ends("requested_parallelism", 1, 8), std::pair(1.0, 8.0));
    EXPECT_EQ(ends("observed_throughput", 1, 8), std::pair(1.0, 8.0));
    EXPECT_EQ(ends("files", 8, 10), std::pair(7.0, 11.0));
    EXPECT_EQ(ends("files", 2, 10), std::pair(1.0, 14.0));
    EXPECT_EQ(ends("files", 0, 10), std::pair(0.0, 15.0));
    EXPECT_EQ(ends("degrees", -10, 10), std::pair(-20.0, 20.0));
    EXPECT_EQ(ends("files", 5, 5), std::pair(5.0, 5.0));
}

TEST(Model, PredictionsAreFiniteAndAboveZero) {
    const Prediction below = predicted(
        model_text("Stepwise", "[]", R"(["cores"])", R"({"intercept":0,"weights":[-1]})"), {4});
    EXPECT_DOUBLE_EQ(below.value, 0.5);
    EXPECT_FALSE(below.inside_domain);
}

TEST(Model, IntervalOfRelativeResiduals) {
    const std::string text = model_text("Dummy", "[]", "[]", R"({"value":10})",
                                        R"(,"interval":{"kind":"relative-residual",
                       "scores":[0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9]})");
    const Prediction ninety = predicted(text, {}, 0.9);
    ASSERT_TRUE(ninety.upper.has_value());
    EXPECT_DOUBLE_EQ(*ninety.upper, 19);
    EXPECT_DOUBLE_EQ(*ninety.lower, 10 * (1 - 0.9));
    EXPECT_FALSE(predicted(text, {}, 0.95).upper.has_value());
    EXPECT_FALSE(predicted(text, {}, 0).upper.has_value());
}

TEST(Model, MalformedFilesAreRefused) {
    EXPECT_EQ(code_of("{"), "PRM001");
    EXPECT_EQ(code_of(R"({"format":"ai-sprint-performance-model","version":2})"), "PRM001");
    EXPECT_EQ(code_of(model_text("LRRidge", "[]", R"(["cores"])", R"({"weights":[1]})")), "PRM002");
    EXPECT_EQ(
        code_of(model_text("LRRidge", "[]", R"(["cores"])", R"({"intercept":1,"weights":[1,2]})")),
        "PRM003");
    EXPECT_EQ(code_of(model_text("Neural", "[]", "[]", "{}")), "PRM004");
    EXPECT_EQ(
        code_of(model_text(
            "DecisionTree", "[]", R"(["cores"])",
            R"({"trees":[{"feature":[0,0],"threshold":[1,1],"left":[1,0],"right":[1,0],"value":[1,1]}]})")),
        "PRM005");
    EXPECT_EQ(
        code_of(model_text("LRRidge", "[]", R"(["memory"])", R"({"intercept":1,"weights":[1]})")),
        "PRM006");
}

} // namespace
} // namespace aisprint::perf
