// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/s3_client.hpp"
#include "fake_clock.hpp"

#include "aisprint/base/files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <functional>
#include <optional>

namespace aisprint::clients {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Answer = tl::expected<HttpResponse, TransportError>;

HttpResponse xml(const std::string& body, int status = 200) {
    return {status, {{"Content-Type", "application/xml"}}, body};
}

HttpResponse error(int status, const std::string& code) {
    return xml("<Error><Code>" + code + "</Code><Message>words</Message></Error>", status);
}

HttpResponse stored(const std::string& etag) {
    return {200, {{"ETag", "\"" + etag + "\""}}, ""};
}

HttpResponse head(std::size_t size, const std::string& etag) {
    HttpResponse response = stored(etag);
    response.headers.push_back({"Content-Length", std::to_string(size)});
    return response;
}

HttpResponse range(const std::string& bytes, const std::string& etag) {
    HttpResponse response = stored(etag);
    response.status = 206;
    response.body = bytes;
    return response;
}

HttpResponse page(const std::vector<std::string>& keys, const std::string& next = {}) {
    std::string body = "<ListBucketResult>";
    for (const std::string& key : keys) {
        body += "<Contents><Key>" + key + "</Key><Size>1</Size></Contents>";
    }
    if (!next.empty()) {
        body += "<IsTruncated>true</IsTruncated><NextContinuationToken>" + next +
                "</NextContinuationToken>";
    }
    return xml(body + "</ListBucketResult>");
}

Answer no_answer(TransportErrorKind kind = TransportErrorKind::broken) {
    return tl::unexpected<TransportError>(TransportError{kind, Delivery::unknown, "it broke"});
}

/// Gives the answers that it was told, one for each request.
class ScriptedTransport final : public Transport {
public:
    Answer send(const HttpRequest& request, std::stop_token stop) override {
        requests.push_back(request);
        if (requests.size() == stop_at) {
            source.request_stop();
        }
        if (stop.stop_requested()) {
            return no_answer(TransportErrorKind::cancelled);
        }
        if (on_request) {
            on_request(requests.size());
        }
        if (answers.empty()) {
            ADD_FAILURE() << "unexpected request " << request.method << " " << request.url;
            return HttpResponse{400, {}, ""};
        }
        Answer answer = answers.front();
        answers.pop_front();
        return answer;
    }

    std::deque<Answer> answers;
    std::vector<HttpRequest> requests;
    std::function<void(std::size_t number)> on_request;
    std::stop_source source;
    std::size_t stop_at = 0; ///< the number of the request that finds a stop
};

class S3ClientTest : public testing::Test {
protected:
    S3ClientTest() { m_options.part_size = 4; }

    S3Client& client() {
        m_options.access_key = "AKDUMMY";
        m_options.secret_key = Secret("pw1");
        m_options.retries = {3, 10s, 0.25};
        m_client.emplace(m_transport, m_clock, m_options);
        return *m_client;
    }

    void answer(std::initializer_list<Answer> values) { m_transport.answers = values; }

    /// What was asked: "METHOD path?query".
    std::vector<std::string> asked() const {
        std::vector<std::string> lines;
        for (const HttpRequest& request : m_transport.requests) {
            std::string url = request.url;
            url.erase(0, std::string("http://s3.example:9000").size());
            lines.push_back(request.method + " " + url);
        }
        return lines;
    }

    std::string header(std::size_t number, const std::string& name) const {
        return std::string(
            HttpResponse{0, m_transport.requests.at(number).headers, {}}.header(name));
    }

    std::filesystem::path file(const std::string& content) {
        const std::filesystem::path path = m_folder.path() / "file";
        EXPECT_TRUE(write_file_atomic(path, content));
        return path;
    }

    ScratchDirectory m_folder;
    ScriptedTransport m_transport;
    test::FakeClock m_clock;
    S3Options m_options{{"http://s3.example:9000/", {}, {}, "us-east-1", {}, 60s, 60s, {}}, 4};
    std::optional<S3Client> m_client;
};

TEST_F(S3ClientTest, AsksAsTheProtocolSays) {
    answer({xml("<ListAllMyBucketsResult><Buckets><Bucket><Name>b</Name></Bucket><Bucket>"
                "<Name>a</Name></Bucket></Buckets></ListAllMyBucketsResult>"),
            xml(""),
            stored("1"),
            {HttpResponse{200, {}, "text"}},
            head(5, "0f"),
            xml("<CopyObjectResult/>"),
            {HttpResponse{204, {}, ""}}});
    S3Client& s3 = client();
    EXPECT_THAT(*s3.list_buckets({}), ElementsAre("a", "b"));
    EXPECT_TRUE(s3.create_bucket("b1", {}));
    EXPECT_TRUE(s3.put("b1", "a b/#+", "bytes", {}));
    EXPECT_EQ(s3.get("b1", "ü", {}), "text");
    const auto found = s3.head("b1", "k", {});
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(*found, (S3Object{"k", 5, "0f", ""}));
    EXPECT_TRUE(s3.copy("b1", "from me", "b2", "to", {}));
    EXPECT_TRUE(s3.remove("b1", "../k", {}));
    EXPECT_THAT(asked(), ElementsAre("GET /", "PUT /b1", "PUT /b1/a%20b/%23%2B", "GET /b1/%C3%BC",
                                     "HEAD /b1/k", "PUT /b2/to", "DELETE /b1/../k"));
    EXPECT_EQ(m_transport.requests.at(2).body, "bytes");
    EXPECT_EQ(header(2, "Content-Type"), "application/octet-stream");
    EXPECT_EQ(header(5, "x-amz-copy-source"), "/b1/from%20me");
    for (std::size_t i = 0; i < 7; ++i) {
        EXPECT_EQ(header(i, "Host"), "s3.example:9000");
        EXPECT_THAT(header(i, "Authorization"),
                    StartsWith("AWS4-HMAC-SHA256 Credential=AKDUMMY/20231114/us-east-1/s3/"));
        EXPECT_THAT(header(i, "Authorization"), Not(HasSubstr("pw1")));
    }
}

TEST_F(S3ClientTest, EndpointsMayHaveAPathAndTheSchemesOwnPort) {
    m_options.endpoint = "https://H.example:443/minio";
    answer({stored("1")});
    EXPECT_TRUE(client().put("b1", "k", "", {}));
    EXPECT_EQ(m_transport.requests.at(0).url, "https://h.example/minio/b1/k");
    EXPECT_EQ(header(0, "Host"), "h.example");
}

TEST_F(S3ClientTest, RefusesWhatCannotBeSent) {
    for (const char* name : {"", "a/b", "..", "a b"}) {
        const auto result = client().remove_bucket(name, {});
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().kind, RemoteErrorKind::refused);
        EXPECT_EQ(result.error().status, 0);
        EXPECT_EQ(result.error().delivery, Delivery::not_sent);
        EXPECT_THAT(result.error().message, HasSubstr("not the name of a bucket"));
    }
    EXPECT_THAT(client().remove("b1", "", {}).error().message, HasSubstr("empty key"));
    EXPECT_THAT(client().copy("b1", "k", "b2", "", {}).error().message, HasSubstr("empty key"));
    for (const char* endpoint : {"", "s3.example", "ftp://x", "http://x/?a=b"}) {
        m_options.endpoint = endpoint;
        EXPECT_THAT(client().list_buckets({}).error().message,
                    HasSubstr("not the address of an S3 server"));
        EXPECT_FALSE(client().wait_until_ready(10s, {}));
    }
    EXPECT_THAT(m_transport.requests, IsEmpty());
}

TEST_F(S3ClientTest, RepeatsAndSignsAnew) {
    answer({error(503, "SlowDown"), no_answer(), stored("1")});
    EXPECT_TRUE(client().put("b1", "k", "v", {}));
    ASSERT_EQ(m_transport.requests.size(), 3U);
    EXPECT_EQ(header(0, "x-amz-date"), "20231114T221320Z");
    EXPECT_EQ(header(1, "x-amz-date"), "20231114T221330Z");
    EXPECT_EQ(header(2, "x-amz-date"), "20231114T221350Z");
    EXPECT_NE(header(0, "Authorization"), header(1, "Authorization"));
    EXPECT_EQ(m_transport.requests.at(2).body, "v");
}

TEST_F(S3ClientTest, GivesUpAfterTheLastAttempt) {
    answer({error(503, "SlowDown"), error(503, "SlowDown"), error(503, "SlowDown")});
    const auto result = client().get("b1", "k", {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, "SlowDown");
    EXPECT_EQ(m_transport.requests.size(), 3U);
}

TEST_F(S3ClientTest, DoesNotRepeatRefusals) {
    answer({error(403, "RequestTimeTooSkewed")});
    const auto result = client().get("b1", "k", {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, RemoteErrorKind::unauthorised);
    EXPECT_THAT(result.error().message, HasSubstr("set the clock"));
}

TEST_F(S3ClientTest, OwnBucketsAreFine) {
    answer({error(409, "BucketAlreadyOwnedByYou")});
    EXPECT_TRUE(client().create_bucket("b1", {}));
    const HttpResponse own = xml("<ListAllMyBucketsResult><Buckets><Bucket><Name>b1</Name>"
                                 "</Bucket></Buckets></ListAllMyBucketsResult>");
    answer({error(409, "BucketAlreadyExists"), own});
    EXPECT_TRUE(client().create_bucket("b1", {}));
    answer({error(409, "BucketAlreadyExists"), own});
    EXPECT_EQ(client().create_bucket("b2", {}).error().code, "BucketAlreadyExists");
    m_options.region = "eu-west-1";
    answer({xml("")});
    EXPECT_TRUE(client().create_bucket("b3", {}));
    EXPECT_THAT(m_transport.requests.back().body,
                HasSubstr("<LocationConstraint>eu-west-1</LocationConstraint>"));
}

TEST_F(S3ClientTest, ListsAllPages) {
    answer({page({"c", "a"}, "t/1"), page({"b"}, "t/2"), page({})});
    const auto objects = client().list("b1", "p/ü", {});
    ASSERT_TRUE(objects.has_value());
    ASSERT_EQ(objects->size(), 3U);
    EXPECT_EQ(objects->at(0).key, "a");
    EXPECT_EQ(objects->at(2).key, "c");
    EXPECT_THAT(asked(),
                ElementsAre("GET /b1?encoding-type=url&list-type=2&prefix=p%2F%C3%BC",
                            "GET /b1?continuation-token=t%2F1&encoding-type=url&list-type=2&"
                            "prefix=p%2F%C3%BC",
                            "GET /b1?continuation-token=t%2F2&encoding-type=url&list-type=2&"
                            "prefix=p%2F%C3%BC"));
}

TEST_F(S3ClientTest, ListingsThatDoNotEnd) {
    answer({page({"a"}, "t"), page({"a"}, "t")});
    const auto objects = client().list("b1", "", {});
    ASSERT_FALSE(objects.has_value());
    EXPECT_EQ(objects.error().kind, RemoteErrorKind::malformed);
    EXPECT_THAT(objects.error().message, HasSubstr("again and again"));
}

TEST_F(S3ClientTest, RemovesBucketsInBatches) {
    std::vector<std::string> keys;
    for (int i = 0; i < 2001; ++i) {
        keys.push_back("k" + std::to_string(i));
    }
    keys.emplace_back("end ");
    answer({page(keys),
            {HttpResponse{204, {}, ""}},
            xml("<DeleteResult/>"),
            xml("<DeleteResult/>"),
            xml("<DeleteResult/>"),
            {HttpResponse{204, {}, ""}}});
    // "end " sorts first, and is deleted alone: readers of XML may drop the blank
    EXPECT_TRUE(client().remove_bucket("b1", {}));
    EXPECT_THAT(
        asked(),
        ElementsAre("GET /b1?encoding-type=url&list-type=2&prefix=", "DELETE /b1/end%20",
                    "POST /b1?delete=", "POST /b1?delete=", "POST /b1?delete=", "DELETE /b1"));
    const auto count = [&](std::size_t number) {
        const std::string& body = m_transport.requests.at(number).body;
        std::size_t found = 0;
        for (std::size_t at = body.find("<Key>"); at != std::string::npos;
             at = body.find("<Key>", at + 1)) {
            ++found;
        }
        return found;
    };
    EXPECT_EQ(count(2), 1000U);
    EXPECT_EQ(count(3), 1000U);
    EXPECT_EQ(count(4), 1U);
    EXPECT_EQ(header(2, "Content-MD5").size(), 24U);
}

TEST_F(S3ClientTest, RemovesWhatCameMeanwhile) {
    answer({page({}),
            error(409, "BucketNotEmpty"),
            page({"new"}),
            xml("<DeleteResult/>"),
            {HttpResponse{204, {}, ""}}});
    EXPECT_TRUE(client().remove_bucket("b1", {}));
    answer({page({}), error(409, "BucketNotEmpty"), page({}), error(409, "BucketNotEmpty"),
            page({}), error(409, "BucketNotEmpty")});
    EXPECT_EQ(client().remove_bucket("b1", {}).error().code, "BucketNotEmpty");
}

TEST_F(S3ClientTest, WhatIsGoneNeedsNoDeletion) {
    answer({error(404, "NoSuchBucket")});
    EXPECT_TRUE(client().remove_bucket("b1", {}));
    answer({page({"a"}), error(404, "NoSuchBucket"), error(404, "NoSuchBucket")});
    EXPECT_TRUE(client().remove_bucket("b1", {}));
    answer({error(404, "NoSuchKey")});
    EXPECT_TRUE(client().remove("b1", "k", {}));
}

TEST_F(S3ClientTest, SaysWhatWasNotDeleted) {
    answer({page({"a", "b"}), xml("<DeleteResult><Error><Key>a</Key><Code>AccessDenied</Code>"
                                  "<Message>no</Message></Error></DeleteResult>")});
    const auto result = client().remove_bucket("b1", {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, RemoteErrorKind::unauthorised);
    EXPECT_EQ(result.error().message,
              "1 of 2 objects were not deleted, the first is \"a\": no (AccessDenied)");
}

TEST_F(S3ClientTest, ObjectsThatAServerHadNoTimeForAreDeletedLater) {
    const HttpResponse busy = xml("<DeleteResult><Error><Key>b</Key><Code>SlowDown</Code>"
                                  "<Message>later</Message></Error></DeleteResult>");
    answer({page({"a", "b"}), busy, page({"b"}), xml("<DeleteResult/>"), xml("", 204)});
    EXPECT_TRUE(client().remove_bucket("b1", {}));
    EXPECT_THAT(m_transport.answers, IsEmpty());
    answer({page({"b"}), busy, page({"b"}), busy, page({"b"}), busy});
    const auto given_up = client().remove_bucket("b1", {});
    ASSERT_FALSE(given_up.has_value());
    EXPECT_EQ(given_up.error().code, "SlowDown");
}

TEST_F(S3ClientTest, CopiesFailInsideOfSuccess) {
    answer({error(200, "InternalError"), error(404, "NoSuchKey"), xml("<CopyObjectResult/>")});
    EXPECT_TRUE(client().copy("b1", "k", "b2", "k", {}));
    answer({error(200, "AccessDenied")});
    const auto denied = client().copy("b1", "k", "b2", "k", {});
    ASSERT_FALSE(denied.has_value());
    EXPECT_EQ(denied.error().kind, RemoteErrorKind::unauthorised);
    answer({xml("")});
    EXPECT_EQ(client().copy("b1", "k", "b2", "k", {}).error().kind, RemoteErrorKind::malformed);
}

/// A second copy would be a second event, and a second job of a service that waits for objects.
TEST_F(S3ClientTest, CopiesWhoseAnswerIsLostAreNotDoneTwice) {
    answer({no_answer(), head(3, "e1"), head(3, "e1")});
    EXPECT_TRUE(client().copy("b1", "k 1", "b2", "k 2", {}));
    EXPECT_THAT(asked(), ElementsAre("PUT /b2/k%202", "HEAD /b1/k%201", "HEAD /b2/k%202"));
    EXPECT_EQ(m_transport.requests[0].resend, Resend::never);
    for (const char* key : {"x-amz-copy-source", "Content-Type"}) {
        EXPECT_EQ(header(2, key), "") << key;
    }
}

TEST_F(S3ClientTest, CopiesThatWereNotDoneAreRepeated) {
    answer({no_answer(), head(3, "e1"), error(404, "NoSuchKey"), error(503, "SlowDown"),
            head(3, "e1"), head(3, "e0"), xml("<CopyObjectResult/>")});
    EXPECT_TRUE(client().copy("b1", "k", "b2", "k", {}));
    EXPECT_THAT(m_transport.answers, IsEmpty());
    m_transport.requests.clear();
    answer({tl::unexpected<TransportError>(
                TransportError{TransportErrorKind::unreachable, Delivery::not_sent, "no route"}),
            xml("<CopyObjectResult/>")});
    EXPECT_TRUE(client().copy("b1", "k", "b2", "k", {}));
    EXPECT_THAT(asked(), ElementsAre("PUT /b2/k", "PUT /b2/k")) << "nothing to look for";
}

TEST_F(S3ClientTest, LargeContentsHaveMoreTime) {
    m_options.part_size = 1 << 20;
    answer({stored("e1"), stored("e2"), head(640000, "e3"), range(std::string(640000, 'x'), "e3")});
    EXPECT_TRUE(client().put("b1", "k", "small", {}));
    EXPECT_TRUE(client().put("b1", "k", std::string(640000, 'x'), {}));
    EXPECT_TRUE(client().get_file("b1", "k", m_folder.path() / "copy", {}));
    std::vector<std::chrono::milliseconds> timeouts;
    for (const HttpRequest& request : m_transport.requests) {
        timeouts.push_back(request.timeout);
    }
    EXPECT_THAT(timeouts, ElementsAre(60s, 70s, 60s, 70s));
}

TEST_F(S3ClientTest, OtherServersAreNotBelieved) {
    const HttpResponse sign_in{200, {{"Content-Type", "text/html"}}, "<!DOCTYPE html><html>"};
    answer({sign_in, sign_in, sign_in, sign_in, sign_in});
    S3Client& s3 = client();
    EXPECT_EQ(s3.create_bucket("b1", {}).error().kind, RemoteErrorKind::malformed);
    EXPECT_EQ(s3.put("b1", "k", "", {}).error().kind, RemoteErrorKind::malformed);
    EXPECT_EQ(s3.remove("b1", "k", {}).error().kind, RemoteErrorKind::malformed);
    EXPECT_EQ(s3.list("b1", "", {}).error().kind, RemoteErrorKind::malformed);
    EXPECT_EQ(s3.head("b1", "k", {}).error().kind, RemoteErrorKind::malformed);
}

TEST_F(S3ClientTest, HeadsOfNothing) {
    answer({{HttpResponse{404, {}, ""}}, {HttpResponse{403, {}, ""}}});
    const auto nothing = client().head("b1", "k", {});
    ASSERT_TRUE(nothing.has_value());
    EXPECT_FALSE(nothing->has_value());
    EXPECT_EQ(client().head("b1", "k", {}).error().kind, RemoteErrorKind::unauthorised);
}

const char* const k_upload = "<InitiateMultipartUploadResult><UploadId>u</UploadId>"
                             "</InitiateMultipartUploadResult>";
const std::string k_part_a(32, 'a');
const std::string k_part_b(32, 'b');

TEST_F(S3ClientTest, SmallFilesGoAtOnce) {
    for (const char* content : {"", "1234"}) {
        answer({stored("1")});
        EXPECT_TRUE(client().put_file("b1", "k", file(content), {}));
        EXPECT_EQ(m_transport.requests.back().body, content);
    }
}

TEST_F(S3ClientTest, LargeFilesGoInParts) {
    answer({xml(k_upload), stored(k_part_a), error(503, "SlowDown"), stored(k_part_b),
            xml("<CompleteMultipartUploadResult/>")});
    EXPECT_TRUE(client().put_file("b1", "k", file("1234567"), {}));
    EXPECT_THAT(asked(), ElementsAre("POST /b1/k?uploads=", "PUT /b1/k?partNumber=1&uploadId=u",
                                     "PUT /b1/k?partNumber=2&uploadId=u",
                                     "PUT /b1/k?partNumber=2&uploadId=u", "POST /b1/k?uploadId=u"));
    EXPECT_EQ(m_transport.requests.at(1).body, "1234");
    EXPECT_EQ(m_transport.requests.at(3).body, "567");
    EXPECT_THAT(m_transport.requests.at(4).body,
                HasSubstr("&quot;" + k_part_b + "&quot;</ETag><PartNumber>2</PartNumber>"));
    EXPECT_EQ(header(4, "Content-Type"), "application/xml");
}

TEST_F(S3ClientTest, FailedUploadsAreAborted) {
    answer(
        {xml(k_upload), stored(k_part_a), error(403, "AccessDenied"), {HttpResponse{204, {}, ""}}});
    const auto result = client().put_file("b1", "k", file("1234567"), {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, "AccessDenied");
    EXPECT_THAT(result.error().message, Not(HasSubstr("may remain")));
    EXPECT_EQ(asked().back(), "DELETE /b1/k?uploadId=u");
}

TEST_F(S3ClientTest, PartsThatMayRemainAreTold) {
    answer({xml(k_upload), error(403, "AccessDenied"), error(403, "AccessDenied")});
    EXPECT_THAT(client().put_file("b1", "k", file("12345"), {}).error().message,
                EndsWith("parts of the upload may remain on the server"));
}

TEST_F(S3ClientTest, StoppedUploadsAreAborted) {
    m_transport.stop_at = 3;
    answer({xml(k_upload), stored(k_part_a), {HttpResponse{204, {}, ""}}});
    const auto result =
        client().put_file("b1", "k", file("1234567"), m_transport.source.get_token());
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, RemoteErrorKind::cancelled);
    EXPECT_EQ(asked().back(), "DELETE /b1/k?uploadId=u");
    EXPECT_THAT(m_transport.answers, IsEmpty());
}

TEST_F(S3ClientTest, FilesThatBecomeShorterAreNotStored) {
    const std::filesystem::path path = file("1234567");
    m_transport.on_request = [&](std::size_t number) {
        if (number == 2) {
            std::filesystem::resize_file(path, 5);
        }
    };
    answer({xml(k_upload), stored(k_part_a), {HttpResponse{204, {}, ""}}});
    const auto result = client().put_file("b1", "k", path, {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, RemoteErrorKind::refused);
    EXPECT_THAT(result.error().message, HasSubstr("became shorter"));
    EXPECT_EQ(asked().back(), "DELETE /b1/k?uploadId=u");
}

TEST_F(S3ClientTest, LostAnswersToACompletion) {
    answer({xml(k_upload),
            stored(k_part_a),
            stored(k_part_b),
            no_answer(),
            error(404, "NoSuchUpload"),
            head(7, "other-2"),
            {HttpResponse{204, {}, ""}}});
    EXPECT_EQ(client().put_file("b1", "k", file("1234567"), {}).error().code, "NoSuchUpload");
    m_transport.requests.clear();
    answer({xml(k_upload), stored("0cc175b9c0f1b6a831c399e269772661"),
            stored("92eb5ffee6ae2fec3ad71c777531578f"), no_answer(), error(404, "NoSuchUpload"),
            head(7, "96e024ba2074fe77e8e965ba43a704be-2")});
    EXPECT_TRUE(client().put_file("b1", "k", file("1234567"), {}));
    EXPECT_EQ(asked().back(), "HEAD /b1/k");
}

TEST_F(S3ClientTest, LocalFilesThatAreNotThere) {
    const auto result = client().put_file("b1", "k", m_folder.path() / "none", {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, RemoteErrorKind::refused);
    EXPECT_THAT(result.error().message,
                AllOf(StartsWith("cannot read "), EndsWith("none: No such file or directory")));
    EXPECT_THAT(client().put_file("b1", "k", m_folder.path(), {}).error().message,
                HasSubstr("not a regular file"));
}

TEST_F(S3ClientTest, FetchesFilesInRanges) {
    answer({head(7, "e"), range("1234", "e"), no_answer(), range("567", "e")});
    const std::filesystem::path path = m_folder.path() / "fetched";
    ASSERT_TRUE(client().get_file("b1", "k", path, {}));
    EXPECT_EQ(read_file(path), "1234567");
    EXPECT_EQ(header(1, "Range"), "bytes=0-3");
    EXPECT_EQ(header(3, "Range"), "bytes=4-6");
    EXPECT_EQ(std::filesystem::status(path).permissions(),
              static_cast<std::filesystem::perms>(0644));
    answer({head(0, "e")});
    ASSERT_TRUE(client().get_file("b1", "k", path, {}));
    EXPECT_EQ(read_file(path), "");
    answer({head(3, "e"), {HttpResponse{200, {}, "abc"}}}); // knows no ranges
    ASSERT_TRUE(client().get_file("b1", "k", path, {}));
    EXPECT_EQ(read_file(path), "abc");
}

TEST_F(S3ClientTest, FilesThatCannotBeFetchedLeaveNothing) {
    const std::filesystem::path path = file("kept");
    const auto fails = [&](std::initializer_list<Answer> answers, RemoteErrorKind kind) {
        answer(answers);
        const auto result = client().get_file("b1", "k", path, {});
        ASSERT_FALSE(result.has_value());
        EXPECT_EQ(result.error().kind, kind) << result.error().message;
        EXPECT_EQ(read_file(path), "kept");
        const auto begin = std::filesystem::directory_iterator(m_folder.path());
        EXPECT_EQ(std::distance(begin, std::filesystem::directory_iterator()), 1);
    };
    fails({{HttpResponse{404, {}, ""}}}, RemoteErrorKind::gone);
    fails({head(7, "e"), range("123", "e")}, RemoteErrorKind::malformed);
    fails({head(7, "e"), {HttpResponse{200, {}, "1234"}}}, RemoteErrorKind::malformed);
    fails({head(3, "e"), {HttpResponse{200, {}, "1234"}}}, RemoteErrorKind::malformed);
    fails({head(7, "e"), range("1234", "e"), range("567", "f")}, RemoteErrorKind::conflict);
    fails({head(7, "e"), range("1234", "e"), error(404, "NoSuchKey")}, RemoteErrorKind::gone);
}

TEST_F(S3ClientTest, FilesThatCannotBeWritten) {
    answer({head(7, "e")});
    const auto result = client().get_file("b1", "k", m_folder.path() / "no" / "file", {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, RemoteErrorKind::refused);
    EXPECT_THAT(result.error().message, AllOf(StartsWith("cannot write "), EndsWith("directory")));
}

TEST_F(S3ClientTest, EtagsOfFiles) {
    EXPECT_EQ(client().etag_of_file(file("")), "d41d8cd98f00b204e9800998ecf8427e");
    EXPECT_EQ(client().etag_of_file(file("abc")), "900150983cd24fb0d6963f7d28e17f72");
    m_options.part_size = 1;
    EXPECT_EQ(client().etag_of_file(file("ab")), "96e024ba2074fe77e8e965ba43a704be-2");
    EXPECT_FALSE(client().etag_of_file(m_folder.path() / "none"));
}

TEST_F(S3ClientTest, WaitsUntilTheServerIsReady) {
    const HttpResponse ready = xml("<ListAllMyBucketsResult/>");
    answer({no_answer(TransportErrorKind::unreachable), error(503, "XMinioServerNotInitialized"),
            ready});
    EXPECT_TRUE(client().wait_until_ready(60s, {}));
    EXPECT_EQ(m_clock.now(), 600ms);
    answer({error(403, "AccessDenied")});
    EXPECT_TRUE(client().wait_until_ready(60s, {})) << "it is ready, and lists no buckets";
    answer({error(403, "InvalidAccessKeyId")});
    EXPECT_EQ(client().wait_until_ready(60s, {}).error().code, "InvalidAccessKeyId");
}

TEST_F(S3ClientTest, DoesNotWaitForever) {
    m_transport.on_request = [&](std::size_t) {
        m_transport.answers = {no_answer(TransportErrorKind::unreachable)};
    };
    const auto result = client().wait_until_ready(60s, {});
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(m_clock.now(), 60s);
    EXPECT_EQ(result.error().message, "the S3 server was not ready within 60 s: it broke");
    EXPECT_LT(m_transport.requests.size(), 130U);
    EXPECT_EQ(m_transport.requests.at(0).timeout, 10s);
}

TEST_F(S3ClientTest, WaitsEndWhenAsked) {
    m_transport.stop_at = 2;
    answer({no_answer(TransportErrorKind::unreachable)});
    const auto result = client().wait_until_ready(60s, m_transport.source.get_token());
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().kind, RemoteErrorKind::cancelled);
}

} // namespace
} // namespace aisprint::clients
