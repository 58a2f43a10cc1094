// SPDX-License-Identifier: Apache-2.0
#include "aisprint/images/build_plan.hpp"

#include <gtest/gtest.h>

namespace aisprint::images {
namespace {

Image image(const std::string& component, const std::string& reference) {
    Image result;
    result.component = component;
    result.reference = reference;
    return result;
}

TEST(Containers, ListTheImagesOfEachComponentInBuildOrder) {
    EXPECT_EQ(to_containers_yaml({image("b", "r/b_base_amd64:latest"),
                                  image("a", "r/a_base_amd64:latest"),
                                  image("b", "r/b_base_arm64:latest")}),
              "components:\n"
              "  b:\n"
              "    docker_images:\n"
              "    - r/b_base_amd64:latest\n"
              "    - r/b_base_arm64:latest\n"
              "  a:\n"
              "    docker_images:\n"
              "    - r/a_base_amd64:latest\n");
}

} // namespace
} // namespace aisprint::images
