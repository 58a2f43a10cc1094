// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/profiling/backend.hpp"

#include <memory>
#include <optional>

namespace aisprint::profiling {

/// What the local backend works with.
struct LocalOptions {
    std::filesystem::path application; ///< folder of the application, absolute
    /// Interpreters for designs without .venv, with their paths: the first that has all modules
    /// which a design imports is taken.
    std::vector<std::string> pythons;
    std::filesystem::path python_package; ///< put on PYTHONPATH: where `aisprint` lies
    std::optional<double> job_timeout_seconds;
    bool set_thread_env = false;
    bool whole_seconds = false; ///< moments are cut off as OSCAR tells them, for comparisons
};

/// Runs components as processes of this machine, each from the folder of its design, `parallelism`
/// of them at a time, with the limits of their containers as far as the system lets us. check()
/// chooses the interpreters and must come before run().
class LocalBackend final : public Backend {
public:
    explicit LocalBackend(LocalOptions options);
    ~LocalBackend() override;

    [[nodiscard]] Result<void> check(const Testbed& testbed) override;
    [[nodiscard]] Result<bool> holds_objects_of(const RunRequest& full) override;
    [[nodiscard]] Result<RunOutcome> run(const RunRequest& request,
                                         const ProgressSink& progress,
                                         const std::stop_token& stop) override;

    /// How limits are kept here.
    [[nodiscard]] LimitMethods limits() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace aisprint::profiling
