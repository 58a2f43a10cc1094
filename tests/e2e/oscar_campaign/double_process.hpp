// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "aisprint/clients/http.hpp"
#include "aisprint/profiling/clusters.hpp"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <sys/types.h>
#include <vector>

namespace aisprint::profiling::test {

/// The double of OSCAR clusters (tests/support/oscar_double), as a process of its own.
class DoubleProcess {
public:
    /// Starts it; asserts that it says where it listens.
    explicit DoubleProcess(const std::vector<std::string>& arguments);
    ~DoubleProcess();
    DoubleProcess(const DoubleProcess&) = delete;
    DoubleProcess& operator=(const DoubleProcess&) = delete;

    /// Addresses and passwords, as it told them.
    [[nodiscard]] const nlohmann::json& description() const { return m_description; }

    /// Requests, services, buckets, jobs.
    [[nodiscard]] nlohmann::json state();

    /// Adds faults (a list); takes all away.
    void add_faults(const nlohmann::json& faults);
    void clear_faults();

    /// Changes a cluster: {"password": ...}, {"vanished": true}, ...
    void change(const std::string& cluster, const nlohmann::json& wishes);

    /// A cluster as backends are told of it; with a shell if `known_hosts` is not empty.
    [[nodiscard]] Cluster cluster(const std::string& name,
                                  const std::filesystem::path& known_hosts) const;

    /// A storage client's options of a cluster are made from this.
    [[nodiscard]] clients::Transport& transport() { return *m_transport; }

private:
    std::string
    ask(const std::string& method, const std::string& path, const std::string& body = {});

    pid_t m_child = -1;
    int m_input = -1; ///< it ends when this is closed
    nlohmann::json m_description;
    std::unique_ptr<clients::Transport> m_transport;
};

} // namespace aisprint::profiling::test
