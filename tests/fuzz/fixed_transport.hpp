// SPDX-License-Identifier: Apache-2.0
// A server that answers everything alike, for fuzz targets of clients.
#pragma once

#include "aisprint/clients/http.hpp"
#include "aisprint/clients/pause.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stop_token>
#include <string>
#include <utility>

namespace aisprint::clients::test {

/// Ends the program, so that the fuzzer keeps the input.
inline void require(bool condition) {
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

/// The text up to the next line end; takes it away from `text`.
inline std::string take_line(std::string& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line = text.substr(0, end);
    text.erase(0, end + 1);
    return line;
}

/// The answer that an input stands for: a line with the status and one with the content type,
/// which stands in other headers, too; then the body.
inline HttpResponse response_of(std::string text) {
    HttpResponse response;
    response.status = std::atoi(take_line(text).c_str());
    const std::string type = take_line(text);
    response.headers = {
        {"Content-Type", type}, {"Retry-After", type}, {"InfID", type}, {"Location", type}};
    response.body = std::move(text);
    return response;
}

} // namespace aisprint::clients::test
