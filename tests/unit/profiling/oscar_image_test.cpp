// SPDX-License-Identifier: Apache-2.0
#include "oscar_image.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::profiling {
namespace {

using ::testing::HasSubstr;

Unit unit_of(const std::string& partition, std::vector<std::string> images) {
    Unit unit;
    unit.id = "C1@VM1";
    unit.component = "faces";
    unit.partition = partition;
    unit.images = std::move(images);
    return unit;
}

std::string chosen(const Unit& unit, const std::string& architecture) {
    const auto image = choose_image(unit, architecture);
    return image ? *image : image.error().diagnostics.front().message;
}

TEST(OscarImage, IsThatOfDesignAndArchitecture) {
    const std::vector<std::string> images{
        "reg:5000/me/faces_partition1_1_amd64:2", "reg:5000/me/faces_base_amd64:2",
        "reg:5000/me/faces_base_arm64@sha256:00", "reg:5000/me/faces_partition1_1_arm64"};
    EXPECT_EQ(chosen(unit_of("faces", images), "amd64"), images[1]);
    EXPECT_EQ(chosen(unit_of("faces", images), "arm64"), images[2]);
    EXPECT_EQ(chosen(unit_of("faces_partition1_1", images), "amd64"), images[0]);
    EXPECT_EQ(chosen(unit_of("faces_partition1_1", images), "arm64"), images[3]);
}

TEST(OscarImage, FallsBackToOneOfTheNameThatIsNotMadeForOthers) {
    const std::vector<std::string> images{"me/faces_partition1_1", "me/faces_base_arm64",
                                          "me/faces", "me/faces2"};
    EXPECT_EQ(chosen(unit_of("faces", images), "amd64"), "me/faces");
    EXPECT_EQ(chosen(unit_of("faces", images), ""), "me/faces_base_arm64");
    EXPECT_EQ(chosen(unit_of("faces_partition1_1", images), "amd64"), "me/faces_partition1_1");
    EXPECT_THAT(chosen(unit_of("faces_partition2_1", images), "amd64"),
                HasSubstr("No docker image found for component C1@VM1: none of"));
}

TEST(OscarImage, ASingleOneMustHaveTheNameOfTheComponent) {
    EXPECT_EQ(chosen(unit_of("faces_partition1_1", {"faces/faces:1"}), "arm64"), "faces/faces:1");
    EXPECT_THAT(chosen(unit_of("faces", {"faces/masks:faces"}), "amd64"),
                HasSubstr("Mismatch in image naming for component C1@VM1"));
    EXPECT_EQ(chosen(unit_of("faces", {}), "amd64"), "No docker image found for component C1@VM1");
    EXPECT_EQ(choose_image(unit_of("faces", {}), "").error().diagnostics.front().code, "PRF100");
}

} // namespace
} // namespace aisprint::profiling
