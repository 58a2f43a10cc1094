// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include "aisprint/base/diagnostic_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <string_view>

namespace aisprint::cli {

namespace {

constexpr int k_format_version = 1;
constexpr int k_indent = 2;
constexpr int k_one_line = -1;

/// --color, else NO_COLOR and TERM, else whether the stream is a terminal.
bool wants_color(const GlobalOptions& options, bool is_terminal) {
    if (options.color != "auto") {
        return options.color == "always";
    }
    const char* no_color = std::getenv("NO_COLOR");
    const char* term = std::getenv("TERM");
    const bool dumb = term != nullptr && std::string_view(term) == "dumb";
    return is_terminal && !dumb && (no_color == nullptr || *no_color == '\0');
}

} // namespace

int exit_code_of(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::usage:
        return 2;
    case ErrorKind::input:
        return 3;
    case ErrorKind::infeasible:
        return 4;
    case ErrorKind::remote:
        return 5;
    case ErrorKind::degraded:
        return 6;
    case ErrorKind::io:
        return 1;
    case ErrorKind::cancelled:
        return 130;
    case ErrorKind::internal:
        return 70;
    }
    return 70;
}

Session::Session(Environment& environment, const GlobalOptions& options, std::string command)
    : m_environment(environment), m_options(options), m_command(std::move(command)) {}

void Session::print(const std::string& text) {
    if (!m_options.json && !m_streams) {
        m_environment.out << text << std::flush;
    }
}

void Session::tell(const std::string& text) {
    if (!m_options.json && !m_streams && !m_options.quiet) {
        m_environment.err << text << std::flush;
    }
}

void Session::stream_events() {
    m_streams = true;
    print_event(
        {{"event", "version"}, {"format_version", k_format_version}, {"command", m_command}});
}

void Session::print_event(const nlohmann::ordered_json& event) {
    if (m_streams) {
        print_json(event, k_one_line);
    }
}

void Session::print_json(const nlohmann::ordered_json& document, int indent) {
    // Text of foreign files may hold bytes that are not UTF-8.
    m_environment.out << document.dump(indent, ' ', false,
                                       nlohmann::ordered_json::error_handler_t::replace)
                      << '\n'
                      << std::flush;
}

int Session::finish(const nlohmann::ordered_json& result) {
    return finish(0, m_reporter.diagnostics(), result);
}

int Session::finish(const Failure& failure, const nlohmann::ordered_json& result) {
    std::vector<Diagnostic> diagnostics = m_reporter.diagnostics();
    std::ranges::copy(failure.diagnostics, std::back_inserter(diagnostics));
    return finish(exit_code_of(failure.kind), std::move(diagnostics), result);
}

int Session::finish(int exit_code,
                    std::vector<Diagnostic> diagnostics,
                    const nlohmann::ordered_json& result) {
    sort_and_merge(diagnostics);
    const bool as_json = m_options.json || m_streams;
    if (as_json) {
        nlohmann::ordered_json document =
            m_streams ? nlohmann::ordered_json{{"event", "end"}} : nlohmann::ordered_json::object();
        document.update({{"format_version", k_format_version},
                         {"command", m_command},
                         {"ok", exit_code == 0},
                         {"result", result},
                         {"diagnostics", nlohmann::ordered_json::array()}});
        for (const Diagnostic& diagnostic : diagnostics) {
            document["diagnostics"].push_back(to_json(diagnostic));
        }
        print_json(document, m_streams ? k_one_line : k_indent);
    } else {
        print_diagnostics(diagnostics);
    }
    if (m_options.verbose && !as_json) {
        for (const std::string& line : m_reporter.details()) {
            m_environment.err << line << '\n';
        }
    }
    return exit_code;
}

void Session::print_diagnostics(const std::vector<Diagnostic>& diagnostics) {
    std::size_t errors = 0;
    std::size_t hidden = 0;
    for (const Diagnostic& diagnostic : diagnostics) {
        const bool is_error = diagnostic.severity == Severity::error;
        if (!is_error &&
            (m_options.quiet || (diagnostic.severity == Severity::note && !m_options.verbose))) {
            continue;
        }
        errors += is_error ? 1 : 0;
        if (is_error && m_options.max_errors != 0 && errors > m_options.max_errors) {
            ++hidden;
            continue;
        }
        m_environment.err << colored(diagnostic);
    }
    if (hidden > 0) {
        m_environment.err << fmt::format("and {} more errors; --max_errors 0 shows all\n", hidden);
    }
    if (errors > 1) {
        m_environment.err << fmt::format("{} errors\n", errors);
    }
    m_environment.err << std::flush;
}

std::string Session::colored(const Diagnostic& diagnostic) const {
    std::string text = format_diagnostic(diagnostic);
    if (!wants_color(m_options, m_environment.err_is_terminal)) {
        return text;
    }
    const std::string word = to_string(diagnostic.severity) + ":";
    const char* color = diagnostic.severity == Severity::error     ? "\x1b[1;31m"
                        : diagnostic.severity == Severity::warning ? "\x1b[1;35m"
                                                                   : "\x1b[1;36m";
    if (const std::size_t place = text.find(word); place != std::string::npos) {
        text.insert(place + word.size(), "\x1b[0m");
        text.insert(place, color);
    }
    return text;
}

} // namespace aisprint::cli
