// SPDX-License-Identifier: Apache-2.0
// Answers of an S3 server to every call. Input: a line with the status and one that stands for the
// headers, then the body.
#include "aisprint/base/files.hpp"
#include "aisprint/base/source_file.hpp"
#include "aisprint/clients/s3_client.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace aisprint;
using namespace aisprint::clients;

/// Ends the program, so that the fuzzer keeps the input.
void require(bool condition) {
    if (!condition) {
        std::abort();
    }
}

/// Gives the same answer to the first requests; then it has had enough: some answers say that there
/// is always more to come.
class FixedTransport final : public Transport {
public:
    explicit FixedTransport(HttpResponse response) : m_response(std::move(response)) {}
    tl::expected<HttpResponse, TransportError> send(const HttpRequest& request,
                                                    std::stop_token) override {
        require(request.url.rfind("https://s3.example/", 0) == 0);
        require(request.url.find_first_of(" \r\n") == std::string::npos);
        if (++m_requests > k_most_requests) {
            return HttpResponse{400, {}, ""};
        }
        return m_response;
    }
    void start_anew() { m_requests = 0; }

private:
    static constexpr int k_most_requests = 20;
    HttpResponse m_response;
    int m_requests = 0;
};

class NoClock final : public Clock {
public:
    std::chrono::milliseconds now() const override { return m_now; }
    std::chrono::seconds wall_time() const override { return std::chrono::seconds(1700000000); }
    void sleep(std::chrono::milliseconds duration, std::stop_token) override {
        require(duration >= std::chrono::milliseconds(0));
        require(duration <= std::chrono::minutes(2));
        m_now += duration;
    }

private:
    std::chrono::milliseconds m_now{0};
};

template <class T>
void check(const RemoteResult<T>& result) {
    if (result) {
        return;
    }
    require(!result.error().message.empty());
    require(count_code_points(result.error().message) < 2200);
    require(result.error().message.find('\n') == std::string::npos);
    require(result.error().code.find('\n') == std::string::npos);
}

/// The text up to the next line end; takes it away from `text`.
std::string take_line(std::string& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line = text.substr(0, end);
    text.erase(0, end + 1);
    return line;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const ScratchDirectory folder;
    const std::filesystem::path file = folder.path() / "file";
    require(write_file_atomic(file, "123456789").has_value());
    std::string text(data, data + size);
    HttpResponse response;
    response.status = std::atoi(take_line(text).c_str());
    const std::string line = take_line(text);
    response.headers = {{"Content-Type", line},
                        {"Retry-After", line},
                        {"ETag", line},
                        {"Date", line},
                        {"Content-Length", line}};
    response.body = text;
    FixedTransport transport(response);
    NoClock clock;
    S3Options options;
    options.endpoint = "https://s3.example/";
    options.access_key = "AKDUMMY";
    options.secret_key = Secret("pw1");
    options.retries.attempts = 2;
    options.part_size = 4;
    const S3Client client(transport, clock, options);
    check(client.list_buckets({}));
    check(client.create_bucket("b1", {}));
    const auto objects = client.list("b1", "p", {});
    check(objects);
    if (objects) {
        require(std::is_sorted(objects->begin(), objects->end(),
                               [](const S3Object& a, const S3Object& b) { return a.key < b.key; }));
        require(std::all_of(objects->begin(), objects->end(),
                            [](const S3Object& object) { return !object.key.empty(); }));
    }
    transport.start_anew();
    check(client.remove_bucket("b1", {}));
    transport.start_anew();
    check(client.head("b1", "k", {}));
    check(client.put("b1", "k", "text", {}));
    check(client.put_file("b1", "k", file, {}));
    transport.start_anew();
    check(client.get("b1", "k", {}));
    check(client.get_file("b1", "k", folder.path() / "fetched", {}));
    transport.start_anew();
    check(client.copy("b1", "k", "b2", "k", {}));
    check(client.remove("b1", "k", {}));
    transport.start_anew();
    check(client.wait_until_ready(std::chrono::seconds(3), {}));
    return 0;
}
