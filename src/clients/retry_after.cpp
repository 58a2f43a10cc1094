// SPDX-License-Identifier: Apache-2.0
// When a server wants to be asked again.
#include "answer.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace aisprint::clients {

namespace {

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

/// Days from 1970-01-01 to a date of the Gregorian calendar.
std::int64_t days_of(int year, unsigned int month, unsigned int day) {
    using namespace std::chrono;
    return sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}}
        .time_since_epoch()
        .count();
}

/// Seconds since 1970 of a date as HTTP writes it: "Sun, 06 Nov 1994 08:49:37 GMT".
std::optional<std::int64_t> http_date(std::string_view text) {
    constexpr std::size_t k_length = 29;
    constexpr std::array<std::string_view, 12> k_months = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (text.size() != k_length || text.substr(25) != " GMT") {
        return std::nullopt;
    }
    const auto month = std::find(k_months.begin(), k_months.end(), text.substr(8, 3));
    const auto day = number_of(text.substr(5, 2));
    const auto year = number_of(text.substr(12, 4));
    const auto hour = number_of(text.substr(17, 2));
    const auto minute = number_of(text.substr(20, 2));
    const auto second = number_of(text.substr(23, 2));
    if (month == k_months.end() || !day || !year || !hour || !minute || !second) {
        return std::nullopt;
    }
    const auto month_number = static_cast<unsigned int>(month - k_months.begin()) + 1;
    return ((days_of(static_cast<int>(*year), month_number, static_cast<unsigned int>(*day)) * 24 +
             *hour) *
                60 +
            *minute) *
               60 +
           *second;
}

} // namespace

std::optional<std::chrono::milliseconds> retry_after(const HttpResponse& response,
                                                     std::chrono::seconds now) {
    const std::string_view text = response.header("Retry-After");
    constexpr std::int64_t k_most = 366 * 86400; // keeps sums in range
    std::optional<std::int64_t> seconds = number_of(text);
    if (!seconds) {
        if (const std::optional<std::int64_t> date = http_date(text)) {
            seconds = *date - now.count();
        }
    }
    if (!seconds) {
        return std::nullopt;
    }
    return std::chrono::seconds(std::clamp(*seconds, std::int64_t{0}, k_most));
}

} // namespace aisprint::clients
