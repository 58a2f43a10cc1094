// SPDX-License-Identifier: Apache-2.0
#include "s3_answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace aisprint::clients {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

HttpResponse xml(const std::string& body, int status = 200) {
    return {status,
            {{"Content-Type", "application/xml"}, {"Date", "Sun, 06 Nov 1994 08:49:37 GMT"}},
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + body};
}

HttpResponse error(int status, const std::string& code, const std::string& message = "words") {
    return xml("<Error><Code>" + code + "</Code><Message>" + message +
                   "</Message><Resource>/b</Resource><RequestId>1</RequestId></Error>",
               status);
}

std::string list_of(const std::string& content) {
    return "<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" + content +
           "</ListBucketResult>";
}

TEST(S3Answer, Buckets) {
    const auto names = parse_buckets(
        xml("<ListAllMyBucketsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Owner>"
            "<ID>1</ID></Owner><Buckets>\n<Bucket><Name>b</Name><CreationDate>x</CreationDate>"
            "</Bucket>\n<Bucket><Name>a</Name></Bucket></Buckets></ListAllMyBucketsResult>"));
    ASSERT_TRUE(names.has_value()) << names.error();
    EXPECT_THAT(*names, ElementsAre("b", "a"));
    EXPECT_THAT(*parse_buckets(xml("<ListAllMyBucketsResult/>")), IsEmpty());
    EXPECT_FALSE(parse_buckets(xml("<ListAllMyBucketsResult><Buckets><Bucket/></Buckets>"
                                   "</ListAllMyBucketsResult>")));
}

TEST(S3Answer, PagesOfAListing) {
    const auto page = parse_page(
        xml(list_of("<Name>b</Name><IsTruncated>true</IsTruncated>"
                    "<NextContinuationToken>t/1=</NextContinuationToken>"
                    "<Contents><Key>a&amp;b &lt;c&gt;</Key><Size>12</Size>"
                    "<ETag>&quot;0ff&quot;</ETag><LastModified>2023-06-01T10:01:13.000Z"
                    "</LastModified></Contents>"
                    "<Contents><Key><![CDATA[x]]>y</Key><Size>0</Size></Contents>"
                    "<Contents><Key> </Key><Size>18446744073709551615</Size></Contents>")));
    ASSERT_TRUE(page.has_value()) << page.error();
    ASSERT_EQ(page->objects.size(), 3U);
    EXPECT_EQ(page->objects[0], (S3Object{"a&b <c>", 12, "0ff", "2023-06-01T10:01:13.000Z"}));
    EXPECT_EQ(page->objects[1].key, "xy");
    EXPECT_EQ(page->objects[2].key, " ");
    EXPECT_EQ(page->objects[2].size, 18446744073709551615U);
    EXPECT_EQ(page->next, "t/1=");
}

TEST(S3Answer, KeysAreDecodedIfTheServerEncodedThem) {
    const std::string item = "<Contents><Key>a+b%2Bc/%C3%bc%0A</Key><Size>1</Size></Contents>";
    EXPECT_EQ(parse_page(xml(list_of(item)))->objects.at(0).key, "a+b%2Bc/%C3%bc%0A");
    EXPECT_EQ(
        parse_page(xml(list_of("<EncodingType>url</EncodingType>" + item)))->objects.at(0).key,
        "a b+c/ü\n");
    for (const char* key : {"a%2", "%", "%zz", ""}) {
        const auto page =
            parse_page(xml(list_of(std::string("<EncodingType>url</EncodingType><Contents><Key>") +
                                   key + "</Key><Size>1</Size></Contents>")));
        ASSERT_FALSE(page.has_value()) << key;
        EXPECT_THAT(page.error(), HasSubstr("no legible key"));
    }
}

TEST(S3Answer, ListingsThatSayTooLittle) {
    EXPECT_THAT(parse_page(xml(list_of("<Contents><Key>k</Key></Contents>"))).error(),
                HasSubstr("\"k\" that has no legible size"));
    EXPECT_FALSE(parse_page(xml(list_of("<Contents><Key>k</Key><Size>1x</Size></Contents>"))));
    EXPECT_FALSE(parse_page(xml(list_of("<Contents><Key>k</Key><Size>-1</Size></Contents>"))));
    EXPECT_THAT(parse_page(xml(list_of("<IsTruncated>true</IsTruncated>"))).error(),
                HasSubstr("no token"));
}

TEST(S3Answer, WhatIsNotTheDocument) {
    const auto fault = [](const HttpResponse& response) { return parse_page(response).error(); };
    EXPECT_THAT(fault({200, {}, " \n"}), HasSubstr("answered with nothing"));
    EXPECT_THAT(fault({200, {{"Content-Type", "text/plain"}}, "hello"}),
                HasSubstr("5 bytes (text/plain) that are not XML"));
    EXPECT_THAT(fault(xml("<ListBucketResult>")), HasSubstr("not XML"));
    EXPECT_THAT(fault(xml("<html><title>Sign in</title></html>")),
                HasSubstr("<html> where <ListBucketResult> is expected"));
    EXPECT_THAT(fault(xml(list_of(std::string("<Name>a") + '\0' + "</Name>"))),
                HasSubstr("not XML"));
    std::string deep;
    for (int i = 0; i < 100000; ++i) {
        deep += "<a>";
    }
    EXPECT_THAT(fault(xml(deep)), HasSubstr("not XML"));
    for (int i = 0; i < 100000; ++i) {
        deep += "</a>";
    }
    EXPECT_THAT(fault(xml(deep)), HasSubstr("<a> where <ListBucketResult> is expected"));
}

TEST(S3Answer, ErrorsByTheirCodes) {
    struct Case {
        int status;
        const char* code;
        RemoteErrorKind kind;
        bool is_transient;
    };
    for (const Case& item : std::vector<Case>{
             {404, "NoSuchKey", RemoteErrorKind::gone, false},
             {404, "NoSuchBucket", RemoteErrorKind::gone, false},
             {403, "AccessDenied", RemoteErrorKind::unauthorised, false},
             {403, "SignatureDoesNotMatch", RemoteErrorKind::unauthorised, false},
             {400, "AuthorizationHeaderMalformed", RemoteErrorKind::unauthorised, false},
             {400, "InvalidBucketName", RemoteErrorKind::refused, false},
             {400, "RequestTimeout", RemoteErrorKind::server, true},
             {409, "BucketNotEmpty", RemoteErrorKind::conflict, true},
             {409, "OperationAborted", RemoteErrorKind::server, true},
             {412, "PreconditionFailed", RemoteErrorKind::conflict, true},
             {503, "SlowDown", RemoteErrorKind::server, true},
             {503, "XMinioServerNotInitialized", RemoteErrorKind::server, true},
             {500, "Unheard", RemoteErrorKind::server, true}}) {
        const RemoteError found = s3_error_of(error(item.status, item.code));
        EXPECT_EQ(found.kind, item.kind) << item.code;
        EXPECT_EQ(found.is_transient(), item.is_transient) << item.code;
        EXPECT_EQ(found.code, item.code);
        EXPECT_EQ(found.status, item.status);
        EXPECT_EQ(found.message, std::string("words (") + item.code + ")");
    }
    EXPECT_EQ(s3_error_of(error(404, "NoSuchKey", "")).message, "NoSuchKey");
    EXPECT_EQ(s3_error_of(xml("<Error/>", 400)).message, "an error without a name");
}

TEST(S3Answer, AWrongClockIsNamed) {
    EXPECT_THAT(s3_error_of(error(403, "RequestTimeTooSkewed")).message,
                AllOf(HasSubstr("words (RequestTimeTooSkewed)"),
                      HasSubstr("Sun, 06 Nov 1994 08:49:37 GMT"), HasSubstr("set the clock")));
}

TEST(S3Answer, ErrorsOfOthersThanS3) {
    const HttpResponse page{502, {{"Content-Type", "text/html"}}, "<html><title>Bad</title>"};
    EXPECT_EQ(s3_error_of(page).kind, RemoteErrorKind::server);
    EXPECT_THAT(s3_error_of(page).message, HasSubstr("titled \"Bad\""));
    const HttpResponse wrong_place{404, {{"Content-Type", "text/plain"}}, "404 page not found"};
    EXPECT_EQ(s3_error_of(wrong_place).kind, RemoteErrorKind::malformed);
    EXPECT_THAT(s3_error_of(wrong_place).message, HasSubstr("is the address right?"));
    const HttpResponse head{404, {{"Content-Type", "text/html"}}, ""};
    EXPECT_EQ(s3_error_of(head).kind, RemoteErrorKind::gone);
    EXPECT_FALSE(s3_error_of({301, {}, ""}).is_transient());
}

TEST(S3Answer, ErrorsInsideOfSuccess) {
    const auto found = s3_error_inside(error(200, "SlowDown"));
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->kind, RemoteErrorKind::server);
    EXPECT_EQ(found->delivery, Delivery::unknown);
    EXPECT_EQ(s3_error_inside(error(200, "AccessDenied"))->kind, RemoteErrorKind::unauthorised);
    EXPECT_EQ(s3_error_inside(error(200, "NoSuchKey"))->kind, RemoteErrorKind::gone);
    EXPECT_EQ(s3_error_inside(error(200, "Unheard"))->kind, RemoteErrorKind::server);
    EXPECT_FALSE(s3_error_inside(xml("<CopyObjectResult/>")));
    EXPECT_FALSE(s3_error_inside({200, {}, ""}));
}

TEST(S3Answer, Deletions) {
    EXPECT_THAT(*parse_deletion(xml("<DeleteResult/>")), IsEmpty());
    const auto left = parse_deletion(
        xml("<DeleteResult><Deleted><Key>x</Key></Deleted>"
            "<Error><Key>a</Key><Code>AccessDenied</Code><Message>no</Message></Error>"
            "<Error><Key>b</Key><Code>NoSuchKey</Code></Error></DeleteResult>"));
    ASSERT_EQ(left->size(), 1U);
    EXPECT_EQ(left->at(0).key, "a");
    EXPECT_EQ(left->at(0).code, "AccessDenied");
    EXPECT_EQ(left->at(0).message, "no");
    EXPECT_EQ(deletion_document({"a&b", "ü"}),
              "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Quiet>true</Quiet>"
              "<Object><Key>a&amp;b</Key></Object><Object><Key>ü</Key></Object></Delete>");
}

TEST(S3Answer, KeysThatXmlDoesNotKeep) {
    for (const char* key : {"a b", "ü/日本", "<&>'\"", "🙂"}) {
        EXPECT_TRUE(is_safe_in_xml(key)) << key;
    }
    for (const char* key : {" a", "a ", "a\nb", "a\tb", "\x01", "\x7f", "\xff", "\xEF\xBF\xBE"}) {
        EXPECT_FALSE(is_safe_in_xml(key)) << key;
    }
}

TEST(S3Answer, Uploads) {
    EXPECT_EQ(parse_upload_id(xml("<InitiateMultipartUploadResult><UploadId>u+1</UploadId>"
                                  "</InitiateMultipartUploadResult>")),
              std::string("u+1"));
    EXPECT_FALSE(parse_upload_id(xml("<InitiateMultipartUploadResult/>")));
    EXPECT_EQ(completion_document({{1, "aa"}, {2, "b\"b"}}),
              "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
              "<Part><ETag>&quot;aa&quot;</ETag><PartNumber>1</PartNumber></Part>"
              "<Part><ETag>&quot;b&quot;b&quot;</ETag><PartNumber>2</PartNumber></Part>"
              "</CompleteMultipartUpload>");
    EXPECT_TRUE(
        check_root(xml("<CompleteMultipartUploadResult/>"), "CompleteMultipartUploadResult"));
    EXPECT_FALSE(check_root(xml("<Other/>"), "CompleteMultipartUploadResult"));
}

TEST(S3Answer, EtagsOfParts) {
    const std::string a = "0cc175b9c0f1b6a831c399e269772661"; // MD5 of "a"
    const std::string b = "92EB5FFEE6AE2FEC3AD71C777531578F"; // of "b"
    EXPECT_EQ(joint_etag({{1, a}, {2, b}}), "96e024ba2074fe77e8e965ba43a704be-2");
    EXPECT_FALSE(joint_etag({{1, a}, {2, "b"}}));
    EXPECT_FALSE(joint_etag({{1, std::string(32, 'x')}}));
}

TEST(S3Answer, Heads) {
    const HttpResponse response{
        200, {{"Content-Length", "5"}, {"ETag", "W/\"0ff\""}, {"Last-Modified", "Sun, ..."}}, ""};
    EXPECT_EQ(*parse_head(response, "k"), (S3Object{"k", 5, "0ff", "Sun, ..."}));
    EXPECT_THAT(parse_head({200, {{"ETag", "\"1\""}}, ""}, "k").error(), HasSubstr("a length"));
    EXPECT_THAT(parse_head({200, {{"Content-Length", "5"}}, ""}, "k").error(),
                HasSubstr("an ETag"));
    EXPECT_EQ(etag_of({200, {{"etag", "plain"}}, ""}), "plain");
}

} // namespace
} // namespace aisprint::clients
