// SPDX-License-Identifier: Apache-2.0
// Inside of the double, shared by its ways of serving.
#pragma once

#include "im_double.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

namespace aisprint::clients::test {

/// An answer, and what goes wrong with it.
struct Exchange {
    HttpResponse response;
    Fault fault;
};

/// A rule and how many requests fitted it so far.
struct CountedRule {
    FaultRule rule;
    int seen = 0;
};

/// An infrastructure with its way through the states.
struct LiveInfra {
    DoubleInfra known;
    InfraScript script;
    std::string owner;
    std::size_t step = 0;
    int told = 0; ///< how often the present state was told
    std::chrono::milliseconds entered{0};
    int deletions = 0;
    int deleting_told = 0;
    std::optional<ImStateName> fixed;
};

/// A request taken apart.
struct Incoming {
    ImCall call = ImCall::any;
    std::string path;
    std::string query;
    std::string id;
    std::string infra_name;
    std::string accept;
    std::string base_url; ///< beginning of URLs in the answer
    const HttpRequest* http = nullptr;
};

struct ImDouble::Impl {
    explicit Impl(ImDoubleOptions given) : options(std::move(given)) {}

    /// Answers a request; `base_url` begins the URLs in the answer.
    Exchange handle(const HttpRequest& request, const std::string& target, std::string base_url);

    /// Requests below /double/, for programs that drive a double in another process.
    HttpResponse
    control(const std::string& method, const std::string& target, const std::string& body);

    void serve_connection(int socket);
    void accept_connections();
    void stop_serving();
    std::chrono::milliseconds now() const;

    ImDoubleOptions options;
    ImDouble* self = nullptr;

    mutable std::mutex mutex; ///< guards what follows
    std::vector<CountedRule> rules;
    std::map<std::string, InfraScript> scripts;
    std::vector<LiveInfra> infras;
    std::vector<RecordedRequest> log;
    std::map<std::string, int> most_live;
    int next_id = 1;

    std::atomic<bool> stopping{false};
    std::condition_variable stopped;
    std::mutex stop_mutex;
    int listener = -1;
    int port = 0;
    std::thread acceptor;
    std::mutex workers_mutex;
    std::vector<std::thread> workers;

private:
    Incoming take_apart(const HttpRequest& request, const std::string& target) const;
    Fault fault_for(const Incoming& incoming);
    HttpResponse act(const Incoming& incoming, RecordedRequest& record);
    HttpResponse create(const Incoming& incoming, const std::string& user, RecordedRequest& record);
    HttpResponse update(const Incoming& incoming, LiveInfra& infra);
    HttpResponse remove(const Incoming& incoming, LiveInfra& infra);
    HttpResponse property(const Incoming& incoming, LiveInfra& infra);
    HttpResponse state_of(LiveInfra& infra);
    void advance(LiveInfra& infra);
    LiveInfra* find(const std::string& id);
    const LiveInfra* find(const std::string& id) const;
};

/// Protocol version of the options: 1.15 -> {1, 15}.
[[nodiscard]] ImVersion version_of(const std::string& text);

/// The names of the calls and faults, as the control interface spells them.
[[nodiscard]] std::string_view to_string(ImCall call);
[[nodiscard]] std::string_view to_string(FaultKind kind);
[[nodiscard]] std::optional<ImCall> parse_call(std::string_view word);
[[nodiscard]] std::optional<FaultKind> parse_fault_kind(std::string_view word);

} // namespace aisprint::clients::test
