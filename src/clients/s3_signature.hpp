// SPDX-License-Identifier: Apache-2.0
// Signature version 4 as S3 wants it: paths are encoded once and never shortened, and the digest of
// the body stands in a header. Pure functions.
#pragma once

#include "aisprint/base/secret.hpp"
#include "aisprint/clients/http.hpp"

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aisprint::clients {

/// Whose requests are signed, and for which region and service.
struct S3Credentials {
    std::string access_key;
    Secret secret_key;
    std::string region;
    std::string service = "s3"; ///< the word for what is called: s3, logs
};

/// Names and values of a query, as they are, not encoded.
using S3Query = std::vector<std::pair<std::string, std::string>>;

/// `key` in percent form, but for the slashes.
[[nodiscard]] std::string encoded_key(std::string_view key);

/// A query in the form that is both sent and signed: encoded, sorted, each name with a '='.
[[nodiscard]] std::string encoded_query(const S3Query& query);

/// A moment as 20230601T100113Z.
[[nodiscard]] std::string signing_time(std::chrono::seconds time);

/// What the signature is made of: method, encoded path, encoded query, headers and digest.
[[nodiscard]] std::string canonical_request(std::string_view method,
                                            std::string_view path,
                                            std::string_view query,
                                            const std::vector<HttpHeader>& headers,
                                            std::string_view payload_digest);

/// Adds the headers x-amz-content-sha256, x-amz-date and Authorization. All headers that `request`
/// has are signed, so they must hold Host. `path` and `query` are the encoded parts of its URL.
void sign(HttpRequest& request,
          std::string_view path,
          std::string_view query,
          const S3Credentials& credentials,
          std::chrono::seconds time);

} // namespace aisprint::clients
