// SPDX-License-Identifier: Apache-2.0
// The only file that knows pugixml.
#include "s3_answer.hpp"

#include "aisprint/base/digest.hpp"
#include "aisprint/base/markup.hpp"
#include "aisprint/base/source_file.hpp"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace aisprint::clients {

namespace {

struct CodeKind {
    std::string_view code;
    RemoteErrorKind kind;
};

/// Codes that come with a status of 200, or with one that says something else.
constexpr std::array<CodeKind, 18> k_codes = {{
    {"AccessDenied", RemoteErrorKind::unauthorised},
    {"ExpiredToken", RemoteErrorKind::unauthorised},
    {"InvalidAccessKeyId", RemoteErrorKind::unauthorised},
    {"RequestTimeTooSkewed", RemoteErrorKind::unauthorised},
    {"SignatureDoesNotMatch", RemoteErrorKind::unauthorised},
    {"AuthorizationHeaderMalformed", RemoteErrorKind::unauthorised},
    {"NoSuchBucket", RemoteErrorKind::gone},
    {"NoSuchKey", RemoteErrorKind::gone},
    {"NoSuchUpload", RemoteErrorKind::gone},
    {"PreconditionFailed", RemoteErrorKind::conflict},
    {"OperationAborted", RemoteErrorKind::server},
    {"InternalError", RemoteErrorKind::server},
    {"RequestTimeout", RemoteErrorKind::server},
    {"ServiceUnavailable", RemoteErrorKind::server},
    {"SlowDown", RemoteErrorKind::server},
    {"Throttling", RemoteErrorKind::server},
    {"XMinioServerNotInitialized", RemoteErrorKind::server},
    {"XAmzContentSHA256Mismatch", RemoteErrorKind::server}, // broken on the way
}};

/// The whole text of an element: parts of it may be CDATA.
std::string text_of(const pugi::xml_node& element) {
    std::string text;
    for (const pugi::xml_node& child : element.children()) {
        if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata) {
            text += child.value();
        }
    }
    return text;
}

std::string text_of(const pugi::xml_node& parent, const char* name) {
    return text_of(parent.child(name));
}

/// Reads the XML of a body. What is wrong with it, if it is none.
std::optional<std::string> read(const HttpResponse& response, pugi::xml_document& document) {
    const std::string& body = response.body;
    if (trimmed(body).empty()) {
        return "answered with nothing where XML is expected";
    }
    // a blank key is a key; texts end at zero bytes in pugixml
    const pugi::xml_parse_result result = document.load_buffer(
        body.data(), body.size(), pugi::parse_default | pugi::parse_ws_pcdata_single,
        pugi::encoding_utf8);
    if (!result || body.find('\0') != std::string::npos) {
        return fmt::format("answered with {} bytes ({}) that are not XML", body.size(),
                           type_of(response));
    }
    return std::nullopt;
}

/// Reads a document that has this root.
std::optional<std::string>
read(const HttpResponse& response, std::string_view root, pugi::xml_document& document) {
    if (std::optional<std::string> fault = read(response, document)) {
        return fault;
    }
    const std::string_view found = document.document_element().name();
    if (found != root) {
        return fmt::format("answered with a document <{}> where <{}> is expected",
                           shortened_text(found), root);
    }
    return std::nullopt;
}

std::string without_quotes(std::string_view etag) {
    if (etag.substr(0, 2) == "W/") {
        etag.remove_prefix(2);
    }
    if (etag.size() >= 2 && etag.front() == '"' && etag.back() == '"') {
        etag = etag.substr(1, etag.size() - 2);
    }
    return std::string(etag);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return number;
}

std::optional<unsigned> digit_of(char letter) {
    constexpr std::string_view k_digits = "0123456789abcdef";
    const std::size_t place = k_digits.find(lower({&letter, 1}));
    return place == std::string_view::npos ? std::nullopt
                                           : std::optional(static_cast<unsigned>(place));
}

/// A text out of its percent form, in which servers write blanks as '+'.
std::optional<std::string> decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i] == '+' ? ' ' : text[i];
            continue;
        }
        if (i + 2 >= text.size()) {
            return std::nullopt;
        }
        const auto high = digit_of(text[i + 1]);
        const auto low = digit_of(text[i + 2]);
        if (!high || !low) {
            return std::nullopt;
        }
        result += static_cast<char>(*high << 4U | *low);
        i += 2;
    }
    return result;
}

/// The bytes of an MD5 digest in hexadecimal digits.
std::optional<std::string> md5_bytes(std::string_view digits) {
    constexpr std::size_t k_md5_digits = 32;
    std::string bytes;
    for (std::size_t i = 0; i + 1 < digits.size() && digits.size() == k_md5_digits; i += 2) {
        const auto high = digit_of(digits[i]);
        const auto low = digit_of(digits[i + 1]);
        if (!high || !low) {
            return std::nullopt;
        }
        bytes += static_cast<char>(*high << 4U | *low);
    }
    return bytes.empty() ? std::nullopt : std::optional(bytes);
}

/// The error that a document tells of, or nothing if its root is another.
std::optional<RemoteError> error_in(const pugi::xml_document& document,
                                    const HttpResponse& response) {
    const pugi::xml_node root = document.document_element();
    if (std::string_view(root.name()) != "Error") {
        return std::nullopt;
    }
    RemoteError error;
    error.status = response.status;
    error.code = shortened_text(text_of(root, "Code"));
    const bool is_success = response.status < 300;
    error.kind =
        kind_of_code(error.code)
            .value_or(is_success ? RemoteErrorKind::server : kind_of_status(response.status));
    error.delivery = is_success ? Delivery::unknown : delivery_of_status(response.status);
    const std::string message = shortened_text(text_of(root, "Message"));
    error.message = message.empty() ? error.code : fmt::format("{} ({})", message, error.code);
    if (error.message.empty()) {
        error.message = "an error without a name";
    }
    if (error.code == "RequestTimeTooSkewed") {
        const std::string_view date = response.header("Date");
        error.message += fmt::format(
            "; this machine's clock and the server's{} are too far apart: set the clock",
            date.empty() ? "" : fmt::format(" ({})", shortened_text(date)));
    }
    return error;
}

} // namespace

RemoteError s3_malformed(const HttpResponse& response, const std::string& what) {
    return malformed_answer(
        response, fmt::format("the S3 server {}; is the address that of an S3 server?", what));
}

std::optional<RemoteErrorKind> kind_of_code(std::string_view code) {
    const auto found = std::find_if(k_codes.begin(), k_codes.end(),
                                    [&](const CodeKind& item) { return item.code == code; });
    return found == k_codes.end() ? std::nullopt : std::optional(found->kind);
}

RemoteError s3_error_of(const HttpResponse& response) {
    pugi::xml_document document;
    if (!read(response, document)) {
        if (std::optional<RemoteError> error = error_in(document, response)) {
            return std::move(*error);
        }
    }
    RemoteError error;
    error.status = response.status;
    error.kind = kind_of_status(response.status);
    error.delivery = delivery_of_status(response.status);
    error.message = text_of_status(response);
    if (error.kind == RemoteErrorKind::gone && !trimmed(response.body).empty()) {
        error.kind = RemoteErrorKind::malformed; // not S3 says that something is gone
    }
    if (error.kind == RemoteErrorKind::malformed) {
        error.message += ", which is no answer of an S3 server; is the address right?";
    }
    return error;
}

std::optional<RemoteError> s3_error_inside(const HttpResponse& response) {
    pugi::xml_document document;
    if (read(response, document)) {
        return std::nullopt; // the reader of the answer tells what is wrong with it
    }
    return error_in(document, response);
}

Parsed<std::vector<std::string>> parse_buckets(const HttpResponse& response) {
    pugi::xml_document document;
    if (auto fault = read(response, "ListAllMyBucketsResult", document)) {
        return wrong(*fault);
    }
    std::vector<std::string> names;
    const pugi::xml_node buckets = document.document_element().child("Buckets");
    for (const pugi::xml_node& bucket : buckets.children("Bucket")) {
        names.push_back(text_of(bucket, "Name"));
        if (names.back().empty()) {
            return wrong("answered with a bucket that has no name");
        }
    }
    return names;
}

Parsed<S3Page> parse_page(const HttpResponse& response) {
    pugi::xml_document document;
    if (auto fault = read(response, "ListBucketResult", document)) {
        return wrong(*fault);
    }
    const pugi::xml_node root = document.document_element();
    const bool is_encoded = text_of(root, "EncodingType") == "url";
    S3Page page;
    for (const pugi::xml_node& item : root.children("Contents")) {
        S3Object object;
        const std::string key = text_of(item, "Key");
        const std::optional<std::string> plain = is_encoded ? decoded(key) : key;
        const std::optional<std::uint64_t> size = number_of(text_of(item, "Size"));
        if (!plain || plain->empty() || !size) {
            return wrong(fmt::format("answered with an object \"{}\" that has no legible {}",
                                     shortened_text(key), size ? "key" : "size"));
        }
        object.key = *plain;
        object.size = *size;
        object.etag = without_quotes(text_of(item, "ETag"));
        object.last_modified = text_of(item, "LastModified");
        page.objects.push_back(std::move(object));
    }
    if (text_of(root, "IsTruncated") == "true") {
        page.next = text_of(root, "NextContinuationToken");
        if (page.next->empty()) {
            return wrong("answered with a part of a listing, and no token for what follows");
        }
    }
    return page;
}

Parsed<std::vector<S3Remainder>> parse_deletion(const HttpResponse& response) {
    pugi::xml_document document;
    if (auto fault = read(response, "DeleteResult", document)) {
        return wrong(*fault);
    }
    std::vector<S3Remainder> remainders;
    for (const pugi::xml_node& item : document.document_element().children("Error")) {
        S3Remainder remainder{text_of(item, "Key"), text_of(item, "Code"),
                              text_of(item, "Message")};
        if (remainder.code != "NoSuchKey") {
            remainders.push_back(std::move(remainder));
        }
    }
    return remainders;
}

Parsed<std::string> parse_upload_id(const HttpResponse& response) {
    pugi::xml_document document;
    if (auto fault = read(response, "InitiateMultipartUploadResult", document)) {
        return wrong(*fault);
    }
    std::string id = text_of(document.document_element(), "UploadId");
    if (id.empty()) {
        return wrong("answered with an upload that has no number");
    }
    return id;
}

Parsed<void> check_root(const HttpResponse& response, std::string_view root) {
    pugi::xml_document document;
    if (auto fault = read(response, root, document)) {
        return wrong(*fault);
    }
    return {};
}

Parsed<S3Object> parse_head(const HttpResponse& response, const std::string& key) {
    const std::optional<std::uint64_t> size = number_of(response.header("Content-Length"));
    if (!size || etag_of(response).empty()) {
        return wrong(fmt::format("answered without {}", size ? "an ETag" : "a length"));
    }
    return S3Object{key, *size, etag_of(response), std::string(response.header("Last-Modified"))};
}

std::string etag_of(const HttpResponse& response) {
    return without_quotes(response.header("ETag"));
}

bool is_page(const HttpResponse& response) {
    const std::string begin = lower(trimmed(response.body).substr(0, 14));
    return begin == "<!doctype html" || begin.substr(0, 5) == "<html";
}

bool is_safe_in_xml(std::string_view text) {
    // the last two characters of the first plane are none; some readers drop blanks at the ends
    const bool has_non_characters = text.find("\xEF\xBF\xBE") != std::string_view::npos ||
                                    text.find("\xEF\xBF\xBF") != std::string_view::npos;
    return !has_non_characters && is_utf8(text) && trimmed(text) == text &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char letter) { return letter >= 0x20 && letter != 0x7f; });
}

std::string deletion_document(const std::vector<std::string>& keys) {
    std::string document = "<Delete xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
                           "<Quiet>true</Quiet>";
    for (const std::string& key : keys) {
        document += fmt::format("<Object><Key>{}</Key></Object>", escape_markup(key));
    }
    return document + "</Delete>";
}

std::string completion_document(const std::vector<S3Part>& parts) {
    std::string document =
        "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">";
    for (const S3Part& part : parts) {
        document += fmt::format("<Part><ETag>&quot;{}&quot;</ETag><PartNumber>{}</PartNumber>"
                                "</Part>",
                                escape_markup(part.etag), part.number);
    }
    return document + "</CompleteMultipartUpload>";
}

std::string bucket_document(const std::string& region) {
    return fmt::format(
        "<CreateBucketConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"
        "<LocationConstraint>{}</LocationConstraint></CreateBucketConfiguration>",
        escape_markup(region));
}

std::optional<std::string> joint_etag(const std::vector<S3Part>& parts) {
    std::string digests;
    for (const S3Part& part : parts) {
        const std::optional<std::string> digest = md5_bytes(part.etag);
        if (!digest) {
            return std::nullopt;
        }
        digests += *digest;
    }
    return fmt::format("{}-{}", to_hex(md5(digests)), parts.size());
}

} // namespace aisprint::clients
