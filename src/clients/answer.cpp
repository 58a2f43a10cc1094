// SPDX-License-Identifier: Apache-2.0
#include "answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <utility>

namespace aisprint::clients {

namespace {

constexpr int k_deepest =
    100; ///< nesting of JSON; beyond it, writing it again may use up the stack

bool is_too_deep(std::string_view text) {
    int depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char letter = text[i];
        if (in_text) {
            if (letter == '\\') {
                ++i;
            } else if (letter == '"') {
                in_text = false;
            }
        } else if (letter == '"') {
            in_text = true;
        } else if (letter == '{' || letter == '[') {
            if (++depth > k_deepest) {
                return true;
            }
        } else if (letter == '}' || letter == ']') {
            --depth;
        }
    }
    return false;
}

/// Lines of a text without stack traces of Python: the lines between "Traceback" and the
/// exception are dropped, the exception stays.
std::string without_stack_traces(std::string_view text) {
    constexpr std::string_view k_title = "Traceback (most recent call last)";
    std::string result;
    bool in_trace = false;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
        if (const std::size_t title = line.find(k_title); title != std::string_view::npos) {
            line = line.substr(0, title);
            in_trace = true;
        } else if (in_trace) {
            if (trimmed(line).empty() || line.front() == ' ' || line.front() == '\t') {
                continue;
            }
            in_trace = false;
        }
        result += line;
        result += '\n';
    }
    return result;
}

/// What a page of HTML has in its title, or else that it is one.
std::string text_of_page(const std::string& body) {
    const std::string small = lower(body);
    constexpr std::string_view k_open = "<title>";
    const std::size_t begin = small.find(k_open);
    const std::size_t end =
        begin == std::string::npos ? begin : small.find("</title>", begin + k_open.size());
    if (end == std::string::npos) {
        return "a page of HTML";
    }
    return fmt::format(
        "a page of HTML titled \"{}\"",
        trimmed(std::string_view(body).substr(begin + k_open.size(), end - begin - k_open.size())));
}

/// The JSON of an answer that must be some.
Parsed<Json> json_of_answer(const HttpResponse& response) {
    if (is_html(response)) {
        return wrong(
            fmt::format("answered with a page ({}) where JSON is expected", type_of(response)));
    }
    std::optional<Json> json = json_of(response.body);
    if (!json) {
        return wrong(trimmed(response.body).empty()
                         ? std::string("answered with nothing where JSON is expected")
                         : fmt::format("answered with {} bytes ({}) that are not JSON",
                                       response.body.size(), type_of(response)));
    }
    return std::move(*json);
}

/// The number of `count` digits at the start of `text`, which it takes away.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
    int number = 0;
    if (text.size() < count) {
        return std::nullopt;
    }
    for (const char letter : text.substr(0, count)) {
        if (letter < '0' || letter > '9') {
            return std::nullopt;
        }
        number = 10 * number + (letter - '0');
    }
    text.remove_prefix(count);
    return number;
}

/// Takes away one of `letters` at the start of `text`; false if there is none.
bool take_one_of(std::string_view& text, std::string_view letters) {
    if (text.empty() || letters.find(text.front()) == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(1);
    return true;
}

/// What an offset from UTC at the end of a time is.
std::optional<std::chrono::minutes> parse_offset(std::string_view text) {
    if (text == "Z" || text == "z") {
        return std::chrono::minutes{0};
    }
    const int sign = text.empty() || text.front() != '-' ? 1 : -1;
    if (!take_one_of(text, "+-")) {
        return std::nullopt;
    }
    const std::optional<int> hours = take_digits(text, 2);
    if (!hours || !take_one_of(text, ":")) {
        return std::nullopt;
    }
    const std::optional<int> minutes = take_digits(text, 2);
    if (!minutes || !text.empty() || *hours > 23 || *minutes > 59) {
        return std::nullopt;
    }
    return std::chrono::minutes{sign * (60 * *hours + *minutes)};
}

} // namespace

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return result;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view k_blank = " \t\r\n\v\f";
    const std::size_t begin = text.find_first_not_of(k_blank);
    if (begin == std::string_view::npos) {
        return {};
    }
    return text.substr(begin, text.find_last_not_of(k_blank) - begin + 1);
}

std::optional<Json> json_of(const std::string& body) {
    if (is_too_deep(body)) {
        return std::nullopt;
    }
    Json json = Json::parse(body, nullptr, false);
    if (json.is_discarded()) {
        return std::nullopt;
    }
    return json;
}

bool says_json(const HttpResponse& response) {
    return lower(response.header("Content-Type")).find("json") != std::string::npos;
}

std::string type_of(const HttpResponse& response) {
    const std::string_view type = response.header("Content-Type");
    return type.empty() ? std::string("no content type") : shortened_text(type);
}

Parsed<Json> object_of(const HttpResponse& response) {
    Parsed<Json> json = json_of_answer(response);
    if (json && !json->is_object()) {
        return wrong("answered with JSON that is not an object");
    }
    return json;
}

Parsed<Json> array_of(const HttpResponse& response) {
    Parsed<Json> json = json_of_answer(response);
    if (json && json->is_null()) {
        return Json::array();
    }
    if (json && !json->is_array()) {
        return wrong("answered with JSON that is not a list");
    }
    return json;
}

bool is_html(const HttpResponse& response) {
    if (lower(response.header("Content-Type")).find("html") != std::string::npos) {
        return true;
    }
    const std::string start = lower(trimmed(response.body).substr(0, 14));
    return start.rfind("<!doctype html", 0) == 0 || start.rfind("<html", 0) == 0;
}

std::string text_of_status(const HttpResponse& response) {
    return is_html(response) ? fmt::format("status {} with {}", response.status,
                                           shortened_text(text_of_page(response.body)))
                             : fmt::format("status {} without a text", response.status);
}

std::string shortened_text(std::string_view text) {
    constexpr std::size_t k_longest = 600;
    std::string result;
    std::size_t count = 0;
    const std::string lines = without_stack_traces(text);
    for (const char letter : lines) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool blank = byte <= 0x20 || byte == 0x7f;
        if (blank && (result.empty() || result.back() == ' ')) {
            continue;
        }
        const bool continues = (byte & 0xC0U) == 0x80U;
        if (!continues && ++count > k_longest) {
            return std::string(trimmed(result)) + " ...";
        }
        result += blank ? ' ' : letter;
    }
    return std::string(trimmed(result));
}

RemoteError malformed_answer(const HttpResponse& response, std::string message) {
    RemoteError error;
    error.kind = RemoteErrorKind::malformed;
    error.status = response.status;
    error.message = std::move(message);
    return error;
}

RemoteResult<void> AnswerReader::done(const RemoteResult<HttpResponse>& response) const {
    if (!response) {
        return tl::unexpected<RemoteError>(response.error());
    }
    if (is_page(*response)) {
        return tl::unexpected<RemoteError>(malformed(*response, std::string(page_text)));
    }
    return {};
}

RemoteResult<void> AnswerReader::removed(const RemoteResult<HttpResponse>& response) const {
    if (!response && response.error().kind == RemoteErrorKind::gone) {
        return {};
    }
    return done(response);
}

RemoteErrorKind kind_of_status(int status) {
    switch (status) {
    case 401:
    case 403:
        return RemoteErrorKind::unauthorised;
    case 404:
        return RemoteErrorKind::gone;
    case 409:
        return RemoteErrorKind::conflict;
    case 408:
    case 429:
        return RemoteErrorKind::server;
    default:
        return status >= 500 ? RemoteErrorKind::server : RemoteErrorKind::refused;
    }
}

Delivery delivery_of_status(int status) {
    return status >= 400 && status < 500 && status != 408 ? Delivery::not_sent : Delivery::unknown;
}

bool is_http_url(std::string_view text) {
    const std::string start = lower(text.substr(0, 8));
    const std::size_t host = start.rfind("https://", 0) == 0  ? 8
                             : start.rfind("http://", 0) == 0 ? 7
                                                              : 0;
    return host > 0 && text.size() > host && text[host] != '/' &&
           std::all_of(text.begin(), text.end(),
                       [](unsigned char letter) { return letter > 0x20 && letter < 0x7f; });
}
std::optional<std::chrono::sys_seconds> parse_rfc3339(std::string_view text) {
    std::array<int, 6> parts{};
    constexpr std::array<std::string_view, 6> k_before = {"", "-", "-", "Tt ", ":", ":"};
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (i > 0 && !take_one_of(text, k_before.at(i))) {
            return std::nullopt;
        }
        const std::optional<int> part = take_digits(text, i == 0 ? 4 : 2);
        if (!part) {
            return std::nullopt;
        }
        parts.at(i) = *part;
    }
    if (take_one_of(text, ".")) {
        const std::size_t end = text.find_first_not_of("0123456789");
        if (end == 0 || end == std::string_view::npos) {
            return std::nullopt;
        }
        text.remove_prefix(end);
    }
    const std::optional<std::chrono::minutes> offset = parse_offset(text);
    const std::chrono::year_month_day day{std::chrono::year{parts[0]},
                                          std::chrono::month{static_cast<unsigned>(parts[1])},
                                          std::chrono::day{static_cast<unsigned>(parts[2])}};
    if (!offset || !day.ok() || parts[3] > 23 || parts[4] > 59 || parts[5] > 60) {
        return std::nullopt;
    }
    return std::chrono::sys_days{day} + std::chrono::hours{parts[3]} +
           std::chrono::minutes{parts[4]} + std::chrono::seconds{parts[5]} - *offset;
}

} // namespace aisprint::clients
