// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/clients/http.hpp"
#include "aisprint/clients/pause.hpp"
#include "aisprint/clients/remote_error.hpp"
#include "aisprint/clients/signed_options.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::clients {

class RemoteCaller;
class FileParts;
struct S3Part;

/// How a client talks to its server; the endpoint must be given.
struct S3Options : SignedOptions {
    /// Files above this go in parts of this size; servers refuse parts below 5 MiB.
    std::size_t part_size = std::size_t{16} << 20U;
};

/// An object as a listing or HEAD tells of it.
struct S3Object {
    std::string key;
    std::uint64_t size = 0;    ///< bytes
    std::string etag;          ///< without quotes; MD5 of the content if it came in one piece
    std::string last_modified; ///< as the server writes it: ISO 8601 in listings, RFC 9110 in HEAD
    bool operator==(const S3Object&) const = default;
};

/// Speaks the S3 protocol, path style, requests signed with signature version 4. All calls can be
/// repeated without harm, and are, as the policy says (no answer, 429, 5xx, SlowDown and their
/// like). Errors carry S3's name in `code`. Local files that cannot be read or written, and names
/// that no server accepts, are `refused` with status 0. May be used by several threads at once.
class S3Client {
public:
    S3Client(Transport& transport, Clock& clock, S3Options options);
    S3Client(const S3Client&) = delete;
    S3Client& operator=(const S3Client&) = delete;

    /// Names of the buckets of this user, sorted.
    [[nodiscard]] RemoteResult<std::vector<std::string>> list_buckets(std::stop_token stop) const;

    /// Makes a bucket; one of this user's own that is there already is fine.
    [[nodiscard]] RemoteResult<void> create_bucket(const std::string& bucket,
                                                   std::stop_token stop) const;

    /// Deletes a bucket with all its objects. One that is not there is fine.
    [[nodiscard]] RemoteResult<void> remove_bucket(const std::string& bucket,
                                                   std::stop_token stop) const;

    /// All objects whose keys begin with `prefix`, sorted by key.
    [[nodiscard]] RemoteResult<std::vector<S3Object>>
    list(const std::string& bucket, const std::string& prefix, std::stop_token stop) const;

    /// An object's size and ETag, or nothing if there is no such object or no such bucket.
    [[nodiscard]] RemoteResult<std::optional<S3Object>>
    head(const std::string& bucket, const std::string& key, std::stop_token stop) const;

    /// Stores bytes, over what is there.
    [[nodiscard]] RemoteResult<void> put(const std::string& bucket,
                                         const std::string& key,
                                         const std::string& content,
                                         std::stop_token stop) const;

    /// Stores a file, in parts if it is larger than one. When it fails, no parts stay behind (as
    /// far as the server still answers), and what was there before is there still.
    [[nodiscard]] RemoteResult<void> put_file(const std::string& bucket,
                                              const std::string& key,
                                              const std::filesystem::path& path,
                                              std::stop_token stop) const;

    /// The bytes of an object. It must fit into one answer of the transport: get_file() is for
    /// larger ones.
    [[nodiscard]] RemoteResult<std::string>
    get(const std::string& bucket, const std::string& key, std::stop_token stop) const;

    /// Fetches an object, part by part, into a temporary neighbour of `path` that is renamed at
    /// the end. Fails (malformed) if it is not as long as the server said, (conflict) if it is
    /// replaced meanwhile; `path` is as it was then.
    [[nodiscard]] RemoteResult<void> get_file(const std::string& bucket,
                                              const std::string& key,
                                              const std::filesystem::path& path,
                                              std::stop_token stop) const;

    /// Copies an object on the server. Servers copy up to 5 GiB. It is not done twice if an answer
    /// is lost: servers tell others of each copy.
    [[nodiscard]] RemoteResult<void> copy(const std::string& bucket,
                                          const std::string& key,
                                          const std::string& to_bucket,
                                          const std::string& to_key,
                                          std::stop_token stop) const;

    /// Deletes an object. One that is not there is fine.
    [[nodiscard]] RemoteResult<void>
    remove(const std::string& bucket, const std::string& key, std::stop_token stop) const;

    /// Waits until the server takes requests: MinIO restarts when its settings change. Fails with
    /// the last error after `limit`, and at once if the server refuses the credentials.
    [[nodiscard]] RemoteResult<void> wait_until_ready(std::chrono::milliseconds limit,
                                                      std::stop_token stop) const;

    /// The ETag that an object gets if put_file() stores this file: equal ones need no upload.
    [[nodiscard]] RemoteResult<std::string> etag_of_file(const std::filesystem::path& path) const;

private:
    /// A request before it is signed.
    struct Call {
        std::string method;
        std::string bucket; ///< empty: the server itself
        std::string key;    ///< empty: the bucket itself
        std::vector<std::pair<std::string, std::string>> query;
        std::vector<HttpHeader> headers;
        std::string body;
        std::size_t wanted = 0; ///< bytes of an object that are to come back
        Resend resend = Resend::allowed;
    };
    /// Whether an answer of status 200 may hold an error.
    enum class ErrorInside { no, yes };

    [[nodiscard]] RemoteResult<void> check_options() const;
    [[nodiscard]] RemoteCaller caller(ErrorInside inside, std::function<bool()> is_done = {}) const;
    [[nodiscard]] RemoteResult<Call> call_of(const std::string& method,
                                             const std::string& bucket) const;
    [[nodiscard]] RemoteResult<Call>
    call_of(const std::string& method, const std::string& bucket, const std::string& key) const;
    [[nodiscard]] HttpRequest signed_request(const Call& call) const;
    [[nodiscard]] RemoteResult<HttpResponse> send(const Call& call,
                                                  const std::stop_token& stop,
                                                  ErrorInside inside = ErrorInside::no,
                                                  std::function<bool()> is_done = {}) const;
    [[nodiscard]] std::optional<S3Object> look_once(Call call, const std::stop_token& stop) const;
    [[nodiscard]] RemoteResult<std::string> store(const Call& call,
                                                  const std::stop_token& stop) const;
    [[nodiscard]] RemoteResult<void> remove_batch(const std::string& bucket,
                                                  const std::vector<std::string>& keys,
                                                  const std::stop_token& stop) const;
    [[nodiscard]] RemoteResult<void> remove_all(const std::string& bucket,
                                                const std::vector<S3Object>& objects,
                                                const std::stop_token& stop) const;
    [[nodiscard]] RemoteResult<void> probe(const std::stop_token& stop) const;
    [[nodiscard]] std::size_t part_size_for(std::uint64_t size) const;
    [[nodiscard]] RemoteResult<std::vector<S3Part>>
    put_parts(const Call& upload, const FileParts& file, const std::stop_token& stop) const;
    [[nodiscard]] RemoteResult<void>
    put_in_parts(const Call& target, const FileParts& file, const std::stop_token& stop) const;
    [[nodiscard]] RemoteResult<HttpResponse> abort_upload(const Call& call,
                                                          const std::stop_token& stop) const;
    [[nodiscard]] RemoteResult<void>
    complete(const Call& call, const std::vector<S3Part>& parts, const std::stop_token& stop) const;

    Transport& m_transport;
    Clock& m_clock;
    S3Options m_options;
};

} // namespace aisprint::clients
