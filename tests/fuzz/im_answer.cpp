// SPDX-License-Identifier: Apache-2.0
// Answers of an Infrastructure Manager to every call. Input: a line with the status and one with
// the content type, then the body.
#include "aisprint/base/source_file.hpp"
#include "aisprint/clients/im_client.hpp"

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

class FixedTransport final : public Transport {
public:
    explicit FixedTransport(HttpResponse response) : m_response(std::move(response)) {}
    tl::expected<HttpResponse, TransportError> send(const HttpRequest&, std::stop_token) override {
        return m_response;
    }

private:
    HttpResponse m_response;
};

class NoClock final : public Clock {
public:
    std::chrono::milliseconds now() const override { return {}; }
    std::chrono::seconds wall_time() const override { return std::chrono::seconds(1700000000); }
    void sleep(std::chrono::milliseconds duration, std::stop_token) override {
        require(duration >= std::chrono::milliseconds(0));
        require(duration <= std::chrono::minutes(2));
    }
};

template <class T>
void check(const ImResult<T>& result) {
    if (result) {
        return;
    }
    require(!result.error().message.empty());
    require(count_code_points(result.error().message) < 900);
    require(result.error().message.find('\n') == std::string::npos);
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
    std::string text(data, data + size);
    HttpResponse response;
    response.status = std::atoi(take_line(text).c_str());
    const std::string type = take_line(text);
    response.headers = {
        {"Content-Type", type}, {"Retry-After", type}, {"InfID", type}, {"Location", type}};
    response.body = text;
    FixedTransport transport(response);
    NoClock clock;
    ImClientOptions options;
    options.url = "https://im.example/im/";
    options.retries.attempts = 2;
    ImClient client(transport, clock, options);
    const std::string url = "https://im.example/im/infrastructures/1";
    check(client.version({}));
    const ImResult<std::vector<std::string>> list = client.list({});
    check(list);
    const ImResult<std::string> created = client.create("document", {});
    check(created);
    if (created) {
        require(created->rfind("http", 0) == 0 || created->rfind("HTTP", 0) == 0 ||
                created->find("://") != std::string::npos);
        check(client.state(*created, {}));
    }
    check(client.state(url, {}));
    check(client.contextualisation(url, {}));
    check(client.outputs_json(url, {}));
    check(client.document(url, {}));
    check(client.estimate_json("document", {}));
    check(client.update(url, "document", {}));
    check(client.remove(url, ForceDelete::yes, {}));
    return 0;
}
