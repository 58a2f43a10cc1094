// SPDX-License-Identifier: Apache-2.0
#include "aisprint/annotations/typed.hpp"

#include "annotations_support.hpp"

#include <gmock/gmock.h>

namespace aisprint::annotations {
namespace {

using ::testing::ElementsAre;

ComponentScript script(const std::string& decorators) {
    const testing::Reading reading = testing::read(testing::component(decorators));
    if (!reading.script) {
        ADD_FAILURE() << testing::messages(reading.script.error());
        return {};
    }
    return *reading.script;
}

TEST(Typed, SaysNothingWithoutAnnotation) {
    const ComponentScript bare = script("");
    EXPECT_FALSE(exec_time_of(bare));
    EXPECT_FALSE(expected_throughput_of(bare));
    EXPECT_FALSE(partitionable_model_of(bare));
    EXPECT_FALSE(early_exits_of(bare));
    EXPECT_FALSE(model_performance_of(bare));
    EXPECT_FALSE(metric_drift_of(bare));
    EXPECT_FALSE(device_constraints_of(bare));
    EXPECT_FALSE(security_of(bare));
}

TEST(Typed, KeepsNumbersAsWritten) {
    const auto exec_time =
        exec_time_of(script("@exec_time(10, global_time_thr=30.0, prev_components=('x', 'y'))\n"));
    ASSERT_TRUE(exec_time);
    EXPECT_EQ(exec_time->local_time_thr->kind, ValueKind::integer);
    EXPECT_EQ(exec_time->global_time_thr->kind, ValueKind::floating);
    EXPECT_EQ(exec_time->global_time_thr->text, "30.0");
    EXPECT_THAT(exec_time->prev_components, ElementsAre("x", "y"));
    EXPECT_EQ(expected_throughput_of(script("@expected_throughput(0.25)\n"))->rate.text, "0.25");
}

TEST(Typed, IgnoresAPathWithoutGlobalLimit) {
    const auto exec_time = exec_time_of(script("@exec_time(prev_components=['x'])\n"));
    ASSERT_TRUE(exec_time);
    EXPECT_TRUE(exec_time->prev_components.empty());
}

TEST(Typed, GivesModels) {
    const auto cut = partitionable_model_of(script("@partitionable_model('m.onnx')\n"));
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->onnx_file, "m.onnx");
    EXPECT_EQ(cut->num_partitions, 1);
    EXPECT_EQ(cut->onnx_file_span.line, 4U);
    EXPECT_EQ(partitionable_model_of(script("@partitionable_model('m', 4)\n"))->num_partitions, 4);
    const auto exits = early_exits_of(script("@early_exits_model('m.onnx', 'leave', [0.75, 1])\n"));
    ASSERT_TRUE(exits);
    EXPECT_EQ(exits->condition_function, "leave");
    ASSERT_EQ(exits->transition_probabilities.size(), 2U);
    EXPECT_EQ(exits->transition_probabilities[0].text, "0.75");
    EXPECT_EQ(exits->transition_probabilities[1].kind, ValueKind::integer);
    const auto performance =
        model_performance_of(script("@model_performance(metric='accuracy', metric_thr=.5)\n"));
    ASSERT_TRUE(performance);
    EXPECT_EQ(performance->metric, "average_accuracy");
    EXPECT_EQ(performance->metric_thr->text, ".5");
    EXPECT_FALSE(performance->filtered_class);
}

TEST(Typed, NormalisesDrift) {
    const auto one = metric_drift_of(script("@detect_metric_drift(metric='masks', field='ratio', "
                                            "statistical_test='kolmogorov-smirnov', "
                                            "test_threshold=0.05, detection_interval=0.5, "
                                            "monitoring_period=2, data_collection_period=24)\n"));
    ASSERT_TRUE(one);
    ASSERT_EQ(one->metrics.size(), 1U);
    EXPECT_EQ(one->metrics[0].name, "masks");
    ASSERT_EQ(one->metrics[0].fields.size(), 1U);
    EXPECT_EQ(one->metrics[0].fields[0].name, "ratio");
    EXPECT_EQ(one->metrics[0].fields[0].statistical_test, "kolmogorov-smirnov");
    EXPECT_EQ(one->metrics[0].fields[0].monitoring_period.text, "2");
    EXPECT_EQ(one->detection_interval.text, "0.5");
    EXPECT_EQ(one->data_collection_period.text, "24");
    EXPECT_FALSE(one->notification_endpoint);
    const auto many = metric_drift_of(
        script("@detect_metric_drift(['m', 'n'], [['f'], ['g', 'h']], [['chi-squared'], "
               "['fisher-exact-test', 'chi-squared']], 0.1, 1, [[1], [2, 3]], 3, "
               "notification_endpoint='https://x/y')\n"));
    ASSERT_TRUE(many);
    ASSERT_EQ(many->metrics.size(), 2U);
    ASSERT_EQ(many->metrics[1].fields.size(), 2U);
    EXPECT_EQ(many->metrics[1].fields[0].statistical_test, "fisher-exact-test");
    EXPECT_EQ(many->metrics[1].fields[1].monitoring_period.text, "3");
    EXPECT_EQ(many->metrics[1].fields[1].test_threshold.text, "0.1");
    EXPECT_EQ(many->notification_endpoint, "https://x/y");
}

TEST(Typed, GivesDeviceAndSecurity) {
    const auto device = device_constraints_of(script("@device_constraints(512, 0, ['pre'])\n"));
    ASSERT_TRUE(device);
    EXPECT_EQ(device->ram.integer, 512);
    EXPECT_THAT(device->use_gpu_for, ElementsAre("pre"));
    const auto security = security_of(script("@security(networkShield=True, confProc=False)\n"));
    ASSERT_TRUE(security);
    EXPECT_TRUE(security->network_shield);
    EXPECT_FALSE(security->trusted_execution);
    EXPECT_FALSE(security->conf_proc);
}

} // namespace
} // namespace aisprint::annotations
