// SPDX-License-Identifier: Apache-2.0
// A transport and a clock for tests of clients: answers as told, no waiting.
#pragma once

#include "aisprint/clients/http.hpp"
#include "aisprint/clients/pause.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <deque>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::clients::test {

using Answer = tl::expected<HttpResponse, TransportError>;

inline HttpResponse json(const std::string& body) {
    return {200, {{"Content-Type", "application/json"}}, body};
}

inline HttpResponse page() {
    return {200, {{"Content-Type", "text/html"}}, "<html><title>Sign in</title></html>"};
}

inline HttpResponse text(int status, const std::string& body) {
    return {status, {{"Content-Type", "text/plain"}}, body};
}

inline Answer broken(Delivery delivery, TransportErrorKind kind = TransportErrorKind::broken) {
    return tl::unexpected<TransportError>(TransportError{kind, delivery, "it broke"});
}

/// Gives the answers that it was told, one for each request.
class ScriptedTransport final : public Transport {
public:
    Answer send(const HttpRequest& request, std::stop_token) override {
        requests.push_back(request);
        if (answers.empty()) {
            ADD_FAILURE() << "unexpected request " << request.method << " " << request.url;
            return text(500, "none left");
        }
        Answer answer = answers.front();
        answers.pop_front();
        return answer;
    }

    std::deque<Answer> answers;
    std::vector<HttpRequest> requests;
};

/// Notes the pauses, and does not wait.
class NotingClock final : public Clock {
public:
    std::chrono::milliseconds now() const override { return std::chrono::milliseconds{0}; }
    /// Sun, 06 Nov 1994.
    std::chrono::seconds wall_time() const override { return std::chrono::seconds{784111777}; }
    void sleep(std::chrono::milliseconds duration, std::stop_token) override {
        pauses.push_back(duration);
        if (stop_after == pauses.size()) {
            source.request_stop();
        }
    }

    std::vector<std::chrono::milliseconds> pauses;
    std::stop_source source;
    std::size_t stop_after = 0;
};

} // namespace aisprint::clients::test
