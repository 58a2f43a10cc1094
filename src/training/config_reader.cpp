// SPDX-License-Identifier: Apache-2.0
#include "config_reader.hpp"

#include "numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>

namespace aisprint::training {

namespace {

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return text;
}

bool is_text(const Literal& literal) {
    return literal.kind == LiteralKind::text;
}

} // namespace

ConfigReader::ConfigReader(const SourceFile& source)
    : m_source(source), m_file(read_ini(source, m_errors)) {}

const IniOption* ConfigReader::option(const std::string& section, const std::string& name) {
    m_known[section].insert(name);
    const IniSection* found = m_file.find(section);
    return found == nullptr ? nullptr : found->find(name);
}

const IniOption* ConfigReader::required(const std::string& section,
                                        const std::string& name,
                                        const std::string& message) {
    const IniOption* found = option(section, name);
    if (found == nullptr) {
        const std::string hint = fmt::format("write {} = VALUE below [{}]", name, section);
        const IniSection* place = m_file.find(section);
        m_errors.push_back(place == nullptr
                               ? make_error_in(m_source.name(), "TRN011", message, hint)
                               : make_error_at(m_source, place->span, "TRN011", message, hint));
    }
    return found;
}

std::optional<std::string> ConfigReader::text(const std::string& section, const std::string& name) {
    const IniOption* found = option(section, name);
    if (found == nullptr) {
        return std::nullopt;
    }
    const Literal& value = found->literal.value;
    // 'y = runtime' and 'y = 5' are names of columns alike; an empty one is none
    if (value.kind == LiteralKind::number) {
        return trimmed(found->text.substr(value.begin, value.end - value.begin));
    }
    if (!is_text(value) || value.text.empty()) {
        refuse(*found, section, "a text");
        return std::nullopt;
    }
    return value.text;
}

std::optional<bool> ConfigReader::flag(const std::string& section, const std::string& name) {
    const IniOption* found = option(section, name);
    if (found == nullptr) {
        return std::nullopt;
    }
    const Literal& value = found->literal.value;
    if (value.kind == LiteralKind::boolean) {
        return value.flag;
    }
    const std::string word = is_text(value) ? lower(value.text) : "";
    if (word == "true" || word == "yes") {
        return true;
    }
    if (word == "false" || word == "no") {
        return false;
    }
    refuse(*found, section, "True or False");
    return std::nullopt;
}

std::optional<double> ConfigReader::number(const std::string& section,
                                           const std::string& name,
                                           double low,
                                           double high,
                                           const std::string& allowed) {
    const IniOption* found = option(section, name);
    if (found == nullptr) {
        return std::nullopt;
    }
    const Literal& value = found->literal.value;
    if (value.kind != LiteralKind::number || value.number <= low || value.number >= high) {
        refuse(*found, section, allowed);
        return std::nullopt;
    }
    return value.number;
}

std::optional<std::uint64_t>
ConfigReader::whole(const std::string& section, const std::string& name, std::uint64_t low) {
    constexpr double k_largest = 9007199254740992.0; // 2^53
    const IniOption* found = option(section, name);
    if (found == nullptr) {
        return std::nullopt;
    }
    const Literal& value = found->literal.value;
    if (value.kind != LiteralKind::number || !value.is_whole ||
        value.number < static_cast<double>(low) || value.number > k_largest) {
        refuse(*found, section, fmt::format("a whole number, at least {}", low));
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(value.number);
}

std::optional<std::vector<std::string>>
ConfigReader::texts_of(const IniOption& option, const std::string& section, const Literal& list) {
    if (list.kind != LiteralKind::list) {
        refuse(option, section, "a list of texts, such as [\"cores\"]");
        return std::nullopt;
    }
    std::vector<std::string> texts;
    for (const Literal& item : list.items) {
        if (!is_text(item)) {
            error_at(option, item, "TRN012",
                     fmt::format("an item of '{}' in [{}] is not a text", option.name, section),
                     "put it in quotes");
            return std::nullopt;
        }
        texts.push_back(item.text);
    }
    return texts;
}

std::optional<std::vector<std::string>> ConfigReader::texts(const std::string& section,
                                                            const std::string& name) {
    const IniOption* found = option(section, name);
    if (found == nullptr) {
        return std::nullopt;
    }
    return texts_of(*found, section, found->literal.value);
}

std::optional<std::map<std::string, double>> ConfigReader::numbers(const std::string& section,
                                                                   const std::string& name) {
    const IniOption* found = option(section, name);
    if (found == nullptr) {
        return std::nullopt;
    }
    std::map<std::string, double> numbers;
    for (const auto& [key, value] : found->literal.value.entries) {
        if (!is_text(key) || value.kind != LiteralKind::number) {
            refuse(*found, section, "a dictionary of texts and numbers, such as {\"cores\": 20}");
            return std::nullopt;
        }
        numbers[key.text] = value.number;
    }
    if (found->literal.value.kind != LiteralKind::dictionary) {
        refuse(*found, section, "a dictionary of texts and numbers, such as {\"cores\": 20}");
        return std::nullopt;
    }
    return numbers;
}

std::optional<std::map<std::string, std::string>>
ConfigReader::renamings(const std::string& section, const std::string& name) {
    const IniOption* found = option(section, name);
    if (found == nullptr) {
        return std::nullopt;
    }
    std::map<std::string, std::string> names;
    bool right = found->literal.value.kind == LiteralKind::dictionary;
    for (const auto& [key, value] : found->literal.value.entries) {
        right = right && is_text(key) && is_text(value);
        names[key.text] = value.text;
    }
    if (!right) {
        refuse(*found, section, "a dictionary of texts, such as {\"old name\": \"new name\"}");
        return std::nullopt;
    }
    return names;
}

void ConfigReader::error(const IniOption& option,
                         const std::string& code,
                         std::string message,
                         std::string hint) {
    error_at(option, option.literal.value, code, std::move(message), std::move(hint));
}

void ConfigReader::error_at(const IniOption& option,
                            const Literal& part,
                            const std::string& code,
                            std::string message,
                            std::string hint) {
    m_errors.push_back(make_error_at(m_source, span_in(m_source, option, part.begin, part.end),
                                     code, std::move(message), std::move(hint)));
}

void ConfigReader::refuse(const IniOption& option,
                          const std::string& section,
                          const std::string& allowed) {
    const Literal& value = option.literal.value;
    // A text without quotes that starts like a literal was meant to be one.
    const bool broken =
        value.is_bare && option.literal.error &&
        std::string_view("[{('\"").find(value.text.substr(0, 1)) != std::string_view::npos;
    if (broken && !value.text.empty()) {
        Literal place;
        place.begin = option.literal.error->at;
        place.end = place.begin + 1;
        error_at(option, place, "TRN012",
                 fmt::format("the value of '{}' in [{}] cannot be read; expected {}", option.name,
                             section, option.literal.error->expected),
                 fmt::format("it must be {}", allowed));
        return;
    }
    const std::string found = trimmed(option.text).substr(0, 60);
    error(option, "TRN012",
          fmt::format("'{}' in [{}] is {}; it must be {}", option.name, section,
                      found.empty() ? "empty" : found, allowed));
}

void ConfigReader::warn(const Span& span,
                        const std::string& code,
                        std::string message,
                        std::string hint) {
    m_warnings.push_back(
        as_warning(make_error_at(m_source, span, code, std::move(message), std::move(hint))));
}

void ConfigReader::warn_of_unknown() {
    std::vector<std::string> sections;
    for (const auto& [name, options] : m_known) {
        sections.push_back(name);
    }
    const auto hint = [](const std::optional<std::string>& closest) {
        return closest ? fmt::format("did you mean '{}'?", *closest) : "it has no effect";
    };
    for (const IniSection& section : m_file.sections) {
        const auto known = m_known.find(section.name);
        if (known == m_known.end()) {
            warn(section.span, "TRN016", fmt::format("there is no section [{}]", section.name),
                 hint(closest_name(section.name, sections)));
            continue;
        }
        const std::vector<std::string> names(known->second.begin(), known->second.end());
        for (const IniOption& found : section.options) {
            if (!known->second.contains(found.name)) {
                std::string home;
                for (const auto& [other, options] : m_known) {
                    if (options.contains(found.name)) {
                        home = fmt::format("it belongs below [{}]", other);
                    }
                }
                warn(found.name_span, "TRN016",
                     fmt::format("[{}] has no option '{}'", section.name, found.name),
                     home.empty() ? hint(closest_name(found.name, names)) : home);
            }
        }
    }
}

tl::unexpected<Failure> ConfigReader::failure() {
    sort_and_merge(m_errors);
    return fail(ErrorKind::input, m_errors);
}

void ConfigReader::send_warnings(Reporter& reporter) {
    sort_and_merge(m_warnings);
    for (Diagnostic& warning : m_warnings) {
        reporter.report(std::move(warning));
    }
}

} // namespace aisprint::training
