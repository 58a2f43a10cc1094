// SPDX-License-Identifier: Apache-2.0
// What answers of an S3 server mean, and the documents that it is sent. Pure functions.
#pragma once

#include "answer.hpp"

#include "aisprint/clients/s3_client.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aisprint::clients {

/// A page of a listing.
struct S3Page {
    std::vector<S3Object> objects;
    std::optional<std::string> next; ///< token of the page that follows
};

/// An object that was not deleted.
struct S3Remainder {
    std::string key;
    std::string code;
    std::string message;
};

/// A part that was stored.
struct S3Part {
    int number = 0;
    std::string etag; ///< without quotes
};

/// The error of an answer that is not as the protocol says.
[[nodiscard]] RemoteError s3_malformed(const HttpResponse& response, const std::string& what);

/// The error of an answer whose status is not 2xx.
[[nodiscard]] RemoteError s3_error_of(const HttpResponse& response);

/// The error in an answer of status 2xx: S3 sends the status before it knows how a copy ends.
[[nodiscard]] std::optional<RemoteError> s3_error_inside(const HttpResponse& response);

/// The kind of error that a code of S3 stands for, where the status alone would mislead.
[[nodiscard]] std::optional<RemoteErrorKind> kind_of_code(std::string_view code);

/// The names in an answer to ListBuckets, in its order.
[[nodiscard]] Parsed<std::vector<std::string>> parse_buckets(const HttpResponse& response);

/// An answer to ListObjectsV2; keys are decoded if the server says that it encoded them.
[[nodiscard]] Parsed<S3Page> parse_page(const HttpResponse& response);

/// The objects that DeleteObjects did not delete; those that are gone are not among them.
[[nodiscard]] Parsed<std::vector<S3Remainder>> parse_deletion(const HttpResponse& response);

/// The upload's number in an answer to CreateMultipartUpload.
[[nodiscard]] Parsed<std::string> parse_upload_id(const HttpResponse& response);

/// Nothing, if the answer's document has this root.
[[nodiscard]] Parsed<void> check_root(const HttpResponse& response, std::string_view root);

/// What the head of an answer tells about the object `key`. Content-Length must be there.
[[nodiscard]] Parsed<S3Object> parse_head(const HttpResponse& response, const std::string& key);

/// The ETag in an answer's head, without quotes and mark of weakness.
[[nodiscard]] std::string etag_of(const HttpResponse& response);

/// True if the body is a page for people. The type does not tell: there are servers that call
/// everything HTML.
[[nodiscard]] bool is_page(const HttpResponse& response);

/// How answers of S3 servers are read.
inline constexpr AnswerReader k_s3_answers{s3_malformed, is_page, "answered with a page of HTML"};

/// True for keys that every reader of XML takes as they are; others are deleted one by one.
[[nodiscard]] bool is_safe_in_xml(std::string_view text);

/// The document of DeleteObjects; keys must be safe in XML.
[[nodiscard]] std::string deletion_document(const std::vector<std::string>& keys);

/// The document of CompleteMultipartUpload.
[[nodiscard]] std::string completion_document(const std::vector<S3Part>& parts);

/// The document of CreateBucket in another region than the first.
[[nodiscard]] std::string bucket_document(const std::string& region);

/// The ETag of an object that was stored in parts with these ETags; nothing unless each is an MD5
/// digest.
[[nodiscard]] std::optional<std::string> joint_etag(const std::vector<S3Part>& parts);

} // namespace aisprint::clients
