// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/base/result.hpp"
#include "aisprint/cli/run.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace aisprint::cli {

/// Flags that every command takes.
struct GlobalOptions {
    bool json = false;
    bool quiet = false;
    bool verbose = false;
    bool no_input = false;
    std::string color = "auto";
    std::string chdir;
    std::size_t max_errors = 0; ///< 0: all
};

/// Exit codes, as in `aisprint help exit-codes`.
[[nodiscard]] int exit_code_of(ErrorKind kind);

/// One run of one command: where it prints, and what was reported.
class Session {
public:
    Session(Environment& environment, const GlobalOptions& options, std::string command);

    /// Takes warnings; they are printed with the errors at the end.
    [[nodiscard]] Reporter& reporter() { return m_reporter; }

    [[nodiscard]] const GlobalOptions& options() const { return m_options; }
    [[nodiscard]] Environment& environment() { return m_environment; }

    /// Prints to the result stream, unless the result is JSON.
    void print(const std::string& text);

    /// Prints to the error stream what is going on, unless the run is quiet or prints JSON.
    void tell(const std::string& text);

    /// From now on events are printed as they come, one JSON object per line, and the result as the
    /// last of them; text is not printed any more.
    void stream_events();

    /// Prints an event, if events are printed.
    void print_event(const nlohmann::ordered_json& event);

    /// Ends with success: prints the diagnostics, and `result` if JSON is asked for.
    int finish(const nlohmann::ordered_json& result);

    /// Ends with a failure: prints its diagnostics and returns the exit code of its kind. `result`
    /// is what JSON shows of the answer all the same, for example why there is none.
    int finish(const Failure& failure, const nlohmann::ordered_json& result = nullptr);

private:
    int finish(int exit_code,
               std::vector<Diagnostic> diagnostics,
               const nlohmann::ordered_json& result);
    void print_json(const nlohmann::ordered_json& document, int indent);
    void print_diagnostics(const std::vector<Diagnostic>& diagnostics);
    [[nodiscard]] std::string colored(const Diagnostic& diagnostic) const;

    Environment& m_environment;
    const GlobalOptions& m_options;
    std::string m_command;
    CollectingReporter m_reporter;
    bool m_streams = false; ///< events and result go out as JSON lines
};

} // namespace aisprint::cli
