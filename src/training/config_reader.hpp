// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/reporter.hpp"
#include "aisprint/training/config.hpp"
#include "ini.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace aisprint::training {

/// Takes options with their types from an INI file; keeps what is wrong, and what was asked for.
class ConfigReader {
public:
    explicit ConfigReader(const SourceFile& source);

    [[nodiscard]] const IniFile& file() const { return m_file; }

    /// The option, or null; counts as known from now on.
    const IniOption* option(const std::string& section, const std::string& name);
    /// The option, or an error where there is none.
    const IniOption*
    required(const std::string& section, const std::string& name, const std::string& message);

    // The values of options; nothing if the option is not there, or wrong (which is an error).
    std::optional<std::string> text(const std::string& section, const std::string& name);
    std::optional<bool> flag(const std::string& section, const std::string& name);
    std::optional<double> number(const std::string& section,
                                 const std::string& name,
                                 double low,
                                 double high,
                                 const std::string& allowed);
    std::optional<std::uint64_t>
    whole(const std::string& section, const std::string& name, std::uint64_t low);
    std::optional<std::vector<std::string>> texts(const std::string& section,
                                                  const std::string& name);
    std::optional<std::map<std::string, double>> numbers(const std::string& section,
                                                         const std::string& name);
    std::optional<std::map<std::string, std::string>> renamings(const std::string& section,
                                                                const std::string& name);

    /// The texts of a list; `what` tells what must be in it.
    std::optional<std::vector<std::string>>
    texts_of(const IniOption& option, const std::string& section, const Literal& list);

    void error(const IniOption& option,
               const std::string& code,
               std::string message,
               std::string hint = {});
    void error_at(const IniOption& option,
                  const Literal& part,
                  const std::string& code,
                  std::string message,
                  std::string hint = {});
    /// "SECTION.NAME is FOUND; it must be ALLOWED", at the value.
    void refuse(const IniOption& option, const std::string& section, const std::string& allowed);
    void warn(const Span& span, const std::string& code, std::string message, std::string hint);

    /// Warns of options and sections that nobody asked for.
    void warn_of_unknown();

    [[nodiscard]] bool failed() const { return !m_errors.empty(); }
    [[nodiscard]] tl::unexpected<Failure> failure();
    void send_warnings(Reporter& reporter);

private:
    const SourceFile& m_source;
    std::vector<Diagnostic> m_errors;
    std::vector<Diagnostic> m_warnings;
    IniFile m_file;
    std::map<std::string, std::set<std::string>> m_known;
};

/// Reads the sections of the techniques into `config`.
void read_candidates(ConfigReader& reader, TrainingConfig& config);

} // namespace aisprint::training
