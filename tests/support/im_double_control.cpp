// SPDX-License-Identifier: Apache-2.0
// How another process drives a double: JSON below /double/.
//   GET    /double/requests         what arrived
//   GET    /double/infrastructures  what was ever made
//   POST   /double/faults           adds a rule: {"call": "create", "nth": 1, "times": 1, "kind":
//                                   "status", "status": 503, "retry_after": "1", "delay_ms": 0,
//                                   "infra_name": ""}
//   DELETE /double/faults           forgets all rules
//   POST   /double/script           {"infra_name": "", "steps": [{"state": "pending", "polls": 1,
//                                   "time_ms": 0}], "last": "configured", "contmsg": "",
//                                   "outputs": {}, "machines": 1, "deleting_polls": 1,
//                                   "refusal": "", "undeletable_attempts": 0}
#include "im_double_impl.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace aisprint::clients::test {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::array<std::pair<ImCall, std::string_view>, 11> k_calls = {
    {{ImCall::any, "any"},
     {ImCall::version, "version"},
     {ImCall::list, "list"},
     {ImCall::create, "create"},
     {ImCall::info, "info"},
     {ImCall::state, "state"},
     {ImCall::contmsg, "contmsg"},
     {ImCall::outputs, "outputs"},
     {ImCall::tosca, "tosca"},
     {ImCall::update, "update"},
     {ImCall::remove, "remove"}}};

constexpr std::array<std::pair<FaultKind, std::string_view>, 12> k_kinds = {
    {{FaultKind::none, "none"},
     {FaultKind::status, "status"},
     {FaultKind::status_after_acting, "status_after_acting"},
     {FaultKind::reset_before_reading, "reset_before_reading"},
     {FaultKind::reset_after_reading, "reset_after_reading"},
     {FaultKind::reset_after_acting, "reset_after_acting"},
     {FaultKind::close_without_answer, "close_without_answer"},
     {FaultKind::truncated_body, "truncated_body"},
     {FaultKind::slow, "slow"},
     {FaultKind::wrong_content_type, "wrong_content_type"},
     {FaultKind::garbage, "garbage"},
     {FaultKind::empty_body, "empty_body"}}};

HttpResponse json_answer(int status, const Json& json) {
    return {status, {{"Content-Type", "application/json"}}, json.dump(1)};
}

HttpResponse bad(const std::string& what) {
    return json_answer(400, Json{{"message", what}});
}

template <class T>
T value_or(const Json& json, const char* key, T otherwise) {
    return json.value(key, std::move(otherwise));
}

std::optional<FaultRule> rule_of(const Json& json) {
    FaultRule rule;
    const auto call = parse_call(value_or<std::string>(json, "call", "any"));
    const auto kind = parse_fault_kind(value_or<std::string>(json, "kind", "status"));
    if (!call || !kind) {
        return std::nullopt;
    }
    rule.call = *call;
    rule.nth = value_or(json, "nth", 1);
    rule.times = value_or(json, "times", 1);
    rule.infra_name = value_or<std::string>(json, "infra_name", "");
    rule.fault.kind = *kind;
    rule.fault.status = value_or(json, "status", 500);
    rule.fault.retry_after = value_or<std::string>(json, "retry_after", "");
    rule.fault.location = value_or<std::string>(json, "location", "");
    rule.fault.text = value_or<std::string>(json, "text", rule.fault.text);
    rule.fault.delay = std::chrono::milliseconds(value_or(json, "delay_ms", 0));
    return rule;
}

InfraScript script_of(const Json& json) {
    InfraScript script;
    if (json.contains("steps")) {
        script.steps.clear();
        for (const Json& step : json["steps"]) {
            script.steps.push_back({parse_im_state(value_or<std::string>(step, "state", "pending")),
                                    value_or(step, "polls", 0),
                                    std::chrono::milliseconds(value_or(step, "time_ms", 0))});
        }
    }
    script.last = parse_im_state(value_or<std::string>(json, "last", "configured"));
    script.contmsg = value_or(json, "contmsg", script.contmsg);
    if (json.contains("outputs")) {
        script.outputs = json["outputs"].dump();
    }
    script.machines = value_or(json, "machines", 1);
    script.deleting_polls = value_or(json, "deleting_polls", 1);
    script.refusal = value_or<std::string>(json, "refusal", "");
    script.undeletable_attempts = value_or(json, "undeletable_attempts", 0);
    return script;
}

Json to_json(const RecordedRequest& request) {
    return Json{{"call", to_string(request.call)},  {"method", request.method},
                {"target", request.target},         {"infra_id", request.infra_id},
                {"infra_name", request.infra_name}, {"fault", to_string(request.fault)},
                {"acted", request.acted},           {"status", request.status}};
}

Json to_json(const DoubleInfra& infra) {
    return Json{{"id", infra.id},
                {"infra_name", infra.infra_name},
                {"tag", infra.tag},
                {"state", clients::to_string(infra.state)},
                {"live", infra.live},
                {"updates", infra.updates},
                {"document", infra.document}};
}

template <class T>
HttpResponse list_answer(const std::vector<T>& items) {
    Json list = Json::array();
    for (const T& item : items) {
        list.push_back(to_json(item));
    }
    return json_answer(200, list);
}

template <class T, std::size_t N>
std::string_view word_of(const std::array<std::pair<T, std::string_view>, N>& table, T value) {
    return std::find_if(table.begin(), table.end(),
                        [&](const auto& item) { return item.first == value; })
        ->second;
}

template <class T, std::size_t N>
std::optional<T> value_of(const std::array<std::pair<T, std::string_view>, N>& table,
                          std::string_view word) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const auto& item) { return item.second == word; });
    return found == table.end() ? std::nullopt : std::optional<T>(found->first);
}

} // namespace

std::string_view to_string(ImCall call) {
    return word_of(k_calls, call);
}

std::string_view to_string(FaultKind kind) {
    return word_of(k_kinds, kind);
}

std::optional<ImCall> parse_call(std::string_view word) {
    return value_of(k_calls, word);
}

std::optional<FaultKind> parse_fault_kind(std::string_view word) {
    return value_of(k_kinds, word);
}

HttpResponse ImDouble::Impl::control(const std::string& method,
                                     const std::string& target,
                                     const std::string& body) {
    if (method == "GET" && target == "/double/requests") {
        return list_answer(self->requests());
    }
    if (method == "GET" && target == "/double/infrastructures") {
        return list_answer(self->infrastructures());
    }
    if (method == "DELETE" && target == "/double/faults") {
        self->clear_faults();
        return json_answer(200, Json::object());
    }
    const Json json = Json::parse(body, nullptr, false);
    if (method != "POST" || !json.is_object()) {
        return bad("not a request of the double");
    }
    if (target == "/double/faults") {
        std::optional<FaultRule> rule = rule_of(json);
        if (!rule) {
            return bad("no such call or kind");
        }
        self->add_fault(std::move(*rule));
        return json_answer(200, Json::object());
    }
    if (target == "/double/script") {
        self->script(value_or<std::string>(json, "infra_name", ""), script_of(json));
        return json_answer(200, Json::object());
    }
    return bad("not a request of the double");
}

} // namespace aisprint::clients::test
