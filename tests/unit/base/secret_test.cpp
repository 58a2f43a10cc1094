// SPDX-License-Identifier: Apache-2.0
#include "aisprint/base/secret.hpp"

#include "aisprint/base/base64.hpp"
#include "aisprint/base/digest.hpp"
#include "aisprint/base/random_source.hpp"

#include <gtest/gtest.h>

#include <set>

namespace aisprint {
namespace {

TEST(Redactor, MasksSecretsLongestFirst) {
    Redactor redactor;
    redactor.add(Secret("swordfish"));
    redactor.add(Secret("swordfish-and-more"));
    redactor.add(Secret("abc")); // too short to look for
    EXPECT_EQ(redactor.redact("x swordfish-and-more y swordfishz abc"), "x *** y ***z abc");
}

TEST(Redactor, MasksKeyBlocksAndAuthorizationHeaders) {
    const Redactor redactor;
    EXPECT_EQ(redactor.redact("a\n-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"
                              "-----END RSA PRIVATE KEY-----\nb"),
              "a\n***\nb");
    EXPECT_EQ(redactor.redact("k: -----BEGIN PRIVATE KEY-----\nMIIE"), "k: ***");
    EXPECT_EQ(redactor.redact("-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----"),
              "-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----");
    EXPECT_EQ(redactor.redact("> AUTHORIZATION: Bearer t0k\r\n> Host: h"),
              "> AUTHORIZATION: ***\r\n> Host: h");
}

// FIPS 180-2 and RFC 4231 test vectors
TEST(Digest, AgreesWithPublishedVectors) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(md5("abc")), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

// RFC 4648, section 10
TEST(Base64, AgreesWithPublishedVectors) {
    for (const auto& [bytes, text] : {std::pair<std::string, std::string>{"", ""},
                                      {"f", "Zg=="},
                                      {"fo", "Zm8="},
                                      {"foo", "Zm9v"},
                                      {"foob", "Zm9vYg=="},
                                      {"fooba", "Zm9vYmE="},
                                      {"foobar", "Zm9vYmFy"}}) {
        EXPECT_EQ(encode_base64(bytes), text);
        EXPECT_EQ(decode_base64(text), bytes);
    }
    for (const char* text : {"Zg", "Z===", "Zg= ", "Zg\n=", "Z!==", "===="}) {
        EXPECT_EQ(decode_base64(text), std::nullopt) << text;
    }
}

TEST(SecretNames, AreToldFromOthers) {
    for (const char* name : {"oscar_password", "INFLUX_TOKEN", "secret_key", "fe_node_creds",
                             "credential", "MINIO_SK", "db_pass", "im_auth", "minioPassword"}) {
        EXPECT_TRUE(names_a_secret(name)) << name;
    }
    for (const char* name :
         {"", "token_type", "cluster_name", "passive", "access_key", "task", "sk_count"}) {
        EXPECT_FALSE(names_a_secret(name)) << name;
    }
}

TEST(SystemRandomSource, DrawsLettersAndDigits) {
    SystemRandomSource random;
    std::set<char> seen;
    for (int i = 0; i < 100; ++i) {
        const std::string text = random.draw(70);
        ASSERT_EQ(text.size(), 70U);
        ASSERT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789"),
                  std::string::npos);
        seen.insert(text.begin(), text.end());
    }
    EXPECT_EQ(seen.size(), 36U);
}

} // namespace
} // namespace aisprint
