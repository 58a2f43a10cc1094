// SPDX-License-Identifier: Apache-2.0
#include "golden_text.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace aisprint::golden {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream.good() && !stream.eof()) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return text.str();
}

void write_text(const fs::path& path, const std::string& text) {
    fs::create_directories(path.parent_path());
    std::ofstream stream(path, std::ios::binary | std::ios::trunc);
    stream << text;
    stream.close();
    if (!stream) {
        throw std::runtime_error("cannot write " + path.string());
    }
}

std::vector<std::string> split_words(const std::string& line) {
    std::vector<std::string> words;
    std::string word;
    bool inside = false;
    char quote = '\0';
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (quote == '\0' && (c == ' ' || c == '\t')) {
            if (inside) {
                words.push_back(std::move(word));
                word.clear();
            }
            inside = false;
            continue;
        }
        inside = true;
        if (quote == '\0' && (c == '\'' || c == '"')) {
            quote = c;
        } else if (c == quote) {
            quote = '\0';
        } else if (c == '\\' && quote != '\'' && i + 1 < line.size()) {
            word += line[++i];
        } else {
            word += c;
        }
    }
    if (quote != '\0') {
        throw std::runtime_error("cmd: a quote is not closed: " + line);
    }
    if (inside) {
        words.push_back(std::move(word));
    }
    return words;
}

std::vector<std::string> split_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t place = text.find(from); place != std::string::npos;
         place = text.find(from, place + to.size())) {
        text.replace(place, from.size(), to);
    }
}

namespace {

/// Replaces whole lines, which must occur once; no old lines: the new ones go to the end.
void edit_file(const fs::path& file, const std::string& old_lines, const std::string& new_lines) {
    std::string text = read_text(file);
    if (old_lines.empty()) {
        write_text(file, text + new_lines);
        return;
    }
    text.insert(0, "\n");
    const std::string wanted = "\n" + old_lines;
    const std::size_t place = text.find(wanted);
    if (place == std::string::npos || text.find(wanted, place + 1) != std::string::npos) {
        throw std::runtime_error("edit: not exactly once in " + file.string() + ":" + wanted);
    }
    text.replace(place + 1, old_lines.size(), new_lines);
    write_text(file, text.substr(1));
}

} // namespace

void apply_edits(const fs::path& folder, const std::string& edits) {
    fs::path file;
    std::string old_lines;
    std::string new_lines;
    const auto finish = [&] {
        if (!old_lines.empty() || !new_lines.empty()) {
            edit_file(file, old_lines, new_lines);
        }
        old_lines.clear();
        new_lines.clear();
    };
    for (const std::string& line : split_lines(edits)) {
        if (line.starts_with("@ ")) {
            finish();
            file = folder / line.substr(2);
        } else if (line.starts_with('-')) {
            if (!new_lines.empty()) {
                finish();
            }
            old_lines += line.substr(1) + "\n";
        } else if (line.starts_with('+')) {
            new_lines += line.substr(1) + "\n";
        } else if (!line.empty()) {
            throw std::runtime_error("edit: line without '@ ', '-' or '+': " + line);
        }
    }
    finish();
}

namespace {

bool matches_line(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t retry = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            retry = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++retry;
        } else {
            return false;
        }
    }
    return std::ranges::all_of(pattern.substr(p), [](char c) { return c == '*'; });
}

bool matches_lines(const std::vector<std::string>& patterns,
                   std::size_t p,
                   const std::vector<std::string>& lines,
                   std::size_t l) {
    for (; p < patterns.size(); ++p, ++l) {
        if (patterns[p] == "...") {
            for (; l <= lines.size(); ++l) {
                if (matches_lines(patterns, p + 1, lines, l)) {
                    return true;
                }
            }
            return false;
        }
        if (l >= lines.size() || !matches_line(patterns[p], lines[l])) {
            return false;
        }
    }
    return l == lines.size();
}

} // namespace

bool matches_glob(const std::string& pattern, const std::string& text) {
    return matches_lines(split_lines(pattern), 0, split_lines(text), 0);
}

std::string difference(const std::string& expected, const std::string& found) {
    constexpr std::size_t k_around = 3;
    const std::vector<std::string> old_lines = split_lines(expected);
    const std::vector<std::string> new_lines = split_lines(found);
    const std::size_t shorter = std::min(old_lines.size(), new_lines.size());
    std::size_t head = 0;
    while (head < shorter && old_lines[head] == new_lines[head]) {
        ++head;
    }
    std::size_t tail = 0;
    while (tail < shorter - head &&
           old_lines[old_lines.size() - 1 - tail] == new_lines[new_lines.size() - 1 - tail]) {
        ++tail;
    }
    if (head == old_lines.size() && head == new_lines.size()) {
        return "(only the end of the last line differs)\n";
    }
    std::string text = "@@ line " + std::to_string(head + 1) + " @@\n";
    for (std::size_t i = head > k_around ? head - k_around : 0; i < head; ++i) {
        text += " " + old_lines[i] + "\n";
    }
    for (std::size_t i = head; i < old_lines.size() - tail; ++i) {
        text += "-" + old_lines[i] + "\n";
    }
    for (std::size_t i = head; i < new_lines.size() - tail; ++i) {
        text += "+" + new_lines[i] + "\n";
    }
    for (std::size_t i = 0; i < std::min(tail, k_around); ++i) {
        text += " " + old_lines[old_lines.size() - tail + i] + "\n";
    }
    return text;
}

} // namespace aisprint::golden
