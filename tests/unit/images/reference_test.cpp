// SPDX-License-Identifier: Apache-2.0
#include "reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::images {
namespace {

PlanOptions options(const std::string& registry, const std::string& folder) {
    PlanOptions result;
    result.registry = registry;
    result.registry_folder = folder;
    return result;
}

TEST(Reference, LeavesOutEmptyParts) {
    EXPECT_EQ(plain_reference(options("docker.io", "/"), "n"), "docker.io/n:latest");
    EXPECT_EQ(plain_reference(options("docker.io/", "//a/b/"), "n"), "docker.io/a/b/n:latest");
    EXPECT_EQ(plain_reference(options("", ""), "n"), "n:latest");
}

TEST(Reference, TagsImagesInEcrByName) {
    PlanOptions chosen;
    chosen.ecr = "0.ecr/repo/";
    EXPECT_EQ(ecr_reference(chosen, "n"), "0.ecr/repo:n");
}

TEST(Reference, ProtectedImagesKeepTheirTag) {
    EXPECT_EQ(protected_reference("localhost:5000/a/n:latest"), "localhost:5000/a/n-sgx:latest");
    EXPECT_EQ(protected_reference("localhost:5000/n"), "localhost:5000/n-sgx");
}

TEST(Reference, TellsWhatRegistriesRefuse) {
    for (const std::string good :
         {"docker.io/team/my-comp_base_amd64:latest", "localhost:5000/a__b/c.d:v1.0_x",
          "registry.example.org/a--b:1", "Upper.Example.org/a:1", "n", "a/b",
          "0.dkr.ecr.eu.amazonaws.com/repo:My-Comp_base_amd64"}) {
        EXPECT_EQ(flaw_of_reference(good), std::nullopt) << good;
    }
    for (const std::string bad : {"docker.io/Team/n:1", "docker.io//n:1", "docker.io/a_/n:1",
                                  "docker.io/a___b:1", "docker.io/n:", "docker.io/n:-x",
                                  "-host.org/n:1", "Team/n:1", "", "a.b/", "docker.io/a..b:1"}) {
        EXPECT_NE(flaw_of_reference(bad), std::nullopt) << bad;
    }
    EXPECT_THAT(*flaw_of_reference("a/" + std::string(300, 'x')),
                testing::HasSubstr("302 characters"));
    EXPECT_THAT(*flaw_of_reference("a:" + std::string(129, 'x')), testing::HasSubstr("128"));
}

} // namespace
} // namespace aisprint::images
