// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/base/files.hpp"
#include "aisprint/base/reporter.hpp"
#include "aisprint/design/deployments.hpp"
#include "aisprint/design/run.hpp"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace aisprint::design::test {

/// Writes a model that is a chain of operators with `cuts` places to cut.
void write_chain(const std::filesystem::path& file, std::size_t cuts);

/// Writes a model with exits: tensors "go1", "go2", .. lead on, outputs "exit1", .. leave.
void write_exits(const std::filesystem::path& file, std::size_t exits);

/// An application that is written for one test.
class TestApplication {
public:
    /// A folder with `layers` layers, each with one resource "r1", "r2", ...
    explicit TestApplication(int layers = 4);

    /// Adds a component that prints; `marks` are annotations besides component_name, for example
    /// "exec_time(local_time_thr=5)".
    void component(const std::string& name, const std::vector<std::string>& marks = {});

    /// Adds a component whose model can be cut in so many places and is cut in `wanted`.
    void partitionable(const std::string& name,
                       std::size_t cuts,
                       std::size_t wanted,
                       std::vector<std::string> marks = {});

    /// Adds a component whose model has an exit for each probability.
    void early_exits(const std::string& name,
                     const std::vector<std::string>& probabilities,
                     std::vector<std::string> marks = {});

    /// Adds an entry of candidate_deployments.yaml; `layers` such as "1, 2".
    void entry(const std::string& name, const std::string& layers);

    /// Adds the entries of a component's segments, with these layers each.
    void segment_entries(const std::string& name, const std::vector<std::string>& layers);

    /// Writes the graph; lists in YAML's flow style.
    void graph(const std::string& components,
               const std::string& dependencies,
               const std::string& more = "");

    /// Writes any file of the application.
    void write(const std::string& path, const std::string& content) const;

    /// The content of a file of the application, empty if there is none.
    [[nodiscard]] std::string read(const std::string& path) const;
    [[nodiscard]] bool has(const std::string& path) const;

    /// Reads the application; a failure is a failed test.
    [[nodiscard]] ApplicationModel load(const DesignOptions& options = {});

    /// Reads it and lists its deployments.
    [[nodiscard]] Deployments deployments(const DesignOptions& options = {});

    /// Runs design; codes of the errors.
    std::vector<std::string> run(DesignOptions options = {});

    [[nodiscard]] std::filesystem::path path() const { return m_scratch.path() / "app"; }
    [[nodiscard]] config::ApplicationFolder folder() const { return {path(), "app"}; }

    CollectingReporter reporter;
    DesignReport report;

private:
    void main_file(const std::string& name,
                   const std::vector<std::string>& marks,
                   const std::string& body) const;
    void finish() const;

    ScratchDirectory m_scratch;
    std::string m_entries;
    std::size_t m_entry_count = 0;
    std::map<std::string, std::string> m_keys;
};

/// All diagnostics of a failure as text.
std::string messages(const Failure& failure);

/// The codes of its diagnostics.
std::vector<std::string> codes_of(const std::vector<Diagnostic>& diagnostics);

} // namespace aisprint::design::test
