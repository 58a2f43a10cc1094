// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session.hpp"

#include "aisprint/deploy/plan.hpp"
#include "aisprint/deploy/run.hpp"

#include <nlohmann/json.hpp>

#include <map>
#include <string>
#include <vector>

namespace aisprint::cli {

/// The plan as a table with what it asks for, the totals, and the command that carries it out.
[[nodiscard]] std::string plan_text(const std::vector<deploy::Unit>& units,
                                    const std::vector<deploy::Action>& plan,
                                    const std::string& command);

/// The plan for programs: actions, what each document asks for, totals.
[[nodiscard]] nlohmann::ordered_json plan_json(const std::vector<deploy::Unit>& units,
                                               const std::vector<deploy::Action>& plan);

/// True if the plan changes anything.
[[nodiscard]] bool has_changes(const std::vector<deploy::Action>& plan);

/// The outcomes of a run for programs.
[[nodiscard]] nlohmann::ordered_json to_json(const deploy::RunSummary& summary);

/// An event for programs.
[[nodiscard]] nlohmann::ordered_json to_json(const deploy::Event& event);

/// What a run is about; its failures are told of in other words.
enum class Undertaking { deploy, remove };

/// Shows what a run does: the guide's lines on the result stream, and on the error stream one table
/// that is drawn again and again on a terminal, or a line per event elsewhere.
class DeployProgress {
public:
    DeployProgress(Session& session, Undertaking undertaking);

    /// Takes an event; not from several threads at once.
    void show(const deploy::Event& event);

    /// Leaves the table as it stands; what is printed next comes below it.
    void end();

private:
    struct Row {
        std::string state;
        std::string detail;
    };

    /// True if the whole table can be drawn and drawn over.
    [[nodiscard]] bool fits() const;
    void draw();

    Session& m_session;
    Undertaking m_undertaking;
    std::map<std::string, Row> m_rows;
    std::size_t m_drawn_lines = 0;
};

} // namespace aisprint::cli
