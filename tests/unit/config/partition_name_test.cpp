// SPDX-License-Identifier: Apache-2.0
#include "aisprint/config/partition_name.hpp"

#include <gtest/gtest.h>

namespace aisprint::config {
namespace {

TEST(PartitionIds, AreReadAndWritten) {
    EXPECT_EQ(parse_partition_id("base"), PartitionId{});
    EXPECT_EQ(parse_partition_id("partition1_2"), (PartitionId{1, 2}));
    EXPECT_EQ(parse_partition_id("partition10_12"), (PartitionId{10, 12}));
    EXPECT_EQ(to_string(PartitionId{}), "base");
    EXPECT_EQ(to_string(PartitionId{10, 12}), "partition10_12");
    EXPECT_TRUE(PartitionId{}.is_base());
    EXPECT_FALSE((PartitionId{1, 1}).is_base());
    for (const char* wrong :
         {"", "bas", "partition", "partition1", "partition1_", "partition_1", "partitionX_1",
          "partition0_1", "partition1_0", "partition1_1x", "partition1_1_1", "Partition1_1",
          "partition-1_1", "partition1_99999999999999999999", " partition1_1"}) {
        EXPECT_FALSE(parse_partition_id(wrong)) << wrong;
    }
}

TEST(PartitionNames, SplitAndJoin) {
    const auto name = parse_partition_name("a_partition1_1_b_partition10_12");
    ASSERT_TRUE(name);
    EXPECT_EQ(name->component, "a_partition1_1_b");
    EXPECT_EQ(name->id, (PartitionId{10, 12}));
    EXPECT_EQ(partition_name("a", {10, 12}), "a_partition10_12");
    EXPECT_EQ(partition_name("a", {}), "a");
    for (const char* wrong : {"a", "a_base", "_partition1_1", "a_partition_1", "a_partition1_x",
                              "a_partitionX_1", "a_partition1_2-x", "partition1_1"}) {
        EXPECT_FALSE(parse_partition_name(wrong)) << wrong;
    }
}

TEST(SegmentNames, SplitAndJoin) {
    const auto name = parse_segment_name("a_partitionX_b_partitionX_12");
    ASSERT_TRUE(name);
    EXPECT_EQ(name->component, "a_partitionX_b");
    EXPECT_EQ(name->segment, 12U);
    EXPECT_EQ(candidate_name("a", 3), "a_partitionX_3");
    for (const char* wrong :
         {"a", "_partitionX_1", "a_partitionX_", "a_partitionX_0", "a_partitionX_1x",
          "a_partition1_1", "a_partitionX_99999999999999999999"}) {
        EXPECT_FALSE(parse_segment_name(wrong)) << wrong;
    }
}

} // namespace
} // namespace aisprint::config
