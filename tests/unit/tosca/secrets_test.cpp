// SPDX-License-Identifier: Apache-2.0
#include "aisprint/tosca/secrets.hpp"

#include <gtest/gtest.h>

namespace aisprint::tosca {
namespace {

TEST(DocumentSecrets, AreValuesAndDefaultsWithTellingNames) {
    const auto document = yaml::parse(SourceFile("d", R"(
inputs:
  minio_password: {default: pw-minio, type: string}
  cluster_name: {default: cluster-1}
node_templates:
  front:
    credential: {user: ubuntu, token_type: private_key, token: pw-key}
  service:
    env_variables: {DRIFT_DETECTOR_MINIO_SK: pw-drift, INFLUX_TOKEN: pw-influx}
    storage_providers:
    - {access_key: minio, secret_key: pw-other}
)"));
    ASSERT_TRUE(document);
    Redactor redactor;
    add_secrets(*document, redactor);
    EXPECT_EQ(redactor.redact("pw-minio pw-key pw-drift pw-influx pw-other"),
              "*** *** *** *** ***");
    EXPECT_EQ(redactor.redact("cluster-1 minio private_key ubuntu"),
              "cluster-1 minio private_key ubuntu");
}

} // namespace
} // namespace aisprint::tosca
