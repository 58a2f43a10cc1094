// SPDX-License-Identifier: Apache-2.0
#include "s3_signature.hpp"

#include "answer.hpp"

#include "aisprint/base/digest.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace aisprint::clients {

namespace {

constexpr std::string_view k_algorithm = "AWS4-HMAC-SHA256";
constexpr std::size_t k_date_letters = 8; ///< of a signing time

using NamedValues = std::vector<std::pair<std::string, std::string>>;

/// A header's value without blanks at its ends, and with single ones inside.
std::string plain_value(std::string_view value) {
    std::string result;
    for (const char letter : trimmed(value)) {
        if (letter != ' ' || result.empty() || result.back() != ' ') {
            result += letter;
        }
    }
    return result;
}

/// Headers by their names in lower case, sorted.
NamedValues signed_headers(const std::vector<HttpHeader>& headers) {
    NamedValues result;
    for (const HttpHeader& header : headers) {
        result.emplace_back(lower(header.name), plain_value(header.value));
    }
    std::sort(result.begin(), result.end());
    return result;
}

std::string names_of(const NamedValues& headers) {
    std::string names;
    for (const auto& [name, value] : headers) {
        names += names.empty() ? name : ";" + name;
    }
    return names;
}

/// The key for one day, region and service, so that what leaks of it is of little use.
std::string signing_key(const S3Credentials& credentials, std::string_view date) {
    const std::string day = hmac_sha256("AWS4" + credentials.secret_key.reveal(), date);
    const std::string region = hmac_sha256(day, credentials.region);
    return hmac_sha256(hmac_sha256(region, credentials.service), "aws4_request");
}

} // namespace

std::string encoded_key(std::string_view key) {
    std::string result;
    for (;;) {
        const std::size_t slash = key.find('/');
        result += percent_encoded(key.substr(0, slash));
        if (slash == std::string_view::npos) {
            return result;
        }
        result += '/';
        key.remove_prefix(slash + 1);
    }
}

std::string encoded_query(const S3Query& query) {
    NamedValues encoded;
    for (const auto& [name, value] : query) {
        encoded.emplace_back(percent_encoded(name), percent_encoded(value));
    }
    std::sort(encoded.begin(), encoded.end());
    std::string result;
    for (const auto& [name, value] : encoded) {
        result += fmt::format("{}{}={}", result.empty() ? "" : "&", name, value);
    }
    return result;
}

std::string signing_time(std::chrono::seconds time) {
    return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(static_cast<std::time_t>(time.count())));
}

std::string canonical_request(std::string_view method,
                              std::string_view path,
                              std::string_view query,
                              const std::vector<HttpHeader>& headers,
                              std::string_view payload_digest) {
    const NamedValues sorted = signed_headers(headers);
    std::string lines;
    for (const auto& [name, value] : sorted) {
        lines += name + ":" + value + "\n";
    }
    return fmt::format("{}\n{}\n{}\n{}\n{}\n{}", method, path, query, lines, names_of(sorted),
                       payload_digest);
}

void sign(HttpRequest& request,
          std::string_view path,
          std::string_view query,
          const S3Credentials& credentials,
          std::chrono::seconds time) {
    const std::string moment = signing_time(time);
    const std::string date = moment.substr(0, k_date_letters);
    const std::string payload = sha256_hex(request.body);
    request.headers.push_back({"x-amz-content-sha256", payload});
    request.headers.push_back({"x-amz-date", moment});
    const std::string scope =
        fmt::format("{}/{}/{}/aws4_request", date, credentials.region, credentials.service);
    const std::string text = fmt::format(
        "{}\n{}\n{}\n{}", k_algorithm, moment, scope,
        sha256_hex(canonical_request(request.method, path, query, request.headers, payload)));
    const std::string signature = to_hex(hmac_sha256(signing_key(credentials, date), text));
    const std::string names = names_of(signed_headers(request.headers));
    request.headers.push_back(
        {"Authorization",
         fmt::format("{} Credential={}/{}, SignedHeaders={}, Signature={}", k_algorithm,
                     credentials.access_key, scope, names, signature)});
}

} // namespace aisprint::clients
