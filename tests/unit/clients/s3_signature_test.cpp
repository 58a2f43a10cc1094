// SPDX-License-Identifier: Apache-2.0
// Signatures were worked out with botocore; tests/e2e/s3 compares many more with it.
#include "s3_signature.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace aisprint::clients {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

constexpr const char* k_empty_digest =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

std::string header_of(const HttpRequest& request, const std::string& name) {
    return std::string(HttpResponse{0, request.headers, {}}.header(name));
}

std::string signature_of(HttpRequest request,
                         const std::string& path,
                         const std::string& query,
                         const std::string& region,
                         std::chrono::seconds time) {
    sign(request, path, query, {"AKDUMMY", Secret("sk/1+x"), region}, time);
    return header_of(request, "Authorization");
}

TEST(S3Signature, KeysKeepTheirSlashesAndDots) {
    EXPECT_EQ(encoded_key("a b/#+?&"), "a%20b/%23%2B%3F%26");
    EXPECT_EQ(encoded_key("/x//../."), "/x//../.");
    EXPECT_EQ(encoded_key("ü~"), "%C3%BC~");
    EXPECT_EQ(encoded_key("100%"), "100%25");
}

TEST(S3Signature, QueriesAreSortedAndComplete) {
    EXPECT_EQ(encoded_query({}), "");
    EXPECT_EQ(encoded_query({{"uploads", ""}}), "uploads=");
    EXPECT_EQ(encoded_query({{"prefix", "a b/ü+"}, {"list-type", "2"}, {"encoding-type", "url"}}),
              "encoding-type=url&list-type=2&prefix=a%20b%2F%C3%BC%2B");
    EXPECT_EQ(encoded_query({{"a", "2"}, {"b", "1"}, {"a", "1"}}), "a=1&a=2&b=1");
}

TEST(S3Signature, TimesAreUtc) {
    EXPECT_EQ(signing_time(std::chrono::seconds(0)), "19700101T000000Z");
    EXPECT_EQ(signing_time(std::chrono::seconds(951782400)), "20000229T000000Z");
    EXPECT_EQ(signing_time(std::chrono::seconds(1700000000)), "20231114T221320Z");
}

TEST(S3Signature, HeadersAreSortedAndTrimmed) {
    EXPECT_EQ(
        canonical_request("GET", "/b", "a=1",
                          {{"x-amz-date", "T"}, {"Host", "h"}, {"Note", "  two   blanks "}},
                          "digest"),
        "GET\n/b\na=1\nhost:h\nnote:two blanks\nx-amz-date:T\n\nhost;note;x-amz-date\ndigest");
}

TEST(S3Signature, AgreesWithAnother) {
    HttpRequest get;
    get.headers = {{"Host", "h.example:9000"}};
    EXPECT_EQ(signature_of(get, "/", "", "us-east-1", std::chrono::seconds(1700000000)),
              "AWS4-HMAC-SHA256 Credential=AKDUMMY/20231114/us-east-1/s3/aws4_request, "
              "SignedHeaders=host;x-amz-content-sha256;x-amz-date, "
              "Signature=b30942cb1df2b3689bf46bd218781979e47112ac9911b9b69b7cac3cce5c2f92");
    get.headers = {{"Host", "h.example"}};
    EXPECT_THAT(signature_of(get, "/b1/", "encoding-type=url&list-type=2&prefix=a%20b%2F%C3%BC%2B",
                             "us-east-1", std::chrono::seconds(1700000000)),
                EndsWith("=e18a0f981ec5c55ad433d6c7f796df67f889f5f9720844031374251621fab039"));
    HttpRequest put;
    put.method = "PUT";
    put.body = "text";
    put.headers = {{"Host", "h.example"},
                   {"Content-Type", "application/octet-stream"},
                   {"X-Amz-Meta-Note", "  two   blanks "}};
    EXPECT_THAT(signature_of(put, "/b1/" + encoded_key("a b/#+ü/../x"), "", "eu-west-1",
                             std::chrono::seconds(951782400)),
                EndsWith("=5c90f6a5aad553059d2afcf78419f18fab614d54e5a00ef2b143d91d75f86616"));
}

TEST(S3Signature, TellsTimeAndDigest) {
    HttpRequest request;
    request.headers = {{"Host", "h"}};
    sign(request, "/", "", {"AKDUMMY", Secret("s"), "r"}, std::chrono::seconds(1700000000));
    EXPECT_EQ(header_of(request, "x-amz-date"), "20231114T221320Z");
    EXPECT_EQ(header_of(request, "x-amz-content-sha256"), k_empty_digest);
    EXPECT_THAT(header_of(request, "Authorization"), HasSubstr("/20231114/r/s3/"));
}

} // namespace
} // namespace aisprint::clients
