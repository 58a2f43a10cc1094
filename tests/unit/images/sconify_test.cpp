// SPDX-License-Identifier: Apache-2.0
#include "sconify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::images {
namespace {

using testing::ElementsAre;

const std::string k_policy = "name: app-1234/docker.io-n-sgx\n"
                             "version: \"0.3\"\n"
                             "services:\n"
                             "  - name: service\n"
                             "    image_name: service_image\n"
                             "    mrenclaves: [abc]\n"
                             "    command: python3\n"
                             "    environment: {SCONE_MODE: hw}\n"
                             "    pwd: /\n"
                             "    fspf_key: 0123456789\n"
                             "    fspf_tag: 'abcdef'\n"
                             "    fspf_path: /fspf/fs.fspf\n"
                             "images:\n"
                             "  - name: service_image\n"
                             "security:\n"
                             "  attestation: {tolerate: []}\n";

TEST(SconePolicyText, IsCutOutOfTheProgressLines) {
    const SconePolicy policy = read_scone_policy("starting\n 10%: pulling\n" + k_policy +
                                                 "100%: Finished sconification\nbye\n");
    EXPECT_EQ(policy.policy, k_policy);
    EXPECT_TRUE(policy.missing.empty());
    ASSERT_EQ(policy.secrets.size(), 2U);
    EXPECT_EQ(policy.secrets[0].reveal(), "0123456789");
    EXPECT_EQ(policy.secrets[1].reveal(), "abcdef");
}

TEST(SconePolicyText, MustBeComplete) {
    EXPECT_TRUE(read_scone_policy("100%: Finished sconification\n").policy.empty());
    EXPECT_THAT(read_scone_policy("name: x\nservices: []\nsecurity: {}\n").missing,
                ElementsAre("version", "images", "services[0]", "security.attestation"));
    EXPECT_THAT(read_scone_policy("name: [\n").missing,
                ElementsAre(testing::StartsWith("valid YAML: ")));
}

} // namespace
} // namespace aisprint::images
