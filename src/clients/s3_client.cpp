// SPDX-License-Identifier: Apache-2.0
#include "aisprint/clients/s3_client.hpp"

#include "s3_answer.hpp"
#include "s3_files.hpp"
#include "s3_signature.hpp"
#include "signed_calls.hpp"
#include "url_parts.hpp"

#include "aisprint/base/base64.hpp"
#include "aisprint/base/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aisprint::clients {

namespace {

constexpr std::size_t k_largest_batch = 1000; ///< keys that DeleteObjects takes
constexpr std::chrono::milliseconds k_probe_timeout{10000};
constexpr std::size_t k_slowest_line = 64; ///< bytes in a millisecond, on top of the time-out

bool is_bucket_name(std::string_view name) {
    constexpr std::string_view k_letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_";
    return !name.empty() && name != "." && name != ".." &&
           name.find_first_not_of(k_letters) == std::string_view::npos;
}

} // namespace

S3Client::S3Client(Transport& transport, Clock& clock, S3Options options)
    : m_transport(transport), m_clock(clock), m_options(std::move(options)) {
    std::string& endpoint = m_options.endpoint;
    endpoint.erase(endpoint.find_last_not_of('/') + 1);
    m_options.part_size = std::max<std::size_t>(m_options.part_size, 1);
}

RemoteCaller S3Client::caller(ErrorInside inside, std::function<bool()> is_done) const {
    CallerOptions options = caller_options_of(m_options);
    options.error_of = s3_error_of;
    options.is_done = std::move(is_done);
    if (inside == ErrorInside::yes) {
        options.error_inside = s3_error_inside;
    }
    return RemoteCaller(m_transport, m_clock, std::move(options));
}

HttpRequest S3Client::signed_request(const Call& call) const {
    const UrlParts parts = parts_of(m_options.endpoint);
    std::string path = parts.rest + "/" + percent_encoded(call.bucket);
    if (!call.key.empty()) {
        path += "/" + encoded_key(call.key);
    }
    const std::string query = encoded_query(call.query);
    HttpRequest request;
    request.method = call.method;
    request.url = fmt::format("{}://{}{}{}{}", parts.secure ? "https" : "http", parts.host, path,
                              query.empty() ? "" : "?", query);
    request.headers = call.headers;
    request.headers.push_back({"Host", parts.host});
    request.body = call.body;
    request.resend = call.resend;
    request.timeout = m_options.request_timeout;
    if (request.timeout.count() > 0) { // 0: none
        request.timeout +=
            std::chrono::milliseconds((call.body.size() + call.wanted) / k_slowest_line);
    }
    if (call.method == "PUT" || call.method == "POST") {
        const bool is_document = call.key.empty() || (call.method == "POST" && !call.body.empty());
        request.headers.push_back(
            {"Content-Type", is_document ? "application/xml" : "application/octet-stream"});
    }
    sign(request, path, query, {m_options.access_key, m_options.secret_key, m_options.region},
         m_clock.wall_time());
    return request;
}

RemoteResult<void> S3Client::check_options() const {
    return check_signed_options(m_options, "an S3 server",
                                "the S3 server's access key or secret key is empty");
}

RemoteResult<HttpResponse> S3Client::send(const Call& call,
                                          const std::stop_token& stop,
                                          ErrorInside inside,
                                          std::function<bool()> is_done) const {
    if (const RemoteResult<void> usable = check_options(); !usable) {
        return tl::unexpected<RemoteError>(usable.error());
    }
    return caller(inside, std::move(is_done))
        .send_repeatedly([&] { return signed_request(call); },
                         RemoteCaller::Repeat::whatever_happened, stop);
}

RemoteResult<S3Client::Call> S3Client::call_of(const std::string& method,
                                               const std::string& bucket) const {
    if (!is_bucket_name(bucket)) {
        return refused_here(fmt::format("\"{}\" is not the name of a bucket: letters, digits, "
                                        "'.', '-' and '_'",
                                        shortened_text(bucket)));
    }
    return Call{method, bucket, {}, {}, {}, {}};
}

RemoteResult<S3Client::Call> S3Client::call_of(const std::string& method,
                                               const std::string& bucket,
                                               const std::string& key) const {
    RemoteResult<Call> call = call_of(method, bucket);
    if (call && key.empty()) {
        return refused_here(fmt::format("an object in the bucket {} has an empty key", bucket));
    }
    if (call) {
        call->key = key;
    }
    return call;
}

RemoteResult<std::vector<std::string>> S3Client::list_buckets(std::stop_token stop) const {
    auto names = k_s3_answers.read(send(Call{"GET", {}, {}, {}, {}, {}}, stop), parse_buckets);
    if (names) {
        std::sort(names->begin(), names->end());
    }
    return names;
}

RemoteResult<void> S3Client::create_bucket(const std::string& bucket, std::stop_token stop) const {
    RemoteResult<Call> call = call_of("PUT", bucket);
    if (!call) {
        return tl::unexpected<RemoteError>(call.error());
    }
    if (m_options.region != S3Options{}.region) {
        call->body = bucket_document(m_options.region);
    }
    const RemoteResult<HttpResponse> response = send(*call, stop);
    if (response || response.error().kind != RemoteErrorKind::conflict) {
        return k_s3_answers.done(response);
    }
    if (response.error().code == "BucketAlreadyOwnedByYou") {
        return {};
    }
    // some servers have one word for a user's own and for another's
    const auto own = list_buckets(stop);
    if (own && std::binary_search(own->begin(), own->end(), bucket)) {
        return {};
    }
    return tl::unexpected<RemoteError>(response.error());
}

RemoteResult<void> S3Client::remove_bucket(const std::string& bucket, std::stop_token stop) const {
    const RemoteResult<Call> call = call_of("DELETE", bucket);
    if (!call) {
        return tl::unexpected<RemoteError>(call.error());
    }
    constexpr int k_rounds = 3; // somebody may still be writing
    for (int round = 1;; ++round) {
        const auto objects = list(bucket, {}, stop);
        if (!objects) {
            return objects.error().kind == RemoteErrorKind::gone
                       ? RemoteResult<void>{}
                       : tl::unexpected<RemoteError>(objects.error());
        }
        if (RemoteResult<void> removed = remove_all(bucket, *objects, stop); !removed) {
            // the server answered, and had no time for some of the objects
            const bool may_go = removed.error().kind == RemoteErrorKind::server &&
                                removed.error().status < 300 && round < k_rounds;
            if (!may_go) {
                return removed;
            }
            m_clock.sleep(m_options.retries.pause_before(round + 1, 0), stop);
            continue;
        }
        RemoteResult<void> removed = k_s3_answers.removed(send(*call, stop));
        if (removed || removed.error().code != "BucketNotEmpty" || round == k_rounds) {
            return removed;
        }
    }
}

RemoteResult<void> S3Client::remove_batch(const std::string& bucket,
                                          const std::vector<std::string>& keys,
                                          const std::stop_token& stop) const {
    if (keys.empty()) {
        return {};
    }
    Call call{"POST", bucket, {}, {{"delete", ""}}, {}, deletion_document(keys)};
    call.headers.push_back({"Content-MD5", encode_base64(md5(call.body))});
    const RemoteResult<HttpResponse> response = send(call, stop, ErrorInside::yes);
    const auto left = k_s3_answers.read(response, parse_deletion);
    if (!left) {
        return k_s3_answers.removed(tl::unexpected<RemoteError>(left.error()));
    }
    if (left->empty()) {
        return {};
    }
    const S3Remainder& first = left->front();
    RemoteError error;
    error.kind = kind_of_code(first.code).value_or(RemoteErrorKind::refused);
    error.status = response->status;
    error.code = shortened_text(first.code);
    error.message = fmt::format("{} of {} objects were not deleted, the first is \"{}\": {} ({})",
                                left->size(), keys.size(), shortened_text(first.key),
                                shortened_text(first.message), error.code);
    return tl::unexpected<RemoteError>(std::move(error));
}

RemoteResult<void> S3Client::remove_all(const std::string& bucket,
                                        const std::vector<S3Object>& objects,
                                        const std::stop_token& stop) const {
    std::vector<std::string> batch;
    for (const S3Object& object : objects) {
        if (!is_safe_in_xml(object.key)) {
            if (RemoteResult<void> removed = remove(bucket, object.key, stop); !removed) {
                return removed;
            }
            continue;
        }
        batch.push_back(object.key);
        if (batch.size() == k_largest_batch) {
            if (RemoteResult<void> removed = remove_batch(bucket, batch, stop); !removed) {
                return removed;
            }
            batch.clear();
        }
    }
    return remove_batch(bucket, batch, stop);
}

RemoteResult<std::vector<S3Object>>
S3Client::list(const std::string& bucket, const std::string& prefix, std::stop_token stop) const {
    RemoteResult<Call> call = call_of("GET", bucket);
    if (!call) {
        return tl::unexpected<RemoteError>(call.error());
    }
    std::vector<S3Object> objects;
    std::optional<std::string> token;
    for (;;) {
        // encoded, since XML cannot hold all keys
        call->query = {{"list-type", "2"}, {"encoding-type", "url"}, {"prefix", prefix}};
        if (token) {
            call->query.emplace_back("continuation-token", *token);
        }
        const RemoteResult<HttpResponse> response = send(*call, stop);
        RemoteResult<S3Page> page = k_s3_answers.read(response, parse_page);
        if (!page) {
            return tl::unexpected<RemoteError>(page.error());
        }
        if (page->next && page->next == token) {
            return tl::unexpected<RemoteError>(
                s3_malformed(*response, "answers again and again with the same part of a listing"));
        }
        std::move(page->objects.begin(), page->objects.end(), std::back_inserter(objects));
        token = page->next;
        if (!token) {
            break;
        }
    }
    std::sort(objects.begin(), objects.end(),
              [](const S3Object& a, const S3Object& b) { return a.key < b.key; });
    return objects;
}

RemoteResult<std::optional<S3Object>>
S3Client::head(const std::string& bucket, const std::string& key, std::stop_token stop) const {
    const RemoteResult<Call> call = call_of("HEAD", bucket, key);
    if (!call) {
        return tl::unexpected<RemoteError>(call.error());
    }
    const RemoteResult<HttpResponse> response = send(*call, stop);
    if (!response && response.error().kind == RemoteErrorKind::gone) {
        return std::optional<S3Object>();
    }
    return k_s3_answers.read(response, [&key](const HttpResponse& answer) {
        return parse_head(answer, key).map([](S3Object object) {
            return std::optional<S3Object>(std::move(object));
        });
    });
}

RemoteResult<std::string> S3Client::store(const Call& call, const std::stop_token& stop) const {
    const RemoteResult<HttpResponse> response = send(call, stop);
    return k_s3_answers.read(response, [](const HttpResponse& answer) -> Parsed<std::string> {
        std::string etag = etag_of(answer);
        if (etag.empty()) {
            return wrong("stored something without an ETag");
        }
        return etag;
    });
}

RemoteResult<void> S3Client::put(const std::string& bucket,
                                 const std::string& key,
                                 const std::string& content,
                                 std::stop_token stop) const {
    RemoteResult<Call> call = call_of("PUT", bucket, key);
    if (!call) {
        return tl::unexpected<RemoteError>(call.error());
    }
    call->body = content;
    return store(*call, stop).map([](const std::string&) {});
}

RemoteResult<std::string>
S3Client::get(const std::string& bucket, const std::string& key, std::stop_token stop) const {
    const RemoteResult<Call> call = call_of("GET", bucket, key);
    if (!call) {
        return tl::unexpected<RemoteError>(call.error());
    }
    return send(*call, stop).map([](HttpResponse response) { return std::move(response.body); });
}

RemoteResult<void> S3Client::copy(const std::string& bucket,
                                  const std::string& key,
                                  const std::string& to_bucket,
                                  const std::string& to_key,
                                  std::stop_token stop) const {
    const RemoteResult<Call> source = call_of("GET", bucket, key);
    RemoteResult<Call> call = call_of("PUT", to_bucket, to_key);
    if (!source || !call) {
        return tl::unexpected<RemoteError>(source ? call.error() : source.error());
    }
    call->resend = Resend::never;
    call->headers.push_back(
        {"x-amz-copy-source", "/" + percent_encoded(bucket) + "/" + encoded_key(key)});
    bool is_there = false;
    const auto is_done = [&] {
        const std::optional<S3Object> from = look_once(*source, stop);
        const std::optional<S3Object> to = from ? look_once(*call, stop) : std::nullopt;
        is_there = to && to->size == from->size && to->etag == from->etag;
        return is_there;
    };
    const RemoteResult<HttpResponse> response = send(*call, stop, ErrorInside::yes, is_done);
    if (is_there) {
        return {};
    }
    return k_s3_answers.read(response, [](const HttpResponse& answer) {
        return check_root(answer, "CopyObjectResult");
    });
}

/// An object that a call is about; nothing if it is not there, or the server does not say at once.
std::optional<S3Object> S3Client::look_once(Call call, const std::stop_token& stop) const {
    call.method = "HEAD";
    call.headers.clear();
    const auto object = k_s3_answers.read(
        caller(ErrorInside::no).send(signed_request(call), stop),
        [&call](const HttpResponse& answer) { return parse_head(answer, call.key); });
    return object ? std::optional<S3Object>(*object) : std::nullopt;
}

RemoteResult<void>
S3Client::remove(const std::string& bucket, const std::string& key, std::stop_token stop) const {
    const RemoteResult<Call> call = call_of("DELETE", bucket, key);
    if (!call) {
        return tl::unexpected<RemoteError>(call.error());
    }
    return k_s3_answers.removed(send(*call, stop));
}

RemoteResult<void> S3Client::probe(const std::stop_token& stop) const {
    // a question without rights would do for MinIO (/minio/health/live), but not for other
    // servers, and it says nothing of a server that lives and is not ready yet
    HttpRequest question = signed_request({"GET", {}, {}, {}, {}, {}});
    question.timeout = std::min<std::chrono::milliseconds>(question.timeout, k_probe_timeout);
    const auto buckets =
        k_s3_answers.read(caller(ErrorInside::no).send(question, stop), parse_buckets);
    if (!buckets && buckets.error().code != "AccessDenied") {
        return tl::unexpected<RemoteError>(buckets.error());
    }
    return {};
}

RemoteResult<void> S3Client::wait_until_ready(std::chrono::milliseconds limit,
                                              std::stop_token stop) const {
    constexpr std::chrono::milliseconds k_shortest{300};
    constexpr std::chrono::milliseconds k_longest{5000};
    constexpr int k_part = 20; // the pause is a twentieth of the time waited so far
    if (const RemoteResult<void> usable = check_options(); !usable) {
        return usable;
    }
    const std::chrono::milliseconds begin = m_clock.now();
    for (;;) {
        RemoteResult<void> ready = probe(stop);
        const std::chrono::milliseconds waited = m_clock.now() - begin;
        if (ready || !ready.error().is_transient()) {
            return ready;
        }
        if (waited >= limit) {
            ready.error().message = fmt::format("the S3 server was not ready within {} s: {}",
                                                limit.count() / 1000, ready.error().message);
            return ready;
        }
        const auto pause =
            std::clamp<std::chrono::milliseconds>(waited / k_part, k_shortest, k_longest);
        m_clock.sleep(std::min(pause, limit - waited), stop);
    }
}

} // namespace aisprint::clients
