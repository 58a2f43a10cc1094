// SPDX-License-Identifier: Apache-2.0
#include "im_answer.hpp"

#include "aisprint/base/source_file.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace aisprint::clients {

namespace {

/// A text that stands alone in the body, or under `key` of a JSON object.
Parsed<std::string> text_of(const HttpResponse& response, const char* key) {
    if (is_html(response)) {
        return wrong(fmt::format("answered with a page ({})", type_of(response)));
    }
    if (!says_json(response)) {
        return response.body;
    }
    const Parsed<Json> json = object_of(response);
    if (!json) {
        return wrong(json.error());
    }
    const auto found = json->find(key);
    if (found == json->end() || !found->is_string()) {
        return wrong(fmt::format("answered with JSON that has no text \"{}\"", key));
    }
    return found->get<std::string>();
}

/// The server's own words, or nothing if it is not IM that speaks.
std::optional<std::string> words_of_im(const HttpResponse& response) {
    if (is_html(response) || trimmed(response.body).empty()) {
        return std::nullopt;
    }
    if (!says_json(response)) {
        return response.body;
    }
    const std::optional<Json> json = json_of(response.body);
    if (!json || !json->is_object()) {
        return std::nullopt;
    }
    const auto message = json->find("message");
    if (message == json->end() || !message->is_string()) {
        return std::nullopt;
    }
    return message->get<std::string>();
}

bool is_id(std::string_view text) {
    return !text.empty() && text != "." && text != ".." &&
           std::all_of(text.begin(), text.end(), [](unsigned char letter) {
               return std::isalnum(letter) != 0 || letter == '.' || letter == '_' || letter == '-';
           });
}

Parsed<std::string> checked_url(std::string url) {
    if (!is_http_url(url) || !infrastructure_id(url)) {
        return wrong("answered with a text that is not the URL of an infrastructure");
    }
    return url;
}

} // namespace

ImError error_of(const HttpResponse& response) {
    ImError error;
    error.status = response.status;
    if (response.status >= 300 && response.status < 400) {
        const std::string_view target = response.header("Location");
        error.kind = ImErrorKind::refused;
        error.delivery = Delivery::not_sent;
        error.message =
            target.empty()
                ? fmt::format("the server redirects (status {}) without saying where to",
                              response.status)
                : fmt::format("the server redirects to {}; if that is the Infrastructure Manager, "
                              "use its address",
                              shortened_text(target));
        return error;
    }
    error.kind = kind_of_status(response.status);
    error.delivery = delivery_of_status(response.status);
    const std::optional<std::string> words = words_of_im(response);
    if (words && !shortened_text(*words).empty()) {
        error.message = shortened_text(*words);
        return error;
    }
    if (error.kind == ImErrorKind::gone) {
        // a proxy or a wrong address; to take it for a deleted infrastructure would cost money
        error.kind = ImErrorKind::malformed;
    }
    error.message = text_of_status(response);
    if (error.kind == ImErrorKind::malformed) {
        error.message += ", which is no answer of an Infrastructure Manager; is the address right?";
    }
    return error;
}

std::optional<std::string> infrastructure_id(std::string_view url) {
    constexpr std::string_view k_folder = "/infrastructures/";
    const std::size_t at = url.rfind(k_folder);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    std::string_view id = url.substr(at + k_folder.size());
    if (!id.empty() && id.back() == '/') {
        id.remove_suffix(1);
    }
    return is_id(id) ? std::optional<std::string>(id) : std::nullopt;
}

Parsed<ImVersion> parse_version(const HttpResponse& response) {
    const Parsed<std::string> text = text_of(response, "version");
    if (!text) {
        return wrong(text.error());
    }
    std::array<int, 3> parts{};
    std::string_view rest = trimmed(*text);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto [end, error] =
            std::from_chars(rest.data(), rest.data() + rest.size(), parts.at(i));
        if (error != std::errc{} || parts.at(i) < 0) {
            if (i < 2) {
                return wrong("answered with a text that is not a version");
            }
            break; // 1.15.dev
        }
        rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        if (rest.empty() || rest.front() != '.') {
            if (i == 0) {
                return wrong("answered with a text that is not a version");
            }
            break;
        }
        rest.remove_prefix(1);
    }
    return ImVersion{parts[0], parts[1], parts[2]};
}

Parsed<std::vector<std::string>> parse_list(const HttpResponse& response) {
    std::vector<std::string> urls;
    if (says_json(response)) {
        const Parsed<Json> json = object_of(response);
        if (!json) {
            return wrong(json.error());
        }
        const auto list = json->find("uri-list");
        if (list == json->end() || !list->is_array()) {
            return wrong("answered with JSON that has no list \"uri-list\"");
        }
        for (const Json& item : *list) {
            const auto uri = item.is_object() ? item.find("uri") : item.end();
            if (!item.is_object() || uri == item.end() || !uri->is_string()) {
                return wrong("answered with a list that holds something else than URLs");
            }
            urls.push_back(uri->get<std::string>());
        }
    } else if (lower(response.header("Content-Type")).find("text/uri-list") != std::string::npos) {
        // only this type may be empty: any other text without lines says nothing
        std::string_view rest = response.body;
        while (!rest.empty()) {
            const std::size_t end = rest.find('\n');
            const std::string_view line = trimmed(rest.substr(0, end));
            if (!line.empty() && line.front() != '#') {
                urls.emplace_back(line);
            }
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        }
    } else {
        return wrong(
            fmt::format("answered with {} where a list of URLs is expected", type_of(response)));
    }
    for (std::string& url : urls) {
        Parsed<std::string> checked = checked_url(std::move(url));
        if (!checked) {
            return wrong(checked.error());
        }
        url = std::move(*checked);
    }
    return urls;
}

Parsed<std::string> parse_created(const HttpResponse& response, const std::string& server_url) {
    Parsed<std::string> url = text_of(response, "uri");
    if (url) {
        url = checked_url(std::string(trimmed(*url)));
    }
    if (!url) {
        if (const std::string_view id = trimmed(response.header("InfID")); is_id(id)) {
            return server_url + "/infrastructures/" + std::string(id);
        }
    }
    return url;
}

Parsed<ImState> parse_state(const HttpResponse& response) {
    const Parsed<Json> json = object_of(response);
    if (!json) {
        return wrong(json.error());
    }
    auto outer = json->find("state");
    const Json* holder = &*json;
    if (outer != json->end() && outer->is_object()) {
        holder = &*outer;
        outer = holder->find("state");
    }
    if (outer == holder->end() || !outer->is_string()) {
        return wrong("answered with JSON that has no text \"state\"");
    }
    ImState state{parse_im_state(outer->get<std::string>()), {}};
    const auto machines = holder->find("vm_states");
    if (machines != holder->end() && machines->is_object()) {
        for (const auto& item : machines->items()) {
            state.machines[item.key()] = item.value().is_string()
                                             ? parse_im_state(item.value().get<std::string>())
                                             : ImStateName::unknown;
        }
    }
    return state;
}

Parsed<std::string> parse_contextualisation(const HttpResponse& response) {
    return text_of(response, "contmsg");
}

Parsed<std::string> parse_outputs(const HttpResponse& response) {
    const Parsed<Json> json = object_of(response);
    if (!json) {
        return wrong(json.error());
    }
    const auto outputs = json->find("outputs");
    if (outputs == json->end() || !outputs->is_object()) {
        return wrong("answered with JSON that has no object \"outputs\"");
    }
    return outputs->dump();
}

Parsed<std::string> parse_document(const HttpResponse& response) {
    Parsed<std::string> text = text_of(response, "tosca");
    if (text && trimmed(*text).empty()) {
        return wrong("answered with nothing where a document is expected");
    }
    return text;
}

Parsed<std::string> parse_estimate(const HttpResponse& response) {
    const Parsed<Json> json = object_of(response);
    if (!json) {
        return wrong(json.error());
    }
    return json->dump();
}

} // namespace aisprint::clients
