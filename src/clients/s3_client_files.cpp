// SPDX-License-Identifier: Apache-2.0
// The calls of the S3 client that work on local files.
#include "aisprint/clients/s3_client.hpp"

#include "remote_caller.hpp"
#include "s3_answer.hpp"
#include "s3_files.hpp"

#include "aisprint/base/digest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace aisprint::clients {

namespace {

constexpr std::uint64_t k_most_parts = 10000;
constexpr std::chrono::milliseconds k_last_timeout{5000}; ///< of a request after a stop

/// The part of an object that an answer to a request for a range holds.
RemoteResult<std::string> take_range(HttpResponse response,
                                     const S3Object& object,
                                     std::uint64_t offset,
                                     std::size_t wanted) {
    RemoteError error;
    error.status = response.status;
    if (const std::string etag = etag_of(response); !etag.empty() && etag != object.etag) {
        error.kind = RemoteErrorKind::conflict;
        error.message = "the object was replaced while it was fetched";
        return tl::unexpected<RemoteError>(std::move(error));
    }
    // a server that does not know ranges answers 200, with everything
    const bool is_right = response.status == 206 ? response.body.size() == wanted
                                                 : offset == 0 && wanted == object.size &&
                                                       response.body.size() == wanted;
    if (!is_right) {
        error.kind = RemoteErrorKind::malformed;
        error.message =
            fmt::format("the S3 server answered with {} bytes (status {}) where {} bytes from "
                        "byte {} of {} are expected",
                        response.body.size(), response.status, wanted, offset, object.size);
        return tl::unexpected<RemoteError>(std::move(error));
    }
    return std::move(response.body);
}

} // namespace

std::size_t S3Client::part_size_for(std::uint64_t size) const {
    const std::uint64_t least = (size + k_most_parts - 1) / k_most_parts;
    return std::max(m_options.part_size, static_cast<std::size_t>(least));
}

RemoteResult<void> S3Client::put_file(const std::string& bucket,
                                      const std::string& key,
                                      const std::filesystem::path& path,
                                      std::stop_token stop) const {
    const RemoteResult<Call> target = call_of("PUT", bucket, key);
    if (!target) {
        return tl::unexpected<RemoteError>(target.error());
    }
    const RemoteResult<FileParts> file = FileParts::open(path);
    if (!file) {
        return tl::unexpected<RemoteError>(file.error());
    }
    if (file->size() > m_options.part_size) {
        return put_in_parts(*target, *file, stop);
    }
    RemoteResult<std::string> content = file->read(0, static_cast<std::size_t>(file->size()));
    if (!content) {
        return tl::unexpected<RemoteError>(content.error());
    }
    Call call = *target;
    call.body = std::move(*content);
    return store(call, stop).map([](const std::string&) {});
}

RemoteResult<std::vector<S3Part>>
S3Client::put_parts(const Call& upload, const FileParts& file, const std::stop_token& stop) const {
    const std::size_t part_size = part_size_for(file.size());
    std::vector<S3Part> parts;
    for (std::uint64_t offset = 0; offset < file.size(); offset += part_size) {
        const std::uint64_t length = std::min<std::uint64_t>(part_size, file.size() - offset);
        RemoteResult<std::string> content = file.read(offset, static_cast<std::size_t>(length));
        if (!content) {
            return tl::unexpected<RemoteError>(content.error());
        }
        const int number = static_cast<int>(parts.size()) + 1;
        Call call = upload;
        call.method = "PUT";
        call.query.emplace_back("partNumber", std::to_string(number));
        call.body = std::move(*content);
        RemoteResult<std::string> etag = store(call, stop);
        if (!etag) {
            return tl::unexpected<RemoteError>(etag.error());
        }
        parts.push_back({number, std::move(*etag)});
    }
    return parts;
}

RemoteResult<void> S3Client::put_in_parts(const Call& target,
                                          const FileParts& file,
                                          const std::stop_token& stop) const {
    Call call = target;
    call.method = "POST";
    call.query = {{"uploads", ""}};
    const RemoteResult<std::string> id = k_s3_answers.read(send(call, stop), parse_upload_id);
    if (!id) {
        return tl::unexpected<RemoteError>(id.error());
    }
    call.query = {{"uploadId", *id}};
    RemoteResult<void> stored =
        put_parts(call, file, stop).and_then([&](const std::vector<S3Part>& parts) {
            return complete(call, parts, stop);
        });
    if (!stored) {
        call.method = "DELETE";
        const RemoteResult<HttpResponse> aborted = abort_upload(call, stop);
        if (!aborted && aborted.error().kind != RemoteErrorKind::gone) {
            stored.error().message += "; parts of the upload may remain on the server";
        }
    }
    return stored;
}

RemoteResult<HttpResponse> S3Client::abort_upload(const Call& call,
                                                  const std::stop_token& stop) const {
    if (!stop.stop_requested()) {
        return send(call, stop);
    }
    // the parts would stay for good, so this is sent in spite of the stop, but only once
    HttpRequest request = signed_request(call);
    request.timeout = std::min<std::chrono::milliseconds>(request.timeout, k_last_timeout);
    return caller(ErrorInside::no).send(request, {});
}

RemoteResult<void> S3Client::complete(const Call& call,
                                      const std::vector<S3Part>& parts,
                                      const std::stop_token& stop) const {
    Call completion = call;
    completion.body = completion_document(parts);
    const RemoteResult<HttpResponse> response = send(completion, stop, ErrorInside::yes);
    if (!response && response.error().kind == RemoteErrorKind::gone) {
        // an earlier attempt may have done it, and its answer was lost
        const auto object = head(call.bucket, call.key, stop);
        if (object && *object && joint_etag(parts) == (*object)->etag) {
            return {};
        }
    }
    return k_s3_answers.read(response, [](const HttpResponse& answer) {
        return check_root(answer, "CompleteMultipartUploadResult");
    });
}

RemoteResult<void> S3Client::get_file(const std::string& bucket,
                                      const std::string& key,
                                      const std::filesystem::path& path,
                                      std::stop_token stop) const {
    RemoteResult<Call> call = call_of("GET", bucket, key);
    if (!call) {
        return tl::unexpected<RemoteError>(call.error());
    }
    const auto object = head(bucket, key, stop);
    if (!object) {
        return tl::unexpected<RemoteError>(object.error());
    }
    if (!*object) {
        RemoteError error;
        error.kind = RemoteErrorKind::gone;
        error.status = 404;
        error.message =
            fmt::format("there is no object \"{}\" in the bucket {}", shortened_text(key), bucket);
        return tl::unexpected<RemoteError>(std::move(error));
    }
    RemoteResult<GrowingFile> file = GrowingFile::open(path);
    if (!file) {
        return tl::unexpected<RemoteError>(file.error());
    }
    const std::uint64_t size = (*object)->size;
    for (std::uint64_t offset = 0; offset < size; offset += m_options.part_size) {
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(m_options.part_size, size - offset));
        call->wanted = wanted;
        call->headers = {{"Range", fmt::format("bytes={}-{}", offset, offset + wanted - 1)}};
        RemoteResult<void> taken =
            send(*call, stop)
                .and_then([&](HttpResponse response) {
                    return take_range(std::move(response), **object, offset, wanted);
                })
                .and_then([&](const std::string& bytes) { return file->append(bytes); });
        if (!taken) {
            return taken;
        }
    }
    return file->place();
}

RemoteResult<std::string> S3Client::etag_of_file(const std::filesystem::path& path) const {
    const RemoteResult<FileParts> file = FileParts::open(path);
    if (!file) {
        return tl::unexpected<RemoteError>(file.error());
    }
    const std::size_t part_size = part_size_for(file->size());
    std::vector<S3Part> parts;
    std::uint64_t offset = 0;
    do {
        const std::uint64_t length = std::min<std::uint64_t>(part_size, file->size() - offset);
        const auto content = file->read(offset, static_cast<std::size_t>(length));
        if (!content) {
            return tl::unexpected<RemoteError>(content.error());
        }
        parts.push_back({static_cast<int>(parts.size()) + 1, to_hex(md5(*content))});
        offset += length;
    } while (offset < file->size());
    return parts.size() == 1 ? parts.front().etag : joint_etag(parts).value();
}

} // namespace aisprint::clients
