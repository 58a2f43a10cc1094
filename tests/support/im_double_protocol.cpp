// SPDX-License-Identifier: Apache-2.0
// What the double answers.
#include "im_double_impl.hpp"
#include "im_server_auth.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

namespace aisprint::clients::test {

namespace {

using Json = nlohmann::ordered_json;

constexpr ImVersion k_first_with_dry_run{1, 17, 0};

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

std::string_view header_of(const HttpRequest& request, std::string_view name) {
    for (const HttpHeader& header : request.headers) {
        if (!HttpResponse{0, {header}, {}}.header(name).empty()) {
            return header.value;
        }
    }
    return {};
}

/// The scalar behind "KEY:" in a document, without quotes; empty if there is none.
std::string scalar_of(const std::string& document, const std::string& key) {
    std::size_t at = document.find(key + ":");
    if (at == std::string::npos) {
        return {};
    }
    at = document.find_first_not_of(' ', at + key.size() + 1);
    std::string value = document.substr(at, document.find_first_of("\r\n,}", at) - at);
    value.erase(value.find_last_not_of(' ') + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'')) {
        value = value.substr(1, value.size() - 2);
    }
    return value;
}

/// The number of machines that a document asks for: a front end, and worker nodes.
int machines_in(const std::string& document) {
    const std::string key = " count: ";
    int machines = 1;
    for (std::size_t at = document.find(key); at != std::string::npos;
         at = document.find(key, at + key.size())) {
        machines += std::atoi(document.c_str() + at + key.size());
    }
    return machines;
}

bool is_set(std::string_view query, std::string_view name) {
    for (const std::string_view word : {"1", "yes", "true"}) {
        const std::string wanted = fmt::format("{}={}", name, word);
        std::string_view rest = query;
        while (!rest.empty()) {
            const std::size_t end = rest.find('&');
            if (rest.substr(0, end) == wanted) {
                return true;
            }
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        }
    }
    return false;
}

HttpResponse answer(int status, const std::string& type, std::string body) {
    return {status, {{"Content-Type", type}}, std::move(body)};
}

HttpResponse error(const Incoming& incoming, int status, const std::string& text) {
    if (contains(incoming.accept, "application/json")) {
        return answer(status, "application/json", Json{{"message", text}, {"code", status}}.dump());
    }
    return answer(status, "text/plain", text);
}

bool accepts(const Incoming& incoming, std::string_view type) {
    return incoming.accept.empty() || contains(incoming.accept, type) ||
           contains(incoming.accept, "*/*") || contains(incoming.accept, "application/*");
}

/// A value in the form that the request accepts: alone, or as JSON under a name.
HttpResponse formatted(const Incoming& incoming,
                       const std::string& name,
                       const std::string& value,
                       const std::string& type) {
    if (contains(incoming.accept, "application/json")) {
        return answer(200, "application/json", Json{{name, value}}.dump());
    }
    if (incoming.accept.empty() || contains(incoming.accept, type) ||
        contains(incoming.accept, "*/*") || contains(incoming.accept, "text/*")) {
        return answer(200, type, value);
    }
    return error(incoming, 415, "Unsupported Accept Media Types: " + incoming.accept);
}

HttpResponse formatted_list(const Incoming& incoming, const std::vector<std::string>& urls) {
    if (contains(incoming.accept, "application/json")) {
        Json list = Json::array();
        for (const std::string& url : urls) {
            list.push_back(Json{{"uri", url}});
        }
        return answer(200, "application/json", Json{{"uri-list", list}}.dump());
    }
    return answer(200, "text/uri-list", fmt::format("{}", fmt::join(urls, "\n")));
}

/// The text before errors of a call.
std::string_view doing(ImCall call) {
    switch (call) {
    case ImCall::create:
        return "Error Creating Inf.: ";
    case ImCall::remove:
        return "Error Destroying Inf: ";
    case ImCall::update:
        return "Error Adding resources: ";
    case ImCall::info:
        return "Error Getting Inf. info: ";
    case ImCall::list:
        return "Error Getting Inf. List: ";
    default:
        return "Error Getting Inf. prop: ";
    }
}

bool is_tosca_type(std::string_view type) {
    return contains(type, "text/yaml") || contains(type, "text/x-yaml") ||
           contains(type, "application/yaml");
}

/// Nothing if the header names a user; else the error. The user comes back in `user`.
std::optional<std::string>
unknown_user(const HttpRequest& request, const ImDoubleOptions& options, std::string& user) {
    const std::string_view header = header_of(request, "Authorization");
    if (header.empty()) {
        return "No authentication data provided";
    }
    if (header.substr(0, 7) == "Bearer ") {
        user = std::string(header);
        return std::nullopt;
    }
    for (const auto& credential : parse_authorization(header)) {
        const auto type = credential.find("type");
        if (type == credential.end() || type->second != "InfrastructureManager") {
            continue;
        }
        const auto name = credential.find("username");
        const auto password = credential.find("password");
        user = name == credential.end() ? "token" : name->second;
        const bool known =
            options.user.empty() || (user == options.user && password != credential.end() &&
                                     password->second == options.password);
        if (known) {
            return std::nullopt;
        }
        return "Invalid InfrastructureManager credentials.";
    }
    return "No credentials provided for the InfrastructureManager.";
}

} // namespace

ImVersion version_of(const std::string& text) {
    ImVersion version;
    const std::size_t dot = text.find('.');
    version.major = std::stoi(text);
    version.minor = dot == std::string::npos ? 0 : std::stoi(text.substr(dot + 1));
    return version;
}

std::chrono::milliseconds ImDouble::Impl::now() const {
    return options.now ? options.now()
                       : std::chrono::duration_cast<std::chrono::milliseconds>(
                             std::chrono::steady_clock::now().time_since_epoch());
}

LiveInfra* ImDouble::Impl::find(const std::string& id) {
    const auto found = std::find_if(infras.begin(), infras.end(),
                                    [&](const LiveInfra& infra) { return infra.known.id == id; });
    return found == infras.end() ? nullptr : &*found;
}

const LiveInfra* ImDouble::Impl::find(const std::string& id) const {
    const auto found = std::find_if(infras.begin(), infras.end(),
                                    [&](const LiveInfra& infra) { return infra.known.id == id; });
    return found == infras.end() ? nullptr : &*found;
}

Incoming ImDouble::Impl::take_apart(const HttpRequest& request, const std::string& target) const {
    constexpr std::string_view k_folder = "/infrastructures";
    Incoming incoming;
    incoming.http = &request;
    incoming.accept = std::string(header_of(request, "Accept"));
    const std::size_t question = target.find('?');
    incoming.path = target.substr(0, question);
    incoming.query = question == std::string::npos ? "" : target.substr(question + 1);
    const std::size_t at = incoming.path.find(k_folder);
    if (at == std::string::npos) {
        incoming.call = incoming.path.size() >= 8 &&
                                incoming.path.substr(incoming.path.size() - 8) == "/version"
                            ? ImCall::version
                            : ImCall::any;
        return incoming;
    }
    const std::string rest = incoming.path.substr(at + k_folder.size());
    if (rest.empty()) {
        incoming.call = request.method == "POST" ? ImCall::create : ImCall::list;
        incoming.infra_name = scalar_of(request.body, "infra_name");
        return incoming;
    }
    const std::size_t slash = rest.find('/', 1);
    incoming.id = rest.substr(1, slash == std::string::npos ? slash : slash - 1);
    if (const LiveInfra* infra = find(incoming.id)) {
        incoming.infra_name = infra->known.infra_name;
    }
    if (slash == std::string::npos) {
        incoming.call = request.method == "POST"     ? ImCall::update
                        : request.method == "DELETE" ? ImCall::remove
                                                     : ImCall::info;
        return incoming;
    }
    const std::string word = rest.substr(slash + 1);
    incoming.call = word == "state"     ? ImCall::state
                    : word == "contmsg" ? ImCall::contmsg
                    : word == "outputs" ? ImCall::outputs
                    : word == "tosca"   ? ImCall::tosca
                                        : ImCall::any;
    return incoming;
}

Fault ImDouble::Impl::fault_for(const Incoming& incoming) {
    std::optional<Fault> chosen;
    for (CountedRule& item : rules) {
        const FaultRule& rule = item.rule;
        if ((rule.call != ImCall::any && rule.call != incoming.call) ||
            (!rule.infra_name.empty() && rule.infra_name != incoming.infra_name)) {
            continue;
        }
        ++item.seen;
        if (!chosen && item.seen >= rule.nth && item.seen < rule.nth + rule.times) {
            chosen = rule.fault;
        }
    }
    return chosen.value_or(Fault{});
}

void ImDouble::Impl::advance(LiveInfra& infra) {
    while (infra.step < infra.script.steps.size()) {
        const InfraScript::Step& step = infra.script.steps[infra.step];
        if (infra.told < step.polls || now() - infra.entered < step.time) {
            break;
        }
        infra.entered += step.time;
        infra.told = 0;
        ++infra.step;
    }
    infra.known.state = infra.fixed ? *infra.fixed
                        : infra.step < infra.script.steps.size()
                            ? infra.script.steps[infra.step].state
                            : infra.script.last;
}

HttpResponse ImDouble::Impl::state_of(LiveInfra& infra) {
    if (infra.deletions > 0) {
        ++infra.deleting_told;
        infra.known.state = ImStateName::deleting;
    } else {
        advance(infra);
        ++infra.told;
    }
    const std::string word = clients::to_string(infra.known.state);
    Json machines = Json::object();
    const int count =
        infra.script.machines > 0 ? infra.script.machines : machines_in(infra.known.document);
    for (int i = 0; i < count; ++i) {
        machines[std::to_string(i)] = word;
    }
    return answer(200, "application/json",
                  Json{{"state", Json{{"state", word}, {"vm_states", machines}}}}.dump());
}

HttpResponse ImDouble::Impl::property(const Incoming& incoming, LiveInfra& infra) {
    if (incoming.call == ImCall::contmsg) {
        advance(infra);
        return formatted(incoming, "contmsg",
                         infra.known.state == ImStateName::pending ? "" : infra.script.contmsg,
                         "text/plain");
    }
    if (!accepts(incoming, "application/json")) {
        return error(incoming, 415, "Unsupported Accept Media Types: " + incoming.accept);
    }
    switch (incoming.call) {
    case ImCall::state:
        return state_of(infra);
    case ImCall::outputs:
        return answer(200, "application/json",
                      Json{{"outputs", Json::parse(infra.script.outputs)}}.dump());
    case ImCall::tosca:
        return formatted(incoming, "tosca", infra.known.document, "text/plain");
    default:
        break;
    }
    return error(incoming, 404, "Incorrect infrastructure property");
}

HttpResponse
ImDouble::Impl::create(const Incoming& incoming, const std::string& user, RecordedRequest& record) {
    const std::string_view type = header_of(*incoming.http, "Content-Type");
    if (!is_tosca_type(type) && !contains(type, "text/plain") &&
        !contains(type, "application/json")) {
        return error(incoming, 415, fmt::format("Unsupported Media Type ['{}']", type));
    }
    const std::string& document = incoming.http->body;
    if (!is_tosca_type(type) || !contains(document, "tosca_definitions_version")) {
        return error(incoming, 400,
                     "Error Creating Inf.: no valid document\nTraceback (most recent call last):\n"
                     "  File \"/im/rest.py\", line 1, in create\n    parse(document)\nValueError: "
                     "no tosca_definitions_version\n");
    }
    if (is_set(incoming.query, "dry_run") && version_of(options.version) >= k_first_with_dry_run) {
        return answer(200, "application/json", R"({"cloud0": {"cloudType": "Dummy"}})");
    }
    const auto found = scripts.find(incoming.infra_name);
    const auto usual = scripts.find("");
    LiveInfra infra;
    infra.script = found != scripts.end()   ? found->second
                   : usual != scripts.end() ? usual->second
                                            : InfraScript{};
    if (!infra.script.refusal.empty()) {
        return error(incoming, 400, "Error Creating Inf.: " + infra.script.refusal);
    }
    infra.known.id = fmt::format("{:08x}-d0b1-11ee", next_id++);
    infra.known.infra_name = incoming.infra_name;
    infra.known.tag = scalar_of(document, "aisprint_tag");
    infra.known.document = document;
    infra.owner = user;
    infra.entered = now();
    advance(infra);
    record.infra_id = infra.known.id;
    const std::string url = incoming.base_url + "/infrastructures/" + infra.known.id;
    HttpResponse response = formatted(incoming, "uri", url, "text/uri-list");
    response.headers.push_back({"InfID", infra.known.id});
    infras.push_back(std::move(infra));
    int here = 0;
    for (const LiveInfra& other : infras) {
        here += other.known.live && other.known.infra_name == incoming.infra_name ? 1 : 0;
    }
    most_live[incoming.infra_name] = std::max(most_live[incoming.infra_name], here);
    return response;
}

HttpResponse ImDouble::Impl::update(const Incoming& incoming, LiveInfra& infra) {
    const std::string_view type = header_of(*incoming.http, "Content-Type");
    if (!is_tosca_type(type)) {
        return error(incoming, 415, fmt::format("Unsupported Media Type ['{}']", type));
    }
    infra.known.document = incoming.http->body;
    if (const std::string tag = scalar_of(infra.known.document, "aisprint_tag"); !tag.empty()) {
        infra.known.tag = tag;
    }
    ++infra.known.updates;
    // machines are configured again: the last state before the final one
    infra.step = infra.script.steps.empty() ? 0 : infra.script.steps.size() - 1;
    infra.told = 0;
    infra.entered = now();
    advance(infra);
    HttpResponse response = formatted_list(incoming, {});
    response.headers.push_back({"InfID", infra.known.id});
    return response;
}

HttpResponse ImDouble::Impl::remove(const Incoming& incoming, LiveInfra& infra) {
    if (infra.script.undeletable_attempts > 0) {
        --infra.script.undeletable_attempts;
        return error(incoming, 409,
                     "Error Destroying Inf: Invalid State to perform this operation.");
    }
    if (is_set(incoming.query, "async") && infra.script.deleting_polls > 0) {
        ++infra.deletions;
        infra.known.state = ImStateName::deleting;
    } else {
        infra.known.live = false;
    }
    return answer(200, "text/plain", "");
}

HttpResponse ImDouble::Impl::act(const Incoming& incoming, RecordedRequest& record) {
    if (contains(incoming.path, "//")) {
        return answer(400, "text/plain", "Absolute URI not allowed if server is not a proxy.");
    }
    if (incoming.call == ImCall::version) {
        return formatted(incoming, "version", options.version, "text/plain");
    }
    std::string user;
    if (const std::optional<std::string> refusal = unknown_user(*incoming.http, options, user)) {
        return error(incoming, 401, std::string(doing(incoming.call)) + *refusal);
    }
    if (incoming.call == ImCall::list) {
        std::vector<std::string> urls;
        for (const LiveInfra& infra : infras) {
            if (infra.known.live && infra.owner == user) {
                urls.push_back(incoming.base_url + "/infrastructures/" + infra.known.id);
            }
        }
        return formatted_list(incoming, urls);
    }
    if (incoming.call == ImCall::create) {
        return create(incoming, user, record);
    }
    LiveInfra* infra = find(incoming.id);
    if (infra != nullptr && infra->deletions > 0 &&
        infra->deleting_told >= infra->script.deleting_polls) {
        infra->known.live = false;
    }
    if (infra == nullptr || !infra->known.live) {
        return error(incoming, 404,
                     std::string(doing(incoming.call)) +
                         (infra == nullptr ? "Invalid infrastructure ID or access not granted."
                                           : "Deleted infrastructure."));
    }
    if (infra->owner != user) {
        return error(incoming, 403,
                     std::string(doing(incoming.call)) +
                         "Access to this infrastructure not granted.");
    }
    switch (incoming.call) {
    case ImCall::update:
        return update(incoming, *infra);
    case ImCall::remove:
        return remove(incoming, *infra);
    case ImCall::info:
        return formatted_list(
            incoming, {incoming.base_url + "/infrastructures/" + infra->known.id + "/vms/0"});
    default:
        return property(incoming, *infra);
    }
}

Exchange ImDouble::Impl::handle(const HttpRequest& request,
                                const std::string& target,
                                std::string base_url) {
    const std::lock_guard lock(mutex);
    Incoming incoming = take_apart(request, target);
    incoming.base_url = std::move(base_url);
    Exchange exchange;
    exchange.fault = fault_for(incoming);
    RecordedRequest record;
    record.call = incoming.call;
    record.method = request.method;
    record.target = target;
    record.infra_id = incoming.id;
    record.infra_name = incoming.infra_name;
    record.body = request.body;
    record.fault = exchange.fault.kind;
    const FaultKind kind = exchange.fault.kind;
    record.acted = kind != FaultKind::status && kind != FaultKind::reset_before_reading &&
                   kind != FaultKind::reset_after_reading;
    if (record.acted) {
        exchange.response = act(incoming, record);
    }
    if (kind == FaultKind::status || kind == FaultKind::status_after_acting) {
        exchange.response = error(incoming, exchange.fault.status, exchange.fault.text);
        if (!exchange.fault.retry_after.empty()) {
            exchange.response.headers.push_back({"Retry-After", exchange.fault.retry_after});
        }
        if (!exchange.fault.location.empty()) {
            exchange.response.headers.push_back({"Location", exchange.fault.location});
        }
    } else if (kind == FaultKind::wrong_content_type) {
        exchange.response =
            answer(200, "text/html; charset=utf-8",
                   "<!DOCTYPE html><html><head><title>Sign in</title></head></html>");
    } else if (kind == FaultKind::garbage) {
        exchange.response.body = "{\"sta\x01\xff";
    } else if (kind == FaultKind::empty_body) {
        exchange.response.body.clear();
        exchange.response.headers.resize(1);
    }
    const bool answered =
        kind != FaultKind::reset_before_reading && kind != FaultKind::reset_after_reading &&
        kind != FaultKind::reset_after_acting && kind != FaultKind::close_without_answer;
    record.status = answered ? exchange.response.status : 0;
    log.push_back(std::move(record));
    return exchange;
}

} // namespace aisprint::clients::test
