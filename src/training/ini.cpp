// SPDX-License-Identifier: Apache-2.0
#include "ini.hpp"

#include "numbers.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace aisprint::training {

namespace {

class IniReader {
public:
    IniReader(const SourceFile& source, std::vector<Diagnostic>& errors)
        : m_source(source), m_errors(errors) {}

    IniFile read() {
        const std::string& text = m_source.text();
        std::size_t begin = text.starts_with("\xEF\xBB\xBF") ? 3 : 0;
        while (begin < text.size()) {
            const std::size_t end = std::min(text.find_first_of("\r\n", begin), text.size());
            take_line(begin, end);
            begin = end + 1;
        }
        for (IniSection& section : m_file.sections) {
            for (IniOption& option : section.options) {
                option.literal = read_literal(option.text);
            }
        }
        return std::move(m_file);
    }

private:
    const SourceFile& m_source;
    std::vector<Diagnostic>& m_errors;
    IniFile m_file;
    bool m_may_continue = false;

    void error(std::size_t begin, std::size_t end, std::string message, std::string hint = {}) {
        m_errors.push_back(make_error_at(m_source, m_source.span_of(begin, end), "TRN010",
                                         std::move(message), std::move(hint)));
    }

    void take_line(std::size_t begin, std::size_t end) {
        const std::string_view line = std::string_view(m_source.text()).substr(begin, end - begin);
        const std::size_t blanks = line.find_first_not_of(" \t");
        if (blanks == std::string_view::npos || line[blanks] == '#' || line[blanks] == ';') {
            return;
        }
        if (blanks > 0 && m_may_continue) {
            IniOption& option = m_file.sections.back().options.back();
            option.text += '\n';
            append_value(option, begin + blanks, end);
            return;
        }
        if (line[blanks] == '[' && line.find('=') == std::string_view::npos) {
            take_section(begin + blanks, end);
            return;
        }
        take_option(begin + blanks, end);
    }

    void take_section(std::size_t begin, std::size_t end) {
        m_may_continue = false;
        const std::string_view line = std::string_view(m_source.text()).substr(begin, end - begin);
        const std::size_t close = line.find(']');
        if (close == std::string_view::npos) {
            error(begin, end, "the name of a section must end with ']'");
            return;
        }
        std::string name = trimmed(line.substr(1, close - 1));
        if (m_file.find(name) != nullptr) {
            error(begin, end, fmt::format("there is a section [{}] already", name),
                  "put all its options into one section");
        }
        m_file.sections.push_back(
            {std::move(name), m_source.span_of(begin, begin + close + 1), {}});
    }

    void take_option(std::size_t begin, std::size_t end) {
        m_may_continue = false;
        const std::string_view line = std::string_view(m_source.text()).substr(begin, end - begin);
        const std::size_t sign = line.find_first_of("=:");
        if (sign == std::string_view::npos || sign == 0) {
            error(begin, end, "this line is neither a section nor an option",
                  "write NAME = VALUE; lines that continue a value start with blanks");
            return;
        }
        if (m_file.sections.empty()) {
            error(begin, end, "this option stands before the first section",
                  "write [General] above it");
            return;
        }
        IniOption option;
        option.name = trimmed(line.substr(0, sign));
        option.name_span = m_source.span_of(begin, begin + option.name.size());
        const std::size_t value = line.find_first_not_of(" \t", sign + 1);
        append_value(option, value == std::string_view::npos ? end : begin + value, end);
        IniSection& section = m_file.sections.back();
        if (section.find(option.name) != nullptr) {
            error(begin, begin + option.name.size(),
                  fmt::format("[{}] has an option '{}' already", section.name, option.name));
        }
        section.options.push_back(std::move(option));
        m_may_continue = true;
    }

    /// Appends the bytes [begin, end) of the file; keeps one more offset than there are bytes.
    void append_value(IniOption& option, std::size_t begin, std::size_t end) const {
        option.text += m_source.text().substr(begin, end - begin);
        for (std::size_t at = begin; at <= end; ++at) {
            option.offsets.push_back(at);
        }
    }
};

} // namespace

const IniOption* IniSection::find(std::string_view option) const {
    const auto found = std::ranges::find(options, option, &IniOption::name);
    return found == options.end() ? nullptr : &*found;
}

const IniSection* IniFile::find(std::string_view section) const {
    const auto found = std::ranges::find(sections, section, &IniSection::name);
    return found == sections.end() ? nullptr : &*found;
}

IniFile read_ini(const SourceFile& source, std::vector<Diagnostic>& errors) {
    return IniReader(source, errors).read();
}

Span span_in(const SourceFile& source,
             const IniOption& option,
             std::size_t begin,
             std::size_t end) {
    if (option.offsets.empty()) {
        return option.name_span;
    }
    const std::size_t last = option.offsets.size() - 1;
    const std::size_t from = option.offsets[std::min(begin, last)];
    return source.span_of(from, std::max(option.offsets[std::min(end, last)], from + 1));
}

} // namespace aisprint::training
