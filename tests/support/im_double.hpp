// SPDX-License-Identifier: Apache-2.0
// A stand-in for the Infrastructure Manager, with faults on request. It speaks the protocol of IM
// 1.15 to 1.19 (REST paths, media types, states, texts of errors), keeps infrastructures in
// memory, and records everything, so that tests can assert that none was created twice or lost.
#pragma once

#include "aisprint/clients/http.hpp"
#include "aisprint/clients/im_client.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace aisprint::clients::test {

/// The calls of the protocol.
enum class ImCall {
    any,
    version,
    list,
    create,
    info,
    state,
    contmsg,
    outputs,
    tosca,
    update,
    remove
};

/// What goes wrong with a request. "acted": the server does what was asked before it goes wrong.
enum class FaultKind {
    none,
    status,               ///< `Fault::status` instead of acting
    status_after_acting,  ///< acted, then `Fault::status` (a gateway that lost patience)
    reset_before_reading, ///< connection reset, nothing read
    reset_after_reading,  ///< request read, connection reset, not acted
    reset_after_acting,   ///< acted, connection reset without an answer
    close_without_answer, ///< acted, connection closed without an answer
    truncated_body,       ///< acted, half of the answer's body, then closed
    slow,                 ///< acted, the answer comes after `Fault::delay`
    wrong_content_type,   ///< acted, a page of HTML with status 200
    garbage,              ///< acted, status 200 and the right type, but bytes without meaning
    empty_body            ///< acted, status 200 and the right type, but nothing in it
};

/// A fault with its details.
struct Fault {
    FaultKind kind = FaultKind::none;
    int status = 500;                   ///< of the kinds `status...`
    std::string retry_after = {};       ///< value of that header; empty: none
    std::string location = {};          ///< value of that header; empty: none
    std::string text = "server broken"; ///< body of the kinds `status...`
    std::chrono::milliseconds delay{0}; ///< of `slow`
};

/// "The n-th request of this kind gets this fault." Requests of a rule are counted from 1, from
/// the moment the rule is added; a rule holds for requests nth .. nth + times - 1.
struct FaultRule {
    ImCall call = ImCall::any;
    int nth = 1;
    int times = 1;
    Fault fault;
    std::string infra_name = {}; ///< empty: any; else only requests about infrastructures named so
};

/// How infrastructures of a name behave. A state is left when it has been told `polls` times and
/// `time` has passed; both zero: at once.
struct InfraScript {
    struct Step {
        ImStateName state = ImStateName::pending;
        int polls = 0;
        std::chrono::milliseconds time{0};
    };
    /// States before the last one.
    std::vector<Step> steps = {{ImStateName::pending, 1, {}}, {ImStateName::running, 1, {}}};
    ImStateName last = ImStateName::configured;
    std::string contmsg = "all tasks done\n";
    std::string outputs = R"({"endpoint": "https://out.example.org/"})"; ///< JSON object
    int machines = 1;         ///< whose states are told; 0: a front end and as many as `count` says
    int deleting_polls = 1;   ///< how often `deleting` is told after an asynchronous deletion
    std::string refusal = {}; ///< not empty: its creation is refused with 400 and this text
    int undeletable_attempts = 0; ///< first deletions that get 409
};

/// Settings of a double.
struct ImDoubleOptions {
    std::string version = "1.15.0";
    /// The only user; empty: any credentials with an InfrastructureManager line, or a bearer token.
    std::string user = {};
    std::string password = {};
    /// Time for InfraScript and `slow`; null: the machine's. With a time of one's own, `slow` does
    /// not wait on the machine's clock when served in process.
    std::function<std::chrono::milliseconds()> now = {};
    /// The beginning of URLs that it gives out when served in process.
    std::string url = "http://im.test";
};

/// A request as it arrived.
struct RecordedRequest {
    ImCall call = ImCall::any;
    std::string method;
    std::string target;     ///< path and query
    std::string infra_id;   ///< that it is about, or that it made; empty for none
    std::string infra_name; ///< of that infrastructure
    std::string body;
    FaultKind fault = FaultKind::none;
    bool acted = false; ///< changed something, or was answered from the true state
    int status = 0;     ///< of the answer; 0: none came
};

/// An infrastructure that was made, whether it still is there or not.
struct DoubleInfra {
    std::string id;
    std::string infra_name; ///< metadata.infra_name of its document
    std::string tag;        ///< metadata.aisprint_tag
    std::string document;   ///< as posted last
    ImStateName state = ImStateName::pending;
    bool live = true; ///< false: deleted
    int updates = 0;
};

/// The double itself. Everything may be used by several threads at once.
class ImDouble {
public:
    explicit ImDouble(ImDoubleOptions options = {});
    ImDouble(const ImDouble&) = delete;
    ImDouble& operator=(const ImDouble&) = delete;
    ~ImDouble();

    /// Behaviour of infrastructures of this name from now on; an empty name is the default of all
    /// others. Those that exist keep the one they were made with.
    void script(const std::string& infra_name, InfraScript script);

    /// Adds a rule. The first rule that fits a request decides; all that fit count it.
    void add_fault(FaultRule rule);

    /// Forgets all rules.
    void clear_faults();

    /// A client's transport into this double, without sockets; faults come out as the errors that
    /// a real transport makes of them. `slow` becomes a timeout if `delay` is not less than the
    /// request's. Must not outlive the double.
    [[nodiscard]] std::unique_ptr<Transport> transport();

    /// Serves HTTP on a free port of 127.0.0.1 until the double ends; returns the URL of the REST
    /// interface: http://127.0.0.1:PORT. `port` 0 takes a free one. Asserts that it can.
    std::string serve(int port = 0);

    /// Everything that arrived, in order.
    [[nodiscard]] std::vector<RecordedRequest> requests() const;

    /// How many requests of a kind arrived (reset_before_reading ones are not known and not
    /// counted, but for ImCall::any).
    [[nodiscard]] int count(ImCall call) const;

    /// Requests that change something: create, update, remove.
    [[nodiscard]] int changing_requests() const;

    /// Everything that was ever made, in order.
    [[nodiscard]] std::vector<DoubleInfra> infrastructures() const;

    /// How many infrastructures of a name were ever made; of all for an empty name.
    [[nodiscard]] int created(const std::string& infra_name = {}) const;

    /// How many of a name are there now (being deleted counts as there); of all for an empty name.
    [[nodiscard]] int live(const std::string& infra_name = {}) const;

    /// The greatest number of one name that were there at the same time.
    [[nodiscard]] int most_live_at_once(const std::string& infra_name) const;

    /// Puts all infrastructures of a name (empty: all) into a state for good.
    void set_state(const std::string& infra_name, ImStateName state);

    /// Forgets the infrastructures of a name as if somebody else had deleted them.
    void vanish(const std::string& infra_name);

    struct Impl; ///< for the other files of the double

private:
    std::unique_ptr<Impl> m_impl;
};

/// A minimal document: its infra_name, its tag (none if empty), and `extra` lines.
[[nodiscard]] std::string small_document(const std::string& infra_name,
                                         const std::string& tag = {},
                                         const std::string& extra = {});

} // namespace aisprint::clients::test
